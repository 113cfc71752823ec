import Assay

/// By how much a backup brings values together, and what it loses to rounding.
struct BackupPrecision {
  /// γ times the largest sum of a row, which is 1 but for 1e-9.
  let rate: Double
  /// 1 less that.
  private let margin: Double
  /// How far a computed backup can be off, relative to the largest reward and value.
  private let roundoff: Double
  private let largestReward: Double

  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction, discount: Double) {
    var length = 0
    var sum = 0.0
    for pair in 0..<process.stateCount * process.actionCount {
      let row = process.rowStarts[pair]..<process.rowStarts[pair + 1]
      length = max(length, row.count)
      sum = max(sum, row.reduce(0) { $0 + process.probabilities[$1] })
    }
    rate = discount * sum
    // Where rows of more than 1 eat up the discount, nothing is certain.
    margin = max(1 - rate, .leastNonzeroMagnitude)
    roundoff = Double(length + 4) * .ulpOfOne
    largestReward = reward.expected.reduce(0) { max($0, abs($1)) }
  }

  private func rounding(of values: [Double]) -> Double {
    roundoff * (largestReward + values.reduce(0) { max($0, abs($1)) })
  }

  /// How large residuals may be for values to be within a tolerance of V*; no less than rounding can tell.
  func residual(for tolerance: Double, values: [Double]) -> Double {
    let rounding = rounding(of: values)
    return max(tolerance * margin - rounding, rounding)
  }

  /// How far values are from V* at the most, where no residual is larger than this.
  func error(of values: [Double], residual: Double) -> Double { (residual + rounding(of: values)) / margin }
}
