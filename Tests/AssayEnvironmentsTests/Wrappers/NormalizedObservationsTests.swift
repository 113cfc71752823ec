import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Normalised observations")
struct NormalizedObservationsTests {
  @Test("a world that normalises what is seen keeps the contract, but that it learns from episode to episode")
  func contract() {
    let forgetting = [EnvironmentCheck.forgetting.rawValue]
    #expect(EnvironmentChecks(NormalizedObservations(SlidingBlock())).run().map(\.check) == forgetting)
    #expect(
      EnvironmentChecks(NormalizedObservations(Reel([1, 2, 3]), limit: 1)).run().map(\.check) == forgetting)
  }

  @Test("each observation is taken in and then shifted and scaled")
  func vectors() {
    var world = NormalizedObservations(Reel([5, 6, 7, 8]))
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == [0, 0])
    let steps = [0, 0, 0].map { world.step($0, using: &random) }
    // The steps taken are 0, 1, 2, 3: means 0, ½, 1, 3⁄2 and variances 0, ¼, 2⁄3, 5⁄4.
    let expected: [Float] = [1, 1.224745, 1.341641]
    for (step, value) in zip(steps, expected) { #expect(abs(step.observation[0] - value) < 1e-5) }
    #expect(steps.map(\.reward) == [5, 6, 7])
    #expect(steps.map(\.performance) == [50, 60, 70])
    #expect(world.statistics.count == 4 && world.statistics.mean[0] == 1.5)
  }

  @Test("what is far off is cut off, on both sides")
  func limit() {
    var world = NormalizedObservations(Reel([1, 2, 3]), limit: 2)
    var statistics = RunningStatistics(width: 2)
    for row in [[100.0, 0], [101, 0], [99, 0]] { statistics.update(with: row) }
    statistics.isFrozen = true
    world.statistics = statistics
    #expect(world.steps([1]).map(\.observation) == [[-2, 2]])
    #expect(world.observationSpace == BoxSpace(count: 2, in: -2...2))
  }

  @Test("with the statistics of another and frozen, it shows what that one shows, and learns nothing")
  func checkpoint() {
    var trained = NormalizedObservations(SlidingBlock())
    for seed in 0..<5 { _ = trained.steps([[1], [-0.5], [0.25]], seed: UInt64(seed)) }
    trained.statistics.isFrozen = true
    var restored = NormalizedObservations(SlidingBlock())
    restored.statistics = trained.statistics
    let before = trained.statistics
    let shown = trained.steps([[0.5], [0.5]], seed: 9).map(\.observation)
    #expect(restored.steps([[0.5], [0.5]], seed: 9).map(\.observation) == shown)
    #expect(trained.statistics == before && before.count == 20)
  }

  @Test("statistics of another width are a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = NormalizedObservations(SlidingBlock())
      world.statistics = RunningStatistics(width: 3)
    }
  }
}
