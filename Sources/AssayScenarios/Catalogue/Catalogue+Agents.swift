import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments

extension Catalogue {
  /// Every agent of the package.
  public static let standardAgents: [AgentEntry] = [
    dyna, planner, actorCritic, qLearning, doubleQLearning, sarsa, oneStepActorCritic, prediction, evolution,
    reinforce,
  ]
}

// MARK: Agents with a model

private let dyna = AgentEntry(
  "dyna", "Dyna actor-critic: a model of counts, a critic, a softmax actor, background planning",
  abilities: [
    .trainedCritic, .gradualLearning, .targetCritic, .trainedActor, .followingActor, .countingModel,
  ],
  variables: [
    explorationVariable(standard: 0.1),
    integerVariable("simulated-updates", "n, updates in the model a step", 0...1000, 10),
    positiveVariable("initial-temperature", "the actor's, in units of how much actions differ", upTo: 100, 2),
  ],
  usualSteps: 120_000
) { request in
  try checkSize(of: request.world, for: "dyna")
  var configuration = Dyna.Configuration(discount: request.discount, runLength: request.runLength)
  configuration.exploration = request.exploration(standard: configuration.exploration)
  configuration.simulatedUpdates = request.integer(
    "simulated-updates", standard: configuration.simulatedUpdates)
  configuration.initialTemperature = request.number(
    "initial-temperature", standard: configuration.initialTemperature)
  return trial(Dyna.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

private let planner = AgentEntry(
  "planner", "planning exactly in a model of counts, or in the world itself",
  abilities: [.trainedCritic, .targetCritic, .trainedActor, .followingActor, .countingModel],
  variables: [
    explorationVariable(standard: 0.2),
    Variable(
      "model", "whether the model is counted or the world as it is", .choice(["counted", "exact"]),
      standard: .word("counted")),
  ],
  usualSteps: 60_000
) { request in
  try checkSize(of: request.world, for: "planner")
  var configuration = ExactPlanner.Configuration(discount: request.discount, runLength: request.runLength)
  configuration.exploration = request.exploration(standard: configuration.exploration)
  if request.settings["model"]?.word == "exact" { configuration.process = request.truth.process }
  return trial(
    ExactPlanner.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

// MARK: Agents without a model

private let actorCritic = AgentEntry(
  "actor-critic",
  "a critic by tree backup and an actor by policy gradient, both linear in features of states",
  abilities: [
    .trainedCritic, .gradualLearning, .sampledCritic, .featureCritic, .targetCritic, .trainedActor,
    .followingActor, .gradientActor,
  ],
  variables: [
    explorationVariable(standard: 0.4),
    rateVariable("critic-rate", "α at the start", 1),
    rateVariable("final-critic-rate", "α at the end", 0.005),
    positiveVariable("actor-rate", "β", upTo: 100, 1),
    Variable(
      "gradient", "which gradient the actor follows; the plain one never learns of what it never does",
      .choice(["natural", "plain"]), standard: .word("natural")),
    Variable("lambda", "λ, how far back a surprise is passed on", .number(0...1), standard: .number(0.4)),
    positiveVariable(
      "initial-temperature", "the actor's, in units of how much actions differ", upTo: 100, 0.3),
    Variable(
      "policy", "whose value the critic claims to learn",
      .choice(["actor", "behaviour", "optimal", "uniform"]),
      standard: .word("actor")),
    integerVariable(
      "fixed-action", "the action that the actor always takes, from 0; −1 for an actor that learns",
      -1...1_000_000,
      -1),
    Variable(
      "behaviour", "who acts: the actor, or chance with fixed probabilities", .choice(["actor", "fixed"]),
      standard: .word("actor")),
    Variable(
      "first-action", "how often a fixed behaviour takes the first action; the others share the rest",
      .number(0...1), standard: .number(0.5)),
    Variable(
      "initial-weight", "what every weight of the critic starts as", .number(-1000...1000),
      standard: .number(0)),
  ],
  usualSteps: 200_000
) { request in
  let world = request.world
  var configuration = LinearActorCritic.Configuration(
    discount: request.discount, runLength: request.runLength)
  configuration.features = world.features
  configuration.exploration = request.exploration(standard: configuration.exploration)
  configuration.initialCriticRate = request.number("critic-rate", standard: configuration.initialCriticRate)
  configuration.finalCriticRate = request.number(
    "final-critic-rate", standard: configuration.finalCriticRate)
  configuration.actorRate = request.number("actor-rate", standard: configuration.actorRate)
  configuration.usesNaturalGradient = request.settings["gradient"]?.word != "plain"
  configuration.traceDecay = request.number("lambda", standard: configuration.traceDecay)
  configuration.initialTemperature = request.number(
    "initial-temperature", standard: configuration.initialTemperature)
  configuration.initialWeight = Float(request.number("initial-weight", standard: 0))
  switch request.settings["policy"]?.word {
  case "behaviour": configuration.policy = .behaviour
  case "optimal": configuration.policy = .optimal
  case "uniform": configuration.policy = .uniform
  default: break
  }
  let shape = TableShape(of: world)
  let fixedAction = request.integer("fixed-action", standard: -1)
  if fixedAction >= 0 {
    guard fixedAction < world.actionCount, shape.availability.isEmpty else {
      throw DataError(
        field: "fixed-action", value: "\(fixedAction)",
        allowed: shape.availability.isEmpty
          ? "-1 to \(world.actionCount - 1) in \(world.name)"
          : "-1 in \(world.name), where not every action is available everywhere")
    }
    configuration.fixedAction = fixedAction
  }
  if request.settings["behaviour"]?.word == "fixed" {
    guard shape.availability.isEmpty else {
      throw DataError(
        field: "behaviour", value: "fixed",
        allowed: "actor in \(world.name), where not every action is available everywhere")
    }
    let first = world.actionCount == 1 ? 1 : request.number("first-action", standard: 0.5)
    let rest = (1 - first) / Double(max(world.actionCount - 1, 1))
    configuration.fixedBehaviour = (0..<world.actionCount).map { $0 == 0 ? first : rest }
  }
  return trial(LinearActorCritic.make(shape: shape, configuration: configuration), as: request)
}

private let qLearning = AgentEntry(
  "q-learning", "a critic of the best policy, greedy on it",
  abilities: [.trainedCritic, .gradualLearning, .sampledCritic, .maximisingCritic, .targetCritic],
  variables: tableVariables,
  usualSteps: 300_000
) { request in
  trial(QLearning.make(shape: TableShape(of: request.world), configuration: request.table), as: request)
}

private let doubleQLearning = AgentEntry(
  "double-q-learning", "the same with two tables against overestimation",
  abilities: [.trainedCritic, .gradualLearning, .sampledCritic, .targetCritic],
  variables: tableVariables,
  usualSteps: 500_000
) { request in
  trial(DoubleQLearning.make(shape: TableShape(of: request.world), configuration: request.table), as: request)
}

private let sarsa = AgentEntry(
  "sarsa", "a critic of the policy that acts, exploration included",
  abilities: [.trainedCritic, .gradualLearning, .sampledCritic, .targetCritic], variables: tableVariables,
  usualSteps: 500_000
) { request in
  trial(SARSA.make(shape: TableShape(of: request.world), configuration: request.table), as: request)
}

private let oneStepActorCritic = AgentEntry(
  "one-step-actor-critic", "a critic of states and a softmax actor, no model",
  abilities: [
    .trainedCritic, .gradualLearning, .sampledCritic, .targetCritic, .trainedActor, .gradientActor,
  ],
  variables: [rateVariable("critic-rate", "α", 0.1), positiveVariable("actor-rate", "β", upTo: 100, 0.1)]
) { request in
  var configuration = OneStepActorCritic.Configuration(discount: request.discount)
  configuration.criticRate = Float(request.number("critic-rate", standard: 0.1))
  configuration.actorRate = Float(request.number("actor-rate", standard: 0.1))
  configuration.exploration = request.exploration(standard: 0)
  return trial(
    OneStepActorCritic.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

private let prediction = AgentEntry(
  "td-prediction", "a critic of the uniform policy, which acts; no control",
  abilities: [.trainedCritic, .gradualLearning, .sampledCritic, .targetCritic],
  variables: [
    rateVariable("learning-rate", "α", 0.1),
    integerVariable("steps", "n, how many rewards are counted before the critic is believed", 1...50, 1),
  ]
) { request in
  var configuration = NStepPrediction.Configuration(discount: request.discount)
  configuration.learningRate = Float(request.number("learning-rate", standard: 0.1))
  configuration.stepCount = request.integer("steps", standard: 1)
  return trial(
    NStepPrediction.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

// MARK: Agents without a critic

private let evolution = AgentEntry(
  "evolution", "selection and nothing else: ways of acting are tried, and the better ones have offspring",
  abilities: [.gradualLearning, .trainedActor],
  variables: [
    explorationVariable(standard: 0),
    integerVariable("population", "how many ways of acting there are at a time", 4...1000, 12),
    integerVariable("episodes", "for how many episodes each is tried at a time", 1...1000, 3),
    positiveVariable("mutations", "how many states of an offspring act anew, on average", upTo: 1000, 1.5),
    integerVariable("longest-episode", "after how many steps an episode counts as over", 1...100_000, 50),
  ]
) { request in
  var configuration = Evolution.Configuration(discount: request.discount, runLength: request.runLength)
  configuration.exploration = request.exploration(standard: configuration.exploration)
  configuration.populationSize = request.integer("population", standard: configuration.populationSize)
  configuration.trialCount = request.integer("episodes", standard: configuration.trialCount)
  configuration.mutations = request.number("mutations", standard: configuration.mutations)
  configuration.longestEpisode = request.integer("longest-episode", standard: configuration.longestEpisode)
  return trial(
    Evolution.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

private let reinforce = AgentEntry(
  "reinforce", "the gradient of the return itself, without a critic",
  abilities: [.gradualLearning, .trainedActor, .gradientActor],
  variables: [
    explorationVariable(standard: 0), positiveVariable("actor-rate", "β", upTo: 100, 0.1),
    integerVariable("longest-episode", "after how many steps an episode counts as over", 1...100_000, 100),
  ]
) { request in
  var configuration = REINFORCE.Configuration(discount: request.discount)
  configuration.exploration = request.exploration(standard: configuration.exploration)
  configuration.actorRate = request.number("actor-rate", standard: configuration.actorRate)
  configuration.longestEpisode = request.integer("longest-episode", standard: configuration.longestEpisode)
  return trial(
    REINFORCE.make(shape: TableShape(of: request.world), configuration: configuration), as: request)
}

// MARK: What entries have in common

/// The agent in its world, whatever its type.
private func trial<M, C, A, P, Teacher: Learner & ~Copyable>(
  _ trainee: consuming Trainee<Anatomy<M, C, A, P>, Teacher>, as request: AgentRequest
) -> any Trial
where
  A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities, Teacher.Observation == Int,
  Teacher.Action == Int
{
  AnatomyTrial(
    in: request.world, truth: request.truth, trainee: trainee, seed: request.seed,
    measuredEvery: request.measuredEvery)
}

/// A model of counts has a number for each state, action and state.
private func checkSize(of world: AnyWorld, for agent: String) throws(DataError) {
  let states = world.stateCount
  let table = states.multipliedReportingOverflow(by: states * world.actionCount)
  guard !table.overflow, table.partialValue <= CountsModel.largestTable else {
    throw DataError(
      field: "states of \(world.name)", value: "\(states)",
      allowed:
        "at most \(CountsModel.largestTable) states × actions × states for \(agent), whose model counts them all"
    )
  }
}

private let tableVariables = [
  explorationVariable(standard: 0.5),
  rateVariable("learning-rate", "α, towards which the step size falls from 1", 0.005),
]

private func explorationVariable(standard: Double) -> Variable {
  Variable("exploration", "ε, how often it acts at random", .number(0...1), standard: .number(standard))
}

private func rateVariable(_ name: String, _ summary: String, _ standard: Double) -> Variable {
  Variable(name, summary, .number(1e-6...1), standard: .number(standard))
}

private func positiveVariable(_ name: String, _ summary: String, upTo limit: Double, _ standard: Double)
  -> Variable
{
  Variable(name, summary, .number(1e-6...limit), standard: .number(standard))
}

private func integerVariable(_ name: String, _ summary: String, _ range: ClosedRange<Int>, _ standard: Int)
  -> Variable
{
  Variable(name, summary, .integer(range), standard: .number(Double(standard)))
}

extension AgentRequest {
  /// The exploration that was asked for, or else set, or else the agent's own.
  fileprivate func exploration(standard: Double) -> Double {
    exploration ?? number("exploration", standard: standard)
  }

  fileprivate func number(_ name: String, standard: Double) -> Double { settings[name]?.number ?? standard }

  fileprivate func integer(_ name: String, standard: Int) -> Int {
    settings[name]?.number.map { Int($0) } ?? standard
  }

  /// What agents with a table of action values are made from: their step sizes fall.
  fileprivate var table: QLearning.Configuration {
    var configuration = QLearning.Configuration(discount: discount)
    configuration.exploration = exploration(standard: 0.5)
    configuration.learningRate = Float(number("learning-rate", standard: 0.005))
    configuration.runLength = runLength
    return configuration
  }
}
