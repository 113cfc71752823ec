import Assay

/// Sweeps in the order of the states that use each new value at once.
///
/// What a sweep changes no value by more than δ leaves all within γδ/(1 − γ) of V*.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.3.3.
struct GaussSeidel {
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
    let precision = BackupPrecision(process, reward: reward, discount: discount)
    let live = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var values = [Double](repeating: 0, count: process.stateCount)
    var change = Double.infinity
    for sweep in 1...sweepLimit {
      change = 0
      for state in live {
        let value = process.bestBackup(state, values, reward, discount).value
        change = max(change, abs(value - values[state]))
        values[state] = value
      }
      guard precision.rate * change <= precision.residual(for: tolerance, values: values) else { continue }
      return Solution(
        values: values, policy: process.greedyPolicy(on: values, for: reward, discount: discount),
        errorBound: precision.error(of: values, residual: precision.rate * change), iterations: sweep,
        backups: sweep * live.count)
    }
    throw .notConverged(
      sweeps: sweepLimit, errorBound: precision.error(of: values, residual: precision.rate * change))
  }
}
