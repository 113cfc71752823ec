import Assay

/// The settings of the published experiments, and what an agent comes to.
///
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, tables 2 to 4.
extension MCAIXI {
  /// A published experiment: settings, and how much experience there was.
  public struct Experiment: Sendable {
    /// The domain, as environments are called.
    public var name: String
    public var configuration: Configuration
    /// How many steps were learned from.
    public var experience: Int

    /// Makes an experiment.
    ///
    /// - Parameters:
    ///   - name: the domain, as environments are called.
    ///   - experience: how many steps were learned from.
    ///   - configuration: the settings.
    public init(_ name: String, experience: Int, _ configuration: Configuration) {
      self.name = name
      self.configuration = configuration
      self.experience = experience
    }

    /// Four cells in a row of which one pays; nothing is seen but the reward.
    public static let oneDimensionalMaze = Experiment(
      "one-dimensional-maze", experience: 5000,
      Configuration(
        code: PerceptCode(actionCount: 2, observationCount: 1, rewards: 0...1), depth: 32, horizon: 10,
        simulations: 250, exploration: 0.9, explorationDecay: 0.99))

    /// The mouse in a maze of alleys that look alike.
    public static let cheeseMaze = Experiment(
      "cheese-maze", experience: 2500,
      Configuration(
        code: PerceptCode(actionCount: 4, observationCount: 16, rewards: -10...10), depth: 96, horizon: 8,
        simulations: 500, exploration: 0.999, explorationDecay: 0.9999))

    /// The tiger behind one of two doors.
    public static let tiger = Experiment(
      "tiger", experience: 25000,
      Configuration(
        code: PerceptCode(actionCount: 3, observationCount: 3, rewards: -100...10), depth: 96, horizon: 5,
        simulations: 25000, exploration: 0.99, explorationDecay: 0.9999))

    /// The tiger behind one of two doors, from a chair.
    public static let extendedTiger = Experiment(
      "extended-tiger", experience: 50000,
      Configuration(
        code: PerceptCode(actionCount: 4, observationCount: 3, rewards: -100...30, observationBits: 3),
        depth: 96, horizon: 4, simulations: 25000, exploration: 0.99, explorationDecay: 0.99999))

    /// Sixteen cells of which one pays; nothing is seen but the reward.
    public static let fourByFourGrid = Experiment(
      "four-by-four-grid", experience: 25000,
      Configuration(
        code: PerceptCode(actionCount: 4, observationCount: 1, rewards: 0...1), depth: 96, horizon: 12,
        simulations: 500, exploration: 0.9, explorationDecay: 0.9999))

    /// Rock, paper, scissors against an opponent with a weakness.
    public static let biasedRockPaperScissors = Experiment(
      "biased-rock-paper-scissors", experience: 10000,
      Configuration(
        code: PerceptCode(actionCount: 3, observationCount: 3, rewards: -1...1), depth: 32, horizon: 4,
        simulations: 5000, exploration: 0.999, explorationDecay: 0.99999))

    /// Kuhn's poker as the second player; of the four bits of an observation the world here needs three.
    public static let kuhnPoker = Experiment(
      "kuhn-poker", experience: 5_000_000,
      Configuration(
        code: PerceptCode(actionCount: 2, observationCount: 6, rewards: -2...2, observationBits: 4),
        depth: 42,
        horizon: 2, simulations: 250, exploration: 0.99, explorationDecay: 0.9999))

    /// All of them.
    public static let all = [
      oneDimensionalMaze, cheeseMaze, tiger, extendedTiger, fourByFourGrid, biasedRockPaperScissors,
      kuhnPoker,
    ]
  }

  /// What became of an agent in an experiment.
  public struct Outcome: Sendable, Hashable {
    /// The mean reward of a step while it learned, exploration included.
    public var learningReward: Double
    /// The mean reward of a step after it had learned, without exploration.
    public var greedyReward: Double
    /// How many nodes its trees had in the end.
    public var nodeCount: Int
    /// How many contexts were cut short for want of room.
    public var ignoredContexts: Int
    /// −ln of what the model gave to each percept before it was learned, in nats, on average.
    public var surprise: Double
  }

  /// Lets an agent learn in a world, and then act for what it knows.
  ///
  /// - Parameters:
  ///   - experiment: the settings, and how many steps are learned from.
  ///   - world: one whose actions, observations and rewards the settings' code is for.
  ///   - seed: everything random follows from it.
  ///   - evaluation: how many steps are taken afterwards; no ε, and nothing is learned.
  ///   - learningSimulations: how many futures are drawn for a decision while it learns; `nil` for as many as afterwards.
  /// - Returns: what became of it.
  /// - Throws: ``NonFiniteError`` where the world pays something that is no number.
  public static func run<World: Environment>(
    _ experiment: Experiment, in world: World, seed: UInt64, evaluation: Int = 5000,
    learningSimulations: Int? = nil
  ) throws(NonFiniteError) -> Outcome where World.Observation == Int, World.Action == Int {
    var run = Run(
      environment: world, trainee: make(configuration: experiment.configuration),
      capacity: max(experiment.experience, evaluation, 1), seed: seed)
    run.agent.planner.simulations = learningSimulations ?? experiment.configuration.simulations
    try run.advance(by: experiment.experience)
    let learningReward = run.experience.meanReward(ofLast: experiment.experience)
    run.agent.planner.simulations = experiment.configuration.simulations
    run.agent.planner.exploration = 0
    // The percept of the last step is taken in with the next action, so that one is learned from as well.
    try run.advance(by: min(1, evaluation))
    run.agent.isLearning = false
    try run.advance(by: max(0, evaluation - 1))
    let model = run.agent.worldModel
    return Outcome(
      learningReward: learningReward, greedyReward: run.experience.meanReward(ofLast: evaluation),
      nodeCount: model.nodeCount, ignoredContexts: model.ignoredContexts,
      surprise: -model.logProbability / Double(max(1, experiment.experience)))
  }
}

extension Experience {
  /// The mean of the newest rewards; NaN of none.
  fileprivate func meanReward(ofLast count: Int) -> Double {
    (0..<count).reduce(0) { $0 + reward(age: $1).value } / Double(count)
  }
}
