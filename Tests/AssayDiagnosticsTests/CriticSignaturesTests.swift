import Assay
import AssayEnvironments
import AssayScenarios
import Testing

@testable import AssayDiagnostics

@Suite("Critic signatures: what tells a critic's faults apart")
struct CriticSignaturesTests {
  /// A critic that sees features, and says what it is told to.
  private struct Seer: FeatureCritic {
    typealias Action = Int
    var name: PartName { "critic" }
    var claim: Claim
    var features: StateFeatures
    var values: [Double]
    func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
      switch claim.quantity {
      case .stateValue: .stateValues(latents.map { values[$0] })
      case .actionValue: .actionValues(latents.map { [values[$0]] })
      }
    }
  }

  /// Three states worth 0, 2 and 6 that end at once, each the start as often as the others.
  private func representationError(_ features: StateFeatures, quantity: Claim.Quantity) throws -> Double? {
    let process = try SmallWorlds.bandits([[0], [2], [6]])
    let claim = Claim(quantity, of: .part("actor"), discount: 0.9)
    let agent = Script(claim: claim, values: [0, 0, 0], policy: .always(0, states: 3, actions: 1)).agent()
      .replacing(critic: Seer(claim: claim, features: features, values: [0, 0, 0]))
    return try AgentAudit(of: agent, truth: ProcessTruth(process)).criticSignatures.representationError
  }

  @Test(
    "states that share a feature are worth their mean to the best critic, table features leave no error",
    arguments: [Claim.Quantity.stateValue, .actionValue])
  func representation(quantity: Claim.Quantity) throws {
    let table = try #require(try representationError(.table(stateCount: 3), quantity: quantity))
    #expect(table < 1e-8)
    // States 0 and 2 look alike: 3 for both, so an error of 3 in two of three states; the range is 6.
    let aliased = try #require(
      try representationError(StateFeatures(count: 2, values: [1, 0, 0, 1, 1, 0]), quantity: quantity))
    #expect(abs(aliased - 6.0.squareRoot() / 6) < 1e-6)
    // One constant: 8/3 for all.
    let variance = (64.0 / 9 + 4.0 / 9 + 100.0 / 9) / 3
    let constant = try #require(
      try representationError(StateFeatures(count: 1, values: [1, 1, 1]), quantity: quantity))
    #expect(abs(constant - variance.squareRoot() / 6) < 1e-6)
  }

  @Test("a critic without features tells all states apart")
  func noFeatures() throws { #expect(try CriticSignatures.unremarkable().representationError == nil) }

  @Test("values are as large as they are, and none can be larger than the largest reward for ever")
  func largest() throws {
    let signatures = try CriticSignatures.unremarkable()
    #expect(abs(signatures.largestValue - 1) < 1e-12 && abs(signatures.largestPossibleValue - 10) < 1e-12)
    #expect(signatures.target == nil)
  }

  /// The corridor's exact Q*, with noise on what each action is worth: too high where it is chosen.
  @Test("residuals of exact values are none; a lucky action is too high where it is chosen")
  func residuals() throws {
    let corridor = try SmallWorlds.corridor()
    let policy = PolicyTable.always(1, states: 3, actions: 2)
    var script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9),
      values: DenseTruth(corridor).actionValues(of: policy), policy: policy)
    let exact = try script.audited(on: corridor).criticSignatures
    let (none, noneAtAll) = (try #require(exact.chosenResidual), try #require(exact.meanResidual))
    #expect(abs(none) < 1e-12 && abs(noneAtAll) < 1e-12)
    // In state 2, visited 0.81 of 2.71 times, going on seems worth 0.19 more than it is, and staying 0.19 less than its
    // backup; all else is its own backup. The range is 0.19.
    let first = 0.9 * 1.19
    script.values = [0.9 * 0.9 * first, 0.9 * first, 0.9 * first, first, first - 0.19, 1.19]
    let lucky = try script.audited(on: corridor).criticSignatures
    let (chosen, mean) = (try #require(lucky.chosenResidual), try #require(lucky.meanResidual))
    #expect(abs(chosen - 0.81 / 2.71) < 1e-12 && abs(mean) < 1e-12)
  }

  @Test("a table beside the critic, from which it is one backup away, is its target; any other table is not")
  func target() throws {
    let process = SmallWorlds.random
    let actions = process.actionCount
    let policy = DenseTruth(process).bestPolicy()
    let old = DenseTruth(process).actionValues(of: process.uniformPolicy)
    func audit(_ critic: [Double], target: [Double]) throws -> CriticSignatures {
      var agent = Script(
        claim: Claim(.actionValue, of: .part("actor"), discount: process.discount), values: critic,
        policy: policy
      ).agent()
      let block = agent.parameters.allocate(
        "target.values", owner: "target", role: .critic, shape: [process.stateCount, actions],
        updateRule: "copy",
        writers: ["nobody"])
      let permit = agent.parameters.interventionPermit("test", toWrite: block)
      agent.parameters.setAll(target.map(Float.init), with: permit)
      return try AgentAudit(of: agent, truth: ProcessTruth(process)).criticSignatures
    }
    // r + γ Σ p Σ π old, by elimination's own lookahead.
    let following = (0..<process.stateCount).map { state in
      (0..<actions).reduce(0.0) { $0 + policy[state, $1] * old[state * actions + $1] }
    }
    let dense = DenseTruth(process)
    let backed = (0..<process.stateCount * actions).map {
      dense.actionValue($0 / actions, $0 % actions, following)
    }
    let found = try #require(try audit(backed, target: old).target)
    #expect(found.block == "target.values" && found.error < 1e-6 && found.lag > 0.05)
    let other = try #require(try audit(dense.actionValues(of: policy), target: old).target)
    #expect(other.error > 0.05 && other.lag < 1e-6)
  }
}

@Suite("Models that lean towards value")
struct LeaningTests {
  /// A model that blurs each transition: a share goes to states that `weight` prefers.
  private func leaning(
    seed: UInt64, _ weight: (_ state: Int, _ values: [Double], _ random: inout RandomStream) -> Double
  ) throws -> ModelAudit.Leaning {
    let process = RandomMDP.process(states: 20, actions: 3, successors: 3, seed: seed, discount: 0.9)
    let truth = try ProcessTruth(process)
    var random = RandomStream(seed: seed)
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    for pair in 0..<60 {
      let weights = (0..<20).map { weight($0, truth.trainingOptimum.values, &random) }
      let total = weights.reduce(0, +)
      for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
        successors.append(process.successors[entry])
        probabilities.append(0.7 * process.probabilities[entry])
      }
      for state in 0..<20 where weights[state] > 0 {
        successors.append(Int32(state))
        probabilities.append(0.3 * weights[state] / total)
      }
      rowStarts.append(successors.count)
    }
    let model = try FiniteMDP(
      name: "blurred", stateCount: 20, actionCount: 3, discount: 0.9, initial: process.initial,
      rowStarts: rowStarts, successors: successors, probabilities: probabilities,
      terminals: .init(repeating: false, count: successors.count), rewards: [process.reward])
    let script = Script(
      claim: Claim(.stateValue, of: .part("actor"), discount: 0.9), values: truth.trainingOptimum.values,
      policy: PolicyTable(actionCount: 3, actions: truth.trainingOptimum.policy))
    return try #require(try script.audited(on: process, believing: model).model).leaning
  }

  @Test("errors that do not care for value seldom seem to: in 200 models fewer than 3% are below 1%")
  func calibrated() throws {
    var (alarms, counts) = (0, 0)
    for seed in 0..<UInt64(200) {
      // Each pair is blurred towards one state, any of them alike.
      let found = try leaning(seed: seed) { state, _, random in
        random.unit() < 0.15 ? 1 : state == 0 ? 1e-9 : 0
      }
      if found.probability < 0.01 { alarms += 1 }
      counts += found.count
    }
    #expect(alarms <= 6, "\(alarms) of 200")
    #expect(counts > 200 * 40)
  }

  @Test("errors that prefer what is worth more are found every time")
  func leaks() throws {
    for seed in 0..<UInt64(10) {
      let found = try leaning(seed: seed) { state, values, _ in
        values.count { $0 > values[state] } < 5 ? 1 : 0
      }
      #expect(found.probability < 1e-4 && 2 * found.optimistic > found.count, "seed \(seed): \(found)")
      let opposite = try leaning(seed: seed) { state, values, _ in
        values.count { $0 < values[state] } < 5 ? 1 : 0
      }
      #expect(opposite.probability > 0.5, "seed \(seed): \(opposite)")
    }
  }

  @Test("too few errors say nothing, however they lean")
  func few() throws {
    let process = try SmallWorlds.corridor()
    let model = try SmallWorlds.corridor(replacing: [0: [(2, 1, false)], 2: [(2, 1, false)]])
    let script = Script(
      claim: Claim(.stateValue, of: .part("actor"), discount: 0.9), values: [0.81, 0.9, 1],
      policy: .always(1, states: 3, actions: 2))
    let leaning = try #require(try script.audited(on: process, believing: model).model).leaning
    #expect(leaning.count == 2 && leaning.optimistic == 2 && leaning.probability == 1)
  }
}

@Suite("Agents without a critic")
struct CriticFreeTests {
  @Test(
    "an audit reads the exact values of the actor's policy in the place of a critic's",
    arguments: ["evolution", "reinforce"])
  func bandit(name: String) async throws {
    let setup = try Setup(
      agent: try Catalogue.standard.agent(named: name),
      environment: try Catalogue.standard.environment(named: "two-armed-bandit"))
    let report = try await setup.audit(seeds: [1, 2], steps: 3000)
    #expect(report.critic == nil && report.model == nil)
    #expect(report.agents.allSatisfy { $0.criticError == nil && $0.modelError == nil && $0.stoppedBy == nil })
    // A pull of the second arm pays 0.7 on average, of the first 0.3; at random 0.5.
    #expect(abs(report.gap.optimal - 0.7) < 1e-12)
    for agent in report.agents {
      let regret = try #require(agent.regret)
      #expect(abs(regret - (0.7 - agent.performance) / 0.2) < 1e-9)
    }
    let regret = try #require(report.outcome).regret
    #expect(regret.estimate < 0.1 && report.outcome?.verdict.name != .faulty, "\(regret)")
    #expect(report.actor.verdict.statement.isEmpty == false && report.diagnosis.name != "critic-error")
    #expect(abs(report.gap.identity.critic.estimate) < 1e-9)
    #expect(abs(report.gap.identity.sum.estimate - report.gap.total.estimate) < 1e-9)
  }
}
