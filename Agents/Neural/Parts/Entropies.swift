import Assay
import Foundation

extension GaussianActions: EntropicDistribution {
  /// Σ ln σ + ½ ln 2πe.
  public var entropy: Double { deviations.reduce(0) { $0 + log($1) + 0.5 * log(2 * .pi * M_E) } }
}

extension SquashedGaussianActions: EntropicDistribution {
  /// Σ of the normal entropy, plus the mean of ln(1 − tanh² u) and the logarithm of the half-width.
  ///
  /// The mean is taken over 33 points between −5 and 5 deviations by the trapezoidal rule, which is within 10⁻⁵ where
  /// σ ≤ 2, and within 0.01 up to the largest σ that there is, e².
  public var entropy: Double {
    var sum = 0.0
    for index in means.indices {
      sum += log(deviations[index]) + 0.5 * log(2 * .pi * M_E) + log(halfWidths[index])
      var mean = 0.0
      for (point, weight) in zip(Self.points, Self.weights) {
        let u = abs(means[index] + deviations[index] * point)
        // ln(1 − tanh² u), for large u too.
        mean += weight * 2 * (log(2) - u - log1p(exp(-2 * u)))
      }
      sum += mean
    }
    return sum
  }

  private static let points = (0...32).map { -5 + 0.3125 * Double($0) }
  private static let weights: [Double] = {
    let densities = points.map { exp(-0.5 * $0 * $0) }
    let total = densities.reduce(0, +)
    return densities.map { $0 / total }
  }()
}
