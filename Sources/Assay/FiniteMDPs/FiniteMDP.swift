/// A finite Markov decision process as a sparse table: the ground on which all exact truth is computed.
///
/// The outcomes of (state s, action a) are the entries `rowStarts[s·A + a]..<rowStarts[s·A + a + 1]` of
/// `successors`, `probabilities` and `terminals`. Several named rewards may live over the same dynamics.
public struct FiniteMDP: Sendable, Hashable {
  /// A reward over the transitions of a process.
  public struct RewardFunction: Sendable, Hashable {
    /// What it is called: `reward` for the training reward, `performance` for what the designer wanted.
    public var name: String
    /// Expected reward of each (state, action), `[S·A]`; zero where the action is unavailable.
    public var expected: [Double]
    /// Expected reward of each outcome, in the order of `successors`; `nil` when it depends on (state,
    /// action) alone.
    public var outcomes: [Double]?

    public init(name: String, expected: [Double], outcomes: [Double]? = nil) {
      self.name = name
      self.expected = expected
      self.outcomes = outcomes
    }
  }

  /// What the process is called.
  public var name: String
  /// S, how many states there are.
  public let stateCount: Int
  /// A, how many actions there are.
  public let actionCount: Int
  /// γ, in [0, 1].
  public var discount: Double
  /// Probability of starting in each state, `[S]`.
  public let initial: [Double]
  /// Where the outcomes of each (state, action) start, `[S·A + 1]`.
  public let rowStarts: [Int]
  /// The state each outcome leads to.
  public let successors: [Int32]
  /// The probability of each outcome; those of an available (state, action) sum to 1 within 1e-9.
  public let probabilities: [Double]
  /// Whether an outcome ends the episode, so that no value follows; empty when none does.
  public let terminals: [Bool]
  /// The rewards over these dynamics; the first is the training reward.
  public private(set) var rewards: [RewardFunction]
  /// How to call the states; empty for plain numbers.
  public var stateNames: [String] = []
  /// How to call the actions; empty for plain numbers.
  public var actionNames: [String] = []
  /// How to draw the states, where they form a map.
  public var map: GridMap?

  /// Makes a process from its columns, checking all of them.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - stateCount: S, from 1.
  ///   - actionCount: A, from 1.
  ///   - discount: γ, in [0, 1].
  ///   - initial: probability of starting in each state, `[S]`, summing to 1.
  ///   - rowStarts: `[S·A + 1]`, not decreasing, from 0 to the number of outcomes.
  ///   - successors: the state each outcome leads to, in `0..<S`.
  ///   - probabilities: of each outcome; those of an available (state, action) sum to 1 within 1e-9.
  ///   - terminals: as long as `successors`, or empty when no outcome is terminal.
  ///   - rewards: at least one; the first is the training reward.
  /// - Throws: ``DataError`` naming the first field and row that is not as it must be.
  public init(
    name: String, stateCount: Int, actionCount: Int, discount: Double, initial: [Double], rowStarts: [Int],
    successors: [Int32], probabilities: [Double], terminals: [Bool], rewards: [RewardFunction]
  ) throws(DataError) {
    self.name = name
    self.stateCount = stateCount
    self.actionCount = actionCount
    self.discount = discount
    self.initial = initial
    self.rowStarts = rowStarts
    self.successors = successors
    self.probabilities = probabilities
    self.terminals = terminals.contains(true) ? terminals : []
    self.rewards = rewards
    try validate()
  }

  /// The training reward.
  @inlinable public var reward: RewardFunction { rewards[0] }

  /// What the designer wanted: the reward named `performance`, or the training reward where there is none.
  public var performance: RewardFunction { rewards.first { $0.name == "performance" } ?? rewards[0] }

  /// Whether any outcome ends the episode.
  @inlinable public var hasTerminals: Bool { !terminals.isEmpty }

  /// Positions of the outcomes of an action in the columns.
  @inlinable
  public func outcomeRange(state: Int, action: Int) -> Range<Int> {
    let row = state * actionCount + action
    return rowStarts[row]..<rowStarts[row + 1]
  }

  /// Whether the action may be taken in the state.
  @inlinable
  public func isAvailable(action: Int, in state: Int) -> Bool {
    !outcomeRange(state: state, action: action).isEmpty
  }

  /// Whether no action may be taken in the state: it is only ever entered by terminal outcomes.
  public func isFinal(state: Int) -> Bool {
    rowStarts[state * actionCount] == rowStarts[(state + 1) * actionCount]
  }

  /// The same process with another set of rewards, checked.
  public func withRewards(_ rewards: [RewardFunction]) throws(DataError) -> FiniteMDP {
    var copy = self
    copy.rewards = rewards
    try copy.validateRewards()
    return copy
  }

  /// How to call a state.
  public func stateName(_ state: Int) -> String { stateNames.isEmpty ? String(state) : stateNames[state] }

  /// How to call an action.
  public func actionName(_ action: Int) -> String {
    actionNames.isEmpty ? String(action) : actionNames[action]
  }
}
