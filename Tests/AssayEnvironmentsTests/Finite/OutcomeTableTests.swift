import Assay
import Testing

@testable import AssayEnvironments

@Suite("Outcome table")
struct OutcomeTableTests {
  @Test("what is the same in all but its probability becomes one outcome, and nothing else does")
  func merging() {
    let table = OutcomeTable(stateCount: 2, actionCount: 1, starts: [1, 1]) { _, _ in
      [
        Outcome(next: 0, probability: 0.25, reward: 1, performance: 0),
        Outcome(next: 0, probability: 0.125, reward: 1, performance: 2),
        Outcome(next: 0, probability: 0.25, reward: 1, performance: 0),
        Outcome(next: 0, probability: 0.125, reward: 1, performance: 0, isTerminal: true),
        Outcome(next: 0, probability: 0.125, reward: 3, performance: 0),
        Outcome(next: 1, probability: 0.125, reward: 1, performance: 0),
        Outcome(next: 1, probability: 0, reward: 9),
      ]
    }
    let outcomes = Array(table.outcomes(of: 0, in: 1))
    #expect(outcomes.map(\.probability) == [0.5, 0.125, 0.125, 0.125, 0.125])
    #expect(outcomes.map(\.performance) == [0, 2, 0, 0, 0])
    #expect(table.initial == [0.5, 0.5])
  }
}
