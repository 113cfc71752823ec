import Foundation

extension Estimate {
  /// The mean of independent values with its 95% Student-t interval; of one value, the value itself.
  ///
  /// Percentile bootstraps undercover at few seeds, and decompositions need means, so this is what audits use
  /// over seeds.
  public init(mean values: [Double]) {
    precondition(!values.isEmpty, "a mean needs at least one value")
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    guard values.count > 1 else {
      self.init(estimate: mean, low: mean, high: mean, count: 1)
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let halfWidth = StudentT.quantile(0.975, degrees: values.count - 1) * (variance / count).squareRoot()
    self.init(estimate: mean, low: mean - halfWidth, high: mean + halfWidth, count: values.count)
  }

  /// The last of several values of one thing over time, with the range of all of them.
  public init(lastOf values: [Double]) {
    precondition(!values.isEmpty, "a range needs at least one value")
    self.init(
      estimate: values[values.count - 1], low: values.min() ?? 0, high: values.max() ?? 0, count: values.count
    )
  }

  /// A share with its 95% Wilson interval.
  ///
  /// - SeeAlso: Wilson (1927), *Probable inference, the law of succession, and statistical inference*.
  public init(share successes: Int, of count: Int) {
    precondition(count > 0 && successes >= 0 && successes <= count, "\(successes) of \(count) is no share")
    let n = Double(count)
    let z = 1.959963984540054  // the 97.5% point of the normal distribution
    let share = Double(successes) / n
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let halfWidth = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    self.init(
      estimate: share, low: successes == 0 ? 0 : centre - halfWidth,
      high: successes == count ? 1 : centre + halfWidth, count: count)
  }
}
