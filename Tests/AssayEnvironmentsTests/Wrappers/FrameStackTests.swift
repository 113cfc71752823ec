import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Frame stack")
struct FrameStackTests {
  @Test("a world with frames keeps the contract", arguments: [1, 2, 4])
  func contract(count: Int) {
    #expect(EnvironmentChecks(FrameStack(SlidingBlock(), count: count)).run().map(\.description) == [])
    #expect(
      EnvironmentChecks(FrameStack(Reel([1, 2, 3, 4, 5]), count: count)).run().map(\.description) == [])
  }

  @Test("the last observations stand side by side, the oldest first, and the first fills what lies before it")
  func frames() {
    var world = FrameStack(Reel([5, 6, 7, 8]), count: 3)
    var random = RandomStream(seed: 1)
    for _ in 0..<2 {
      #expect(world.reset(using: &random) == [0, -1, 0, -1, 0, -1])
      let steps = [0, 1, 1, 0].map { world.step($0, using: &random) }
      #expect(
        steps.map(\.observation) == [
          [0, -1, 0, -1, 1, 0], [0, -1, 1, 0, 2, 1], [1, 0, 2, 1, 3, 1], [2, 1, 3, 1, 4, 0],
        ])
      #expect(steps.map(\.reward) == [5, 6, 7, 8])
      #expect(steps.map(\.performance) == [50, 60, 70, 80])
      #expect(steps.map(\.ending) == [nil, nil, nil, .terminated])
    }
    #expect(
      world.isOver
        && world.observationSpace == BoxSpace(low: [0, -1, 0, -1, 0, -1], high: [1000, 1, 1000, 1, 1000, 1]))
    #expect(world.name == "reel" && world.actionNames == ["zero", "one"] && world.rewardRange == 5...8)
  }

  @Test("its state is the base's and the frames")
  func placing() throws {
    var world = FrameStack(Reel([5, 6, 7, 8]), count: 2)
    _ = world.steps([0, 1])
    #expect(world.stateNumbers == [2, 1, 1, 0, 2, 1])
    var other = FrameStack(Reel([5, 6, 7, 8]), count: 2)
    try other.place(at: world.stateNumbers)
    var random = RandomStream(seed: 1)
    #expect(other.step(0, using: &random).observation == [2, 1, 3, 0])
    for wrong in [[], [2, 1], [2, 1, 1, 0, 2], [2, 1, 1, 0, 2, .nan], [2.5, 1, 1, 0, 2, 1]] as [[Double]] {
      #expect(throws: DataError.self) { try other.place(at: wrong) }
    }
  }

  @Test("a wrong count, a wrong action and a step after the end are programmer's mistakes")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = FrameStack(SlidingBlock(), count: 0) }
    await #expect(processExitsWith: .failure) {
      var world = FrameStack(Reel([1]), count: 2)
      _ = world.steps([0, 0])
    }
  }
}
