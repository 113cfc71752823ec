import Assay
import Foundation

/// Normal noise whose power falls with frequency as f^−β: neighbouring steps are alike, the more so the larger β.
///
/// A sequence of H numbers is a sum of waves of the frequencies k/H with normal amplitudes,
///
///     xₜ = Σₖ σₖ·(aₖ·cos 2πkt/H + bₖ·sin 2πkt/H),  σₖ² ∝ max(k, 1)^−β,  k = 0 … ⌊H/2⌋
///
/// so scaled that each xₜ has variance 1; the frequencies 0 and ½ have half the variance of the others, as they have no
/// sine. β = 0 is white noise: independent numbers. Sequences repeat after H steps.
///
/// - SeeAlso: Timmer & König (1995), *On generating power law noise*; Pinneri et al. (2020), *Sample-efficient
///   cross-entropy method for real-time planning*.
public struct ColouredNoise: Sendable {
  /// H, how many steps a sequence has.
  public let horizon: Int
  /// β.
  public let exponent: Double
  /// σₖ·cos and σₖ·sin of each frequency, `[waves × horizon]`; empty where noise is white.
  private let waves: [Double]

  /// Makes a source of noise.
  ///
  /// - Parameters:
  ///   - horizon: how many steps a sequence has, at least 1.
  ///   - exponent: β, not negative; 0 for white noise.
  public init(horizon: Int, exponent: Double) {
    precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
    precondition(
      exponent >= 0 && exponent.isFinite, "exponent must be finite and not negative, but is \(exponent)")
    self.horizon = horizon
    self.exponent = exponent
    guard exponent > 0, horizon > 1 else {
      waves = []
      return
    }
    let variances = (0...horizon / 2).map { frequency in
      let power = pow(Double(max(frequency, 1)), -exponent)
      return frequency == 0 || 2 * frequency == horizon ? power / 2 : power
    }
    let total = variances.reduce(0, +)
    var waves: [Double] = []
    for (frequency, variance) in variances.enumerated() {
      let deviation = (variance / total).squareRoot()
      let angles = (0..<horizon).map { 2 * Double.pi * Double(frequency * $0 % horizon) / Double(horizon) }
      waves += angles.map { deviation * cos($0) }
      if frequency > 0, 2 * frequency < horizon { waves += angles.map { deviation * sin($0) } }
    }
    self.waves = waves
  }

  /// Draws a sequence for each coordinate of an action.
  ///
  /// - Parameters:
  ///   - width: how many numbers an action has; their noises are independent.
  ///   - random: where they are drawn from.
  /// - Returns: `[horizon × width]`, each with mean 0 and variance 1.
  public func sequence(width: Int, using random: inout RandomStream) -> [Double] {
    var result = [Double](repeating: 0, count: horizon * width)
    if waves.isEmpty {
      for index in result.indices { result[index] = random.normal() }
      return result
    }
    for coordinate in 0..<width {
      for first in stride(from: 0, to: waves.count, by: horizon) {
        let amplitude = random.normal()
        for step in 0..<horizon { result[step * width + coordinate] += amplitude * waves[first + step] }
      }
    }
    return result
  }
}
