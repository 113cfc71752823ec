import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Student's t")
struct StudentTTests {
  /// From the tables of Fisher and Yates, as reprinted in any textbook.
  @Test(
    "quantiles are those of the tables",
    arguments: [
      (0.975, 1, 12.7062), (0.975, 2, 4.30265), (0.975, 3, 3.18245), (0.975, 4, 2.77645), (0.975, 9, 2.26216),
      (0.975, 19, 2.09302), (0.975, 30, 2.04227), (0.95, 5, 2.01505), (0.995, 10, 3.16927), (0.9, 1, 3.07768),
    ])
  func table(probability: Double, degrees: Int, quantile: Double) {
    #expect(abs(StudentT.quantile(probability, degrees: degrees) / quantile - 1) < 5e-6)
  }

  @Test("the lower half mirrors the upper, and the median is 0")
  func symmetry() {
    for degrees in [1, 2, 7, 8] {
      #expect(StudentT.quantile(0.025, degrees: degrees) == -StudentT.quantile(0.975, degrees: degrees))
      #expect(abs(StudentT.quantile(0.5, degrees: degrees)) < 1e-12)
    }
  }

  @Test("many degrees of freedom come near the normal distribution")
  func manyDegrees() {
    // The first term of Cornish and Fisher's expansion: z + (z³ + z) / 4ν, with z = 1.959964.
    #expect(abs(StudentT.quantile(0.975, degrees: 1000) - 1.962339) < 2e-6)
  }

  @Test("probability and degrees that make no sense trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = StudentT.quantile(1, degrees: 3) }
    await #expect(processExitsWith: .failure) { _ = StudentT.quantile(0.5, degrees: 0) }
  }
}
