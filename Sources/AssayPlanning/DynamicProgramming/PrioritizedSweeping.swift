import Assay

/// Backs up one state at a time, always the one whose value is most in need of it.
///
/// How much better each choice is than the value of its state, D(s, a) = Q(s, a) − V(s), is kept up to date,
/// so that the residual of each state is known: a backup of s raises V(s) by Δ = maxₐ D(s, a), and so
///
///     D(s, a) ← D(s, a) − Δ,    D(s̄, a) ← D(s̄, a) + γ P(s | s̄, a) Δ
///
/// for each state and action that may lead there. The next state is the one of the largest |Δ|. When none is
/// large enough to matter, all are worked out anew, which shows that no value is further from V* than the
/// largest residual over 1 − γ.
///
/// - SeeAlso: Moore & Atkeson (1993), *Prioritized sweeping: reinforcement learning with less data and less
///   time*; Sutton & Barto (2018), §8.4.
struct PrioritizedSweeping {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double
  let tolerance: Double
  private let sweepLimit = 200_000

  init(process: FiniteMDP, reward: FiniteMDP.RewardFunction, discount: Double, tolerance: Double) {
    self.process = process
    self.reward = reward
    self.discount = discount
    self.tolerance = tolerance
  }

  func solve() throws(PlanningError) -> Solution {
    let predecessors = Predecessors(of: process)
    let precision = BackupPrecision(process, reward: reward, discount: discount)
    let live = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var values = [Double](repeating: 0, count: process.stateCount)
    var backups = 0
    while true {
      let target = precision.residual(for: tolerance, values: values)
      // Differences, which get small, rather than values, which do not: so rounding errors get small, too.
      var advantages = process.actionValues(from: values, for: reward, discount: discount)
      for pair in advantages.indices { advantages[pair] -= values[pair / process.actionCount] }
      var queue = PriorityQueue(
        priorities: (0..<process.stateCount).map { abs(change(of: $0, advantages)) })
      // Where all values are 0 choices are worth their rewards, and nothing was backed up.
      if backups > 0 { backups += live.count }
      if queue.highest <= target {
        return Solution(
          values: values, policy: process.greedyPolicy(on: values, for: reward, discount: discount),
          errorBound: precision.error(of: values, residual: queue.highest),
          iterations: (backups + live.count - 1) / max(live.count, 1), backups: backups)
      }
      guard backups / sweepLimit < live.count else {
        throw .notConverged(
          sweeps: sweepLimit, errorBound: precision.error(of: values, residual: queue.highest))
      }
      while queue.highest > target, backups / sweepLimit < live.count {
        let state = queue.first
        let value = values[state] + change(of: state, advantages)
        // What is left of the change when the sum is rounded, which is exact.
        let change = value - values[state]
        values[state] = value
        backups += 1
        for pair in state * process.actionCount..<(state + 1) * process.actionCount {
          advantages[pair] -= change
        }
        queue.set(state, to: 0)
        for entry in predecessors.range(of: state) {
          let pair = Int(predecessors.pairs[entry])
          advantages[pair] += discount * predecessors.probabilities[entry] * change
          let predecessor = pair / process.actionCount
          queue.set(predecessor, to: abs(self.change(of: predecessor, advantages)))
        }
      }
    }
  }

  /// By how much a backup would change the value of a state.
  private func change(of state: Int, _ advantages: [Double]) -> Double {
    var best = -Double.infinity
    for pair in state * process.actionCount..<(state + 1) * process.actionCount {
      best = max(best, advantages[pair])
    }
    return best > -.infinity ? best : 0
  }
}

/// Which states and actions may lead to a state, and how likely.
private struct Predecessors {
  private var starts: [Int]
  /// s·A + a of each.
  private(set) var pairs: [Int32]
  private(set) var probabilities: [Double]

  init(of process: FiniteMDP) {
    let entries = process.successors.indices.filter {
      process.probabilities[$0] > 0 && !(process.hasTerminals && process.terminals[$0])
    }
    starts = [Int](repeating: 0, count: process.stateCount + 1)
    for entry in entries { starts[Int(process.successors[entry]) + 1] += 1 }
    for state in 0..<process.stateCount { starts[state + 1] += starts[state] }
    pairs = [Int32](repeating: 0, count: entries.count)
    probabilities = [Double](repeating: 0, count: entries.count)
    var cursor = starts
    var pair = 0
    for entry in entries {
      while process.rowStarts[pair + 1] <= entry { pair += 1 }
      let position = cursor[Int(process.successors[entry])]
      cursor[Int(process.successors[entry])] += 1
      pairs[position] = Int32(pair)
      probabilities[position] = process.probabilities[entry]
    }
  }

  func range(of state: Int) -> Range<Int> { starts[state]..<starts[state + 1] }
}
