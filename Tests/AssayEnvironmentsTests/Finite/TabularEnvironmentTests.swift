import Assay
import AssayEnvironments
import Testing

@Suite("Tabular environment")
struct TabularEnvironmentTests {
  @Test(
    "a world made from a table lists that table",
    arguments: ["frozen-lake-4x4.json", "frozen-lake-8x8.json", "cliff-walking.json"])
  func roundTrip(file: String) throws {
    let process = try FiniteMDP(contentsOfFile: resource(file))
    #expect(try FiniteMDP(enumerating: TabularEnvironment(process)) == process)
  }

  @Test("names, map and performance of the table are kept")
  func trimmings() throws {
    let base = RelabelledEnvironment(RandomWalk.five, name: "leftward") { $0.next == 0 ? 1 : 0 }
    let process = try FiniteMDP(enumerating: base)
    #expect(process.rewards.map(\.name) == ["reward", "performance"])
    #expect(try FiniteMDP(enumerating: TabularEnvironment(process)) == process)
  }

  @Test("every further reward of the table is a goal, by outcome or by state and action")
  func goals() throws {
    let process = try FiniteMDP(enumerating: CoinCorridor(coin: .random))
    let world = TabularEnvironment(process)
    #expect(world.goals.map(\.name) == ["coin", "right", "left"])
    #expect(try FiniteMDP(enumerating: world) == process)
    let plain = try process.withRewards(
      process.rewards.map { .init(name: $0.name, expected: $0.expected) })
    #expect(
      try FiniteMDP(enumerating: TabularEnvironment(plain)).rewards.map(\.expected)
        == process.rewards.map(\.expected))
  }

  @Test("a step gives the reward of its outcome, and the performance")
  func rewards() throws {
    let base = RelabelledEnvironment(RandomWalk.five, name: "leftward") { $0.next == 0 ? 3 : 0 }
    var world = TabularEnvironment(try FiniteMDP(enumerating: base))
    var random = RandomStream(seed: 1)
    for (start, end, reward, performance) in [(1, 0, 3.0, 0.0), (5, 6, 0, 1)] {
      var step: Step<Int>
      repeat {
        world.place(in: start)
        step = world.step(0, using: &random)
      } while step.ending == nil
      #expect(step.observation == end)
      #expect(step.reward.value == reward)
      #expect(step.performance.value == performance)
    }
  }

  @Test("an outcome of probability zero never happens, first or last")
  func zeroProbability() throws {
    let process = try FiniteMDP(
      name: "sure", stateCount: 3, actionCount: 1, discount: 0.9, initial: [0, 1, 0],
      rowStarts: [0, 1, 4, 5], successors: [0, 0, 1, 2, 2], probabilities: [1, 0, 1, 0, 1], terminals: [],
      rewards: [.init(name: "reward", expected: [0, 0, 0])])
    var world = TabularEnvironment(process)
    var random = RandomStream(seed: 1)
    for _ in 0..<200 {
      #expect(world.reset(using: &random) == 1)
      #expect(world.step(0, using: &random).observation == 1)
    }
  }

  @Test("a table without ends goes on for ever")
  func continuing() {
    var world = TabularEnvironment(RandomMDP.process(states: 20))
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    for _ in 0..<500 { #expect(world.step(random.integer(below: 4), using: &random).ending == nil) }
  }

  @Test("taking an action that is not available is a programmer's mistake")
  func unavailable() async {
    await #expect(processExitsWith: .failure) {
      var world = TabularEnvironment(try FiniteMDP(enumerating: MaximisationBias()))
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(2, using: &random)
    }
  }
}
