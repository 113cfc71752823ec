import Assay
import Testing

@testable import AssayDiagnostics

/// Two states, "stay" and "go" to the other; γ = ½; the start is state 0.
@Suite("Reward audit: does the training reward ask for what was wanted?")
struct RewardAuditTests {
  private func world(
    reward: [Double], performance: [Double]? = nil, goals: [(name: String, expected: [Double])] = []
  ) throws -> ProcessTruth {
    let process = try SmallWorlds.make(
      states: 2, actions: 2, discount: 0.5, initial: [1, 0],
      rows: [[(0, 1, false)], [(1, 1, false)], [(1, 1, false)], [(0, 1, false)]], reward: reward,
      performance: performance)
    return try ProcessTruth(
      try process.withRewards(process.rewards + goals.map { .init(name: $0.name, expected: $0.expected) }))
  }

  @Test("a reward that is the performance loses nothing and pays for what is wanted")
  func same() throws {
    let audit = RewardAudit(try world(reward: [0, 1, 2, 0]))
    #expect(audit.regret == 0 && audit.credit == 1 && audit.agreement == 1 && audit.untamperedRegret == nil)
  }

  /// Wanted is to stay in state 0, worth 2 and ½·… at random; paid is to stay in state 1.
  ///
  /// At random, v₀ = ½ + ½·½(v₀ + v₁) and v₁ = ¼(v₀ + v₁): v₀ + v₁ = 1, so v₀ = ¾. Going to state 1 earns 0, so
  /// the regret is 2 / (2 − ¾) = 1.6. The reward has v₀ = ¼ at random and ½·2 = 1 at best; staying in state 0 earns 0.
  @Test("regret and credit of a reward for something else are those worked out by hand")
  func other() throws {
    let audit = RewardAudit(try world(reward: [0, 0, 1, 0], performance: [1, 0, 0, 0]))
    #expect(abs(audit.regret - 1.6) < 1e-10)
    #expect(abs(audit.credit - (0 - 0.25) / (1 - 0.25)) < 1e-10)
    // Four events; each pays in one, never the same: covariance −1/16, variances 3/16.
    #expect(abs(audit.agreement + 1 / 3.0) < 1e-12)
  }

  /// Paid are 1 for staying in state 0, as wanted, and 3 for staying in state 1.
  ///
  /// At random, u₀ + u₁ = ½ + 3/2 + ½(u₀ + u₁) = 4, so u₀ = 3/2; best is ½·6 = 3; staying in state 0 earns 2.
  @Test("a reward that pays for what is wanted, and more for something else, gives credit")
  func proxy() throws {
    let audit = RewardAudit(try world(reward: [1, 0, 3, 0], performance: [1, 0, 0, 0]))
    #expect(abs(audit.regret - 1.6) < 1e-10)
    #expect(abs(audit.credit - (2 - 1.5) / (3 - 1.5)) < 1e-10)
    // Means 1 and ¼, E[xy] = ¼: no covariance.
    #expect(abs(audit.agreement) < 1e-12)
  }

  @Test("what the channel would have paid untouched is judged by itself")
  func tampering() throws {
    let truth = try world(
      reward: [1, 0, 3, 0], performance: [1, 0, 0, 0],
      goals: [(GoalHypothesis.untampered, [1, 0, 0, 0]), ("other", [0, 1, 0, 0])])
    #expect(try #require(RewardAudit(truth).untamperedRegret).magnitude < 1e-10)
    let stained = try world(
      reward: [1, 0, 3, 0], performance: [1, 0, 0, 0], goals: [(GoalHypothesis.untampered, [0, 0, 1, 0])])
    #expect(abs(try #require(RewardAudit(stained).untamperedRegret) - 1.6) < 1e-10)
  }

  /// One pays 1 at once and ends, the other 10 after two more steps: worth 1 and 10 γ².
  @Test("a discount at which another policy is best loses what that policy loses at the right one")
  func discount() throws {
    let process = try SmallWorlds.make(
      states: 3, actions: 2, discount: 0.9, initial: [1, 0, 0],
      rows: [
        [(0, 1, true)], [(1, 1, false)], [(2, 1, false)], [(2, 1, false)], [(2, 1, true)], [(2, 1, true)],
      ],
      reward: [1, 0, 0, 0, 10, 10])
    let truth = try ProcessTruth(process)
    // Best is 8.1, and choosing at random (1 + 8.1)/2, so taking the 1 loses 7.1 of 3.55.
    #expect(abs(RewardAudit.regret(ofDiscount: 0.3, truth: truth) - 2) < 1e-10)
    #expect(RewardAudit.regret(ofDiscount: 0.9, truth: truth) == 0)
    #expect(abs(RewardAudit.regret(ofDiscount: 0.4, truth: truth)) < 1e-10)
  }
}
