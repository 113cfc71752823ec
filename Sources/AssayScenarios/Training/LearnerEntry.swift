import Assay
import AssayAgents
import AssayEnvironments

/// An agent with networks that can be called by name and trained.
public struct LearnerEntry: Sendable {
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// Where it was published.
  public let source: String
  /// Everything about it that can be set by name.
  public let hyperparameters: [HyperparameterFacts]
  /// The worlds that hyperparameters were found for.
  public let presets: [String]
  /// Whether it can choose among numbered actions.
  public let takesChoices: Bool
  /// Whether it can choose vectors.
  public let takesVectors: Bool

  let settle: @Sendable (Hyperparameters, String) throws(DataError) -> Hyperparameters
  let build: @Sendable (LearnerRequest, WorldSource) throws(DataError) -> any LiveRun

  /// Registers an agent.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - summary: what it is, in a line.
  ///   - source: where it was published.
  ///   - presets: by the names of worlds, how a configuration is changed there.
  ///   - condition: what hyperparameters must be like together; throws `DataError` where they are not.
  ///   - discrete: makes a run of it in worlds with numbered actions; `nil` where it cannot act there.
  ///   - continuous: makes a run of it in worlds whose actions are vectors; `nil` where it cannot act there.
  public init<Configuration: AgentConfiguration>(
    _ name: String, _ summary: String, source: String,
    presets: [String: @Sendable (inout Configuration) -> Void] = [:],
    condition: @escaping @Sendable (Configuration) throws(DataError) -> Void = { _ in },
    discrete: (@Sendable (TrainingOrder<Configuration, DiscreteSpace>) -> any LiveRun)?,
    continuous: (@Sendable (TrainingOrder<Configuration, BoxSpace>) -> any LiveRun)?
  ) {
    for hyperparameter in Configuration.hyperparameters {
      precondition(
        !Self.takenNames.contains(hyperparameter.name),
        "a hyperparameter of \(name) is called \(hyperparameter.name), as something of the run is")
    }
    self.name = name
    self.summary = summary
    self.source = source
    self.presets = presets.keys.sorted()
    hyperparameters = Configuration.hyperparameters.map { HyperparameterFacts($0) }
    takesChoices = discrete != nil
    takesVectors = continuous != nil
    settle = { given, environment throws(DataError) in
      var configuration = Configuration()
      presets[environment]?(&configuration)
      try configuration.set(given, of: name)
      try condition(configuration)
      return configuration.hyperparameters
    }
    build = { request, worlds throws(DataError) in
      var configuration = Configuration()
      try configuration.set(request.hyperparameters, of: name)
      try condition(configuration)
      let copies = configuration.copyCount
      switch worlds {
      case .discrete(let make, let observations, let actions):
        guard let discrete else { throw Self.obstacle(name, actions, allowed: "actions that are vectors") }
        return discrete(
          TrainingOrder(
            configuration: configuration, observationSpace: observations, actionSpace: actions,
            worlds: make, copies: copies, runLength: request.runLength, seed: request.seed))
      case .continuous(let make, let observations, let actions):
        guard let continuous else { throw Self.obstacle(name, actions, allowed: "actions that are numbered") }
        return continuous(
          TrainingOrder(
            configuration: configuration, observationSpace: observations, actionSpace: actions,
            worlds: make, copies: copies, runLength: request.runLength, seed: request.seed))
      }
    }
  }

  /// What is said of a run by these names, so that no hyperparameter can have them.
  public static let takenNames: Set = [
    "environment", "agent", "steps", "seed", "seeds", "jobs", "out", "config", "set", "log-every",
    "checkpoint-every", "evaluate-every", "evaluation-episodes", "json", "help", "version",
  ]

  private static func obstacle(_ name: String, _ space: some Space, allowed: String) -> DataError {
    DataError(
      field: "environment", value: "one whose action is \(space), in which \(name) cannot act",
      allowed: "a world with \(allowed)")
  }

  /// Every hyperparameter, as it will be: what is given goes before what was found for the world, and that before the
  /// standard.
  ///
  /// - Parameters:
  ///   - given: what somebody wants otherwise.
  ///   - environment: the name of the world.
  /// - Returns: all of them.
  /// - Throws: `DataError` where one is unknown or out of its range.
  public func hyperparameters(
    given: Hyperparameters, in environment: String
  ) throws(DataError) -> Hyperparameters { try settle(given, environment) }

  /// Makes an untrained agent in its world.
  ///
  /// - Parameter request: what it is made from.
  /// - Returns: a run that has taken no step.
  /// - Throws: `DataError` where the agent cannot act in the world, or where a hyperparameter is missing, unknown or
  ///   out of its range.
  public func make(_ request: LearnerRequest) throws(DataError) -> any LiveRun {
    try build(request, try WorldSource(request.world))
  }
}

/// Hyperparameters by name.
public typealias Hyperparameters = [String: HyperparameterValue]

/// What a run is made from.
public struct LearnerRequest: Sendable {
  /// The world to live in.
  public var world: any Environment
  /// What is not at its standard, or everything.
  public var hyperparameters: Hyperparameters
  /// Environment steps of the whole run, over which what is annealed falls to its end.
  public var runLength: Int
  /// Everything random follows from it.
  public var seed: UInt64

  public init(world: any Environment, hyperparameters: Hyperparameters, runLength: Int, seed: UInt64) {
    self.world = world
    self.hyperparameters = hyperparameters
    self.runLength = runLength
    self.seed = seed
  }
}

/// What an agent of one kind is made from, in worlds of one kind.
public struct TrainingOrder<Configuration: Sendable, ActionSpace: ColumnarSpace>: Sendable {
  public var configuration: Configuration
  public var observationSpace: BoxSpace
  public var actionSpace: ActionSpace
  /// Makes copies of the world.
  public var worlds: MakeWorlds<ActionSpace>
  /// In how many copies the agent lives.
  public var copies: Int
  /// Environment steps of the whole run.
  public var runLength: Int
  public var seed: UInt64

  /// How many numbers an observation has.
  public var observationCount: Int { observationSpace.count }
}

extension TrainingOrder {
  /// A run of what is made to this order.
  ///
  /// - Parameter make: makes agent and learner of how many numbers an observation has, the actions, the configuration,
  ///   the length of the run and the seed.
  /// - Returns: a run that has taken no step.
  public func run<Model, Judge, Doer, Teacher>(
    _ make: (Int, ActionSpace, Configuration, Int, UInt64) -> BatchTrainee<
      Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>, Teacher
    >
  ) -> any LiveRun
  where
    Model: WorldModel, Judge: Critic, Doer: ColumnActor, Teacher: BatchLearner & ~Copyable,
    Model.Latent == [Float], Judge.Latent == [Float], Model.Action == Doer.Action,
    Judge.Action == Doer.Action,
    Doer.ActionSpace == ActionSpace, Teacher.ActionSpace == ActionSpace
  { TrainingRun(make(observationCount, actionSpace, configuration, runLength, seed), self) }
}

/// A world from which copies can be made, with its kind of actions known.
enum WorldSource: Sendable {
  case discrete(MakeWorlds<DiscreteSpace>, BoxSpace, DiscreteSpace)
  case continuous(MakeWorlds<BoxSpace>, BoxSpace, BoxSpace)

  /// Looks at a world.
  ///
  /// - Throws: `DataError` where agents with networks cannot live there.
  init(_ world: any Environment) throws(DataError) {
    try Self.checkAvailability(in: world)
    switch try WorldBatch(world, count: 1, stream: RandomStream(seed: 0)) {
    case .discrete(let batch):
      self = .discrete(
        { count, stream in
          guard case .discrete(let copies)? = try? WorldBatch(world, count: count, stream: stream) else {
            preconditionFailure("\(world.name) has become another kind of world")
          }
          return copies
        }, batch.observationSpace, batch.actionSpace)
    case .continuous(let batch):
      self = .continuous(
        { count, stream in
          guard case .continuous(let copies)? = try? WorldBatch(world, count: count, stream: stream) else {
            preconditionFailure("\(world.name) has become another kind of world")
          }
          return copies
        }, batch.observationSpace, batch.actionSpace)
    }
  }

  /// Walks through a world at random and makes sure that nothing is ever forbidden: networks know of no such thing.
  private static func checkAvailability(in world: some Environment) throws(DataError) {
    guard let choices = world.actionSpace as? DiscreteSpace else { return }
    var world = world
    var random = RandomStream(seed: 0)
    _ = world.reset(using: &random)
    for _ in 0..<1000 {
      for choice in 0..<choices.count {
        guard let action = world.actionSpace.element(from: [Double(choice)]), world.isAvailable(action) else {
          throw DataError(
            field: "environment", value: "\(world.name), where action \(choice) is not always available",
            allowed: "a world in which every action always is")
        }
      }
      let step = world.step(world.actionSpace.sample(using: &random), using: &random)
      if step.ending != nil { _ = world.reset(using: &random) }
    }
  }
}
