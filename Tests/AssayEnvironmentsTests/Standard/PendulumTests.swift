import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Pendulum")
struct PendulumTests {
  @Test("episodes that Gymnasium played come out the same")
  func recordings() throws {
    let result = try replay("Pendulum-v1", in: Pendulum())
    #expect(result.agrees && result.steps == 800, "\(result)")
  }

  @Test("it keeps the contract")
  func contract() { #expect(EnvironmentChecks(TimeLimit(Pendulum(), steps: 200)).run() == []) }

  @Test("a reward is the cost of the moment before the step, at most that of hanging at full speed")
  func rewards() throws {
    var world = Pendulum()
    var random = RandomStream(seed: 1)
    try world.place(at: [.pi / 2, 1])
    let step = world.step([1], using: &random)
    #expect(abs(step.reward.value + .pi * .pi / 4 + 0.1 + 0.001) < 1e-12)
    // θ̈ = 15·sin θ + 3·u = 18, and the angle moves with the new velocity.
    #expect(abs(world.stateNumbers[1] - 1.9) < 1e-12)
    #expect(abs(world.stateNumbers[0] - (.pi / 2 + 0.05 * 1.9)) < 1e-12)
    try world.place(at: [5 * .pi, 8])
    let worst = world.step([2], using: &random).reward.value
    #expect(abs(worst - world.rewardRange.lowerBound) < 1e-9)
    #expect(abs(worst + 16.2736044) < 1e-6)
  }

  @Test("a torque beyond the limit counts as the limit")
  func clipping() throws {
    var (one, two) = (Pendulum(), Pendulum())
    var random = RandomStream(seed: 1)
    try one.place(at: [1, 0])
    try two.place(at: [1, 0])
    let (within, beyond) = (one.step([-2], using: &random), two.step([-.infinity], using: &random))
    #expect(within.observation == beyond.observation && within.reward == beyond.reward)
  }

  @Test("a torque that is no number is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = Pendulum()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step([.nan], using: &random)
    }
  }
}
