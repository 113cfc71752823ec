import Assay
import AssayAgents
import AssayEnvironments

/// Every agent of the package, for what must hold of all of them.
enum AnyAgent: String, CaseIterable, Sendable {
  case qLearning
  case sarsa
  case doubleQLearning
  case oneStepActorCritic
  case nStepPrediction
  case dyna
  case planner
  case linearActorCritic
  case evolution
  case reinforce

  /// Those with a critic.
  static let withCritic = allCases.filter { $0 != .evolution && $0 != .reinforce }

  /// What a run left behind.
  struct Record: Equatable {
    struct Event: Equatable {
      var state: Int
      var action: Int
      var next: Int
      var ending: Ending?
      var reward: Reward
    }

    var events: [Event]
    var parameters: ParameterStore
    var episodes: Int
    var totalPerformance: Double

    /// Every number, bit for bit, block by block.
    var bits: [[UInt32]] {
      parameters.blocks.map { block in parameters.values(of: block.handle).map(\.bitPattern) }
    }

    /// The numbers of a block.
    func values(_ name: String) -> [Double] {
      // One weight for each state and action is a table.
      let linear = name == AnyAgent.valueBlock ? "critic.weights" : name
      guard let block = parameters.block(named: name) ?? parameters.block(named: linear) else {
        preconditionFailure("there is no block \(name)")
      }
      return parameters.values(of: block.handle).map(Double.init)
    }
  }

  /// The block in which it keeps the values of its critic.
  static let valueBlock = "critic.values"

  /// Runs the agent, with step sizes that suit a world without chance, some steps at a time; what is passed
  /// in may change its parameters and aims before.
  func record(
    in world: some EnumerableEnvironment, discount: Double = 0.9, seed: UInt64 = 7, advances: [Int] = [2000],
    prepare: (_ parameters: inout ParameterStore, _ aims: inout Aims) -> Void = { _, _ in }
  ) throws -> Record {
    let shape = TableShape(of: world)
    let runLength = advances.reduce(0, +)
    func run<Subject: Agent, Teacher: Learner & ~Copyable>(
      _ trainee: consuming Trainee<Subject, Teacher>
    ) throws -> Record
    where
      Subject.Observation == Int, Subject.Action == Int, Teacher.Observation == Int, Teacher.Action == Int
    {
      var parameters = trainee.agent.parameters
      var aims = trainee.learner.aims
      prepare(&parameters, &aims)
      trainee.agent.parameters = parameters
      trainee.learner.aims = aims
      var run = Run(environment: world, trainee: trainee, capacity: advances.reduce(2, +), seed: seed)
      for steps in advances { try run.advance(by: steps) }
      let events = (0..<run.experience.count).reversed().map { age in
        let transition = run.experience[age: age]
        return Record.Event(
          state: transition.observation, action: transition.action, next: transition.nextObservation,
          ending: transition.ending, reward: run.experience.reward(age: age))
      }
      return Record(
        events: events, parameters: run.agent.parameters, episodes: run.tally.episodes,
        totalPerformance: run.tally.totalPerformance)
    }
    switch self {
    case .qLearning, .doubleQLearning:
      var configuration = QLearning.Configuration(discount: discount)
      configuration.learningRate = 0.5
      configuration.exploration = 0.3
      return self == .qLearning
        ? try run(QLearning.make(shape: shape, configuration: configuration))
        : try run(DoubleQLearning.make(shape: shape, configuration: configuration))
    case .sarsa:
      var configuration = SARSA.Configuration(discount: discount)
      configuration.learningRate = 0.5
      configuration.exploration = 0.3
      return try run(SARSA.make(shape: shape, configuration: configuration))
    case .oneStepActorCritic:
      var configuration = OneStepActorCritic.Configuration(discount: discount)
      configuration.criticRate = 0.5
      return try run(OneStepActorCritic.make(shape: shape, configuration: configuration))
    case .nStepPrediction:
      var configuration = NStepPrediction.Configuration(discount: discount)
      configuration.learningRate = 0.5
      configuration.stepCount = 3
      return try run(NStepPrediction.make(shape: shape, configuration: configuration))
    case .dyna:
      return try run(
        Dyna.make(
          shape: shape,
          configuration: Dyna.Configuration(discount: discount, runLength: runLength)))
    case .planner:
      return try run(
        ExactPlanner.make(shape: shape, configuration: .init(discount: discount, runLength: runLength)))
    case .linearActorCritic:
      return try run(
        LinearActorCritic.make(shape: shape, configuration: .init(discount: discount, runLength: runLength)))
    case .evolution:
      return try run(
        Evolution.make(shape: shape, configuration: .init(discount: discount, runLength: runLength)))
    case .reinforce:
      return try run(REINFORCE.make(shape: shape, configuration: .init(discount: discount)))
    }
  }
}
