import Assay
import AssayDiagnostics
import AssayEnvironments

/// The worlds and agents that can be called by name.
///
/// A name joins by one more entry: nothing else knows which worlds and agents there are.
public struct Catalogue: Sendable {
  public var environments: [EnvironmentEntry]
  /// The agents whose parts are tables, which audits compare with exact truth.
  public var agents: [AgentEntry]
  /// The agents with networks. One may have the name of one with tables: it is the same idea in another agent.
  public var learners: [LearnerEntry]

  public init(environments: [EnvironmentEntry], agents: [AgentEntry], learners: [LearnerEntry] = []) {
    self.environments = environments
    self.agents = agents
    self.learners = learners
  }

  /// The world of a name.
  ///
  /// Capitals, hyphens and a version at the end make no difference where only one world is meant: `CartPole-v1` is
  /// `cart-pole`.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - otherwise: what else would be allowed, in words, for whoever misspells it.
  /// - Returns: the world's entry.
  /// - Throws: ``UnknownName`` with the nearest name there is.
  public func environment(
    named name: String, otherwise: String? = nil
  ) throws(UnknownName) -> EnvironmentEntry {
    if let entry = environments.first(where: { $0.name == name }) { return entry }
    let alike = environments.filter { Self.core(of: $0.name) == Self.core(of: name) }
    guard alike.count == 1, let entry = alike.first else {
      throw UnknownName(
        kind: "environment", name: name, known: environments.map(\.name), otherwise: otherwise)
    }
    return entry
  }

  /// A name without what people leave out or put differently: `CartPole-v1` and `cart-pole` are both `cartpole`.
  private static func core(of name: String) -> String {
    name.replacing(#/-v\d+$/#, with: "").lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// The agent with networks of a name.
  ///
  /// - Throws: ``UnknownName`` with the nearest name there is.
  public func learner(named name: String) throws(UnknownName) -> LearnerEntry {
    guard let entry = learners.first(where: { $0.name == name }) else {
      throw UnknownName(kind: "agent", name: name, known: learners.map(\.name))
    }
    return entry
  }

  /// The agent with tables of a name.
  ///
  /// - Throws: ``UnknownName`` with the nearest name there is.
  public func agent(named name: String) throws(UnknownName) -> AgentEntry {
    guard let entry = agents.first(where: { $0.name == name }) else {
      throw UnknownName(kind: "agent", name: name, known: agents.map(\.name))
    }
    return entry
  }
}

/// A world that can be called by name.
public struct EnvironmentEntry: Sendable {
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// What can be set when the world is made. A setting that ``Variable/isChangeable`` can also be changed under an
  /// agent that lives there: the states and actions stay the same.
  public let variables: [Variable]
  /// Where two goals agree, and where they part; `nil` where the world has no such two.
  public let shift: GoalShift?
  /// Where the world, or its published numbers, come from; empty for one of the package's own.
  public let source: String
  /// What kind of world it is; `nil` for one that stands alone, such as a file's.
  public private(set) var group: EnvironmentGroup?
  /// Makes the world with settings that were checked by ``Variable/check(_:)``; a variable that is not set has its
  /// default.
  public let make: @Sendable (_ settings: Settings) throws -> any Environment

  public init(
    _ name: String, _ summary: String, source: String = "", variables: [Variable] = [],
    shift: GoalShift? = nil, make: @escaping @Sendable (_ settings: Settings) throws -> any Environment
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.variables = variables
    self.shift = shift
    self.make = make
  }

  /// Makes the world as one that lists its states.
  ///
  /// - Parameter settings: as for ``make``.
  /// - Returns: the world.
  /// - Throws: ``DataError`` where the world lists none, and what making it throws.
  public func makeListed(_ settings: Settings) throws -> AnyWorld {
    let world = try make(settings)
    guard let listed = world as? any EnumerableEnvironment else {
      throw DataError(
        field: "environment", value: name, allowed: "a world that lists its states, on which truth is exact")
    }
    return listed as? AnyWorld ?? AnyWorld(listed)
  }

  func joining(_ group: EnvironmentGroup) -> EnvironmentEntry {
    var entry = self
    entry.group = group
    return entry
  }
}

/// A kind of world; the raw value is what people are shown.
public enum EnvironmentGroup: String, Sendable, Hashable, CaseIterable {
  case standard = "Standard"
  case textbook = "Textbook"
  case partiallyObservable = "Partially observable"
  case games = "Games"
  case goals = "Goals that part ways"
  case pressure = "Reward under pressure"
}

/// Two settings of a world: in one, two goals ask for the same, in the other they do not.
public struct GoalShift: Sendable, Hashable {
  public var agreeing: Settings
  public var parting: Settings

  public init(agreeing: Settings, parting: Settings) {
    self.agreeing = agreeing
    self.parting = parting
  }
}

/// An agent that can be called by name.
public struct AgentEntry: Sendable {
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// What it has that a fault or an intervention may need.
  public let abilities: Set<Ability>
  /// What can be set when the agent is made: its hyperparameters.
  public let variables: [Variable]
  /// How many environment steps it takes to learn a small world.
  public let usualSteps: Int
  /// Makes an untrained agent, in its world.
  public let make: @Sendable (_ request: AgentRequest) throws -> any Trial

  public init(
    _ name: String, _ summary: String, abilities: Set<Ability>, variables: [Variable] = [],
    usualSteps: Int = 300_000,
    make: @escaping @Sendable (_ request: AgentRequest) throws -> any Trial
  ) {
    self.name = name
    self.summary = summary
    self.abilities = abilities
    self.variables = variables
    self.usualSteps = usualSteps
    self.make = make
  }
}

/// What an agent is made from.
public struct AgentRequest: Sendable {
  /// The world it will live in.
  public var world: AnyWorld
  /// What is true of that world.
  public var truth: ProcessTruth
  /// γ it is trained at; the world's, unless somebody wants it otherwise.
  public var discount: Double
  /// How many steps it will be trained for, over which schedules run.
  public var runLength: Int
  /// How often it acts at random, in [0, 1]; `nil` for what the agent does of itself.
  public var exploration: Double?
  /// Hyperparameters, checked by ``Variable/check(_:)``.
  public var settings: Settings
  public var seed: UInt64
  /// The agent is measured each time so many steps were taken.
  public var measuredEvery: Int

  public init(
    world: AnyWorld, truth: ProcessTruth, runLength: Int, settings: Settings = [:], seed: UInt64,
    measuredEvery: Int
  ) {
    self.world = world
    self.truth = truth
    discount = world.discount
    self.runLength = runLength
    self.settings = settings
    self.seed = seed
    self.measuredEvery = measuredEvery
  }
}

/// What an agent has that a fault or an intervention may need.
public enum Ability: String, Sendable, Hashable, CaseIterable {
  /// A critic that is trained.
  case trainedCritic = "a trained critic"
  /// A critic and, where it has one, an actor that come about little by little, rather than being solved for anew.
  case gradualLearning = "parts that are learned little by little"
  /// A critic that learns from sampled steps rather than from a model.
  case sampledCritic = "a critic trained on sampled steps"
  /// A critic whose targets take the best of several estimates.
  case maximisingCritic = "a critic that backs up the greatest estimate"
  /// A critic over features of states, which look the same to it where the features do.
  case featureCritic = "a critic over features"
  /// A critic whose learner can take what follows from another table: a target.
  case targetCritic = "a critic with a target table"
  /// An actor with numbers of its own.
  case trainedActor = "a trained actor"
  /// An actor that climbs a table of action values, which can be exchanged.
  case followingActor = "an actor that follows action values"
  /// An actor that moves by its own probabilities, so that an action never taken is never learned of.
  case gradientActor = "an actor trained by policy gradient"
  /// A world model that counts transitions.
  case countingModel = "a model of counts"
}

extension Catalogue {
  /// The worlds and agents of the package.
  public static let standard = Catalogue(
    environments: standardEnvironments, agents: standardAgents, learners: standardLearners)
}
