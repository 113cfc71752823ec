import Assay
import AssayEnvironments
import AssayPlanning
import Testing

/// A process as a world model that can be spoilt.
private struct ProcessModel: WorldModel {
  let name: PartName = "model"
  var process: FiniteMDP
  /// What it says of an action in a state instead of the truth.
  var lies: [[Int]: Prediction<Int>] = [:]

  func predictions(from latents: [Int], taking actions: [Int], reading parameters: ParameterStore)
    -> [Prediction<Int>]
  {
    zip(latents, actions).map { state, action in
      if let lie = lies[[state, action]] { return lie }
      let range = process.outcomeRange(state: state, action: action)
      let going = range.filter { !process.hasTerminals || !process.terminals[$0] }
      let stays = going.reduce(0) { $0 + process.probabilities[$1] }
      return Prediction(
        successors: going.map { (Int(process.successors[$0]), process.probabilities[$0]) },
        termination: max(0, 1 - stays),
        reward: PredictedReward(process.reward.expected[state * process.actionCount + action]))
    }
  }
}

private struct ProcessCritic: Critic {
  typealias Latent = Int
  typealias Action = Int

  let name: PartName = "critic"
  var claim: Claim
  /// `[states][actions]`; state values where there is one column.
  var table: [[Double]]

  func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    table[0].count == 1
      ? .stateValues(latents.map { table[$0][0] }) : .actionValues(latents.map { table[$0] })
  }
}

private struct ProcessActor: Actor {
  let name: PartName = "actor"
  let objective = Objective(maximising: nil)
  var probabilities: [Double]

  func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { _ in ActionProbabilities(probabilities: probabilities) }
  }

  func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    random.integer(below: probabilities.count)
  }
}

/// A world of one step in which the action is a number.
private struct Line: WorldModel, Critic, Actor {
  struct Draw: ActionDistribution {
    func logProbability(of action: Double) -> Double { 0 }
    func sample(using random: inout RandomStream) -> Double { random.unit() }
  }

  let name: PartName = "line"
  let claim = Claim(.stateValue, of: .part("line"), discount: 0.5)
  let objective = Objective(maximising: nil)

  func predictions(from latents: [Double], taking actions: [Double], reading parameters: ParameterStore)
    -> [Prediction<Double>]
  {
    actions.map {
      Prediction(
        successors: [($0, 1)], termination: 0, reward: PredictedReward(-10 * ($0 - 0.3) * ($0 - 0.3)))
    }
  }

  func estimates(of latents: [Double], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { _ in 2 })
  }

  func distributions(at latents: [Double], reading parameters: ParameterStore) -> [Draw] {
    latents.map { _ in Draw() }
  }

  func exploratoryAction(at latent: Double, using random: inout RandomStream) -> Double { -1 }
}

@Suite("Planning by tree search in an agent's own model")
struct TreeSearchPlannerTests {
  private static let optimal = Claim(.stateValue, of: .optimal, discount: 0.9)
  private let parameters = ParameterStore()
  private let rules: [SearchRule] = [
    .uct(UCT(exploration: 0.7)), .puct(PUCT()), .gumbel(GumbelSearch(consideredActions: 4, noiseScale: 0)),
  ]

  @Test(
    "With the true model and the true values of states, one walk an action gives the true values of actions")
  func cliff() throws {
    let process = try FiniteMDP(enumerating: CliffWalking())
    let truth = try process.solved(discount: 0.9)
    let values = process.actionValues(from: truth.values, discount: 0.9)
    let critic = ProcessCritic(claim: Self.optimal, table: truth.values.map { [$0] })
    let actor = ProcessActor(probabilities: [0.25, 0.25, 0.25, 0.25])
    var random = RandomStream(seed: 4)
    for rule in [rules[0], rules[2]] {
      let planner = TreeSearchPlanner(rule, simulations: 4)
      for state in [36, 24, 29, 35] {
        let plan = planner.plan(
          from: state, model: ProcessModel(process: process), critic: critic, actor: actor,
          reading: parameters, using: &random)
        let row = (0..<4).map { values[state * 4 + $0] }
        // Some states have several best actions.
        #expect(row[plan.action] > (row.max() ?? .nan) - 1e-9, "\(rule.name) in \(state)")
        #expect(!plan.isExploratory && plan.modelCalls == 4)
        #expect(plan.candidates.count == 4)
        for candidate in plan.candidates {
          #expect(candidate.reward?.value == process.reward.expected[state * 4 + candidate.action])
          // Single precision, of numbers up to 108.
          #expect(abs(candidate.value - row[candidate.action]) < 2e-5)
        }
      }
    }
  }

  private static func ice() throws -> (process: FiniteMDP, values: [Double]) {
    let process = try FiniteMDP(
      enumerating: FrozenLake(map: FrozenLake.fourByFourMap, isSlippery: false))
    return (process, try process.solved(discount: 0.9).values)
  }

  @Test("On ice that is not slippery, every rule finds a shortest way with the true values of states")
  func shortestWays() throws {
    let (process, values) = try Self.ice()
    let truth = process.actionValues(from: values, discount: 0.9)
    let critic = ProcessCritic(claim: Self.optimal, table: values.map { [$0] })
    var random = RandomStream(seed: 4)
    // Ways differ by a tenth, which is what exploring must not drown.
    for rule in [.uct(UCT(exploration: 0.05)), rules[1], rules[2]] {
      let planner = TreeSearchPlanner(rule, simulations: 150)
      for state in [9, 10, 13, 14] {
        let action = planner.action(
          from: state, model: ProcessModel(process: process), critic: critic,
          actor: ProcessActor(probabilities: [0.25, 0.25, 0.25, 0.25]), reading: parameters, using: &random)
        let row = (0..<4).map { truth[state * 4 + $0] }
        #expect(row[action] > (row.max() ?? .nan) - 1e-9, "\(rule.name) in \(state)")
      }
    }
  }

  @Test("On slippery ice with a critic that knows nothing, values come close to backward induction's")
  func ice() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    let truth = process.finiteHorizonSolution(horizon: 5, discount: 0.9).values[14]
    let critic = ProcessCritic(claim: Self.optimal, table: (0..<16).map { _ in [0] })
    var planner = TreeSearchPlanner(.uct(UCT(exploration: 0.5)), simulations: 4_000)
    planner.budget.depth = 5
    var random = RandomStream(seed: 4)
    let plan = planner.plan(
      from: 14, model: ProcessModel(process: process), critic: critic,
      actor: ProcessActor(probabilities: [0.25, 0.25, 0.25, 0.25]), reading: parameters, using: &random)
    let best = plan.candidates.map(\.value).max() ?? .nan
    // Some 3,500 returns of 0 to 1: a standard error below 0.009, and what exploring costs.
    #expect(abs(best - truth) < 0.05)
  }

  @Test(
    "New nodes are worth what the critic's claim says, in units of the reward: the best action, the mean, or the actor's mean"
  )
  func claims() throws {
    let process = try FiniteMDP(enumerating: CliffWalking())
    var random = RandomStream(seed: 4)
    for (policy, scale, worth) in [
      (Claim.PolicyReference.optimal, 1.0, 7.0), (.uniform, 1, 3),
      (.part("actor"), 1, 0.5 * 1 + 0.25 * 7 + 0.25 * 1), (.optimal, 2, 3.5),
    ] {
      let critic = ProcessCritic(
        claim: Claim(.actionValue, of: policy, discount: 0.5, rewardScale: scale),
        table: (0..<48).map { _ in [1, 7, -.infinity, 1] })
      let planner = TreeSearchPlanner(.puct(PUCT()), simulations: 3, uniformShare: 0)
      let trace = try planner.search(
        from: 0, model: ProcessModel(process: process), critic: critic,
        actor: ProcessActor(probabilities: [0.5, 0.25, 0, 0.25]), reading: parameters, using: &random)
      #expect(trace.nodes[0].value == worth)
      #expect(trace.nodes[1].value == worth)
      #expect(trace.nodes[1].discount == 0.5)
      // The third action is not available by the critic's word.
      #expect(trace.nodes[0].edges.map(\.action) == [0, 1, 3])
      #expect(trace.nodes[0].edges.map { Float($0.prior ?? .nan) } == [0.5, 0.25, 0.25])
      #expect(trace.sources == SearchSources(dynamics: "model", values: "critic", priors: "actor"))
    }
  }

  @Test("A share of the uniform policy lets a search think better of a sure actor")
  func sureActor() throws {
    let (process, values) = try Self.ice()
    let table = process.actionValues(from: values, discount: 0.9)
    let critic = ProcessCritic(
      claim: Claim(.actionValue, of: .optimal, discount: 0.9),
      table: (0..<16).map { state in (0..<4).map { table[state * 4 + $0] } })
    var random = RandomStream(seed: 4)
    func action(share: Double) -> Int {
      TreeSearchPlanner(.puct(PUCT()), simulations: 60, uniformShare: share).action(
        from: 14, model: ProcessModel(process: process), critic: critic,
        actor: ProcessActor(probabilities: [1, 0, 0, 0]), reading: parameters, using: &random)
    }
    // The goal is on the right; the actor is sure to go left.
    #expect(action(share: 0) == 0)
    #expect(action(share: 0.2) == 2)
  }

  @Test("A model that answers with no reward or no distribution is named")
  func lies() throws {
    let process = try FiniteMDP(enumerating: CliffWalking())
    let critic = ProcessCritic(claim: Self.optimal, table: (0..<48).map { _ in [0] })
    let actor = ProcessActor(probabilities: [0.25, 0.25, 0.25, 0.25])
    func error(_ lie: Prediction<Int>) -> SearchError? {
      var random = RandomStream(seed: 4)
      var model = ProcessModel(process: process)
      model.lies[[24, 1]] = lie
      do throws(SearchError) {
        _ = try TreeSearchPlanner(.puct(PUCT()), simulations: 100).search(
          from: 36, model: model, critic: critic, actor: actor, reading: parameters, using: &random)
        return nil
      } catch {
        return error
      }
    }
    let reward = try #require(
      error(Prediction(successors: [(25, 1)], termination: 0, reward: PredictedReward(.nan))))
    #expect(reward.fault == .reward && reward.path == [0, 1])
    for (probability, termination) in [(0.5, 0.0), (.nan, 0), (1, .nan), (1.5, -0.5)] {
      let outcome = try #require(
        error(
          Prediction(
            successors: [(25, probability)], termination: termination, reward: PredictedReward(0))))
      #expect(outcome.fault == .outcome && outcome.path == [0])
    }
    #expect(error(Prediction(successors: [], termination: 1, reward: PredictedReward(0))) == nil)
  }

  @Test(
    "An agent plans by search when its planner is replaced, and decides the same with and without a trace")
  func anatomy() throws {
    let process = try FiniteMDP(enumerating: CliffWalking())
    let agent = Anatomy(
      worldModel: ProcessModel(process: process),
      critic: ProcessCritic(claim: Self.optimal, table: (0..<48).map { _ in [0] }),
      actor: ProcessActor(probabilities: [0.25, 0.25, 0.25, 0.25]), planner: ReactivePlanner(),
      parameters: parameters)
    for rule in rules {
      var searching = agent.replacing(planner: TreeSearchPlanner(rule, simulations: 40, exploration: 0.3))
      var (one, other) = (RandomStream(seed: 7), RandomStream(seed: 7))
      var explored = 0
      for state in 24..<36 {
        let plan = searching.plan(on: Percept(observation: state, isFirst: false), using: &one)
        #expect(plan.action == searching.act(on: Percept(observation: state, isFirst: false), using: &other))
        explored += plan.isExploratory ? 1 : 0
      }
      #expect(one == other)
      #expect(explored > 0 && explored < 12)
    }
  }

  @Test("Actions that cannot be listed are drawn from the actor, and the best of them is taken")
  func sampled() {
    let line = Line()
    var random = RandomStream(seed: 7)
    for rule in rules {
      let planner = SampledTreeSearchPlanner<Double>(rule, simulations: 60, sampleCount: 12)
      let plan = planner.plan(
        from: 0, model: line, critic: line, actor: line, reading: parameters, using: &random)
      // Of twelve numbers in 0…1 none is within 0.25 of 0.3 but once in 4,000 runs; seeds are fixed.
      #expect(abs(plan.action - 0.3) < 0.25)
      for candidate in plan.candidates where candidate.value.isFinite {
        let distance = candidate.action - 0.3
        #expect(abs((candidate.reward?.value ?? .nan) + 10 * distance * distance) < 1e-12)
        #expect(candidate.value <= 0.5 * 2 + 1e-6)
      }
    }
  }
}
