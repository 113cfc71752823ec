import Foundation

/// Student's t distribution.
enum StudentT {
  /// The number that a t-distributed variable stays below with the given probability.
  ///
  /// - Parameters:
  ///   - probability: in (0, 1).
  ///   - degrees: degrees of freedom, positive.
  /// - Returns: the quantile.
  static func quantile(_ probability: Double, degrees: Int) -> Double {
    precondition(probability > 0 && probability < 1, "probability must be in (0, 1), but is \(probability)")
    precondition(degrees > 0, "degrees must be positive, but is \(degrees)")
    if probability < 0.5 { return -quantile(1 - probability, degrees: degrees) }
    var (low, high) = (0.0, 1.0)
    while cumulative(high, degrees: degrees) < probability { high *= 2 }
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if cumulative(middle, degrees: degrees) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// P(T ≤ t) for t ≥ 0, by the finite trigonometric series for whole degrees of freedom.
  ///
  /// - SeeAlso: Abramowitz & Stegun (1964), 26.7.3 and 26.7.4.
  static func cumulative(_ t: Double, degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    var inside: Double
    if degrees % 2 == 1 {
      var (term, sum) = (cosine, 0.0)
      var k = 3
      while k <= degrees {
        sum += term
        term *= Double(k - 1) / Double(k) * cosine * cosine
        k += 2
      }
      inside = 2 / .pi * (angle + sine * sum)
    } else {
      var (term, sum) = (1.0, 0.0)
      var k = 2
      while k <= degrees {
        sum += term
        term *= Double(k - 1) / Double(k) * cosine * cosine
        k += 2
      }
      inside = sine * sum
    }
    inside = min(max(inside, 0), 1)
    return (1 + inside) / 2
  }
}
