import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Extended tiger")
struct ExtendedTigerTests {
  @Test("the world does what it lists")
  func contract() {
    #expect(faults(of: ExtendedTiger()) == [])
    #expect(faults(of: ExtendedTiger(accuracy: 0.6, wasted: 10)) == [])
  }

  @Test("one hears only sitting, and opens only standing")
  func rules() {
    let process = ExtendedTiger(wasted: 7).process
    // Stand, listen, open left, open right; sitting before the tiger left and right, then standing.
    #expect(
      process.process.reward.expected == [-1, -1, -7, -7, -1, -1, -7, -7, -7, -7, -100, 30, -7, -7, 30, -100])
    #expect(process.probability(of: 0, after: ExtendedTiger.listen, leadingTo: 0) == 0.85)
    #expect(process.probability(of: 2, after: ExtendedTiger.listen, leadingTo: 2) == 1)
    #expect(process.probability(of: 2, after: ExtendedTiger.openLeft, leadingTo: 0) == 1)
    #expect(process.initialBelief(observing: 2) == [0.5, 0.5, 0, 0])
  }

  @Test("4.7794 a step is best, whatever wasted steps cost", arguments: [1.0, 10])
  func average(wasted: Double) {
    // Standing up once one door was heard k times more than the other: it is the right one with P =
    // .85ᵏ/(.85ᵏ + .15ᵏ), after k/.7·(2P − 1) times listening on average (a random walk), and two steps more.
    let byRule = (1...6).map { k -> Double in
      let right = 1 / (1 + pow(0.15 / 0.85, Double(k)))
      let listens = Double(k) / 0.7 * (2 * right - 1)
      return (130 * right - 100 - 1 - listens) / (listens + 2)
    }
    #expect(byRule.max() == byRule[1])
    #expect(abs(byRule[1] - 4.7794) < 5e-5)
    let gain = BeliefGraph(ExtendedTiger(wasted: wasted).process).bestAverageReward()
    #expect(abs(gain.lowerBound - byRule[1]) < 1e-6 && abs(gain.upperBound - byRule[1]) < 1e-6)
  }

  @Test("accuracy is a probability of at least ½")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = ExtendedTiger(accuracy: 0.4) }
  }
}
