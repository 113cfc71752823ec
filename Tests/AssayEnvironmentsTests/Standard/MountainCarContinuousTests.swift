import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Mountain car with continuous actions")
struct MountainCarContinuousTests {
  @Test("episodes that Gymnasium played come out the same")
  func recordings() throws {
    let result = try replay("MountainCarContinuous-v0", in: MountainCarContinuous())
    #expect(result.agrees && result.steps == 620, "\(result)")
  }

  @Test("it keeps the contract")
  func contract() { #expect(EnvironmentChecks(TimeLimit(MountainCarContinuous(), steps: 999)).run() == []) }

  @Test("the flag pays 100, pushing costs a tenth of its square, also beyond the limit of the push")
  func rewards() throws {
    var world = MountainCarContinuous()
    var random = RandomStream(seed: 1)
    try world.place(at: [0.44, 0.07])
    let top = world.step([0.5], using: &random)
    #expect(top.ending == .terminated)
    #expect(abs(top.reward.value - 99.975) < 1e-12)
    var ends: [[Float]] = []
    for (push, reward) in [([Float(1)], -0.1), ([3], -0.9)] {
      try world.place(at: [-0.5, 0])
      let step = world.step(push, using: &random)
      #expect(abs(step.reward.value - reward) < 1e-12)
      ends.append(step.observation)
    }
    #expect(ends[0] == ends[1])
  }

  @Test("two numbers are no action")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = MountainCarContinuous()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step([0, 0], using: &random)
    }
  }
}
