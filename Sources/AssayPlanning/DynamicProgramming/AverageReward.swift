import Assay

/// The best average reward of a step, by relative value iteration.
///
/// Where an episode terminates the next one starts, from the initial distribution, in the same step. Each
/// backup is mixed half and half with staying put, which leaves gains as they are and rules out periodic
/// behaviour. For any values v,
///
///     min(Tv − v)  ≤  g*  ≤  max(Tv − v).
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §8.5.
struct AverageReward {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  /// The policy to evaluate, or `nil` for the best.
  var policy: PolicyTable?
  var tolerance: Double
  private let sweepLimit = 200_000

  init(
    _ process: FiniteMDP, reward: FiniteMDP.RewardFunction, policy: PolicyTable? = nil, tolerance: Double
  ) {
    self.process = process
    self.reward = reward
    self.policy = policy
    self.tolerance = tolerance
  }

  func solve() throws(PlanningError) -> Solution {
    let live = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var values = [Double](repeating: 0, count: process.stateCount)
    var low = -Double.infinity
    var high = Double.infinity
    var spanHalfway = Double.infinity
    for sweep in 1...sweepLimit {
      let restart = mean(of: values)
      var next = values
      var change = (low: Double.infinity, high: -Double.infinity)
      for state in live {
        let difference = backup(state, values, restart: restart).value - values[state]
        change.low = min(change.low, difference)
        change.high = max(change.high, difference)
        next[state] = values[state] + difference / 2
      }
      // Bounds from any sweep hold, so the best of all are kept.
      low = max(low, change.low)
      high = min(high, change.high)
      if sweep == sweepLimit / 2 { spanHalfway = high - low }
      let origin = mean(of: next)
      for state in live { values[state] = next[state] - origin }
      let rounding = 64 * Double.ulpOfOne * values.reduce(1) { max($0, abs($1)) }
      if high - low <= 2 * max(tolerance, rounding) {
        let policy = (0..<process.stateCount).map { backup($0, values, restart: 0).action }
        return Solution(
          values: values, policy: self.policy == nil ? policy : [],
          errorBound: (high - low) / 2 + rounding, gain: (high + low) / 2, iterations: sweep)
      }
    }
    // Bounds that still close in may yet meet; those of several gains come to a standstill.
    if high - low < 0.999 * spanHalfway {
      throw .notConverged(sweeps: sweepLimit, errorBound: (high - low) / 2)
    }
    throw .gainDependsOnState(low: low, high: high)
  }

  private func mean(of values: [Double]) -> Double {
    values.indices.reduce(0) { $0 + process.initial[$1] * values[$1] }
  }

  private func backup(_ state: Int, _ values: [Double], restart: Double) -> (value: Double, action: Int) {
    var best = (value: -Double.infinity, action: -1)
    var mixed = 0.0
    for action in 0..<process.actionCount where process.isAvailable(action: action, in: state) {
      var value = reward.expected[state * process.actionCount + action]
      for entry in process.outcomeRange(state: state, action: action) {
        let ends = process.hasTerminals && process.terminals[entry]
        value += process.probabilities[entry] * (ends ? restart : values[Int(process.successors[entry])])
      }
      if value > best.value { best = (value, action) }
      if let policy { mixed += policy[state, action] * value }
    }
    return policy == nil ? best : (mixed, best.action)
  }
}
