import Assay

/// Selection and nothing else: many ways of acting are tried in turn, and the better ones have offspring.
///
/// Anatomy: no world model and no critic; the actor is a softmax of preferences in which one action stands out
/// in each state. Nothing is estimated and no gradient is followed: rewards reach the population only as the
/// return by which a member is kept or replaced.
///
/// A member is one action for each state. It is tried for some episodes, or stretches of steps in a world that
/// does not end, and judged by its mean discounted return over all its trials. When everybody was tried, the
/// better quarter stays, and the others make room for offspring: each state's action comes from one of two
/// parents, and now and then from nobody. Over the last tenth of the run the best member acts alone.
///
/// - SeeAlso: Moriarty, Schultz & Grefenstette (1999), *Evolutionary algorithms for reinforcement learning*.
public enum Evolution {
  public typealias Agent = Anatomy<
    NoWorldModel<Int, Int>, NoCritic<Int, Int>, SoftmaxActor, ReactivePlanner<Int>
  >

  public struct Configuration: Sendable {
    /// γ of the returns that are selected for, in [0, 1].
    public var discount: Double
    /// Environment steps of the whole run.
    public var runLength: Int
    /// How many members there are, at least 4.
    public var populationSize = 16
    /// For how many episodes a member is tried at a time, positive.
    public var trialCount = 4
    /// After how many steps an episode counts as over, positive.
    public var longestEpisode = 100
    /// How many states of an offspring have an action from nobody, on average; positive.
    public var mutations = 1.5
    /// How far a member's action stands out, as a difference of preferences.
    public var sharpness: Float = 6
    /// ε, in [0, 1].
    public var exploration = 0.0

    public init(discount: Double, runLength: Int) {
      self.discount = discount
      self.runLength = runLength
    }
  }

  /// Makes an agent and what selects among its offspring.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    precondition(
      configuration.populationSize >= 4,
      "populationSize must be at least 4, but is \(configuration.populationSize)")
    precondition(
      configuration.trialCount > 0, "trialCount must be positive, but is \(configuration.trialCount)")
    precondition(
      configuration.longestEpisode > 0,
      "longestEpisode must be positive, but is \(configuration.longestEpisode)")
    let critic = NoCritic<Int, Int>(discount: configuration.discount)
    var parameters = ParameterStore()
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [shape.stateCount, shape.actionCount],
      updateRule: "selection", writers: ["selection"])
    let learner = Learner(
      aims: Aims(critic: critic.claim),
      permit: parameters.permit("selection", toWrite: preferences, usesReward: true), shape: shape,
      configuration: configuration)
    return Trainee(
      agent: Agent(
        worldModel: NoWorldModel(), critic: critic,
        actor: SoftmaxActor(
          objective: Objective(maximising: nil), preferences: preferences, shape: shape),
        planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters),
      learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    /// One way of acting, and how it did.
    private struct Member: Sendable {
      /// The action in each state, `[S]`.
      var actions: [Int]
      var returnSum = 0.0
      var trialCount = 0.0

      var fitness: Double { trialCount > 0 ? returnSum / trialCount : -.infinity }
    }

    /// The discount, reward scale and endings of the critic's aim say what is selected for.
    public var aims: Aims
    private let permit: WritePermit
    private let shape: TableShape
    private let configuration: Configuration
    private var population: [Member] = []
    /// Who acts now.
    private var current = 0
    private var episodesOfCurrent = 0
    private var episodeLength = 0
    private var episodeReturn = 0.0
    private var weight = 1.0
    private var isSettled = false

    init(
      aims: Aims, permit: consuming WritePermit, shape: TableShape, configuration: Configuration
    ) {
      self.aims = aims
      self.permit = permit
      self.shape = shape
      self.configuration = configuration
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      guard !isSettled else { return }
      guard !population.isEmpty else {
        // What happened before the first member acts is nobody's.
        population = (0..<configuration.populationSize).map { _ in
          Member(
            actions: (0..<shape.stateCount).map { shape.randomAction(in: $0, using: &random) })
        }
        express(0, in: &parameters)
        return
      }
      let reward = aims.critic.rewardScale * experience.reward(age: 0).value
      // With a delay, the first reward of an episode does not count.
      if aims.critic.delay == 0 || episodeLength > 0 {
        episodeReturn += weight * reward
        weight *= aims.critic.discount
      }
      episodeLength += 1
      let isOver = experience[age: 0].ending != nil || episodeLength >= configuration.longestEpisode
      if isOver { finishEpisode(in: &parameters, using: &random) }
      if Double(parameters.step) >= 0.9 * Double(configuration.runLength) { settle(in: &parameters) }
    }

    private mutating func finishEpisode(
      in parameters: inout ParameterStore, using random: inout RandomStream
    ) {
      population[current].returnSum += episodeReturn
      population[current].trialCount += 1
      episodeReturn = 0
      episodeLength = 0
      weight = 1
      episodesOfCurrent += 1
      guard episodesOfCurrent >= configuration.trialCount else { return }
      episodesOfCurrent = 0
      current += 1
      if current == population.count {
        current = 0
        select(using: &random)
      }
      express(current, in: &parameters)
    }

    /// Keeps the better quarter and puts offspring in the others' place.
    private mutating func select(using random: inout RandomStream) {
      let ranked = population.indices.sorted { (population[$0].fitness, $1) > (population[$1].fitness, $0) }
      let parents = ranked.prefix(population.count / 4).map { population[$0] }
      population = parents
      while population.count < configuration.populationSize {
        let mother = parents[random.integer(below: parents.count)]
        let father = parents[random.integer(below: parents.count)]
        let actions = (0..<shape.stateCount).map { state in
          if random.unit() * Double(shape.stateCount) < configuration.mutations {
            return shape.randomAction(in: state, using: &random)
          }
          return random.integer(below: 2) == 0 ? mother.actions[state] : father.actions[state]
        }
        population.append(Member(actions: actions))
      }
    }

    /// Lets a member act.
    private func express(_ member: Int, in parameters: inout ParameterStore) {
      for state in 0..<shape.stateCount {
        for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
          let index = state * shape.actionCount + action
          let preference = population[member].actions[state] == action ? configuration.sharpness : 0
          if parameters[permit.block, index] != preference {
            parameters.set(preference, at: index, with: permit)
          }
        }
      }
    }

    /// Lets the best member act, for good. One that did well once is not preferred to one that did well often.
    private mutating func settle(in parameters: inout ParameterStore) {
      isSettled = true
      let mostTrials = population.map(\.trialCount).max() ?? 0
      let proven = population.indices.filter { population[$0].trialCount * 2 >= mostTrials }
      let best = proven.max { population[$0].fitness < population[$1].fitness }
      express(best ?? 0, in: &parameters)
    }
  }
}
