import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Copies in lockstep")
struct LockstepBatchTests {
  static let stream = RandomStream(seed: 7)
  static let counts = [1, 3, 8, 17]

  private func findings(_ world: some MovingWorld, count: Int, limit: Int, steps: Int) -> [Finding] {
    let batch = world.copies(count, timeLimit: limit, stream: Self.stream)
    return EnvironmentBatchChecks(
      batch, of: TimeLimit(world, steps: limit), stream: Self.stream, steps: steps, resetInterval: steps - 5
    ).run()
  }

  @Test("each copy of cart and pole is the world, bit for bit", arguments: counts)
  func cartPole(count: Int) {
    #expect(findings(CartPole(), count: count, limit: 25, steps: 60) == [])
  }

  @Test("each copy of the pendulum is the world, bit for bit", arguments: counts)
  func pendulum(count: Int) {
    #expect(findings(Pendulum(), count: count, limit: 25, steps: 60) == [])
  }

  @Test("each copy of the mountain car is the world, bit for bit", arguments: counts)
  func mountainCar(count: Int) {
    #expect(findings(MountainCar(), count: count, limit: 25, steps: 60) == [])
  }

  @Test("each copy of the mountain car with continuous actions is the world, bit for bit", arguments: counts)
  func mountainCarContinuous(count: Int) {
    #expect(findings(MountainCarContinuous(), count: count, limit: 25, steps: 60) == [])
  }

  @Test("each copy of the acrobot is the world, bit for bit", arguments: counts)
  func acrobot(count: Int) {
    #expect(findings(Acrobot(), count: count, limit: 25, steps: 40) == [])
  }

  @Test("without a limit only the world ends episodes")
  func noLimit() {
    let batch = CartPole().copies(5, stream: Self.stream)
    #expect(EnvironmentBatchChecks(batch, of: CartPole(), stream: Self.stream, steps: 60).run() == [])
  }

  @Test("what happens to a copy does not depend on how many there are")
  func count() {
    var few = CartPole().copies(2, stream: Self.stream)
    var many = CartPole().copies(9, stream: Self.stream)
    few.reset()
    many.reset()
    for step in 0..<40 {
      few.step([step % 2, 1])
      many.step([step % 2, 1] + [Int](repeating: 0, count: 7))
      #expect(few.observations.values[...] == many.observations.values[..<8])
      #expect(few.endings[...] == many.endings[..<2])
    }
    // Pushing to one side alone fells the pole within some ten steps, and leaves its last moment to see.
    #expect(many.finalObservations[1] != many.observations[1])
  }

  @Test("actions that do not exist, of a wrong number or before a reset are programmers' mistakes")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var batch = CartPole().copies(5, stream: Self.stream)
      batch.reset()
      batch.step([0, 1, 0, 1, 2])
    }
    await #expect(processExitsWith: .failure) {
      var batch = CartPole().copies(2, stream: Self.stream)
      batch.step([0, 1])
    }
  }
}
