import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Foundation
import Testing

@Suite("Noisy actions")
struct NoisyActionsTests {
  @Test("a world that does not quite do as it is told keeps the contract")
  func contract() throws {
    #expect(EnvironmentChecks(NoisyActions(SlidingBlock(), deviation: 0.5)).run().map(\.description) == [])
    #expect(
      EnvironmentChecks(NoisyActions(Reel([1, 2, 3]), probability: 0.5)).run().map(\.description) == [])
    #expect(
      EnvironmentChecks(NoisyActions(OffSwitchCorridor(), probability: 0.3)).run().map(\.description) == [])
    // Rounding must not lead beyond probability 1, which the first checks see without any draw.
    for probability in [0.1, 0.7, 1] {
      var checks = EnvironmentChecks(NoisyActions(CliffWalking(), probability: probability), steps: 50)
      checks.pairLimit = 8
      #expect(checks.run().map(\.description) == [])
    }
  }

  @Test("without noise it is the base")
  func none() throws {
    let world = NoisyActions(FrozenLake.fourByFour, probability: 0)
    #expect(try FiniteMDP(enumerating: world) == FiniteMDP(enumerating: FrozenLake.fourByFour))
    var (noisy, base) = (NoisyActions(SlidingBlock(), deviation: 0), SlidingBlock())
    let pushes: [[Float]] = [[1], [-0.25], [0.5]]
    #expect(noisy.steps(pushes).map(\.observation) == base.steps(pushes).map(\.observation))
  }

  @Test("outcomes are those of all actions that may be carried out")
  func outcomes() throws {
    let world = NoisyActions(try FrozenLake(map: ["SFG"], isSlippery: false), probability: 0.4)
    // From the middle, right is carried out with 0.6 + 0.1, and left, down and up with 0.1 each.
    let found = world.outcomes(of: 2, in: 1).sorted { $0.next < $1.next }
    #expect(found.map(\.next) == [0, 1, 2])
    for (outcome, probability) in zip(found, [0.1, 0.2, 0.7]) {
      #expect(abs(outcome.probability - probability) < 1e-12)
    }
    #expect(found.map(\.reward) == [0, 0, 1] && found.map(\.isTerminal) == [false, false, true])
  }

  @Test("what is not available is never carried out")
  func availability() throws {
    let world = NoisyActions(try narrowWorld(), probability: 0.5)
    #expect(EnvironmentChecks(world).run().map(\.description) == [])
    #expect(world.outcomes(of: 0, in: 1) == [])
    #expect(
      world.outcomes(of: 1, in: 1) == [
        Outcome(next: 0, probability: 0.5, reward: 5),
        Outcome(next: 0, probability: 0.5, reward: 5, isTerminal: true),
      ])
    #expect(
      world.outcomes(of: 0, in: 0) == [
        Outcome(next: 1, probability: 0.75, reward: 3), Outcome(next: 0, probability: 0.25, reward: -1),
      ])
  }

  @Test("a world of which every action is noise is worth what the uniform policy is worth in the base")
  func uniform() throws {
    let solved = try FiniteMDP(enumerating: NoisyActions(OffSwitchCorridor(), probability: 1)).solved()
    // Sweeps and solver each stop within 1e-9.
    for (found, expected) in zip(solved.values, uniformPolicyValues(of: OffSwitchCorridor())) {
      #expect(abs(found - expected) < 1e-8)
    }
  }

  @Test("a goal is worth its average over what may have been carried out")
  func goals() throws {
    let file = """
      {"schema": "assay.mdp/1", "states": 1, "actions": 2, "discount": 0.5, "initial": [1],
       "transitions": {"state": [0, 0], "action": [0, 1], "next": [0, 0], "probability": [1, 1],
       "reward": [0, 0], "terminal": [false, false]}, "rewards": {"taste": [1, 5]}}
      """
    let base = TabularEnvironment(try FiniteMDP(json: Data(file.utf8)))
    let world = NoisyActions(base, probability: 0.5)
    let outcome = Outcome(next: 0, probability: 1, reward: 0)
    #expect(world.outcomes(of: 0, in: 0) == [outcome])
    // ¾ · 1 + ¼ · 5, and the other way round.
    #expect([0, 1].map { world.goals[0].reward(0, $0, outcome) } == [2, 4])
    #expect(world.goals.map(\.name) == ["taste"])
  }

  @Test("noise on numbers is kept within the limits")
  func clipped() throws {
    var world = NoisyActions(SlidingBlock(), deviation: 0.5)
    var random = RandomStream(seed: 1)
    var below = 0
    for _ in 0..<2000 {
      try world.place(at: [0, 0])
      let speed = world.step([1], using: &random).observation[1]
      #expect(speed <= 0.25 && speed >= -0.25)
      if speed < 0.25 { below += 1 }
    }
    // Half of all noise is negative. Five deviations of a binomial: p < 6e-7.
    #expect(abs(Double(below) - 1000) < 5 * 500.0.squareRoot())
  }

  @Test(
    "a wrong action, however likely it is to be replaced, and a step after the end are programmer's mistakes"
  )
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = NoisyActions(FrozenLake.fourByFour, probability: 1)
      _ = world.steps([4])
    }
    await #expect(processExitsWith: .failure) {
      var world = NoisyActions(Reel([1]), probability: 1)
      _ = world.steps([0, 0])
    }
  }
}
