import Foundation

/// How probable it is that a fair coin shows heads so often.
enum BinomialTail {
  /// P(X ≥ k) for X ~ Binomial(n, ½).
  static func probability(of successes: Int, orMoreOf count: Int) -> Double {
    guard successes > 0 else { return 1 }
    let n = Double(count)
    var sum = 0.0
    for k in successes...max(successes, count) {
      let choices = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
      sum += exp(choices - n * log(2))
    }
    return min(sum, 1)
  }
}
