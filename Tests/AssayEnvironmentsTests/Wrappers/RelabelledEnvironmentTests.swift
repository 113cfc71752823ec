import Assay
import AssayEnvironments
import Testing

@Suite("Relabelled environment")
struct RelabelledEnvironmentTests {
  @Test("the training reward is the label, and the performance is what the base said")
  func steps() throws {
    let lake = try FrozenLake(map: ["SFG"], isSlippery: false)
    var world = RelabelledEnvironment(lake, name: "restless") { $0.next == $0.state ? -1 : 0.5 }
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == 0)
    let steps = [0, 2, 2].map { world.step($0, using: &random) }
    #expect(steps.map(\.reward) == [-1, 0.5, 0.5])
    #expect(steps.map(\.performance) == [0, 0, 1])
    #expect(steps.map(\.ending) == [nil, nil, .terminated])
  }

  @Test("the table has both, over the dynamics of the base")
  func table() throws {
    let base = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    let world = RelabelledEnvironment(FrozenLake.fourByFour, name: "contrary") { -$0.reward }
    let process = try FiniteMDP(enumerating: world)
    #expect(process.name == "contrary")
    #expect(process.probabilities == base.probabilities)
    #expect(process.successors == base.successors)
    #expect(process.performance.expected == base.reward.expected)
    #expect(process.reward.expected == base.reward.expected.map { -$0 })
  }

  @Test("an event says what happened")
  func events() throws {
    let world = RelabelledEnvironment(CliffWalking(), name: "told") { event in
      Double(event.state * 1000 + event.action * 100 + event.next) + (event.isTerminal ? 0.5 : 0)
    }
    #expect(world.outcomes(of: 2, in: 35).map(\.reward) == [35_247.5])
    #expect(world.outcomes(of: 2, in: 35).map(\.performance) == [-1])
  }

  @Test("relabelling twice keeps the performance of the first base")
  func twice() {
    let once = RelabelledEnvironment(RandomWalk.five, name: "once") { _ in 7 }
    let twice = RelabelledEnvironment(once, name: "twice") { $0.reward + 1 }
    #expect(twice.outcomes(of: 0, in: 5).map(\.reward) == [8, 8])
    #expect(twice.outcomes(of: 0, in: 5).map(\.performance) == [0, 1])
  }
}
