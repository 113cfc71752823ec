import Assay

/// A world whose episodes are cut off after a number of steps.
///
/// An episode that reaches the limit is truncated: the world goes on, unseen, so the value after it is not
/// zero. One that terminates at that very step is terminated. The limit is no part of the world, so the
/// outcomes, where it lists them, are those of the base.
public struct TimeLimit<Base: Environment>: Environment {
  /// How many steps an episode takes at most.
  public private(set) var steps: Int
  /// The world without a limit.
  @inlinable public var base: Base { world }

  @usableFromInline var world: Base
  /// How many steps the episode took so far.
  @usableFromInline var elapsed = 0

  /// Makes a world with a limit.
  ///
  /// - Parameters:
  ///   - base: the world without one.
  ///   - steps: how many steps an episode takes at most, at least 1.
  public init(_ base: Base, steps: Int) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    world = base
    self.steps = steps
  }

  @inlinable public var observationSpace: Base.ObservationSpace { world.observationSpace }
  @inlinable public var actionSpace: Base.ActionSpace { world.actionSpace }
  @inlinable public var isOver: Bool { elapsed == steps || world.isOver }
  @inlinable public var memory: [Double] {
    get { world.memory }
    set { world.memory = newValue }
  }
  public var name: String { world.name }
  public var rewardRange: ClosedRange<Double> { world.rewardRange }
  public var timeLimit: Int? { steps == .max ? world.timeLimit : min(steps, world.timeLimit ?? steps) }
  public var actionNames: [String] { world.actionNames }
  public var picture: Picture { world.picture }

  /// The same world, cut off after more steps than anybody will take.
  public func withoutTimeLimit() -> Self {
    var result = self
    result.world = world.withoutTimeLimit()
    result.steps = .max
    return result
  }

  @inlinable
  public func isAvailable(_ action: Base.Action) -> Bool { world.isAvailable(action) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    elapsed = 0
    return world.reset(using: &random)
  }

  @inlinable
  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    // Which actions may be taken is for the world to say: some take more than their space has, and clip it.
    if elapsed == steps { stopAtMisuse(of: action) }
    var step = world.step(action, using: &random)
    elapsed += 1
    if elapsed == steps, step.ending == nil { step.ending = .truncated }
    return step
  }
}

extension TimeLimit: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { world.stateNumbers }

  /// Puts the world into a state, with all of the limit before it.
  public mutating func place(at numbers: [Double]) throws(DataError) {
    try world.place(at: numbers)
    elapsed = 0
  }
}

extension TimeLimit: EnumerableEnvironment where Base: EnumerableEnvironment {
  public var discount: Double { world.discount }
  @inlinable public var state: Int { world.state }
  public var initialDistribution: [Double] { world.initialDistribution }
  public var stateNames: [String] { world.stateNames }
  public var map: GridMap? { world.map }
  public var features: StateFeatures? { world.features }
  public var goals: [GoalHypothesis] { world.goals }

  /// Puts the world into a state, with all of the limit before it.
  public mutating func place(in state: Int) {
    elapsed = 0
    world.place(in: state)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] { world.outcomes(of: action, in: state) }
}
