import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Aliased pair")
struct AliasedPairTests {
  @Test("who tells the states apart gets 10, who does not gets half of it")
  func values() throws {
    let world = AliasedPair()
    let best = bestActionValues(of: world)
    for state in 0..<2 {
      #expect(bestActions(best, in: state) == [state])
      #expect(abs(bestValue(best, in: state) - 10) < 1e-9)
    }
    // Always left pays every other time, first or second.
    let process = try FiniteMDP(enumerating: world)
    let left = try process.values(of: PolicyTable(actionCount: 2, actions: [0, 0])).values
    #expect(abs(left[0] - 1 / 0.19) < 1e-9 && abs(left[1] - 0.9 / 0.19) < 1e-9)
    #expect(abs(process.initialValue(of: left) - 5) < 1e-9)
    let uniform = uniformPolicyValues(of: world)
    #expect(abs(uniform[0] - 5) < 1e-9 && abs(uniform[1] - 5) < 1e-9)
  }

  @Test("the two look the same or they do not; the world is the same either way")
  func features() throws {
    let aliased = try #require(AliasedPair().features)
    #expect(aliased.values[aliased.range(of: 0)] == aliased.values[aliased.range(of: 1)])
    let apart = try #require(AliasedPair(aliased: .no).features)
    #expect(apart.values == [1, 0, 0, 1])
    #expect(
      try FiniteMDP(enumerating: AliasedPair()) == FiniteMDP(enumerating: AliasedPair(aliased: .no)))
  }
}
