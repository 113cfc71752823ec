import Assay

/// What is true of a process, in some 30 digits, by methods that share nothing with the package's own.
struct Truth {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double

  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction? = nil, discount: Double) {
    self.process = process
    self.reward = reward ?? process.reward
    self.discount = discount
  }

  private let zero = DoubleDouble(0)

  /// r(s, a) + γ Σ p·v.
  func backup(_ state: Int, _ action: Int, _ values: [DoubleDouble]) -> DoubleDouble {
    var sum = zero
    for entry in process.outcomeRange(state: state, action: action)
    where process.terminals.isEmpty || !process.terminals[entry] {
      sum = sum + DoubleDouble(process.probabilities[entry]) * values[Int(process.successors[entry])]
    }
    return DoubleDouble(reward.expected[state * process.actionCount + action]) + DoubleDouble(discount) * sum
  }

  /// The values of a policy, `[S]`; `nil` when it goes on for ever at discount 1.
  func values(of policy: PolicyTable) -> [DoubleDouble]? {
    let states = 0..<process.stateCount
    var matrix = states.map { row in states.map { DoubleDouble(row == $0 ? 1 : 0) } }
    var rewards = states.map { _ in zero }
    for state in states {
      for action in 0..<process.actionCount where policy[state, action] > 0 {
        let weight = DoubleDouble(policy[state, action])
        rewards[state] =
          rewards[state] + weight * DoubleDouble(reward.expected[state * process.actionCount + action])
        for entry in process.outcomeRange(state: state, action: action)
        where process.terminals.isEmpty || !process.terminals[entry] {
          let next = Int(process.successors[entry])
          let flow = DoubleDouble(discount) * weight * DoubleDouble(process.probabilities[entry])
          matrix[state][next] = matrix[state][next] - flow
        }
      }
    }
    return solveExactly(matrix, rewards)
  }

  /// V*, `[S]`, found by policy iteration and certified: no action improves on it by more than 1e-22. It
  /// starts from any policy, at discount 1 from one that terminates.
  func optimum(from start: [Int]) -> [DoubleDouble]? {
    var actions = start
    for _ in 0..<100 {
      guard let values = values(of: PolicyTable(actionCount: process.actionCount, actions: actions)) else {
        return nil
      }
      var hasImproved = false
      for state in actions.indices where actions[state] >= 0 {
        for action in 0..<process.actionCount where process.isAvailable(action: action, in: state) {
          let gain = backup(state, action, values) - backup(state, actions[state], values)
          if gain.high > 1e-22 {
            actions[state] = action
            hasImproved = true
          }
        }
      }
      if !hasImproved { return values }
    }
    return nil
  }

  /// The largest distance of some values from the truth.
  static func error(of values: [Double], from truth: [DoubleDouble]) -> Double {
    zip(truth, values).map { $0.distance(to: $1) }.max() ?? 0
  }
}
