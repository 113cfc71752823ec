import Assay
import Testing

/// Parts of an agent for two latents and three actions, whose numbers say who made them.
private struct Judge: Critic {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName = "critic"
  var claim = Claim(.stateValue, of: .part("actor"), discount: 0.5)
  var value = 1.0

  func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { value + Double($0) })
  }
}

private struct Doer: Actor {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName = "actor"
  var objective = Objective(maximising: "critic")
  var probabilities: [Double] = [0.5, 0.25, 0.25]

  func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { _ in ActionProbabilities(probabilities: probabilities) }
  }

  func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int { random.integer(below: 3) }
}

private struct Dreamer: WorldModel {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName = "world model"
  var reward = 1.0

  func predictions(
    from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
  ) -> [Prediction<Int>] {
    latents.map {
      Prediction(successors: [(latent: $0, probability: 1)], termination: 0, reward: PredictedReward(reward))
    }
  }
}

/// Asks the world model about every action, and takes the most rewarding.
private struct Looker: Planner {
  typealias Action = Int

  var needsWorldModel: Bool { true }
  var exploration: Double { 0 }

  func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Int>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    let predictions = model.predictions(from: [latent, latent], taking: [0, 1], reading: parameters)
    return Plan(
      action: 1,
      candidates: predictions.enumerated().map {
        .init(action: $0.offset, reward: $0.element.reward, value: $0.element.reward.value)
      }, modelCalls: 2)
  }

  func action<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Int
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int { 1 }
}

@Suite("Parts, plans and anatomies")
struct PartsTests {
  private typealias ModelFree = Anatomy<NoWorldModel<Int, Int>, Judge, Doer, ReactivePlanner<Int>>

  private static func makeAgent(exploration: Double) -> ModelFree {
    ModelFree(
      worldModel: NoWorldModel(), critic: Judge(), actor: Doer(),
      planner: ReactivePlanner(exploration: exploration), parameters: ParameterStore())
  }

  @Test("acting and planning decide alike, given equal streams", arguments: [0, 0.3, 1])
  func planAndAction(exploration: Double) {
    var agent = Self.makeAgent(exploration: exploration)
    var acting = RandomStream(seed: 11)
    var planning = acting
    for step in 0..<500 {
      let percept = Percept(observation: step % 2, isFirst: step == 0)
      let plan = agent.plan(on: percept, using: &planning)
      #expect(agent.act(on: percept, using: &acting) == plan.action)
      #expect(acting == planning)
      #expect(plan.candidates.isEmpty && plan.criticCalls == 0 && plan.modelCalls == 0)
    }
  }

  @Test("a planner explores as often as it says, uniformly, and else takes the actor at its word")
  func exploration() {
    // 4.9 standard errors: wrong for one seed in a million.
    func expect(_ count: Int, of total: Int, near probability: Double) {
      let deviation = (Double(total) * probability * (1 - probability)).squareRoot()
      #expect(abs(Double(count) - Double(total) * probability) <= 4.9 * deviation, "\(count) of \(total)")
    }
    let agent = Self.makeAgent(exploration: 0.3)
    var random = RandomStream(seed: 12)
    let plans = (0..<20_000).map { _ in
      agent.plan(on: Percept(observation: 0, isFirst: false), using: &random)
    }
    let explored = plans.filter(\.isExploratory)
    let planned = plans.filter { !$0.isExploratory }
    expect(explored.count, of: plans.count, near: 0.3)
    for action in 0..<3 {
      expect(explored.count { $0.action == action }, of: explored.count, near: 1.0 / 3)
      expect(planned.count { $0.action == action }, of: planned.count, near: [0.5, 0.25, 0.25][action])
    }
  }

  @Test("without exploration nothing is exploratory, with all of it everything is")
  func extremes() {
    var random = RandomStream(seed: 13)
    let percept = Percept(observation: 0, isFirst: false)
    for (exploration, expected) in [(0.0, false), (1.0, true)] {
      let agent = Self.makeAgent(exploration: exploration)
      for _ in 0..<200 { #expect(agent.plan(on: percept, using: &random).isExploratory == expected) }
    }
  }

  @Test("any part can be replaced, and the others stay what they were")
  func replacing() {
    var agent = Self.makeAgent(exploration: 0.25)
    agent.parameters.step = 77

    let otherCritic = agent.replacing(critic: Judge(name: "oracle", value: 5))
    #expect(otherCritic.critic.name == "oracle")
    #expect(otherCritic.critic.estimates(of: [0, 1], reading: agent.parameters) == .stateValues([5, 6]))
    #expect(otherCritic.actor.name == "actor" && otherCritic.planner.exploration == 0.25)
    #expect(otherCritic.parameters == agent.parameters)

    var otherActor = agent.replacing(actor: Doer(name: "double", probabilities: [0, 0, 1]))
    #expect(otherActor.critic.name == "critic")
    var random = RandomStream(seed: 1)
    let stubborn = otherActor.replacing(planner: ReactivePlanner(exploration: 0))
    #expect(
      (0..<50).allSatisfy { _ in
        stubborn.plan(on: Percept(observation: 0, isFirst: false), using: &random).action == 2
      })
    otherActor.parameters.step = 78
    #expect(agent.parameters.step == 77)

    let dreaming = agent.replacing(worldModel: Dreamer(reward: 3)).replacing(planner: Looker())
    #expect(type(of: dreaming).hasWorldModel && !ModelFree.hasWorldModel)
    let plan = dreaming.plan(on: Percept(observation: 0, isFirst: true), using: &random)
    #expect(plan.action == 1 && plan.modelCalls == 2)
    #expect(plan.candidates.map(\.reward) == [PredictedReward(3), PredictedReward(3)])
    #expect(dreaming.parameters == agent.parameters)
  }

  @Test("a categorical distribution has logarithms, of zero too, and draws what it says")
  func categorical() {
    let distribution = ActionProbabilities(probabilities: [0.5, 0, 0.5])
    #expect(abs(distribution.logProbability(of: 0) + 0.693_147_180_56) < 1e-11)
    #expect(distribution.logProbability(of: 1) == -.infinity)
    var random = RandomStream(seed: 3)
    let draws = (0..<2000).map { _ in distribution.sample(using: &random) }
    #expect(!draws.contains(1))
    // 4.9 standard errors of 22.4: wrong for one seed in a million.
    #expect(abs(draws.count { $0 == 0 } - 1000) <= 109)
  }

  @Test("claims and objectives read as sentences")
  func descriptions() {
    #expect(
      Claim(.stateValue, of: .part("actor"), discount: 0.5).description
        == "V(s) of the actor's policy, discount 0.5")
    #expect(
      Claim(.actionValue, of: .optimal, discount: 1, rewardScale: 2).description
        == "Q(s, a) of the optimal policy, discount 1.0, reward × 2.0")
    #expect(Claim(.actionValue, of: .behaviour, discount: 0).description.contains("of the behaviour policy"))
    #expect(Claim(.actionValue, of: .uniform, discount: 0).description.contains("of the uniform policy"))
    #expect(Objective(maximising: "critic").description == "maximises the critic")
    #expect(Objective(maximising: nil).description == "is a fixed policy")
  }

  // MARK: Programmers' mistakes

  @Test("a planner that asks a world model is not put into an agent without one")
  func planningWithoutModel() async {
    await #expect(processExitsWith: .failure) {
      _ = Self.makeAgent(exploration: 0).replacing(planner: Looker())
    }
    await #expect(processExitsWith: .failure) {
      let agent = Self.makeAgent(exploration: 0).replacing(worldModel: Dreamer()).replacing(planner: Looker())
      _ = agent.replacing(worldModel: NoWorldModel<Int, Int>())
    }
    await #expect(processExitsWith: .success) {
      _ = Self.makeAgent(exploration: 0).replacing(worldModel: Dreamer()).replacing(planner: Looker())
    }
  }

  @Test("there is nothing to ask where no world model is")
  func noWorldModel() async {
    await #expect(processExitsWith: .failure) {
      _ = NoWorldModel<Int, Int>().predictions(from: [0], taking: [0], reading: ParameterStore())
    }
  }

  @Test("an exploration or a discount outside 0…1 is refused")
  func ranges() async {
    await #expect(processExitsWith: .failure) { _ = ReactivePlanner<Int>(exploration: 1.01) }
    await #expect(processExitsWith: .failure) { _ = ReactivePlanner<Int>(exploration: -0.01) }
    await #expect(processExitsWith: .failure) { _ = Claim(.stateValue, of: .optimal, discount: 1.5) }
    await #expect(processExitsWith: .success) { _ = ReactivePlanner<Int>(exploration: 1) }
  }
}
