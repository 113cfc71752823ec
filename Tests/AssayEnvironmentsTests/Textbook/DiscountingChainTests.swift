import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Discounting chain")
struct DiscountingChainTests {
  @Test(
    "the best chain depends on the discount, from 0.707, 0.906 and 0.966 on",
    arguments: [
      (0.5, 0), (0.70, 0), (0.71, 1), (0.9, 1), (0.905, 1), (0.907, 2), (0.95, 2), (0.965, 2), (0.967, 3),
      (0.99, 3),
    ])
  func flips(discount: Double, best: Int) {
    let values = bestActionValues(of: DiscountingChain(discount: discount))
    #expect(bestActions(values, in: 0) == [best])
    for (chain, delay) in DiscountingChain.delays.enumerated() {
      let value = DiscountingChain.rewards[chain] * pow(discount, Double(delay))
      #expect(abs(values[0][chain] - value) < 1e-9)
    }
  }

  @Test("a chain pays as many steps after the first action as it says", arguments: 0..<4)
  func delay(chain: Int) {
    var world = DiscountingChain()
    var random = RandomStream(seed: 1)
    world.place(in: 0)
    var step = world.step(chain, using: &random)
    var waited = 0
    while step.ending == nil {
      #expect(step.reward == 0)
      step = world.step(0, using: &random)
      waited += 1
    }
    #expect(waited == DiscountingChain.delays[chain])
    #expect(step.reward.value == DiscountingChain.rewards[chain])
    #expect(step.observation == 45)
  }

  @Test("half of the episodes begin at the start")
  func starts() {
    let initial = DiscountingChain().initialDistribution
    #expect(initial.count == 46 && initial[0] == 0.5 && initial[45] == 0)
    #expect(initial[1..<45].allSatisfy { abs($0 - 0.5 / 44) < 1e-12 })
  }
}
