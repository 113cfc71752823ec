import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import AssayReports
import Foundation
import Testing

@testable import AssayScenarios

@Suite("Plans with the parts of a run")
struct PlanWithRunTests {
  /// An agent that was hardly trained.
  private func run(_ agent: String, in world: String, steps: Int = 64) throws -> TrainedRun {
    let learner = try Catalogue.standard.learner(named: agent)
    let small: Hyperparameters = [
      "hidden": .integers([6]), "model-hidden": .integers([6]), "rollout-length": .integer(16),
      "copies": .integer(2), "population-size": .integer(4), "parents": .integer(2),
    ]
    let given = small.filter { entry in learner.hyperparameters.contains { $0.name == entry.key } }
    var description = RunDescription(
      agent: agent, environment: world, settings: [:],
      hyperparameters: try learner.hyperparameters(given: given, in: ""), seed: 3, steps: steps,
      version: "test"
    )
    description.evaluationEpisodes = 0
    let live = try learner.make(
      LearnerRequest(
        world: try Catalogue.standard.environment(named: world).make([:]),
        hyperparameters: description.hyperparameters, runLength: steps, seed: 3))
    try live.advance(to: steps)
    return TrainedRun(live, in: "runs/x", description)
  }

  private func plan(_ name: String, _ change: (inout PlanOrder) -> Void) throws -> PlanReport {
    func open(_ world: some Environment, _ order: PlanOrder) throws -> PlanReport {
      var world = world
      var random = RandomStream(seed: 0)
      let seen = world.reset(using: &random)
      return try order.plan(in: world, showing: seen)
    }
    var order = PlanOrder()
    (order.keepsTrace, order.simulations, order.candidates, order.iterations) = (true, 30, 20, 2)
    order.depth = 6
    change(&order)
    return try open(Catalogue.standard.environment(named: name).make([:]), order)
  }

  /// V̂ of what is seen and π there, as the parts themselves say.
  private func asked(_ run: TrainedRun, _ seen: [Float]) throws -> (CriticEstimates, [Double]) {
    guard case .choices(let critic, let actor) = run.parts.parts else {
      throw DataError(field: "the actions", value: "vectors", allowed: "numbers")
    }
    func open(_ critic: some Critic<[Float], Int>, _ actor: some ColumnActor<DiscreteSpace>)
      -> (CriticEstimates, [Double])
    {
      let policy = actor.distributions(at: [seen], reading: run.parts.parameters)[0]
      return (
        critic.estimates(of: [seen], reading: run.parts.parameters),
        (0..<actor.actionSpace.count).map { exp(policy.logProbability(of: $0)) }
      )
    }
    return open(critic, actor)
  }

  @Test(
    "in copies of a world the run's critic values new nodes, its actor gives priors, and its discount counts")
  func copies() throws {
    let run = try run("ppo", in: "cart-pole")
    let report = try plan("cart-pole") { $0.run = run }
    #expect(report.planner == "gumbel")
    let search = try #require(report.search)
    #expect(
      search.sources
        == SearchSources(dynamics: "the world", values: "the run's critic", priors: "the run's actor"))
    var world = CartPole()
    var random = RandomStream(seed: 0)
    guard case (.stateValues(let values), let policy) = try asked(run, world.reset(using: &random)) else {
      Issue.record("PPO's critic is of states")
      return
    }
    // A tree holds single precision.
    #expect(search.nodes[0].value == Double(Float(values[0])))
    for (edge, probability) in zip(search.nodes[0].edges, policy) {
      #expect(abs((edge.prior ?? .nan) - (0.9 * probability + 0.05)) < 1e-6)
    }
    let discount = run.parts.claim.discount
    #expect(
      search.nodes.dropFirst().allSatisfy { $0.discount == 0 || $0.discount == Double(Float(discount)) })
    // No step of cart-pole earns anything but 1.
    #expect(search.nodes.dropFirst().allSatisfy { $0.reward == 1 })
    let parts = try #require(report.parts)
    #expect([parts.model.source, parts.critic.source, parts.actor.source] == ["world", "run", "run"])
    #expect(parts.rewards == "world" && parts.discount == discount && !parts.countsEntropy)
    #expect(parts.run == "runs/x" && parts.agent == "ppo" && parts.seed == 3 && parts.step == run.step)
    #expect(parts.critic.words == "the run's critic, V(s) of the actor's policy, discount 0.99")
  }

  @Test("in a listed world the agent sees the states one-hot, as it did in training")
  func listed() throws {
    let run = try run("dqn", in: "frozen-lake-4x4")
    let report = try plan("frozen-lake-4x4") { ($0.run, $0.planner) = (run, .puct) }
    var seen = [Float](repeating: 0, count: 16)
    seen[0] = 1
    guard case (.actionValues(let rows), let policy) = try asked(run, seen) else {
      Issue.record("DQN's critic lists actions")
      return
    }
    let search = try #require(report.search)
    #expect(search.nodes[0].value == Double(Float(rows[0].max()!)))
    let priors = policy.map { 0.9 * $0 + 0.025 }
    #expect(zip(search.nodes[0].edges, priors).allSatisfy { abs(($0.prior ?? .nan) - $1) < 1e-6 })
    #expect(report.parts?.critic.words.hasSuffix("discount 0.99; a state is worth its largest") == true)
  }

  @Test("a run's model predicts the rewards, too; the world's are its own")
  func sequences() throws {
    let run = try run("mbpo", in: "pendulum")
    guard case .vectors(let model, let critic, _) = run.parts.parts, let model = model as? EnsembleModel,
      let critic = critic as? TwinCritic
    else {
      Issue.record("MBPO has an ensemble and twins")
      return
    }
    var copies = Pendulum().copies(1, timeLimit: 200, stream: RandomStream(seed: 0))
    copies.reset()
    let seen = copies.observations[0]
    let angle = atan2(Double(seen[1]), Double(seen[0]))
    for choice in [nil, ModelChoice.world] {
      let report = try plan("pendulum") { ($0.run, $0.model) = (run, choice) }
      let parts = try #require(report.parts)
      #expect(parts.model.source == (choice == nil ? "run" : "world") && parts.rewards == parts.model.source)
      #expect(parts.critic.source == "run" && parts.actor.source == "run" && parts.countsEntropy)
      #expect(parts.discount == 0.99)
      #expect(parts.actor.words == "the run's actor, which adds 1 sequence to those that are tried")
      let best = try #require(report.trajectories?.iterations.last?.best)
      let action = best.actions[0]
      let learned = model.predictions(from: [seen], taking: [[action]], reading: run.parts.parameters)[0]
      let speed = Double(seen[2])
      let push = Double(action)
      let earned: Double = -(angle * angle + 0.1 * speed * speed + 0.001 * push * push)
      let expected: Double = choice == nil ? learned.reward.value : earned
      // Single precision of what is seen.
      #expect(abs(best.rewards[0] - expected) < 1e-4)
      // Twenty and the actor's one in the first iteration.
      #expect(report.trajectories?.iterations[0].evaluated == 21)
      guard choice == .world else { continue }
      var steps = copies
      for step in 0..<6 { steps.step(VectorColumn([[best.actions[step]]], width: 1)) }
      let end = critic.stateValues(of: [steps.observations[0]], reading: run.parts.parameters)[0]
      #expect(abs(best.terminalValue - end) < 1e-9)
      var total = 0.0
      for (step, reward) in best.rewards.enumerated() { total += pow(0.99, Double(step)) * reward }
      total += pow(0.99, 6) * end
      #expect(abs(best.predictedReturn - total) < 1e-9)
    }
  }

  @Test(
    "with all three swapped back the plan is the one without a run",
    arguments: [("ppo", "cart-pole"), ("mbpo", "pendulum"), ("a2c", "frozen-lake-4x4")])
  func swappedBack(agent: String, world: String) throws {
    let run = try run(agent, in: world)
    func make(_ run: TrainedRun?) throws -> PlanReport {
      try plan(world) {
        ($0.run, $0.model, $0.critic, $0.actor) = (run, .world, PartChoice.none, PartChoice.none)
        $0.planner = world == "pendulum" ? .icem : .uct
      }
    }
    var with = try make(run)
    #expect(with.parts?.model.source == "world" && with.parts?.critic.source == "none")
    with.parts = nil
    #expect(try with == make(nil))
  }

  @Test("each part makes a difference")
  func differences() throws {
    let run = try run("mbpo", in: "pendulum")
    func value(_ model: ModelChoice, _ critic: PartChoice, _ actor: PartChoice) throws -> Double? {
      try plan("pendulum") { ($0.run, $0.model, $0.critic, $0.actor) = (run, model, critic, actor) }.value
    }
    let values = [
      try value(.world, .none, .none), try value(.run, .none, .none), try value(.world, .run, .none),
      try value(.world, .none, .run),
    ]
    #expect(values.allSatisfy { $0 != nil } && Set(values).count == 4)
  }

  @Test(
    "what nobody has or nobody asks is refused",
    arguments: [
      (
        "ppo", "cart-pole", PlannerChoice.gumbel, "model",
        "--model run: ppo has no world model; allowed: world"
      ),
      ("evolution", "cart-pole", .gumbel, "critic", "--critic run: evolution has no critic; allowed: none"),
      ("ppo", "cart-pole", .uct, "actor", "--actor run: uct asks no actor here; allowed: none"),
      ("dqn", "frozen-lake-4x4", .exact, "critic", "--critic run: exact asks no critic here; allowed: none"),
      (
        "dqn", "frozen-lake-4x4", .exact, "",
        "--run runs/x: exact has no use for what dqn has; allowed: --planner gumbel, puct, uct"
      ),
      (
        "evolution", "cart-pole", .uct, "",
        "--run runs/x: uct has no use for what evolution has; allowed: --planner gumbel, puct"
      ),
      ("mbpo", "tiger", .exact, "", "--run runs/x: exact has no use for what mbpo has; allowed: no run"),
      ("ppo", "connect-four", .gumbel, "critic", "--critic run: gumbel asks no critic here; allowed: none"),
      (
        "ppo", "frozen-lake-4x4", .gumbel, "cart-pole",
        "--run runs/x: its ppo sees 4 numbers and its action is a whole number from 0 to 1, but frozen-lake-4x4 shows "
          + "16 and takes a whole number from 0 to 3; "
          + "allowed: a run that was trained in such a world"
      ),
    ])
  func refused(agent: String, world: String, planner: PlannerChoice, part: String, message: String) throws {
    let isElsewhere = ["tiger", "connect-four"].contains(world)
    let run = try run(
      agent,
      in: part == "cart-pole" || isElsewhere && agent != "mbpo"
        ? "cart-pole" : isElsewhere ? "pendulum" : world,
      steps: 8)
    let error = #expect(throws: PlanOrder.Unusable.self) {
      try plan(world) {
        ($0.run, $0.planner) = (run, planner)
        if part == "model" { $0.model = .run }
        if part == "critic" { $0.critic = .run }
        if part == "actor" { $0.actor = .run }
      }
    }
    #expect(error?.description == message)
  }
}
