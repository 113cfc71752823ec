import Assay

/// What a policy makes of a process: the rows of P_π and r_π, with terminal outcomes left out.
struct PolicyRows {
  var rewards: [Double]
  var rowStarts: [Int] = [0]
  var successors: [Int32] = []
  var probabilities: [Double] = []
  /// Whether the episode may end right after each state, or nothing follows from it, `[S]`.
  var mayEnd: [Bool]

  var stateCount: Int { rewards.count }

  init(_ process: FiniteMDP, policy: PolicyTable, reward: FiniteMDP.RewardFunction) {
    precondition(
      policy.actionCount == process.actionCount && policy.stateCount == process.stateCount,
      "a policy over \(policy.stateCount) states and \(policy.actionCount) actions does not fit \(process.name)"
    )
    rewards = [Double](repeating: 0, count: process.stateCount)
    mayEnd = (0..<process.stateCount).map { process.isFinal(state: $0) }
    rowStarts.reserveCapacity(process.stateCount + 1)
    for state in 0..<process.stateCount {
      for action in 0..<process.actionCount where policy[state, action] > 0 {
        let weight = policy[state, action]
        rewards[state] += weight * reward.expected[state * process.actionCount + action]
        for entry in process.outcomeRange(state: state, action: action) where process.probabilities[entry] > 0
        {
          if process.hasTerminals, process.terminals[entry] {
            mayEnd[state] = true
          } else {
            successors.append(process.successors[entry])
            probabilities.append(weight * process.probabilities[entry])
          }
        }
      }
      rowStarts.append(successors.count)
    }
  }

  /// (Pv)(s).
  func expectation(of values: [Double], from state: Int) -> Double {
    (rowStarts[state]..<rowStarts[state + 1]).reduce(0) {
      $0 + probabilities[$1] * values[Int(successors[$1])]
    }
  }

  /// Whether the episode ends some time, from whichever state it starts.
  ///
  /// What the policy may lead to decides, not sums of probabilities, which are 1 only nearly.
  func terminates() -> Bool {
    var predecessorStarts = [Int](repeating: 0, count: stateCount + 1)
    for successor in successors { predecessorStarts[Int(successor) + 1] += 1 }
    for state in 0..<stateCount { predecessorStarts[state + 1] += predecessorStarts[state] }
    var predecessors = [Int32](repeating: 0, count: successors.count)
    var cursor = predecessorStarts
    for state in 0..<stateCount {
      for entry in rowStarts[state]..<rowStarts[state + 1] {
        predecessors[cursor[Int(successors[entry])]] = Int32(state)
        cursor[Int(successors[entry])] += 1
      }
    }
    var reachesEnd = mayEnd
    var pending = (0..<stateCount).filter { mayEnd[$0] }
    while let state = pending.popLast() {
      for position in predecessorStarts[state]..<predecessorStarts[state + 1] {
        let predecessor = Int(predecessors[position])
        if reachesEnd[predecessor] { continue }
        reachesEnd[predecessor] = true
        pending.append(predecessor)
      }
    }
    return reachesEnd.allSatisfy(\.self)
  }

  /// I − γP in column-major order.
  func dense(discount: Double) -> [Double] {
    let size = stateCount
    var matrix = [Double](repeating: 0, count: size * size)
    for state in 0..<size {
      matrix[state * size + state] += 1
      for entry in rowStarts[state]..<rowStarts[state + 1] {
        matrix[Int(successors[entry]) * size + state] -= discount * probabilities[entry]
      }
    }
    return matrix
  }
}

/// Solves v = b + γPv for the rows of a policy, and says how far off the answer can be.
struct PolicySystem {
  let rows: PolicyRows
  let discount: Double
  private let direct: LinearSystem?
  /// w with w ≥ 1 + γPw: the expected, discounted time to live, which turns residuals into error bounds.
  private(set) var lifetimes: [Double] = []
  /// The least of w − γPw, which is 1 but for rounding.
  private var lifetimeMargin = 1.0

  /// - Throws: ``PlanningError/improperPolicy`` when the discount is 1 and the policy may go on for ever.
  init(_ rows: PolicyRows, discount: Double) throws(PlanningError) {
    self.rows = rows
    self.discount = discount
    if discount == 1, !rows.terminates() { throw .improperPolicy }
    if rows.stateCount <= LinearSystem.largestSize {
      guard let system = LinearSystem(columnMajor: rows.dense(discount: discount), size: rows.stateCount)
      else {
        throw .improperPolicy
      }
      direct = system
    } else {
      direct = nil
    }
    lifetimes = try solve([Double](repeating: 1, count: rows.stateCount), isLifetime: true)
    lifetimeMargin = (0..<rows.stateCount).reduce(.infinity) {
      min($0, lifetimes[$1] - discount * rows.expectation(of: lifetimes, from: $1))
    }
    // A policy that never ends somewhere makes the system singular: in floating point its lifetimes are
    // absurd.
    guard lifetimeMargin > 0.5, lifetimes.allSatisfy({ $0 > 0.5 && $0 < 1e14 }) else { throw .improperPolicy }
  }

  /// Solves v = b + γPv.
  func solve(_ rightHandSide: [Double]) throws(PlanningError) -> [Double] {
    try solve(rightHandSide, isLifetime: false)
  }

  private func solve(_ rightHandSide: [Double], isLifetime: Bool) throws(PlanningError) -> [Double] {
    if let direct { return direct.solve(rightHandSide) }
    return try relax(rightHandSide, accuracy: isLifetime ? 1e-3 : 1e-13)
  }

  /// ‖v − v_π‖∞ ≤ ‖b + γPv − v‖∞ · max w / min(w − γPw), for any v.
  func errorBound(of values: [Double], for rightHandSide: [Double]) -> Double {
    let scale = rightHandSide.reduce(0) { max($0, abs($1)) } + values.reduce(0) { max($0, abs($1)) }
    let residual = (0..<rows.stateCount).reduce(0.0) {
      max($0, abs(rightHandSide[$1] + discount * rows.expectation(of: values, from: $1) - values[$1]))
    }
    // The residual itself is only known to a few units in the last place.
    return (residual + 8 * .ulpOfOne * scale) * (lifetimes.max() ?? 0) / lifetimeMargin
  }

  /// Solves y = b + γPᵀy.
  func solveTransposed(_ rightHandSide: [Double]) throws(PlanningError) -> [Double] {
    if let direct { return direct.solve(rightHandSide, transposed: true) }
    var total = rightHandSide
    var current = rightHandSide
    for _ in 0..<Self.sweepLimit {
      var next = [Double](repeating: 0, count: total.count)
      for state in 0..<rows.stateCount where current[state] != 0 {
        for entry in rows.rowStarts[state]..<rows.rowStarts[state + 1] {
          next[Int(rows.successors[entry])] += discount * rows.probabilities[entry] * current[state]
        }
      }
      var largest = 0.0
      for state in total.indices {
        total[state] += next[state]
        largest = max(largest, next[state])
      }
      if largest < 1e-16 { return total }
      current = next
    }
    throw .notConverged(sweeps: Self.sweepLimit, errorBound: current.reduce(0, +))
  }

  private static let sweepLimit = 1_000_000

  /// Gauss–Seidel sweeps, until a sweep changes no value by more than the accuracy times the largest.
  private func relax(_ rightHandSide: [Double], accuracy: Double) throws(PlanningError) -> [Double] {
    var values = rightHandSide
    var largestChange = Double.infinity
    for _ in 0..<Self.sweepLimit {
      largestChange = 0
      var largest = 0.0
      for state in (0..<rows.stateCount).reversed() {
        let value = rightHandSide[state] + discount * rows.expectation(of: values, from: state)
        largestChange = max(largestChange, abs(value - values[state]))
        largest = max(largest, abs(value))
        values[state] = value
      }
      if largestChange <= accuracy * max(largest, 1e-300) * max(1 - discount, 1e-3) { return values }
      if largest > 1e100 { throw .improperPolicy }
    }
    throw .notConverged(sweeps: Self.sweepLimit, errorBound: largestChange)
  }
}
