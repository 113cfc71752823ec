import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Time limit")
struct TimeLimitTests {
  @Test("an episode is truncated at the limit, and the next one has all of it")
  func truncation() {
    var world = TimeLimit(GridWorld.fiveByFive, steps: 3)
    var random = RandomStream(seed: 1)
    for _ in 0..<2 {
      _ = world.reset(using: &random)
      let endings = (0..<3).map { _ in world.step(0, using: &random).ending }
      #expect(endings == [nil, nil, .truncated])
    }
  }

  @Test("an episode that ends at the limit is terminated")
  func termination() throws {
    var world = TimeLimit(try FrozenLake(map: ["SFG"], isSlippery: false), steps: 2)
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    #expect(world.step(2, using: &random).ending == nil)
    #expect(world.step(2, using: &random).ending == .terminated)
  }

  @Test("of two limits the smaller counts, wherever it is", arguments: [(3, 5), (5, 3)])
  func nested(inner: Int, outer: Int) {
    let world = TimeLimit(TimeLimit(GridWorld.fiveByFive, steps: inner), steps: outer)
    #expect(world.timeLimit == 3)
    #expect(EnvironmentChecks(world, steps: 60).run() == [])
  }

  @Test("a limit on a world that hides its state leaves its contract whole")
  func hidden() {
    #expect(EnvironmentChecks(TimeLimit(Tiger(), steps: 4), steps: 60).run() == [])
  }

  @Test("the table is that of the base")
  func table() throws {
    let base = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    #expect(try FiniteMDP(enumerating: TimeLimit(FrozenLake.fourByFour, steps: 10)) == base)
  }

  @Test("placing starts the count anew")
  func placing() {
    var world = TimeLimit(GridWorld.fiveByFive, steps: 1)
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    _ = world.step(0, using: &random)
    world.place(in: 3)
    #expect(world.state == 3)
    #expect(world.step(0, using: &random).ending == .truncated)
  }

  @Test("an action beyond the space is for the world to judge, which may clip it")
  func beyondSpace() {
    struct Clipping: Environment {
      let observationSpace = BoxSpace(count: 1, in: -1...1)
      let actionSpace = BoxSpace(count: 1, in: -1...1)
      func isAvailable(_ action: [Float]) -> Bool { action.count == 1 }
      mutating func reset(using random: inout RandomStream) -> [Float] { [0] }
      mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
        Step(observation: [max(-1, min(1, action[0]))], reward: 0)
      }
    }
    var world = TimeLimit(Clipping(), steps: 2)
    #expect(world.steps([[3], [-7]]).map(\.observation) == [[1], [-1]])
  }

  @Test("stepping on beyond the limit is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = TimeLimit(GridWorld.fiveByFive, steps: 1)
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(0, using: &random)
      _ = world.step(0, using: &random)
    }
  }
}
