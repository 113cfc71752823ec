import Assay
import AssayEnvironments
import Testing

@Suite("Two-armed bandit")
struct TwoArmedBanditTests {
  @Test("an arm is worth how likely it pays, and one pull is an episode")
  func arms() {
    let values = bestActionValues(of: TwoArmedBandit(first: 0.25, second: 1))
    #expect(values == [[0.25, 1]])
    #expect(
      TwoArmedBandit(first: 0.25).outcomes(of: 0, in: 0) == [
        Outcome(next: 0, probability: 0.25, reward: 1, isTerminal: true),
        Outcome(next: 0, probability: 0.75, reward: 0, isTerminal: true),
      ])
    #expect(TwoArmedBandit(first: 0).outcomes(of: 0, in: 0).count == 1)
  }

  @Test("a chance above 1 is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) { _ = TwoArmedBandit(second: 1.1) }
  }
}
