import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("River swim")
struct RiverSwimTests {
  @Test("the process is that of Strehl and Littman, entry by entry")
  func process() {
    let world = RiverSwim()
    // Down, nowhere, up: how likely each is against the current.
    let against = [[0, 0.7, 0.3]] + Array(repeating: [0.1, 0.6, 0.3], count: 4) + [[0.7, 0.3, 0]]
    for state in 0..<6 {
      #expect(
        world.outcomes(of: RiverSwim.left, in: state)
          == [Outcome(next: max(0, state - 1), probability: 1, reward: state == 0 ? 5 : 0)])
      let listed = (-1...1).filter { against[state][$0 + 1] > 0 }.map { move in
        Outcome(
          next: state + move, probability: against[state][move + 1],
          reward: state == 5 && move == 0 ? 10_000 : 0)
      }
      #expect(world.outcomes(of: RiverSwim.right, in: state) == listed)
    }
    #expect(world.initialDistribution == [0, 0.5, 0.5, 0, 0, 0])
    #expect(world.discount == 0.95 && world.rewardRange == 0...10_000)
  }

  @Test("to swim always is best, and pays 668.8 a step in the long run")
  func gain() throws {
    let best = bestActionValues(of: RiverSwim())
    #expect((0..<6).allSatisfy { bestActions(best, in: $0) == [RiverSwim.right] })
    // In balance as often up as down: the shares are 1, 3, 9, 27, 81 and 81 · 3/7.
    let top = 243.0 / 7
    let gain = top / (121 + top) * 0.3 * 10_000
    let process = try FiniteMDP(enumerating: RiverSwim())
    let solution = try process.averageRewardSolution()
    #expect(abs(try #require(solution.gain) - gain) < 1e-5)
    #expect(solution.policy == [1, 1, 1, 1, 1, 1])
    let drift = try process.averageRewardSolution(
      policy: PolicyTable(actionCount: 2, actions: [0, 0, 0, 0, 0, 0]))
    #expect(abs(try #require(drift.gain) - 5) < 1e-6)
  }

  @Test("the contract holds")
  func contract() { #expect(EnvironmentChecks(RiverSwim()).run().isEmpty) }

  @Test("an action that is neither is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = RiverSwim()
      var random = RandomStream(seed: 1)
      _ = world.step(2, using: &random)
    }
  }
}
