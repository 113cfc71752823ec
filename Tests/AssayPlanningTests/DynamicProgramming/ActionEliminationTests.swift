import Assay
import AssayPlanning
import Testing

/// Modified policy iteration stops looking at actions that its bounds rule out. That must never be a best
/// one.
@Suite("Action elimination")
struct ActionEliminationTests {
  @Test(
    "with many actions, nearly as good as one another or far apart, a best one is always kept",
    arguments: RandomProcess.Endings.allCases, [1e-6, 1e-3, 1, 1e3])
  func keepsTheBest(endings: RandomProcess.Endings, spread: Double) throws {
    for seed in 0..<UInt64(10) {
      let process = try RandomProcess(
        stateCount: 10, actionCount: 15, endings: endings, rewards: 1...1 + spread
      ).make(seed: 6000 + seed)
      for discount in [0.3, 0.95] {
        let truth = Truth(process, discount: discount)
        let best = try #require(truth.optimum(from: process.firstActions))
        let tolerance = 1e-12 * (1 + spread)
        let solution = try process.solved(
          discount: discount, method: .modifiedPolicyIteration, tolerance: tolerance)
        for state in 0..<process.stateCount where !process.isFinal(state: state) {
          let loss = best[state] - truth.backup(state, solution.policy[state], best)
          // Actions this close count as equal.
          #expect(
            loss.high <= 1.01e-10 * (1 + abs(best[state].high)), "\(endings), seed \(seed), state \(state)")
        }
        #expect(Truth.error(of: solution.values, from: best) <= (try #require(solution.errorBound)))
      }
    }
  }

  @Test("an action that looks worst at first and is best in the end is kept")
  func lateBloomer() throws {
    // From state 0: small change at once, or a long corridor that pays nothing till its end.
    let length = 60
    let outcomes: [[[Outcome]]] = (0..<length).map { state in
      state == length - 1
        ? [[end(1000)], [end(0)], [end(0)], [end(0)], [end(0)]]
        : [[end(1)], [end(2)], [end(3)], [end(4)], [move(state + 1, -1)]]
    }
    let process = try FiniteMDP.listed(outcomes, discount: 0.95)
    let solution = try process.solved(method: .modifiedPolicyIteration)
    // V(k) = −Σ 0.95ᵗ over the n = 59 − k steps left + 1000 · 0.95ⁿ, or 4 at once.
    for state in 0..<length {
      var value = 1000.0
      for _ in state..<length - 1 { value = max(-1 + 0.95 * value, 4) }
      #expect(abs(solution.values[state] - value) < 1e-9)
      #expect(solution.policy[state] == (state == length - 1 ? 0 : value == 4 ? 3 : 4))
    }
  }
}
