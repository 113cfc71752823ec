import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@testable import AssayDiagnostics

/// A critic of one-hot states whose values are given.
private struct GivenCritic: Critic {
  typealias Latent = [Float]
  typealias Action = Int

  let name: PartName = "critic"
  var claim: Claim
  var values: [Double]

  func estimates(of latents: [[Float]], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { values[$0.firstIndex(of: 1) ?? 0] })
  }
}

/// An actor with a policy over one-hot states that is given.
private struct GivenActor: ColumnActor {
  typealias Latent = [Float]
  typealias Action = Int
  typealias ActionSpace = DiscreteSpace

  let name: PartName = "actor"
  let objective = Objective(maximising: "critic")
  var policy: PolicyTable
  var actionSpace: DiscreteSpace { DiscreteSpace(count: policy.actionCount) }

  func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> [Int] { TablePlayer(policy: policy).act(on: observations, as: conduct, using: &random) }

  func distributions(at latents: [[Float]], reading parameters: ParameterStore) -> [ActionProbabilities] {
    let count = policy.actionCount
    return latents.map {
      let state = $0.firstIndex(of: 1) ?? 0
      return ActionProbabilities(
        probabilities: Array(policy.probabilities[state * count..<(state + 1) * count]))
    }
  }

  func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> Int {
    actionSpace.sample(using: &random)
  }
}

@Suite("Audits from restarts")
struct RunAuditTests {
  private static let process = RandomMDP.process(
    states: 12, actions: 3, successors: 3, seed: 7, discount: 0.8)
  private static let settings: RunAuditSettings = {
    var settings = RunAuditSettings()
    settings.states = 60
    settings.detours = 40
    settings.restarts = 6
    settings.longestLife = 20
    settings.longestDetour = 4
    settings.trials = 8
    return settings
  }()

  /// The greedy policy of the optimum, or the opposite one.
  private static func policy(isBest: Bool) throws -> PolicyTable {
    let optimum = try process.solved(discount: 0.8)
    guard !isBest else { return PolicyTable(actionCount: 3, actions: optimum.policy) }
    let values = process.actionValues(from: optimum.values, discount: 0.8)
    let worst = (0..<12).map { state in
      (0..<3).min { values[3 * state + $0] < values[3 * state + $1] } ?? 0
    }
    return PolicyTable(actionCount: 3, actions: worst)
  }

  private static func audited(
    values: [Double], policy: PolicyTable, claimed: Double = 0.8
  ) async throws -> RunMeasurement {
    try await record(values: values, policy: policy, claimed: claimed).final
  }

  /// What the audit of an agent with given values and policy concludes.
  private static func conclusion(values: [Double], policy: PolicyTable) async throws -> RunAudit {
    var settings = settings
    settings.states = 120
    return RunAudit(
      of: [try await record(values: values, policy: policy, settings: settings)], agent: "given",
      environment: "random", settings: settings)
  }

  private static func record(
    values: [Double], policy: PolicyTable, claimed: Double = 0.8, settings: RunAuditSettings = settings
  ) async throws -> RunRecord {
    let agent = Anatomy(
      critic: GivenCritic(claim: Claim(.stateValue, of: .part("actor"), discount: claimed), values: values),
      actor: GivenActor(policy: policy), planner: ReactivePlanner<Int>(), parameters: ParameterStore())
    let worlds = try TablePlayer.copies(of: TabularEnvironment(process), 1, stream: RandomStream(seed: 0))
    return await RunRecord(of: agent, earlier: [], in: worlds, settings: settings, seed: 3)
  }

  @Test(
    "a verdict goes by where the error is beside the tolerance, and a diagnosis by the claim that is matched")
  func verdicts() async throws {
    let policy = try Self.policy(isBest: true)
    let exact = try Self.process.values(of: policy, discount: 0.8).values
    let short = try Self.process.values(of: policy, discount: 0.6).values
    let right = try await Self.conclusion(values: exact, policy: policy)
    #expect(right.critic?.verdict.name == .healthy && right.diagnosis.name != "critic-error")
    #expect(right.actor?.verdict.name != .faulty)
    for (values, name) in [
      (short, "critic-wrong-discount"), (exact.map { 2 * $0 }, "critic-scaled-reward"),
      (exact.map { -$0 }, "critic-wrong-sign"),
    ] {
      let wrong = try await Self.conclusion(values: values, policy: policy)
      #expect(wrong.critic?.verdict.name == .faulty && wrong.diagnosis.name == name)
    }
    // Its critic is right, and by that critic it does the worst there is.
    let worst = try Self.policy(isBest: false)
    let lost = try await Self.conclusion(
      values: try Self.process.values(of: worst, discount: 0.8).values, policy: worst)
    #expect(lost.critic?.verdict.name == .healthy && lost.actor?.verdict.name == .faulty)
    #expect(lost.diagnosis.name == "actor-other-objective")
  }

  @Test("a critic with the exact values of a greedy policy is right, and its actor has no gap")
  func healthy() async throws {
    let policy = try Self.policy(isBest: true)
    let exact = try Self.process.values(of: policy, discount: 0.8).values
    let found = try await Self.audited(values: exact, policy: policy)
    let critic = try #require(found.critic)
    // The squared error of an exact critic is 0 on average; four times the half-width of its interval is a false
    // alarm once in tens of thousands. What is cut off at 1% of a return adds at most 0.01 · 1 / (1 − 0.8).
    let halfWidth = critic.rmse.high * critic.rmse.high
    #expect(critic.rmse.estimate * critic.rmse.estimate <= 2 * halfWidth + 0.05 * 0.05)
    #expect(abs(critic.bias.estimate) <= 2 * (critic.bias.high - critic.bias.low) + 0.05)
    // One step of chance is met by 8 copies, so that a gap of a tenth is noise.
    #expect(try #require(found.actor).gap.estimate < 0.15)
  }

  @Test("what a critic is off by is found, and an actor that does its worst has a gap above one")
  func faulty() async throws {
    let policy = try Self.policy(isBest: false)
    let exact = try Self.process.values(of: policy, discount: 0.8).values
    let found = try await Self.audited(values: exact.map { $0 + 1 }, policy: policy)
    let critic = try #require(found.critic)
    #expect(critic.bias.low - 0.05 <= 1 && critic.bias.high + 0.05 >= 1)
    #expect(abs(critic.rmse.estimate - 1) < 0.25)
    // Of the worst action, the gap is the whole spread, which exceeds that of the mean.
    #expect(try #require(found.actor).gap.estimate > 1)
    #expect(try #require(found.actor?.improvement).low > 0)
  }

  @Test("a critic of another discount matches that one, and one of other rewards those")
  func claims() async throws {
    let policy = try Self.policy(isBest: true)
    let claim = Claim(.stateValue, of: .part("actor"), discount: 0.8)
    // Half of the horizon of 5, which is one of those that are tried.
    let short = try await Self.audited(
      values: try Self.process.values(of: policy, discount: 0.6).values, policy: policy)
    let matches = RunClaimMatching(claim, [short]).matches
    #expect(matches[0].diagnosis == .healthy && matches[1].diagnosis == .criticWrongDiscount)
    #expect(matches[1].claim.contains("0.600") && matches[1].error < 0.3 * matches[0].error)
    let doubled = try await Self.audited(
      values: try Self.process.values(of: policy, discount: 0.8).values.map { 2 * $0 }, policy: policy)
    let scaled = RunClaimMatching(claim, [doubled]).matches
    #expect(scaled[1].diagnosis == .criticScaledReward && scaled[1].error < 0.3 * scaled[0].error)
    let opposite = try await Self.audited(
      values: try Self.process.values(of: policy, discount: 0.8).values.map { -$0 }, policy: policy)
    #expect(RunClaimMatching(claim, [opposite]).matches[1].diagnosis == .criticWrongSign)
  }

  @Test("an error's trend goes by its intervals")
  func trends() {
    func errors(_ values: [Double]) -> [Estimate] {
      values.map { Estimate(estimate: $0, low: $0 - 0.02, high: $0 + 0.02, count: 10) }
    }
    #expect(RunAudit.Trend(of: errors([0.9, 0.5, 0.05]), tolerance: 0.1) == .converged)
    #expect(RunAudit.Trend(of: errors([0.9, 0.5, 0.3]), tolerance: 0.1) == .converging)
    #expect(RunAudit.Trend(of: errors([0.9, 0.3, 0.29]), tolerance: 0.1) == .stalled)
    #expect(RunAudit.Trend(of: errors([0.1, 0.3, 0.9]), tolerance: 0.1) == .diverging)
    #expect(RunAudit.Trend(of: errors([0.9, 0.3, 0.11]), tolerance: 0.1) == .inconclusive)
    #expect(RunAudit.Trend(of: [], tolerance: 0.1) == .inconclusive)
  }

  @Test("a ratio's interval is that of its linearisation")
  func ratios() {
    // By hand: 10/20 = 0.5, residuals 1 − 0.5·1, 2 − 0.5·5, 3 − 0.5·6, 4 − 0.5·8 = 0.5, −0.5, 0, 0; their squares sum to
    // 0.5; √(0.5 · 4/3) / 20 = 0.0408248; t(0.975, 3) = 3.182446.
    let ratio = Estimate(ratioOf: [1, 2, 3, 4], to: [1, 5, 6, 8])
    #expect(ratio.estimate == 0.5)
    #expect(abs(ratio.high - 0.5 - 3.182446 * 0.0408248) < 1e-5)
  }
}
