import Assay

/// A world to step through, made from a table: one read from a file, or ``RandomMDP``'s.
///
/// The reward of a step is the expected training reward of its outcome, the performance likewise; where the
/// table gives a reward for state and action alone, it is that. Every other reward of the table is a goal under
/// its own name. A table without terminal outcomes gives a world that goes on for ever. The columns are the
/// table's own, not a copy.
public struct TabularEnvironment: EnumerableEnvironment {
  /// The table.
  public let process: FiniteMDP
  public let observationSpace: DiscreteSpace
  public let actionSpace: DiscreteSpace

  @inlinable public var state: Int { current }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var current: Int
  @usableFromInline var hasEnded = false
  @usableFromInline let reward: RewardColumn
  @usableFromInline let performance: RewardColumn
  /// The states in which episodes may start.
  @usableFromInline let starts: [Int32]
  /// The probability that an episode starts in that state or one listed before it; a search in it takes log S
  /// steps.
  @usableFromInline let cumulativeStarts: [Double]

  /// Makes a world from a table.
  public init(_ process: FiniteMDP) {
    self.process = process
    observationSpace = DiscreteSpace(count: process.stateCount)
    actionSpace = DiscreteSpace(count: process.actionCount)
    reward = RewardColumn(process.reward)
    performance = RewardColumn(process.performance)
    var starts: [Int32] = []
    var cumulativeStarts: [Double] = []
    var sum = 0.0
    for (state, probability) in process.initial.enumerated() where probability > 0 {
      sum += probability
      starts.append(Int32(state))
      cumulativeStarts.append(sum)
    }
    self.starts = starts
    self.cumulativeStarts = cumulativeStarts
    current = Int(starts[0])
  }

  public var name: String { process.name }
  public var discount: Double { process.discount }
  public var initialDistribution: [Double] { process.initial }
  public var stateNames: [String] { process.stateNames }
  public var actionNames: [String] { process.actionNames }
  public var map: GridMap? { process.map }

  public var goals: [GoalHypothesis] {
    process.rewards.dropFirst().filter { $0.name != "reward" && $0.name != "performance" }.map { extra in
      let column = RewardColumn(extra)
      return GoalHypothesis(extra.name) { state, action, outcome in
        let entry = entry(of: outcome, of: action, in: state)
        return column.value(pair: state * process.actionCount + action, entry: entry)
      }
    }
  }

  /// Where an outcome stands in the table; of several that are alike, the first.
  private func entry(of outcome: Outcome, of action: Int, in state: Int) -> Int {
    let range = process.outcomeRange(state: state, action: action)
    guard let position = outcomes(of: action, in: state).firstIndex(of: outcome) else {
      preconditionFailure("\(outcome) is no outcome of action \(action) in state \(state)")
    }
    return range.lowerBound + position
  }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    current = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    let threshold = random.unit()
    var low = 0
    // The last start is the answer where rounding left the sum short of 1.
    var high = starts.count - 1
    while low < high {
      let middle = (low + high) / 2
      if threshold < cumulativeStarts[middle] { high = middle } else { low = middle + 1 }
    }
    current = Int(starts[low])
    return current
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    let pair = current * actionSpace.count + action
    let range = process.rowStarts[pair]..<process.rowStarts[pair + 1]
    precondition(!range.isEmpty, "action \(action) is not available in state \(current)")
    var remaining = random.unit()
    var chosen = range.lowerBound
    for entry in range {
      let probability = process.probabilities[entry]
      // An outcome without probability must not be chosen, not even where rounding left the sum short of 1.
      if probability > 0 { chosen = entry }
      remaining -= probability
      if remaining < 0 { break }
    }
    current = Int(process.successors[chosen])
    hasEnded = process.hasTerminals && process.terminals[chosen]
    return Step(
      observation: current, reward: Reward(reward.value(pair: pair, entry: chosen)),
      performance: Reward(performance.value(pair: pair, entry: chosen)),
      ending: hasEnded ? .terminated : nil)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    process.outcomeRange(state: state, action: action).map { entry in
      let pair = state * process.actionCount + action
      return Outcome(
        next: Int(process.successors[entry]), probability: process.probabilities[entry],
        reward: reward.value(pair: pair, entry: entry),
        performance: performance.value(pair: pair, entry: entry),
        isTerminal: process.hasTerminals && process.terminals[entry])
    }
  }

  /// A reward of the table, by outcome where the table has it, else by state and action.
  @usableFromInline
  struct RewardColumn: Sendable {
    @usableFromInline let values: [Double]
    @usableFromInline let isByOutcome: Bool

    init(_ reward: FiniteMDP.RewardFunction) {
      values = reward.outcomes ?? reward.expected
      isByOutcome = reward.outcomes != nil
    }

    @inlinable
    func value(pair: Int, entry: Int) -> Double { values[isByOutcome ? entry : pair] }
  }
}
