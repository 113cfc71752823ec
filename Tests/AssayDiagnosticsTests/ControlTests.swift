import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

/// What a detector must say of parts that are right, of parts that are wrong in no particular way, and of parts
/// that are wrong in one way, all through the public door.
@Suite("Controls")
struct ControlTests {
  private func world(_ index: Int) throws -> FiniteMDP {
    switch index {
    case 0: try FiniteMDP(enumerating: FrozenLake.fourByFour)
    case 1: try FiniteMDP(enumerating: CliffWalking())
    case 2: RandomMDP.process(states: 20, seed: 7, discount: 0.95)
    default: SmallWorlds.random
    }
  }

  /// The true parts: the best policy, its values, the world itself as model.
  private func exact(_ process: FiniteMDP) -> Script {
    let dense = DenseTruth(process)
    let best = dense.bestPolicy()
    return Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: process.discount),
      values: dense.actionValues(of: best), policy: best)
  }

  @Test("healthy control: exact parts are healthy", arguments: 0..<4)
  func healthy(index: Int) throws {
    let process = try world(index)
    let environment = TabularEnvironment(process)
    let script = exact(process)
    let modelled = try environment.audit(script.agent(believing: process), named: "exact")
    #expect(modelled.diagnosis.name == "healthy", "\(modelled.diagnosis)")
    let critic = try #require(modelled.critic)
    #expect(abs(modelled.gap.total.estimate) < 1e-9 && critic.rmse.estimate < 1e-9)
    let modelFree = try environment.audit(script.agent(), named: "exact")
    #expect(modelFree.diagnosis.name == "healthy" && modelFree.model == nil)
    let states = Script(
      claim: Claim(.stateValue, of: .part("actor"), discount: process.discount),
      values: DenseTruth(process).values(of: script.policy), policy: script.policy)
    #expect(try environment.audit(states.agent(), named: "exact").diagnosis.name == "healthy")
  }

  /// Each state is given the value of another, and keeps its own advantages: the actor stays greedy on what the
  /// critic says, so the critic is all that is wrong.
  @Test(
    "shuffled control: true values of the wrong states are an error without a further name", arguments: 0..<4)
  func shuffled(index: Int) throws {
    let process = try world(index)
    let environment = TabularEnvironment(process)
    let truth = try ProcessTruth(process)
    let script = exact(process)
    let values = DenseTruth(process).values(of: script.policy)
    for seed in 0..<UInt64(10) {
      var random = RandomStream(seed: seed)
      let live = values.indices.filter { truth.isLive[$0] }
      let shuffle = Dictionary(uniqueKeysWithValues: zip(live, live.shuffled(using: &random)))
      var shuffled = script
      for pair in script.values.indices {
        let state = pair / process.actionCount
        shuffled.values[pair] += values[shuffle[state] ?? state] - values[state]
      }
      let report = try environment.audit(shuffled.agent(believing: process), named: "shuffled")
      #expect(
        report.diagnosis.name == "critic-error",
        "seed \(seed): \(String(describing: report.critic?.alternatives))")
      #expect(report.diagnosis.also == [], "seed \(seed)")
    }
  }

  @Test("a critic of states with shuffled values is an error too, in whatever the actor then follows")
  func shuffledStates() throws {
    let process = SmallWorlds.random
    for seed in 0..<UInt64(10) {
      var random = RandomStream(seed: seed)
      let shuffled = Script(
        claim: Claim(.stateValue, of: .uniform, discount: process.discount),
        values: DenseTruth(process).values(of: process.uniformPolicy).shuffled(using: &random),
        policy: DenseTruth(process).bestPolicy())
      let report = try TabularEnvironment(process).audit(shuffled.agent(), named: "shuffled")
      #expect(
        report.diagnosis.name == "critic-error",
        "seed \(seed): \(String(describing: report.critic?.alternatives))")
    }
  }

  @Test("planted in exact parts, each wrong claim is named through the public door", arguments: 0..<4)
  func planted(index: Int) throws {
    let process = try world(index)
    let environment = TabularEnvironment(process)
    let script = exact(process)
    func diagnosis(_ values: [Double]) throws -> Diagnosis {
      var wrong = script
      wrong.values = values
      return try environment.audit(wrong.agent(believing: process), named: "wrong").diagnosis
    }
    let short = DenseTruth(process, discount: 0.6).actionValues(of: script.policy)
    #expect(try diagnosis(short).name == "critic-wrong-discount")
    #expect(try diagnosis(script.values.map { 3 * $0 }).name == "critic-scaled-reward")
    let uniform = DenseTruth(process).actionValues(of: process.uniformPolicy)
    #expect(try diagnosis(uniform).name == "critic-other-policy")
  }

  @Test("planted in exact parts, an undecided actor and one that wants the opposite are told apart")
  func actors() throws {
    let process = SmallWorlds.random
    let claim = Claim(.actionValue, of: .part("actor"), discount: process.discount)
    func diagnosis(_ policy: PolicyTable) throws -> String {
      let script = Script(claim: claim, values: DenseTruth(process).actionValues(of: policy), policy: policy)
      return try TabularEnvironment(process).audit(script.agent(), named: "wrong").diagnosis.name
    }
    #expect(try diagnosis(process.uniformPolicy) == "actor-not-maximising")
    let negated = try process.withRewards([
      .init(name: "reward", expected: process.reward.expected.map { -$0 })
    ])
    #expect(try diagnosis(DenseTruth(negated).bestPolicy()) == "actor-other-objective")
  }

  @Test("a model with a shortcut misleads an actor that plans in it, and the critic is not blamed")
  func shortcut() throws {
    let process = try SmallWorlds.corridor()
    let model = try SmallWorlds.corridor(replacing: [0: [(2, 1, false)]])
    let dreamt = DenseTruth(model)
    let policy = dreamt.bestPolicy()
    let script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: dreamt.actionValues(of: policy),
      policy: policy)
    let report = try TabularEnvironment(process).audit(script.agent(believing: model), named: "dreamer")
    #expect(report.diagnosis.name == "model-shortcut" && report.diagnosis.also == [])
    #expect(try #require(report.critic).verdict.name == .faulty)
    #expect(try #require(report.model).worst.contains("state 0, action 0 to lead to state 2"))
  }

  @Test("a training reward that asks for something else is named, though every part is right")
  func wrongReward() throws {
    let process = try SmallWorlds.random.withRewards([
      .init(name: "reward", expected: SmallWorlds.random.reward.expected),
      .init(name: "performance", expected: SmallWorlds.random.reward.expected.map { 1 - $0 }),
    ])
    let dense = DenseTruth(process, reward: process.reward)
    let best = dense.bestPolicy()
    let script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: dense.actionValues(of: best),
      policy: best)
    let report = try TabularEnvironment(process).audit(script.agent(believing: process), named: "exact")
    #expect(report.diagnosis.name == "wrong-reward" && report.diagnosis.also == [])
    // What the best policy for the reward loses is more than choosing at random does, since it is the worst one.
    #expect(report.reward.regret > 1)
    #expect(abs(report.gap.identity.sum.estimate - report.gap.total.estimate) < 1e-12)
  }
}
