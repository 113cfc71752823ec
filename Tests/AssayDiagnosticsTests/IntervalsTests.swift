import Assay
import AssayDiagnostics
import Testing

@Suite("Intervals")
struct IntervalsTests {
  @Test("the mean of a few values has Student's interval")
  func mean() {
    // Mean 3, variance 2.5, t₄ = 2.776445: half width 2.776445 · √(2.5 / 5).
    let estimate = Estimate(mean: [1, 2, 3, 4, 5])
    #expect(estimate.estimate == 3 && estimate.count == 5)
    #expect(abs(estimate.low - (3 - 1.963243)) < 1e-5 && abs(estimate.high - (3 + 1.963243)) < 1e-5)
  }

  @Test("one value is its own interval")
  func single() {
    #expect(Estimate(mean: [7]) == Estimate(estimate: 7, low: 7, high: 7, count: 1))
  }

  /// 20,000 samples of five put the simulated coverage within 0.0062 of the true one, four standard errors, unless an
  /// event of probability 6e-5 happened; the seed is fixed.
  @Test("95% intervals of five normal values cover the mean 95% of the time")
  func coverage() {
    var random = RandomStream(seed: 11)
    let trials = 20_000
    var covered = 0
    for _ in 0..<trials {
      let estimate = Estimate(mean: (0..<5).map { _ in random.normal(mean: 2, deviation: 3) })
      if estimate.low <= 2 && 2 <= estimate.high { covered += 1 }
    }
    let coverage = Double(covered) / Double(trials)
    #expect(abs(coverage - 0.95) < 4 * (0.95 * 0.05 / Double(trials)).squareRoot(), "coverage \(coverage)")
  }

  @Test("the last of several values has the range of all of them")
  func last() {
    #expect(Estimate(lastOf: [3, 1, 4, 1.5]) == Estimate(estimate: 1.5, low: 1, high: 4, count: 4))
    #expect(Estimate(lastOf: [2]) == Estimate(estimate: 2, low: 2, high: 2, count: 1))
  }

  /// Newcombe (1998), *Two-sided confidence intervals for the single proportion*, table I, method 3.
  @Test(
    "shares have the Wilson intervals that are published",
    arguments: [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
  func wilson(successes: Int, count: Int, low: Double, high: Double) {
    let estimate = Estimate(share: successes, of: count)
    #expect(estimate.estimate == Double(successes) / Double(count) && estimate.count == count)
    #expect(abs(estimate.low - low) < 5.1e-5 && abs(estimate.high - high) < 5.1e-5)
  }

  @Test("all and none mirror each other, within 0 and 1")
  func extremes() {
    let (all, none) = (Estimate(share: 10, of: 10), Estimate(share: 0, of: 10))
    #expect(all.high == 1 && none.low == 0)
    #expect(abs(all.low - (1 - none.high)) < 1e-15)
  }

  @Test("no values and impossible shares trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = Estimate(mean: []) }
    await #expect(processExitsWith: .failure) { _ = Estimate(lastOf: []) }
    await #expect(processExitsWith: .failure) { _ = Estimate(share: 3, of: 2) }
  }
}
