import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Line toy")
struct LineToyTests {
  @Test("the first step to the left pays and ends the episode")
  func left() {
    var world = LineToy()
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == [0])
    let step = world.step([-0.001], using: &random)
    #expect(step.reward == 1 && step.ending == .terminated && step.observation == [-0.001])
    _ = world.reset(using: &random)
    let none = world.step([0], using: &random)
    #expect(none.reward == 0 && none.ending == nil)
  }

  @Test("from x it takes ⌊10x⌋ + 1 steps", arguments: [(0.05, 1), (0.15, 2), (0.25, 3), (0.95, 10)])
  func steps(start: Double, count: Int) throws {
    var world = LineToy()
    var random = RandomStream(seed: 1)
    try world.place(at: [start])
    for index in 1...count {
      let step = world.step([-0.1], using: &random)
      #expect((step.ending == .terminated) == (index == count))
      #expect(step.reward == (index == count ? 1 : 0))
    }
  }

  @Test("the line ends at 1, where one stays")
  func end() throws {
    var world = LineToy()
    var random = RandomStream(seed: 1)
    try world.place(at: [0.95])
    #expect(world.step([0.1], using: &random).observation == [1])
    #expect(world.step([0.1], using: &random).observation == [1])
    #expect(world.stateNumbers == [1])
    #expect(throws: DataError.self) { try world.place(at: [1.5]) }
    #expect(throws: DataError.self) { try world.place(at: [.nan]) }
    #expect(throws: DataError.self) { try world.place(at: []) }
  }

  @Test("to one who always moves right, actions are worth 0 or 1 and have no slope between")
  func flat() throws {
    var random = RandomStream(seed: 1)
    for start in [0.0, 0.03, 0.07] {
      for index in -10...10 {
        var world = LineToy()
        try world.place(at: [start])
        let action = Float(index) / 100 + 0.0005
        guard world.actionSpace.contains([action]) else { continue }
        var step = world.step([action], using: &random)
        for _ in 0..<30 where step.ending == nil { step = world.step([0.1], using: &random) }
        #expect(step.reward == (Float(start) + action < 0 ? 1 : 0))
      }
    }
  }

  @Test("the contract holds")
  func contract() {
    #expect(EnvironmentChecks(LineToy()).run().isEmpty)
    #expect(EnvironmentChecks(TimeLimit(LineToy(), steps: 50)).run().isEmpty)
  }

  @Test("a step that is too long, and one after the end, are programmer's mistakes")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = LineToy()
      var random = RandomStream(seed: 1)
      _ = world.step([0.2], using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = LineToy()
      var random = RandomStream(seed: 1)
      _ = world.step([-0.1], using: &random)
      _ = world.step([-0.1], using: &random)
    }
  }
}
