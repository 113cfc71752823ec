import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Noisy observations")
struct NoisyObservationsTests {
  @Test("a world that is not seen as it is keeps the contract")
  func contract() {
    #expect(
      EnvironmentChecks(NoisyObservations(SlidingBlock(), deviation: 0.5)).run().map(\.description) == [])
    let lake = NoisyObservations(FrozenLake.fourByFour, probability: 0.2)
    #expect(EnvironmentChecks(lake).run().map(\.description) == [])
  }

  @Test("without noise it is the base, bit for bit")
  func none() {
    var (block, seenBlock) = (SlidingBlock(), NoisyObservations(SlidingBlock(), deviation: 0))
    let pushes: [[Float]] = [[1], [-0.25], [0.5]]
    #expect(seenBlock.steps(pushes).map(\.observation) == block.steps(pushes).map(\.observation))
    #expect(seenBlock.observationSpace == block.observationSpace)
    var (lake, seenLake) = (FrozenLake.fourByFour, NoisyObservations(FrozenLake.fourByFour, probability: 0))
    #expect(seenLake.steps([2, 2]).map(\.observation) == lake.steps([2, 2]).map(\.observation))
  }

  @Test("noise has mean 0 and the deviation of its coordinate, and what happens is as it was")
  func normal() throws {
    var world = NoisyObservations(SlidingBlock(), deviations: [0.5, 0])
    var random = RandomStream(seed: 1)
    var noise: [Double] = []
    for _ in 0..<4000 {
      try world.place(at: [1, 0.25])
      let step = world.step([1], using: &random)
      // v = ¼ + ¼, x = 1 + ⅛.
      #expect(step.observation[1] == 0.5 && step.reward == -1.265625)
      noise.append(Double(step.observation[0]) - 1.125)
    }
    // Five standard errors of mean and variance, σ/√n and σ²·√(2/n): a false alarm has p < 1.2e-6.
    let mean = noise.reduce(0, +) / 4000
    let variance = noise.reduce(0) { $0 + $1 * $1 } / 4000
    #expect(abs(mean) < 5 * 0.5 / 4000.0.squareRoot())
    #expect(abs(variance - 0.25) < 5 * 0.25 * (2.0 / 4000).squareRoot())
    #expect(world.observationSpace == BoxSpace(low: [-.infinity, -100], high: [.infinity, 100]))
  }

  @Test("a replaced observation is any of the list")
  func discrete() throws {
    var world = NoisyObservations(GridWorld.fourByFour, probability: 0.5)
    var random = RandomStream(seed: 1)
    var counts = [Int](repeating: 0, count: world.observationSpace.count)
    for _ in 0..<8000 {
      try world.place(at: [5])
      counts[world.step(0, using: &random).observation] += 1
    }
    // The first observation of an episode is as noisy as the others: from the one start of the walk anything
    // is seen, of which 200 draws miss one of 7 with p < 1e-12.
    var walk = NoisyObservations(RandomWalk.five, probability: 1)
    #expect(Set((0..<200).map { _ in walk.reset(using: &random) }) == Set(0..<7))
    // Up from 5 is 1, seen with ½ + ½ / 16; each other with ½ / 16. Five deviations of each of 16 binomials:
    // p < 1e-5.
    let count = Double(counts.count)
    for (seen, found) in counts.enumerated() {
      let probability = (seen == 1 ? 0.5 : 0) + 0.5 / count
      let deviation = (8000 * probability * (1 - probability)).squareRoot()
      #expect(abs(Double(found) - 8000 * probability) < 5 * deviation)
    }
  }

  @Test("a probability beyond 1 is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = NoisyObservations(RandomWalk.five, probability: 1.5) }
  }
}
