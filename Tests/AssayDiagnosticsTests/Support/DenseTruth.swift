import Assay

/// Truth by elimination on full matrices: slow, short, and nothing of what the package computes with.
struct DenseTruth {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double

  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction? = nil, discount: Double? = nil) {
    self.process = process
    self.reward = reward ?? process.performance
    self.discount = discount ?? process.discount
  }

  /// V^π, `[S]`.
  func values(of policy: PolicyTable) -> [Double] {
    let size = process.stateCount
    let width = size + 1
    // The rows of I − γP_π with r_π beside them.
    var rows = [Double](repeating: 0, count: size * width)
    for state in 0..<size {
      rows[state * width + state] += 1
      for action in 0..<process.actionCount {
        let weight = policy[state, action]
        if weight == 0 { continue }
        rows[state * width + size] += weight * reward.expected[state * process.actionCount + action]
        for entry in process.outcomeRange(state: state, action: action) where !ends(entry) {
          rows[state * width + Int(process.successors[entry])] -=
            discount * weight * process.probabilities[entry]
        }
      }
    }
    return Self.solve(&rows, size: size)
  }

  /// Q(s, a) = r(s, a) + γ Σ p·v; −∞ where the action is unavailable.
  func actionValue(_ state: Int, _ action: Int, _ values: [Double]) -> Double {
    let range = process.outcomeRange(state: state, action: action)
    if range.isEmpty { return -.infinity }
    return range.reduce(reward.expected[state * process.actionCount + action]) {
      ends($1)
        ? $0 : $0 + discount * process.probabilities[$1] * values[Int(process.successors[$1])]
    }
  }

  /// Q of a policy, `[S·A]`.
  func actionValues(of policy: PolicyTable) -> [Double] {
    let values = values(of: policy)
    return (0..<process.stateCount * process.actionCount).map {
      actionValue($0 / process.actionCount, $0 % process.actionCount, values)
    }
  }

  /// μ·V^π
  func startValue(of policy: PolicyTable) -> Double {
    zip(process.initial, values(of: policy)).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The best policy, by evaluation and improvement in turn.
  func bestPolicy() -> PolicyTable {
    var choices = (0..<process.stateCount).map { state in
      (0..<process.actionCount).first { process.isAvailable(action: $0, in: state) } ?? -1
    }
    while true {
      let values = values(of: PolicyTable(actionCount: process.actionCount, actions: choices))
      var changed = false
      for state in choices.indices where choices[state] >= 0 {
        for action in 0..<process.actionCount
        where actionValue(state, action, values) > actionValue(state, choices[state], values) + 1e-12 {
          choices[state] = action
          changed = true
        }
      }
      if !changed { return PolicyTable(actionCount: process.actionCount, actions: choices) }
    }
  }

  private func ends(_ entry: Int) -> Bool { process.hasTerminals && process.terminals[entry] }

  /// Gauss–Jordan elimination with the largest pivots.
  private static func solve(_ rows: inout [Double], size: Int) -> [Double] {
    let width = size + 1
    return rows.withUnsafeMutableBufferPointer { rows in
      for column in 0..<size {
        var pivot = column
        for row in column..<size where abs(rows[row * width + column]) > abs(rows[pivot * width + column]) {
          pivot = row
        }
        if pivot != column {
          for index in 0..<width { rows.swapAt(pivot * width + index, column * width + index) }
        }
        for row in 0..<size where row != column && rows[row * width + column] != 0 {
          let factor = rows[row * width + column] / rows[column * width + column]
          for index in column..<width { rows[row * width + index] -= factor * rows[column * width + index] }
        }
      }
      return (0..<size).map { rows[$0 * width + size] / rows[$0 * width + $0] }
    }
  }
}
