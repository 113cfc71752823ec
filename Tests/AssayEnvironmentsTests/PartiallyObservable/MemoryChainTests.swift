import Assay
import AssayEnvironments
import Testing

@Suite("Memory chain")
struct MemoryChainTests {
  @Test("the world does what it lists", arguments: [(1, 1), (5, 1), (3, 2)])
  func contract(length: Int, bits: Int) {
    #expect(faults(of: MemoryChain(length: length, bits: bits), samples: 50) == [])
  }

  @Test("the clock, the bits and the question are shown when the suite shows them")
  func sights() {
    // For n = 3 and 2 bits: bits 01 (0 the first) and question 1. By the suite's code: clock 0 and the bits
    // at the start and after a step, clock 1, then clock 2 with the question, and clock 3 at the end.
    var world = MemoryChain(length: 3, bits: 2)
    var random = RandomStream(seed: 0)
    world.place(in: 1 * 4 + 2)
    func parts(_ observation: Int) -> [Int] { [observation / 10, observation / 5 % 2, observation % 5] }
    var seen: [[Int]] = []
    var rewards: [Double] = []
    for action in [0, 0, 0, 1] {
      let step = world.step(action, using: &random)
      seen.append(parts(step.observation))
      rewards.append(step.reward.value)
    }
    #expect(seen == [[0, 0, 3], [1, 0, 0], [2, 1, 0], [3, 0, 0]])
    #expect(rewards == [0, 0, 0, 1])
    #expect(world.isOver)
  }

  @Test("who remembers gets 1, who does not 0", arguments: [(1, 1), (4, 1), (2, 2)])
  func memory(length: Int, bits: Int) {
    let process = MemoryChain(length: length, bits: bits).process
    #expect(abs(BeliefGraph(process).bestValue(discount: 1) - 1) < 1e-9)
    // Each answer is right in half of the states in which it is asked for.
    let sum = process.process.reward.expected.reduce(0, +)
    #expect(sum == 0)
  }

  @Test("a step after the end traps")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = MemoryChain(length: 1)
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      for _ in 0..<3 { _ = world.step(0, using: &random) }
    }
  }
}
