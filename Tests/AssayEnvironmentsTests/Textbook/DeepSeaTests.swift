import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Deep sea")
struct DeepSeaTests {
  @Test(
    "the best return is 0.99, whatever the size and the mapping", arguments: [1, 2, 5, 10, 20],
    [DeepSea.Mapping.plain, .drawn(seed: 3)])
  func best(size: Int, mapping: DeepSea.Mapping) {
    let values = bestActionValues(of: DeepSea(size: size, mapping: mapping))
    #expect(abs(bestValue(values, in: 0) - 0.99) < 1e-12)
  }

  @Test(
    "of all 2ᴺ sequences of actions one finds the treasure, and random ones with probability 2⁻ᴺ",
    arguments: [DeepSea.Mapping.plain, .drawn(seed: 5)])
  func sequences(mapping: DeepSea.Mapping) {
    var random = RandomStream(seed: 1)
    var found = 0
    for sequence in 0..<256 {
      var world = DeepSea(size: 8, mapping: mapping)
      _ = world.reset(using: &random)
      var total = 0.0
      for depth in 0..<8 {
        let step = world.step(sequence >> depth & 1, using: &random)
        total += step.reward.value
        #expect((step.ending == .terminated) == (depth == 7))
      }
      if total > 0 {
        found += 1
        #expect(abs(total - 0.99) < 1e-12)
      }
    }
    #expect(found == 1)
    // The uniform policy's return: a treasure in one of 256 episodes, and half of the cost of going right.
    let values = uniformPolicyValues(of: DeepSea(size: 8, mapping: mapping))
    #expect(abs(values[0] - (1.0 / 256 - 0.005)) < 1e-12)
  }

  @Test("right costs and leads right, left leads left for nothing, and the first column stops it")
  func moves() {
    let world = DeepSea(size: 4)
    #expect(world.outcomes(of: 1, in: 0) == [Outcome(next: 2, probability: 1, reward: -0.0025)])
    #expect(world.outcomes(of: 0, in: 0) == [Outcome(next: 1, probability: 1, reward: 0)])
    #expect(world.outcomes(of: 0, in: 2) == [Outcome(next: 3, probability: 1, reward: 0)])
    // The last row: columns 0 to 3 are states 6 to 9, and 10 is the bottom.
    #expect(
      world.outcomes(of: 1, in: 8) == [Outcome(next: 10, probability: 1, reward: -0.0025, isTerminal: true)])
    #expect(
      world.outcomes(of: 1, in: 9) == [Outcome(next: 10, probability: 1, reward: 0.9975, isTerminal: true)])
    #expect(world.outcomes(of: 0, in: 9) == [Outcome(next: 10, probability: 1, reward: 0, isTerminal: true)])
    #expect(world.stateNames[8] == "row 3, column 2")
  }

  @Test("a drawn mapping follows from its seed, and has both actions for right")
  func mapping() {
    let one = DeepSea(size: 10, mapping: .drawn(seed: 1))
    #expect(one.rights == DeepSea(size: 10, mapping: .drawn(seed: 1)).rights)
    #expect(one.rights != DeepSea(size: 10, mapping: .drawn(seed: 2)).rights)
    #expect(Set(one.rights) == [0, 1])
    #expect(one.outcomes(of: one.rights[0], in: 0)[0].next == 2)
  }

  @Test("the contract holds")
  func contract() {
    for mapping in [DeepSea.Mapping.plain, .drawn(seed: 1)] {
      var checks = EnvironmentChecks(DeepSea(size: 6, mapping: mapping))
      checks.samples = 50
      #expect(checks.run().isEmpty)
    }
  }

  @Test("stepping on at the bottom is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = DeepSea(size: 1)
      var random = RandomStream(seed: 1)
      _ = world.step(0, using: &random)
      _ = world.step(0, using: &random)
    }
  }
}
