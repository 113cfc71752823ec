import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Masked observations")
struct MaskedObservationsTests {
  @Test("a world that hides something keeps the contract")
  func contract() {
    #expect(EnvironmentChecks(MaskedObservations(SlidingBlock(), hiding: [1])).run().map(\.description) == [])
    let walk = MaskedObservations(RandomWalk.five, observations: [0, 1, 1, 1, 1, 1, 2])
    #expect(EnvironmentChecks(walk).run().map(\.description) == [])
  }

  @Test("hidden coordinates are left out, and the world stays as it was")
  func coordinates() throws {
    var whole = SlidingBlock()
    var world = MaskedObservations(SlidingBlock(), hiding: [0])
    let actions: [[Float]] = [[1], [0.5], [-1]]
    let (seen, all) = (world.steps(actions), whole.steps(actions))
    #expect(seen.map(\.observation) == all.map { [$0.observation[1]] })
    #expect(seen.map(\.reward) == all.map(\.reward))
    #expect(world.observationSpace.count == 1)
    #expect(world.stateNumbers == whole.stateNumbers)
    try world.place(at: [0.5, 1])
    #expect(world.base.stateNumbers == [0.5, 1])
  }

  @Test("merged states look the same")
  func merged() {
    var world = MaskedObservations(OffSwitchCorridor(), observations: (0..<14).map { $0 % 7 })
    // Right, to cell 1 or further, whatever the start; then down to the button, state 13, which now looks
    // like 6.
    var random = RandomStream(seed: 1)
    var first = world.reset(using: &random)
    while first != 0 { first = world.reset(using: &random) }
    #expect(world.step(1, using: &random).observation == 1)
    #expect(world.step(2, using: &random).observation == 6)
    #expect(world.base.state == 13 && world.stateNumbers == [13])
    #expect(world.observationSpace.count == 7)
  }

  @Test("hiding what is not there, or everything, is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = MaskedObservations(SlidingBlock(), hiding: [2]) }
    await #expect(processExitsWith: .failure) { _ = MaskedObservations(SlidingBlock(), hiding: [0, 1]) }
  }
}
