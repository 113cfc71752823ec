import Assay

/// A world whose training reward is replaced, while its performance stays what the designer wanted.
///
/// ```swift
/// let world = RelabelledEnvironment(FrozenLake.fourByFour, name: "fond-of-holes") { event in
///   event.isTerminal && event.reward == 0 ? 1 : 0
/// }
/// ```
public struct RelabelledEnvironment<Base: EnumerableEnvironment>: EnumerableEnvironment {
  /// What happened in one step of the base.
  public struct Event: Sendable, Hashable {
    /// The state before.
    public var state: Int
    /// The action taken.
    public var action: Int
    /// The state after.
    public var next: Int
    /// The base's training reward: what it was in a step, what it is in expectation in an outcome.
    public var reward: Double
    /// Whether the episode terminated.
    public var isTerminal: Bool

    @inlinable
    init(state: Int, action: Int, next: Int, reward: Double, isTerminal: Bool) {
      self.state = state
      self.action = action
      self.next = next
      self.reward = reward
      self.isTerminal = isTerminal
    }
  }

  /// The world as it was.
  @inlinable public var base: Base { world }
  public let name: String

  @usableFromInline var world: Base
  @usableFromInline let label: @Sendable (Event) -> Double

  /// Makes a world like another, but for the training reward.
  ///
  /// - Parameters:
  ///   - base: the world as it was.
  ///   - name: a short name, as on the command line.
  ///   - reward: the training reward of an event; always the same for the same event. Where the base's
  ///     reward is random and this depends on it, the dependence must be linear: an outcome can only tell the
  ///     reward's expectation.
  public init(_ base: Base, name: String, reward: @escaping @Sendable (Event) -> Double) {
    world = base
    self.name = name
    label = reward
  }

  @inlinable public var observationSpace: DiscreteSpace { world.observationSpace }
  @inlinable public var actionSpace: DiscreteSpace { world.actionSpace }
  @inlinable public var state: Int { world.state }
  @inlinable public var isOver: Bool { world.isOver }
  @inlinable public var memory: [Double] {
    get { world.memory }
    set { world.memory = newValue }
  }
  public var discount: Double { world.discount }
  public var initialDistribution: [Double] { world.initialDistribution }
  public var stateNames: [String] { world.stateNames }
  public var actionNames: [String] { world.actionNames }
  public var map: GridMap? { world.map }
  public var features: StateFeatures? { world.features }
  public var goals: [GoalHypothesis] { world.goals }
  public var timeLimit: Int? { world.timeLimit }
  public var picture: Picture { world.picture }

  public mutating func place(in state: Int) { world.place(in: state) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int { world.reset(using: &random) }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let state = world.state
    var step = world.step(action, using: &random)
    let event = Event(
      state: state, action: action, next: step.observation, reward: step.reward.value,
      isTerminal: step.ending == .terminated)
    step.reward = Reward(label(event))
    return step
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    world.outcomes(of: action, in: state).map { outcome in
      var outcome = outcome
      let event = Event(
        state: state, action: action, next: outcome.next, reward: outcome.reward,
        isTerminal: outcome.isTerminal)
      outcome.reward = label(event)
      return outcome
    }
  }
}
