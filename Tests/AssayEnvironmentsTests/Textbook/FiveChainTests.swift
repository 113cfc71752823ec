import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("Five-chain")
struct FiveChainTests {
  @Test("1000 steps pay 3677 in the long run at best, and 1603 to those who always go back")
  func gain() throws {
    let process = try FiniteMDP(enumerating: FiveChain())
    let best = try process.averageRewardSolution()
    #expect(abs(try #require(best.gain) - 3.6768) < 1e-6)
    #expect(best.policy == [0, 0, 0, 0, 0])
    // Back pays 2 in four steps of five, and 10 where five in a row slipped: 0.8 · 2 + 0.2⁵ · 10.
    let back = try process.averageRewardSolution(
      policy: PolicyTable(actionCount: 2, actions: [1, 1, 1, 1, 1]))
    #expect(abs(try #require(back.gain) - 1.6032) < 1e-6)
  }

  @Test("forward goes on and slips back for 2, back goes back and slips on")
  func moves() {
    let world = FiveChain()
    #expect(
      world.outcomes(of: FiveChain.forward, in: 2) == [
        Outcome(next: 3, probability: 0.8, reward: 0), Outcome(next: 0, probability: 0.2, reward: 2),
      ])
    #expect(
      world.outcomes(of: FiveChain.back, in: 4) == [
        Outcome(next: 4, probability: 0.2, reward: 10), Outcome(next: 0, probability: 0.8, reward: 2),
      ])
    #expect(FiveChain(slip: 0).outcomes(of: FiveChain.forward, in: 4).count == 1)
    #expect(world.rewardRange == 0...10)
  }

  @Test("to go forward is best at the world's own discount, too")
  func discounted() {
    let values = bestActionValues(of: FiveChain())
    #expect((0..<5).allSatisfy { bestActions(values, in: $0) == [FiveChain.forward] })
  }

  @Test("the contract holds")
  func contract() { #expect(EnvironmentChecks(FiveChain()).run().isEmpty) }

  @Test("a slip above 1 and an action that is neither are a programmer's mistakes")
  func outside() async {
    await #expect(processExitsWith: .failure) { _ = FiveChain(slip: 1.2) }
    await #expect(processExitsWith: .failure) {
      var world = FiveChain()
      var random = RandomStream(seed: 1)
      _ = world.step(-1, using: &random)
    }
  }
}
