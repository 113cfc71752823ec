import Assay
import AssayAgents
import AssayEnvironments
import Testing

/// Two steps by the book: action 0 pays 1 and ends the matter. Action 1 pays nothing; it then shows 1 or 2, each equally
/// likely, and after a 1, action 1 pays 4.
private struct TwoSteps: HistoryModel {
  let code = PerceptCode(actionCount: 2, observationCount: 3, rewards: 0...4)
  private var present: [Int] = []
  private var history: [Int] = []
  private(set) var observation = 0

  mutating func take(_ action: Int) { history.append(action) }
  mutating func learn(_ percept: Int) {}
  mutating func note(_ percept: Int) {}
  mutating func startImagining() { present = history }
  mutating func stopImagining() { self.return() }
  mutating func `return`() {
    history = present
    observation = 0
  }

  mutating func imaginePercept(isLast: Bool, using random: inout RandomStream) -> Int {
    precondition(isLast == (history.count == 2))
    var reward = 0.0
    var shown = 0
    if history.count == 1 {
      reward = history[0] == 0 ? 1 : 0
      shown = history[0] == 0 ? 0 : 1 + random.integer(below: 2)
    } else if observation == 1, history[1] == 1 {
      reward = 4
    }
    observation = shown
    return code.percept(observation: shown, reward: Reward(reward))
  }

  var isAtPresent: Bool { history == present && observation == 0 }
}

@Suite("Planning in a history")
struct HistoryTreeSearchTests {
  private func plan(horizon: Int, simulations: Int) -> (plan: Plan<Int>, isBack: Bool) {
    var problem: HistoryProblem? = HistoryProblem(
      model: OneOrTwo(horizon: horizon),
      actor: UniformActor(shape: TableShape(stateCount: 4, actionCount: 2)), horizon: horizon)
    var random = RandomStream(seed: 3)
    var planner = HistoryTreeSearch(simulations: simulations, horizon: horizon)
    let plan = planner.plan(in: &problem, using: &random)
    return (plan, problem?.model.isAtPresent ?? false)
  }

  /// ``TwoSteps``, looked at from as far as is planned.
  private struct OneOrTwo: HistoryModel {
    var steps = TwoSteps()
    let horizon: Int
    private var taken = 0
    init(horizon: Int) { self.horizon = horizon }
    var code: PerceptCode { steps.code }
    var observation: Int { steps.observation }
    var isAtPresent: Bool { steps.isAtPresent }
    mutating func take(_ action: Int) {
      steps.take(action)
      taken += 1
    }
    mutating func learn(_ percept: Int) {}
    mutating func note(_ percept: Int) {}
    mutating func startImagining() { steps.startImagining() }
    mutating func stopImagining() { self.return() }
    mutating func `return`() {
      steps.return()
      taken = 0
    }
    mutating func imaginePercept(isLast: Bool, using random: inout RandomStream) -> Int {
      #expect(isLast == (taken == horizon))
      return steps.imaginePercept(isLast: taken == 2, using: &random)
    }
  }

  /// One step: 1 and 0, exactly. Two: 1 exactly, and ½ · 4 = 2, less what exploring costs.
  @Test("finds the best plan for its horizon, and goes back to the present")
  func plans() throws {
    let short = plan(horizon: 1, simulations: 100)
    #expect(short.plan.action == 0)
    #expect(short.plan.candidates.map(\.value) == [1, 0])
    #expect(short.plan.modelCalls == 100)
    #expect(short.isBack)
    let long = plan(horizon: 2, simulations: 4000)
    #expect(long.plan.action == 1)
    #expect(long.plan.candidates[0].value == 1)
    #expect(long.plan.candidates[1].value > 1.7 && long.plan.candidates[1].value < 2.1)
    #expect(long.plan.modelCalls == 8000)
    #expect(long.isBack)
  }
}

@Suite("MC-AIXI")
struct MCAIXITests {
  /// A small version of the published settings.
  private func experiment(_ experience: Int) -> MCAIXI.Experiment {
    var configuration = MCAIXI.Experiment.oneDimensionalMaze.configuration
    configuration.depth = 12
    configuration.horizon = 4
    configuration.simulations = 30
    configuration.explorationDecay = 0.98
    return MCAIXI.Experiment("small", experience: experience, configuration)
  }

  private let maze = OneDimensionalMaze(goal: .passable, shown: .nothing)

  /// Half of all steps pay at best, and a quarter to who acts at random.
  @Test("comes to act as well as can be in a maze that shows nothing", arguments: 0..<3)
  func maze(seed: UInt64) throws {
    let outcome = try MCAIXI.run(experiment(300), in: maze, seed: seed, evaluation: 60)
    #expect(outcome.greedyReward >= 0.45)
    #expect(outcome.surprise < 0.2)
  }

  @Test("does the same again from the same seed")
  func repeatable() throws {
    let outcomes = try (0..<2).map { _ in try MCAIXI.run(experiment(60), in: maze, seed: 5, evaluation: 20) }
    #expect(outcomes[0] == outcomes[1])
  }

  private typealias MazeRun = Run<
    OneDimensionalMaze, MCAIXI.Agent<ContextTreeModel, UniformActor>, MCAIXI.Learner
  >

  /// Takes steps as the run loop does, but with a stream and a world that can be handed from one run to another.
  private func advance(
    _ run: inout MazeRun, _ world: inout OneDimensionalMaze, steps: Int, using random: inout RandomStream
  ) -> [Int] {
    (0..<steps).map { _ in
      let action = run.agent.act(on: Percept(observation: 0, isFirst: false), using: &random)
      let step = world.step(action, using: &random)
      run.experience.append(from: 0, action: action, step: step)
      run.agent.parameters.step += 1
      run.learner.learn(from: run.experience, updating: &run.agent.parameters, using: &random)
      return action
    }
  }

  @Test("goes on from an archive as if it had never stopped")
  func resuming() throws {
    var run = MazeRun(
      environment: maze, trainee: MCAIXI.make(configuration: experiment(0).configuration), seed: 0)
    var other = MazeRun(
      environment: maze, trainee: MCAIXI.make(configuration: experiment(0).configuration), seed: 0)
    var world = maze
    var random = RandomStream(seed: 8)
    _ = world.reset(using: &random)
    _ = advance(&run, &world, steps: 60, using: &random)
    var archive = StateArchive()
    archive.put(run.agent, as: "agent")
    other.agent.parameters = run.agent.parameters
    try archive.restore(&other.agent, from: "agent")
    var (otherWorld, otherRandom) = (world, random)
    let actions = advance(&run, &world, steps: 40, using: &random)
    let otherActions = advance(&other, &otherWorld, steps: 40, using: &otherRandom)
    #expect(actions == otherActions)
    var archives = [StateArchive(), StateArchive()]
    archives[0].put(run.agent, as: "agent")
    archives[1].put(other.agent, as: "agent")
    let areEqual = archives[0].tensors == archives[1].tensors
    #expect(areEqual)
  }

  @Test("learns nothing when it is told not to, and keeps what it saw")
  func notLearning() throws {
    var run = Run(
      environment: maze, trainee: MCAIXI.make(configuration: experiment(0).configuration), seed: 1)
    try run.advance(by: 30)
    run.agent.isLearning = false
    let snapshot = run.agent
    try run.advance(by: 5)
    let (before, after) = (snapshot.worldModel, run.agent.worldModel)
    #expect(after.nodeCount == before.nodeCount)
    #expect(after.logProbability == before.logProbability)
    #expect(after.historyLength == before.historyLength + 5 * 3)
  }

  @Test("tells what it considered, and acts the same whether it does or not")
  func tracing() throws {
    var configuration = experiment(0).configuration
    configuration.exploration = 0
    var told = Run(environment: maze, trainee: MCAIXI.make(configuration: configuration), seed: 2)
    var untold = Run(environment: maze, trainee: MCAIXI.make(configuration: configuration), seed: 2)
    told.agent.isTracing = true
    try told.advance(by: 20)
    try untold.advance(by: 20)
    let (with, without) = (told.agent, untold.agent)
    #expect(with.worldModel.logProbability == without.worldModel.logProbability)
    #expect(without.latestTrace == nil)
    let trace = try #require(with.latestTrace)
    #expect(trace.policy == "rho-uct")
    #expect(trace.simulations == 30)
    #expect(trace.result.action == with.latestPlan?.action)
    // After 20 steps it is not sure yet that nothing is ever seen.
    for node in trace.nodes.dropFirst() {
      #expect(node.label == "observation \(node.outcome % 2), reward \(Int(node.reward))")
    }
    #expect(trace.nodes.map(\.depth).max() == 4)
  }

  /// Rewards reach the agent by one number, written by one learner for the world model.
  @Test("shows in the ledger what it is told of rewards")
  func ledger() throws {
    var run = Run(
      environment: maze, trainee: MCAIXI.make(configuration: experiment(0).configuration), seed: 1)
    try run.advance(by: 30)
    let blocks = run.agent.parameters.blocks
    #expect(blocks.map(\.name) == ["worldModel.lastReward"])
    #expect(blocks.map(\.owner) == ["worldModel"])
    let entries = run.agent.parameters.ledger.entries
    #expect(entries.map(\.writer) == ["world model learner"])
    #expect(entries.map(\.usesReward) == [true])
    #expect(entries.map(\.count) == [30])
  }

  @Test("draws at random as often as ε says")
  func exploration() {
    let planner = HistoryTreeSearch(simulations: 1, horizon: 1, exploration: 0.9, explorationDecay: 0.5)
    #expect(planner.exploration(at: 0) == 0.9)
    #expect(abs(planner.exploration(at: 3) - 0.1125) < 1e-15)
  }
}
