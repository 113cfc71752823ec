import Assay
import Foundation

/// Independent normal distributions; densities and divergences are summed over the last axis.
public struct Gaussian<R: PositiveRank> {
  public let mean: Tensor<R>
  /// log σ.
  public let logDeviation: Tensor<R>

  public init(mean: Tensor<R>, logDeviation: Tensor<R>) {
    guard mean.shape == logDeviation.shape else {
      mean.trace.fail(
        "means of shape \(mean.shape) and deviations of shape \(logDeviation.shape) do not go together")
    }
    self.mean = mean
    self.logDeviation = logDeviation
  }

  /// σ.
  public var deviation: Tensor<R> { exp(logDeviation) }

  /// A sample, drawn anew in every run: mean + σ ε. The gradient passes to both.
  public func sample() -> Tensor<R> { mean + deviation * mean.trace.noise(.normal, mean.shape) }

  /// Σ −½ ((x − mean)/σ)² − log σ − ½ log 2π.
  public func logProbability(of x: Tensor<R>) -> Tensor<R.Lower> {
    let standard = (x - mean) * exp(-logDeviation)
    return (square(standard) * -0.5 - logDeviation - Float(0.5 * log(2 * Double.pi))).sum(alongAxis: -1)
  }

  /// Σ log σ + ½ log 2πe, in nats.
  public var entropy: Tensor<R.Lower> {
    (logDeviation + Float(0.5 + 0.5 * log(2 * Double.pi))).sum(alongAxis: -1)
  }

  /// The Kullback–Leibler divergence from another, in nats:
  ///
  ///     Σ log σ₂/σ₁ + (σ₁² + (mean₁ − mean₂)²) / 2σ₂² − ½
  public func divergence(from other: Gaussian) -> Tensor<R.Lower> {
    let ratio = exp(2 * (logDeviation - other.logDeviation))
    let distance = square((mean - other.mean) * exp(-other.logDeviation))
    return (other.logDeviation - logDeviation + (ratio + distance) * 0.5 - 0.5).sum(alongAxis: -1)
  }
}

/// A normal distribution squeezed into (−1, 1) by tanh, for bounded actions.
///
/// - SeeAlso: Haarnoja et al. (2018), *Soft actor-critic*, appendix C.
public struct SquashedGaussian<R: PositiveRank> {
  /// Before the tanh.
  public let gaussian: Gaussian<R>

  public init(mean: Tensor<R>, logDeviation: Tensor<R>) {
    gaussian = Gaussian(mean: mean, logDeviation: logDeviation)
  }

  /// tanh of the mean: what to do without noise. It is not the mean of the actions.
  public var mode: Tensor<R> { tanh(gaussian.mean) }

  /// A sample and its log density, drawn anew in every run.
  ///
  /// The density is taken before the tanh, where nothing is lost to rounding:
  ///
  ///     log p(a) = log N(u) − Σ log(1 − tanh² u),  log(1 − tanh² u) = 2 (log 2 − u − softplus(−2u))
  ///
  /// - Returns: the action in (−1, 1) (in Float32 it may round to ±1), and log p, summed over the last axis.
  public func sample() -> (action: Tensor<R>, logProbability: Tensor<R.Lower>) {
    let before = gaussian.sample()
    return (tanh(before), logProbability(before: before))
  }

  /// The log density of tanh(u), given u.
  public func logProbability(before u: Tensor<R>) -> Tensor<R.Lower> {
    let correction = 2 * (Float(log(2.0)) - u - softplus(-2 * u))
    return gaussian.logProbability(of: u) - correction.sum(alongAxis: -1)
  }

  /// The log density of an action strictly within (−1, 1); it is first pulled to ±(1 − 1e-6).
  public func logProbability(of action: Tensor<R>) -> Tensor<R.Lower> {
    let inner = action.clamped(to: -(1 - 1e-6)...(1 - 1e-6))
    return logProbability(before: 0.5 * (logOnePlus(inner) - logOnePlus(-inner)))
  }
}
