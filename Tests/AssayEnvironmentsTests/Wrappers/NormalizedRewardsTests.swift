import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Normalised rewards")
struct NormalizedRewardsTests {
  @Test("a world that normalises what is paid keeps the contract, but that it learns from episode to episode")
  func contract() {
    let forgetting = [EnvironmentCheck.forgetting.rawValue]
    #expect(
      EnvironmentChecks(NormalizedRewards(SlidingBlock(), discount: 0.9)).run().map(\.check) == forgetting)
    #expect(
      EnvironmentChecks(NormalizedRewards(Reel([1, -2, 30]), discount: 1)).run().map(\.check) == forgetting)
  }

  @Test("rewards are divided by the deviation of returns so far, and performances stay")
  func vectors() {
    var world = NormalizedRewards(Reel([1, 1, 1, -2]), discount: 0.5)
    let steps = world.steps([0, 0, 0, 0])
    // Returns 1, 3⁄2, 7⁄4, −9⁄8; variances 0, 1⁄16, 7⁄72 and 1315⁄1024.
    let expected = [1, 4, (72.0 / 7).squareRoot(), -2 * (1024.0 / 1315).squareRoot()]
    for (step, value) in zip(steps, expected) { #expect(abs(step.reward.value - value) < 1e-12) }
    #expect(steps.map(\.performance) == [10, 10, 10, -20])
    #expect(steps.last?.ending == .terminated)
  }

  @Test("returns start anew with each episode, and the statistics do not")
  func episodes() {
    var world = NormalizedRewards(Reel([4]), discount: 1)
    for seed in 0..<3 { #expect(world.steps([0], seed: UInt64(seed)).map(\.reward) == [4]) }
    #expect(world.statistics.count == 3 && world.statistics.mean == [4])
  }

  @Test("what is far off is cut off, and the range says on which side")
  func limit() {
    var world = NormalizedRewards(Reel([0, 0, 0, 0, 0, 9]), discount: 1, limit: 2)
    // One return of 9 among five of 0 has a deviation of 9·√5 / 6, which makes it 2.68.
    #expect(world.steps([0, 0, 0, 0, 0, 0]).map(\.reward) == [0, 0, 0, 0, 0, 2])
    #expect(world.rewardRange == 0...2)
    #expect(NormalizedRewards(SlidingBlock(), discount: 1).rewardRange == -10...0)
  }

  @Test("a discount beyond 1 is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = NormalizedRewards(SlidingBlock(), discount: 1.5) }
  }
}
