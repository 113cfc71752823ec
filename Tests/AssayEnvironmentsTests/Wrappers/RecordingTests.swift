import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Recording")
struct RecordingTests {
  @Test("a world that records keeps the contract")
  func contract() {
    #expect(EnvironmentChecks(AssayEnvironments.Recording(SlidingBlock())).run().map(\.description) == [])
    #expect(EnvironmentChecks(AssayEnvironments.Recording(Reel([1, 2, 3]))).run().map(\.description) == [])
    let small = EnvironmentChecks(AssayEnvironments.Recording(RandomWalk.five))
    #expect(small.run().map(\.description) == [])
  }

  @Test("what happened is recorded step by step, from each reset and each place on")
  func episodes() throws {
    var world = AssayEnvironments.Recording(TimeLimit(Reel([5, 6, 7]), steps: 3), kind: "told")
    #expect(world.episodes == [])
    _ = world.steps([0, 1, 1])
    // An episode without steps is forgotten.
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    try world.place(at: [1, 1])
    _ = world.step(0, using: &random)
    let expected = [
      Trajectory.Episode(
        kind: "told", initialState: [0, -1], actions: [[0], [1], [1]],
        observations: [[1, 0], [2, 1], [3, 1]],
        states: [[1, 0], [2, 1], [3, 1]], rewards: [5, 6, 7], terminated: [false, false, true]),
      Trajectory.Episode(
        kind: "told", initialState: [1, 1], actions: [[0]], observations: [[2, 0]], states: [[2, 0]],
        rewards: [6], terminated: [false]),
    ]
    #expect(world.episodes == expected)
    let trajectory = try world.trajectory
    #expect(trajectory.episodes == expected)
    #expect(trajectory.environment == "reel" && trajectory.maximumSteps == 3)
    #expect(world.removeFinished() == [expected[0]])
    #expect(world.episodes == [expected[1]])
    _ = world.step(0, using: &random)
    #expect(world.removeFinished().map(\.rewards) == [[6, 7]])
    #expect(world.episodes == [])
  }

  @Test("what is recorded in a copy is not in the original")
  func copies() {
    var world = AssayEnvironments.Recording(Reel([5, 6, 7]))
    _ = world.steps([0])
    var copy = world
    _ = copy.steps([1, 1])
    #expect(world.episodes.map(\.rewards) == [[5]])
    #expect(copy.episodes.map(\.rewards) == [[5], [5, 6]])
  }

  @Test("a recording replays exactly")
  func replay() throws {
    var (random, actions) = (RandomStream(seed: 1), RandomStream(seed: 2))
    var block = AssayEnvironments.Recording(SlidingBlock())
    var cliff = AssayEnvironments.Recording(TimeLimit(CliffWalking(), steps: 50))
    for _ in 0..<3 {
      _ = block.reset(using: &random)
      for _ in 0..<20 where !block.isOver {
        _ = block.step(block.actionSpace.sample(using: &actions), using: &random)
      }
      _ = cliff.reset(using: &random)
      while !cliff.isOver { _ = cliff.step(cliff.actionSpace.sample(using: &actions), using: &random) }
    }
    let blocks = try Trajectory(json: try block.trajectory.json())
    #expect(try blocks == block.trajectory)
    #expect(try TrajectoryReplay(blocks, tolerance: 0).run(on: SlidingBlock()).agrees)
    let cliffs = try Trajectory(json: try cliff.trajectory.json())
    let result = try TrajectoryReplay(cliffs, tolerance: 0).run(on: CliffWalking())
    #expect(result.agrees && result.episodes == 3 && result.steps == 150, "\(result)")
  }

  @Test("a world without numbers for its state is recorded without them")
  func stateless() throws {
    var world = AssayEnvironments.Recording(NormalizedObservations(SlidingBlock()))
    _ = world.steps([[1]])
    #expect(world.episodes[0].initialState == [] && world.episodes[0].states == [])
    #expect(try world.trajectory.episodes.count == 1)
  }

  @Test("a step before the first reset and one after the end are programmer's mistakes")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = AssayEnvironments.Recording(SlidingBlock())
      var random = RandomStream(seed: 1)
      _ = world.step([0], using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = AssayEnvironments.Recording(Reel([1]))
      _ = world.steps([0, 0])
    }
  }
}
