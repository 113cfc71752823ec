extension FiniteMDP {
  /// Lists an environment into a table.
  ///
  /// Outcomes keep the order in which the environment lists them. The first reward is the training reward. Where
  /// the environment's performance is not its reward everywhere, a second one is named `performance`. The
  /// environment's goals follow under their own names.
  ///
  /// - Throws: ``DataError`` when the environment's own figures do not form a process.
  public init(enumerating environment: some EnumerableEnvironment) throws(DataError) {
    let stateCount = environment.stateCount
    let actionCount = environment.actionCount
    let goals = environment.goals
    var builder = OutcomeColumns(pairCount: stateCount * actionCount, goals: goals)
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        builder.append(environment.outcomes(of: action, in: state), of: action, in: state)
      }
    }
    try self.init(
      name: environment.name, stateCount: stateCount, actionCount: actionCount,
      discount: environment.discount,
      initial: environment.initialDistribution, rowStarts: builder.rowStarts, successors: builder.successors,
      probabilities: builder.probabilities, terminals: builder.terminals, rewards: builder.rewards())
    stateNames = environment.stateNames
    actionNames = environment.actionNames
    map = environment.map
  }
}

/// Collects outcomes, pair by pair, into the columns of a ``FiniteMDP``.
struct OutcomeColumns {
  var rowStarts: [Int] = [0]
  var successors: [Int32] = []
  var probabilities: [Double] = []
  var terminals: [Bool] = []
  private var reward: [Double] = []
  private var performance: [Double] = []
  private let goals: [GoalHypothesis]
  /// What each outcome is worth to each goal.
  private var goalRewards: [[Double]]

  init(pairCount: Int, goals: [GoalHypothesis] = []) {
    self.goals = goals
    goalRewards = goals.map { _ in [] }
    rowStarts.reserveCapacity(pairCount + 1)
  }

  mutating func append(_ outcomes: [Outcome], of action: Int, in state: Int) {
    for outcome in outcomes {
      for index in goals.indices {
        goalRewards[index].append(goals[index].reward(state, action, outcome))
      }
      successors.append(Int32(outcome.next))
      probabilities.append(outcome.probability)
      terminals.append(outcome.isTerminal)
      reward.append(outcome.reward)
      performance.append(outcome.performance)
    }
    rowStarts.append(successors.count)
  }

  func rewards() -> [FiniteMDP.RewardFunction] {
    var functions = [rewardFunction(named: "reward", outcomes: reward)]
    if performance != reward { functions.append(rewardFunction(named: "performance", outcomes: performance)) }
    for (goal, rewards) in zip(goals, goalRewards) {
      functions.append(rewardFunction(named: goal.name, outcomes: rewards))
    }
    return functions
  }

  private func rewardFunction(named name: String, outcomes: [Double]) -> FiniteMDP.RewardFunction {
    .init(
      name: name, outcomes: outcomes, rowStarts: rowStarts, probabilities: probabilities)
  }
}

extension FiniteMDP.RewardFunction {
  /// Makes a reward from its value for each outcome; the expectation of each (state, action) is added in
  /// order.
  init(name: String, outcomes: [Double], rowStarts: [Int], probabilities: [Double]) {
    let expected = (0..<rowStarts.count - 1).map { pair in
      (rowStarts[pair]..<rowStarts[pair + 1]).reduce(0.0) { $0 + probabilities[$1] * outcomes[$1] }
    }
    self.init(name: name, expected: expected, outcomes: outcomes)
  }
}
