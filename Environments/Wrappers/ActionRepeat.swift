import Assay
import Foundation

/// A world in which an action goes on for several steps, so that decisions are rarer than steps.
///
/// A step takes n steps of the base with the same action, or fewer where the episode ends or the action
/// becomes unavailable. Its reward is the sum of theirs, its performance likewise; its observation and its
/// ending are those of the last.
///
///     r = rₜ₊₁ + … + rₜ₊ₙ,   γ′ = γⁿ
///
/// A time limit should lie around it, not within, unless it counts the base's steps on purpose.
///
/// - SeeAlso: Bellemare et al. (2013), *The arcade learning environment*, for the frame skip.
public struct ActionRepeat<Base: Environment>: Environment {
  /// n, how many steps of the base a step takes at most.
  public let times: Int
  /// The world in which an action is one step.
  @inlinable public var base: Base { world }

  @usableFromInline var world: Base

  /// Makes a world of longer steps.
  ///
  /// - Parameters:
  ///   - base: the world in which an action is one step.
  ///   - times: n, how many steps of the base a step takes at most, at least 1.
  public init(_ base: Base, times: Int) {
    precondition(times > 0, "times must be positive, but is \(times)")
    world = base
    self.times = times
  }

  @inlinable public var observationSpace: Base.ObservationSpace { world.observationSpace }
  @inlinable public var actionSpace: Base.ActionSpace { world.actionSpace }
  @inlinable public var isOver: Bool { world.isOver }
  @inlinable public var memory: [Double] {
    get { world.memory }
    set { world.memory = newValue }
  }
  public var name: String { world.name }
  public var actionNames: [String] { world.actionNames }
  public var picture: Picture { world.picture }

  /// What between one and n rewards of the base can sum to.
  public var rewardRange: ClosedRange<Double> {
    let range = world.rewardRange
    let (low, high) = (range.lowerBound, range.upperBound)
    return min(low, Double(times) * low)...max(high, Double(times) * high)
  }

  /// After how many of the longer steps the base cuts episodes off.
  public var timeLimit: Int? { world.timeLimit.map { ($0 - 1) / times + 1 } }

  @inlinable
  public func isAvailable(_ action: Base.Action) -> Bool { world.isAvailable(action) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    world.reset(using: &random)
  }

  @inlinable
  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    var sum = world.step(action, using: &random)
    var left = times - 1
    while left > 0, sum.ending == nil, world.isAvailable(action) {
      let step = world.step(action, using: &random)
      sum.observation = step.observation
      sum.ending = step.ending
      sum.reward.value += step.reward.value
      sum.performance.value += step.performance.value
      left -= 1
    }
    return sum
  }
}

extension ActionRepeat: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { world.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) { try world.place(at: numbers) }
}

extension ActionRepeat: EnumerableEnvironment where Base: EnumerableEnvironment {
  /// γⁿ, since n of the base's steps lie between two decisions.
  public var discount: Double { pow(world.discount, Double(times)) }
  @inlinable public var state: Int { world.state }
  public var initialDistribution: [Double] { world.initialDistribution }
  public var stateNames: [String] { world.stateNames }
  public var map: GridMap? { world.map }
  public var features: StateFeatures? { world.features }

  public mutating func place(in state: Int) { world.place(in: state) }

  /// Every sum of rewards with its own probability.
  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    var ended: [Outcome] = []
    // Where an episode that goes on may be, and what it was paid on the way.
    var open = [Outcome(next: state, probability: 1, reward: 0)]
    for repetition in 0..<times {
      var later: [Outcome] = []
      for path in open {
        let outcomes = world.outcomes(of: action, in: path.next)
        if outcomes.isEmpty, repetition > 0 { ended.add(path) }
        for outcome in outcomes {
          var longer = outcome
          longer.probability *= path.probability
          longer.reward += path.reward
          longer.performance += path.performance
          if longer.isTerminal { ended.add(longer) } else { later.add(longer) }
        }
      }
      open = later
    }
    for path in open { ended.add(path) }
    return ended
  }
}
