import Assay

/// A world judged at another discount.
///
/// At discount 1 a policy that never ends has no value, so that nothing can be said of an agent that has one for a
/// while. A discount just below 1 gives every policy a value, and hardly changes those that end.
public struct RediscountedEnvironment<Base: EnumerableEnvironment>: EnumerableEnvironment {
  public let discount: Double
  @usableFromInline var world: Base

  /// Makes a world like another, but for the discount.
  ///
  /// - Parameters:
  ///   - base: the world as it was.
  ///   - discount: γ, in [0, 1].
  public init(_ base: Base, discount: Double) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    world = base
    self.discount = discount
  }

  public var name: String { world.name }
  @inlinable public var observationSpace: DiscreteSpace { world.observationSpace }
  @inlinable public var actionSpace: DiscreteSpace { world.actionSpace }
  @inlinable public var state: Int { world.state }
  @inlinable public var isOver: Bool { world.isOver }
  @inlinable public var memory: [Double] {
    get { world.memory }
    set { world.memory = newValue }
  }
  public var initialDistribution: [Double] { world.initialDistribution }
  public var stateNames: [String] { world.stateNames }
  public var actionNames: [String] { world.actionNames }
  public var map: GridMap? { world.map }
  public var features: StateFeatures? { world.features }
  public var goals: [GoalHypothesis] { world.goals }
  public var timeLimit: Int? { world.timeLimit }
  public var rewardRange: ClosedRange<Double> { world.rewardRange }
  public var picture: Picture { world.picture }

  public mutating func place(in state: Int) { world.place(in: state) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int { world.reset(using: &random) }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    world.step(action, using: &random)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] { world.outcomes(of: action, in: state) }
}
