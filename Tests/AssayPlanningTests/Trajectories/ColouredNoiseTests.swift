import AssayPlanning
import Assay
import Foundation
import Testing

@Suite("Coloured noise")
struct ColouredNoiseTests {
  /// The shares of variance at the frequencies 1, 2, 4 and 8 of 32 steps, from NumPy.
  static let shares: [(exponent: Double, shares: [Double])] = [
    (0, [0.0625, 0.0625, 0.0625, 0.0625]), (1, [0.25977541, 0.12988771, 0.06494385, 0.03247193]),
    (2, [0.48021666, 0.12005416, 0.03001354, 0.00750339]),
  ]

  /// The power of a wave has a standard error of 1/√2000 = 2.2 % over 2000 sequences, and is allowed five of them; with
  /// twelve such checks less than one run in 100 000 fails by chance.
  @Test("power falls with frequency as it should", arguments: Self.shares)
  func spectrum(_ exponent: Double, _ shares: [Double]) {
    let noise = ColouredNoise(horizon: 32, exponent: exponent)
    var random = RandomStream(seed: 1)
    var powers = [Double](repeating: 0, count: 4)
    let angles = [1, 2, 4, 8].map { frequency in
      (0..<32).map { 2 * Double.pi * Double(frequency * $0) / 32 }
    }
    let cosines = angles.map { $0.map { cos($0) } }
    let sines = angles.map { $0.map { sin($0) } }
    for _ in 0..<2000 {
      let sequence = noise.sequence(width: 1, using: &random)
      for wave in 0..<4 {
        var (real, imaginary) = (0.0, 0.0)
        for step in 0..<32 {
          real += sequence[step] * cosines[wave][step]
          imaginary += sequence[step] * sines[wave][step]
        }
        // A wave of variance s has |X|² = s·H²/2 on average.
        powers[wave] += (real * real + imaginary * imaginary) * 2 / (32 * 32) / 2000
      }
    }
    for (power, share) in zip(powers, shares) { #expect(abs(power / share - 1) < 0.112) }
  }

  /// Over 4000 sequences a variance has a standard error of 2.2 %, a correlation of 1.6 %; each is allowed five, in at most
  /// 50 checks: less than one run in 30 000 fails by chance.
  @Test("every step has variance 1, and coordinates are independent", arguments: [0, 1.5, 4])
  func variance(_ exponent: Double) {
    let noise = ColouredNoise(horizon: 7, exponent: exponent)
    var random = RandomStream(seed: 2)
    var squares = [Double](repeating: 0, count: 14)
    var products = [Double](repeating: 0, count: 7)
    for _ in 0..<4000 {
      let sequence = noise.sequence(width: 2, using: &random)
      for index in 0..<14 { squares[index] += sequence[index] * sequence[index] / 4000 }
      for step in 0..<7 { products[step] += sequence[2 * step] * sequence[2 * step + 1] / 4000 }
    }
    for square in squares { #expect(abs(square - 1) < 0.112) }
    for product in products { #expect(abs(product) < 0.08) }
  }

  @Test("one step is plain noise, and the same seed gives the same")
  func oneStep() {
    var random = RandomStream(seed: 3)
    var again = RandomStream(seed: 3)
    #expect(
      ColouredNoise(horizon: 1, exponent: 2).sequence(width: 2, using: &random)
        == [again.normal(), again.normal()])
  }
}
