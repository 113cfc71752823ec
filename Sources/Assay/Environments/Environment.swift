/// A world, as a value: copying it copies the world.
///
/// Branching, restoring and Monte-Carlo truth therefore need no special interface. All randomness comes from
/// the stream that is passed in, so the same stream and the same actions give the same episode.
public protocol Environment<Observation, Action>: Sendable {
  associatedtype Observation: Sendable & Equatable
  associatedtype Action: Sendable
  associatedtype ObservationSpace: Space<Observation>
  associatedtype ActionSpace: Space<Action>

  /// Where observations come from.
  var observationSpace: ObservationSpace { get }

  /// Which actions are allowed. ``step(_:using:)`` traps on any other, unless ``isAvailable(_:)`` says that it is
  /// taken all the same.
  var actionSpace: ActionSpace { get }

  /// Starts an episode and returns its first observation.
  mutating func reset(using random: inout RandomStream) -> Observation

  /// Takes one action.
  ///
  /// Calling it before ``reset(using:)`` or after an ending, or with an action that ``isAvailable(_:)`` denies, is a
  /// programmer's mistake; ``checkStep(_:)`` says so.
  mutating func step(_ action: Action, using random: inout RandomStream) -> Step<Observation>

  /// Whether the episode has ended, so that nothing but ``reset(using:)`` may follow. Always `false` in a world
  /// without endings, which is what it is where a world does not say.
  var isOver: Bool { get }

  /// Whether an action may be taken now; where a world does not say, every action of the space may.
  ///
  /// A world that takes actions beyond the limits of its space, and clips them, says so here: they are available,
  /// though they are not of the space.
  func isAvailable(_ action: Action) -> Bool

  /// A short name, as on the command line; where a world does not say, that of its type.
  var name: String { get }

  /// The smallest and the largest training reward of a step, which may be infinite; so they are where a world
  /// does not say.
  var rewardRange: ClosedRange<Double> { get }

  /// After how many steps episodes are truncated; `nil` where they are not. Where it is set, all are, at that very
  /// step and no other, unless they terminate before or with it.
  var timeLimit: Int? { get }

  /// The same world in the same state, with no time limit, where it has one to take off; itself, where a world does not
  /// say.
  func withoutTimeLimit() -> Self

  /// The numbers that the world takes from one episode to the next, such as statistics of what it showed; none where
  /// it does not say. With them and its stream an episode can be gone through again.
  var memory: [Double] { get set }

  /// How to call the actions, `[actionCount]`; empty for plain numbers.
  var actionNames: [String] { get }

  /// What the world looks like now; empty where a world has no picture of itself.
  var picture: Picture { get }
}

extension Environment {
  public var isOver: Bool { false }

  @inlinable public func isAvailable(_ action: Action) -> Bool { actionSpace.contains(action) }

  public var name: String { "\(Self.self)" }

  public var rewardRange: ClosedRange<Double> { -.infinity ... .infinity }

  public var timeLimit: Int? { nil }

  public func withoutTimeLimit() -> Self { self }

  @inlinable public var memory: [Double] {
    get { [] }
    set {
      precondition(
        newValue.isEmpty, "\(name) takes nothing from one episode to the next, but was given \(newValue)")
    }
  }

  public var actionNames: [String] { [] }

  public var picture: Picture { Picture() }

  /// Traps, with one sentence, where ``step(_:using:)`` must not be called: after an ending, or with an action
  /// that is not of the space, such as NaN.
  ///
  /// The message shows in release builds, too.
  @inlinable
  public func checkStep(_ action: Action) {
    if isOver || !actionSpace.contains(action) { stopAtMisuse(of: action) }
  }

  /// Traps with the sentence of ``checkStep(_:)``: for a world that itself found that the action cannot be taken,
  /// since it takes some beyond its space and clips them, say.
  ///
  /// - Parameter action: the action that cannot be taken.
  @inline(never)
  public func stopAtMisuse(of action: Action) -> Never {
    fatalError(
      isOver
        ? "\(name): the episode is over, and no step may be taken before a reset"
        : "\(name): an action must be \(actionSpace), but is \(action)")
  }
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
public protocol EnumerableEnvironment: PlaceableEnvironment
where
  Observation == Int, Action == Int, ObservationSpace == DiscreteSpace, ActionSpace == DiscreteSpace
{
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

  /// How to draw the states as a map, where they form one.
  var map: GridMap? { get }

  /// What an agent that cannot tell all states apart sees of each; `nil` where every state is a thing of its own.
  var features: StateFeatures? { get }

  /// What an agent in this world might be after, each as a reward of its own; empty where nobody asks.
  var goals: [GoalHypothesis] { get }
}

extension EnumerableEnvironment {
  /// How many states there are.
  @inlinable public var stateCount: Int { observationSpace.count }

  /// How many actions there are.
  @inlinable public var actionCount: Int { actionSpace.count }

  public var stateNames: [String] { [] }

  public var map: GridMap? { nil }

  public var features: StateFeatures? { nil }

  public var goals: [GoalHypothesis] { [] }

  @inlinable
  public func isAvailable(_ action: Int) -> Bool {
    actionSpace.contains(action) && !outcomes(of: action, in: state).isEmpty
  }

  /// The smallest and the largest reward that is listed; a world whose rewards vary about what it lists has to
  /// say more.
  public var rewardRange: ClosedRange<Double> {
    var low = Double.infinity
    var high = -Double.infinity
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        for outcome in outcomes(of: action, in: state) {
          low = min(low, outcome.reward)
          high = max(high, outcome.reward)
        }
      }
    }
    return low <= high ? low...high : 0...0
  }

  /// The map with the state the world is in, or the state by its name where there is no map.
  public var picture: Picture {
    let place = stateNames.isEmpty ? "state \(state)" : stateNames[state]
    guard let map else { return Picture(caption: place) }
    return Picture(tiles: map.tiles(markingCell: map.cells[state]), caption: place)
  }

  public var stateNumbers: [Double] { [Double(state)] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 1, let state = Int(exactly: numbers[0]), observationSpace.contains(state) else {
      throw DataError(
        field: "state", value: "\(numbers)", allowed: "one whole number from 0 to \(stateCount - 1)")
    }
    place(in: state)
  }
}

/// A world whose state is a row of numbers that can be read and set: what recordings are replayed from.
public protocol PlaceableEnvironment: Environment {
  /// The numbers that the state is made of, from which everything that follows depends.
  var stateNumbers: [Double] { get }

  /// Puts the world into a state, as if an episode had led there.
  ///
  /// - Parameter numbers: as ``stateNumbers`` gives them.
  /// - Throws: ``DataError`` where they are too few, too many or no state of this world.
  mutating func place(at numbers: [Double]) throws(DataError)
}
