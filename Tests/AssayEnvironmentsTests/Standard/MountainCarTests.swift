import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Mountain car")
struct MountainCarTests {
  @Test("episodes that Gymnasium played come out the same")
  func recordings() throws {
    let result = try replay("MountainCar-v0", in: MountainCar())
    #expect(result.agrees && result.steps == 627, "\(result)")
  }

  @Test("it keeps the contract")
  func contract() { #expect(EnvironmentChecks(TimeLimit(MountainCar(), steps: 200)).run() == []) }

  /// How many steps an episode takes, up to 200.
  private func steps(choosing choose: ([Float]) -> Int) throws -> Int {
    var world = TimeLimit(MountainCar(), steps: 200)
    var random = RandomStream(seed: 1)
    try world.place(at: [-0.5, 0])
    var seen: [Float] = [-0.5, 0]
    var count = 0
    while !world.isOver {
      seen = world.step(choose(seen), using: &random).observation
      count += 1
    }
    return count
  }

  @Test("the engine is too weak for the hill, but not for swinging up it")
  func hill() throws {
    #expect(try steps { _ in 2 } == 200)
    // Pushing along with the motion takes 124 steps from here in Gymnasium.
    #expect(try steps { $0[1] < 0 ? 0 : 2 } == 124)
  }

  @Test("the left end stops the car")
  func wall() throws {
    var world = MountainCar()
    var random = RandomStream(seed: 1)
    try world.place(at: [-1.19, -0.07])
    #expect(world.step(0, using: &random).observation == [-1.2, 0])
  }

  @Test("stepping on at the top is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = MountainCar()
      var random = RandomStream(seed: 1)
      try world.place(at: [0.49, 0.07])
      _ = world.step(2, using: &random)
      _ = world.step(2, using: &random)
    }
  }
}
