import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("Access control")
struct AccessControlTests {
  @Test("the best average reward is 2.7476, more than the book's learner got while it explored")
  func best() throws {
    // Computed by relative value iteration in another language, from the rules alone.
    let solution = try FiniteMDP(enumerating: AccessControl()).averageRewardSolution(tolerance: 1e-5)
    let gain = try #require(solution.gain)
    #expect(abs(gain - 2.74764) < 2e-5)
    #expect(gain > 2.31)
    // From how many free servers on each priority is let in: 1 never.
    for (priority, least) in [11, 4, 1, 1].enumerated() {
      for free in 1...10 {
        let action = solution.policy[free * 4 + priority]
        #expect(action == (free >= least ? AccessControl.accept : AccessControl.reject))
      }
    }
  }

  @Test("who lets everyone in gets 2.1814")
  func everyone() throws {
    let process = try FiniteMDP(enumerating: AccessControl())
    let everyone = PolicyTable(actionCount: 2, actions: [Int](repeating: 1, count: 44))
    let gain = try #require(process.averageRewardSolution(policy: everyone, tolerance: 1e-4).gain)
    #expect(abs(gain - 2.18141) < 2e-4)
  }

  @Test("an accepted customer pays and takes a server, which may become free at once")
  func accepting() {
    let world = AccessControl()
    // All free, priority 8: one server is taken, and free again with probability 0.06.
    let outcomes = world.outcomes(of: AccessControl.accept, in: 43)
    #expect(outcomes.allSatisfy { $0.reward == 8 })
    let chances = (9...10).map { free in
      outcomes.filter { $0.next / 4 == free }.reduce(0) { $0 + $1.probability }
    }
    #expect(abs(chances[0] - 0.94) < 1e-12 && abs(chances[1] - 0.06) < 1e-12)
    #expect(outcomes.count == 8)
    // Two busy servers, nobody taken in: both become free with probability 0.0036.
    let both = world.outcomes(of: AccessControl.reject, in: 8 * 4).filter { $0.next / 4 == 10 }
    #expect(abs(both.reduce(0) { $0 + $1.probability } - 0.0036) < 1e-12)
  }

  @Test("without a free server it makes no difference who is accepted")
  func full() {
    let world = AccessControl()
    for priority in 0..<4 {
      let accepted = world.outcomes(of: AccessControl.accept, in: priority)
      #expect(accepted == world.outcomes(of: AccessControl.reject, in: priority))
      #expect(accepted.allSatisfy { $0.reward == 0 })
    }
    #expect(world.initialDistribution.suffix(4) == [0.25, 0.25, 0.25, 0.25])
    #expect(world.stateNames[4 * 3 + 2] == "3 free, priority 4")
  }

  @Test("the contract holds")
  func contract() {
    var checks = EnvironmentChecks(AccessControl())
    checks.samples = 60
    #expect(checks.run().isEmpty)
  }

  @Test("an action that is neither is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = AccessControl()
      var random = RandomStream(seed: 1)
      _ = world.step(2, using: &random)
    }
  }
}
