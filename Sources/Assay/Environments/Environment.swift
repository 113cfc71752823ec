/// A world, as a value: copying it copies the world.
///
/// Branching, restoring and Monte-Carlo truth therefore need no special interface. All randomness comes from
/// the stream that is passed in, so the same stream and the same actions give the same episode.
public protocol Environment<Observation, Action>: Sendable {
  associatedtype Observation: Sendable
  associatedtype Action: Sendable
  associatedtype ObservationSpace: Space<Observation>
  associatedtype ActionSpace: Space<Action>

  /// Where observations come from.
  var observationSpace: ObservationSpace { get }

  /// Which actions are allowed. ``step(_:using:)`` traps on any other.
  var actionSpace: ActionSpace { get }

  /// Starts an episode and returns its first observation.
  mutating func reset(using random: inout RandomStream) -> Observation

  /// Takes one action.
  ///
  /// Calling it before ``reset(using:)`` or after an ending is a programmer's mistake.
  mutating func step(_ action: Action, using random: inout RandomStream) -> Step<Observation>
}

/// One way an action may turn out.
public struct Outcome: Sendable, Hashable {
  /// Index of the state it leads to.
  public var next: Int
  /// In (0, 1]; the outcomes of one action sum to 1.
  public var probability: Double
  /// The expected training reward, given this outcome.
  public var reward: Double
  /// The expected performance, given this outcome.
  public var performance: Double
  /// Whether the episode terminates, so that no value follows.
  public var isTerminal: Bool

  @inlinable
  public init(
    next: Int, probability: Double, reward: Double, performance: Double? = nil, isTerminal: Bool = false
  ) {
    self.next = next
    self.probability = probability
    self.reward = reward
    self.performance = performance ?? reward
    self.isTerminal = isTerminal
  }
}

/// A world that can list itself: its states, and exactly what each action may lead to.
///
/// States are the indices `0..<stateCount` and are what the agent observes. ``FiniteMDP/init(enumerating:)``
/// turns such a world into a table, on which all exact truth is computed.
public protocol EnumerableEnvironment: Environment
where
  Observation == Int, Action == Int, ObservationSpace == DiscreteSpace, ActionSpace == DiscreteSpace
{
  /// A short name, as on the command line.
  var name: String { get }

  /// The discount γ at which returns in this world are judged, in [0, 1].
  var discount: Double { get }

  /// The state the world is in.
  var state: Int { get }

  /// Puts the world into a state, as if an episode had led there.
  mutating func place(in state: Int)

  /// Probability of starting in each state, `[stateCount]`; sums to 1.
  var initialDistribution: [Double] { get }

  /// Everything an action may lead to; empty where the action is unavailable.
  func outcomes(of action: Int, in state: Int) -> [Outcome]

  /// How to call the states, `[stateCount]`; empty for plain numbers.
  var stateNames: [String] { get }

  /// How to call the actions, `[actionCount]`; empty for plain numbers.
  var actionNames: [String] { get }

  /// How to draw the states as a map, where they form one.
  var map: GridMap? { get }

  /// What an agent that cannot tell all states apart sees of each; `nil` where every state is a thing of its own.
  var features: StateFeatures? { get }

  /// What an agent in this world might be after, each as a reward of its own; empty where nobody asks.
  var goals: [GoalHypothesis] { get }

  /// After how many steps episodes are cut off; `nil` where they are not.
  var timeLimit: Int? { get }
}

extension EnumerableEnvironment {
  /// How many states there are.
  @inlinable public var stateCount: Int { observationSpace.count }

  /// How many actions there are.
  @inlinable public var actionCount: Int { actionSpace.count }

  public var stateNames: [String] { [] }

  public var actionNames: [String] { [] }

  public var map: GridMap? { nil }

  public var features: StateFeatures? { nil }

  public var goals: [GoalHypothesis] { [] }

  public var timeLimit: Int? { nil }
}
