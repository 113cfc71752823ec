import Assay
import AssayAgents
import Testing

@Suite("Entropies of vector actions")
struct EntropyTests {
  /// Over −1 … 1, integrated by SciPy's adaptive quadrature.
  @Test(
    "A squashed normal distribution's entropy is the integral's",
    arguments: [
      (0.0, 0.5, 0.499_967_347, 2e-6), (1, 0.3, -0.691_490_589, 2e-6), (-2, 1, -1.366_658_496, 5e-6),
      (0.5, 2, -0.092_020_493, 1e-5), (0, 7.389, -7.074_263_275, 0.01),
    ])
  func squashed(mean: Double, deviation: Double, entropy: Double, tolerance: Double) {
    let one = SquashedGaussianActions(
      means: [mean], deviations: [deviation], centres: [0], halfWidths: [1])
    #expect(abs(one.entropy - entropy) < tolerance)
    // Twice as wide a box adds ln 2; a second coordinate adds its own.
    let two = SquashedGaussianActions(
      means: [mean, 0], deviations: [deviation, 0.5], centres: [0, 3], halfWidths: [2, 1])
    #expect(abs(two.entropy - entropy - 0.693_147_181 - 0.499_967_347) < tolerance + 2e-6)
  }
}
