import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Verdicts")
struct VerdictsTests {
  private func interval(_ low: Double, _ high: Double) -> Estimate {
    Estimate(estimate: (low + high) / 2, low: low, high: high, count: 5)
  }

  @Test("the interval decides: healthy when all of it is within the tolerance, faulty when none is")
  func byInterval() {
    for verdict in [
      Verdict.critic, Verdict.model, { Verdict.actor($0, isFixed: false, isCriticFlat: false) },
    ] {
      #expect(verdict(interval(0, 0.04)).name == .healthy)
      #expect(verdict(interval(0.01, 0.05)).name == .healthy)
      #expect(verdict(interval(0.04, 0.06)).name == .inconclusive)
      #expect(verdict(interval(0.05, 0.06)).name == .inconclusive)
      #expect(verdict(interval(0.051, 0.5)).name == .faulty)
      #expect(verdict(interval(-1, 1)).name == .inconclusive)
    }
  }

  @Test("a mean just above the tolerance is no fault while its interval says otherwise")
  func meanIsNotEnough() {
    // Mean 0.06, half width 12.7 · 0.01.
    #expect(Verdict.critic(Estimate(mean: [0.05, 0.07])).name == .inconclusive)
    #expect(Verdict.critic(Estimate(mean: [0.06, 0.061, 0.06, 0.059])).name == .faulty)
  }

  @Test("what is not a number is neither healthy nor faulty")
  func notANumber() {
    #expect(Verdict.critic(Estimate(mean: [.nan])).name == .inconclusive)
  }

  @Test("a flat critic leaves the actor's verdict open, whatever the gap")
  func flat() {
    #expect(Verdict.actor(interval(0, 0), isFixed: false, isCriticFlat: true).name == .inconclusive)
    #expect(Verdict.actor(interval(1, 2), isFixed: false, isCriticFlat: true).name == .inconclusive)
  }

  @Test("an actor that claims to maximise nothing is not blamed for it")
  func fixedPolicy() {
    #expect(Verdict.actor(interval(1, 1), isFixed: true, isCriticFlat: false).name == .healthy)
    #expect(Verdict.actor(interval(0, 0), isFixed: true, isCriticFlat: true).name == .healthy)
  }

  @Test("the reward's verdict has no interval, and its tolerance is a twentieth")
  func reward() {
    #expect(Verdict.reward(regret: 0.05).name == .healthy)
    #expect(Verdict.reward(regret: 0.06).name == .faulty)
    #expect(Verdict.reward(regret: -0.1).name == .healthy)
  }

  @Test("a verdict carries its measurement, its tolerance, a sentence, and what would change it")
  func contents() {
    let verdict = Verdict.critic(interval(0.1, 0.3))
    #expect(verdict.measured == interval(0.1, 0.3) && verdict.tolerance == 0.05)
    #expect(verdict.statement.contains("does not approximate") && verdict.statement.contains("20.0%"))
    #expect(verdict.wouldChange.contains("5.00%"))
  }

  @Test(
    "shares are written for people",
    arguments: [
      (0.5, "50.0%"), (0.0123, "1.23%"), (1.5, "150%"), (0, "0%"), (-0.25, "−25.0%"),
      (0.00002, "under 0.01%"),
      (-0.00002, "−under 0.01%"), (.infinity, "∞%"), (-.infinity, "−∞%"), (.nan, "an unknown share"),
    ])
  func percentages(share: Double, text: String) { #expect(percent(share) == text) }
}
