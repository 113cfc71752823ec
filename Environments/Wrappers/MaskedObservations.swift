import Assay

/// A world that hides a part of what it shows, so that one look no longer tells its state.
///
/// Of observations that are numbers, some coordinates are left out. Of observations that are one of a list,
/// such as the states of a finite world, some become the same: a world that can list itself is then only
/// partially observable, and can no longer be listed by what is seen. What happens stays as it was, and so
/// does the picture, which shows it all.
///
/// ```swift
/// let blind = MaskedObservations(CartPole(), hiding: [1, 3])  // no velocities
/// let corridor = MaskedObservations(RandomWalk.five, observations: [0, 1, 1, 1, 1, 1, 2])
/// ```
///
/// - SeeAlso: Hausknecht & Stone (2015), *Deep recurrent Q-learning for partially observable MDPs*.
public struct MaskedObservations<Base: Environment>: Environment {
  public let observationSpace: Base.ObservationSpace
  /// The world that shows everything.
  public private(set) var base: Base

  private let masked: @Sendable (Base.Observation) -> Base.Observation

  /// Makes a world that leaves out coordinates.
  ///
  /// - Parameters:
  ///   - base: the world that shows everything.
  ///   - coordinates: which are left out; not all.
  public init(_ base: Base, hiding coordinates: Set<Int>)
  where Base.Observation == [Float], Base.ObservationSpace == BoxSpace {
    let space = base.observationSpace
    for coordinate in coordinates {
      precondition(
        coordinate >= 0 && coordinate < space.count,
        "a hidden coordinate must be in 0..<\(space.count), but is \(coordinate)")
    }
    let shown = (0..<space.count).filter { !coordinates.contains($0) }
    precondition(!shown.isEmpty, "of \(space.count) coordinates at least one must be shown")
    self.base = base
    observationSpace = BoxSpace(low: shown.map { space.low[$0] }, high: shown.map { space.high[$0] })
    masked = { observation in shown.map { observation[$0] } }
  }

  /// Makes a world in which some observations look the same.
  ///
  /// - Parameters:
  ///   - base: the world that shows everything.
  ///   - observations: what is shown in place of each observation of the base, from 0.
  public init(_ base: Base, observations: [Int])
  where Base.Observation == Int, Base.ObservationSpace == DiscreteSpace {
    precondition(
      observations.count == base.observationSpace.count,
      "\(base.observationSpace.count) observations need as many to be shown, not \(observations.count)")
    for (index, shown) in observations.enumerated() {
      precondition(shown >= 0, "what is shown for observation \(index) must not be negative, but is \(shown)")
    }
    self.base = base
    observationSpace = DiscreteSpace(count: (observations.max() ?? 0) + 1)
    masked = { observations[$0] }
  }

  public var actionSpace: Base.ActionSpace { base.actionSpace }
  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { base.memory }
    set { base.memory = newValue }
  }
  public var name: String { base.name }
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    masked(base.reset(using: &random))
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    var step = base.step(action, using: &random)
    step.observation = masked(step.observation)
    return step
  }
}

extension MaskedObservations: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { base.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) { try base.place(at: numbers) }
}
