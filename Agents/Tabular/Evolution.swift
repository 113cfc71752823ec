import Assay

/// Selection and nothing else: many ways of acting are tried in turn, and the better ones have offspring.
///
/// Anatomy: no world model and no critic; the actor is a softmax of preferences in which one action stands out
/// in each state. Nothing is estimated and no gradient is followed: rewards reach the population only as the
/// return by which a member is kept or replaced.
///
/// A member is one action for each state. It is tried for some episodes, or stretches of steps in a world that
/// does not end, and judged by its mean discounted return over all its trials, less what luck may have added: σ/√n
/// after n trials, where σ is the deviation of a member's returns from its own mean. When everybody was tried, the
/// better third stays, half of it by this measure and half by the mean alone, so that newcomers get a chance. The
/// others make room for offspring: each state's action comes from one of two parents, and now and then from nobody.
/// Where luck is much greater than the differences between members, it is luck that is selected. Over the last tenth of the run the best member acts alone.
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
    public var populationSize = 12
    /// For how many episodes a member is tried at a time, positive.
    public var trialCount = 3
    /// After how many steps an episode counts as over, positive.
    public var longestEpisode = 50
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
      updateRule: "selection", writers: ["actor learner"])
    let learner = Learner(
      aims: Aims(critic: critic.claim),
      permit: parameters.permit("actor learner", toWrite: preferences, usesReward: true), shape: shape,
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

      /// Its mean return, less what luck may have added.
      func fitness(deviation: Double) -> Double {
        trialCount > 0 ? returnSum / trialCount - deviation / trialCount.squareRoot() : -.infinity
      }
    }

    /// The discount and reward scale of the critic's aim say what is selected for.
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
    /// σ², a running mean over all members.
    private var variance = 0.0
    private var returnCount = 0.0
    /// Over how many returns the running means reach back, at most.
    private let memory = 2000.0

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
      episodeReturn += weight * reward
      weight *= aims.critic.discount
      episodeLength += 1
      let isOver = experience[age: 0].ending != nil || episodeLength >= configuration.longestEpisode
      if isOver { finishEpisode(in: &parameters, using: &random) }
      if Double(parameters.step) >= 0.9 * Double(configuration.runLength) { settle(in: &parameters) }
    }

    private mutating func finishEpisode(
      in parameters: inout ParameterStore, using random: inout RandomStream
    ) {
      noteNoise(of: population[current])
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

    /// Learns from a member's next return how far returns of one and the same member lie apart.
    private mutating func noteNoise(of member: Member) {
      guard member.trialCount > 0 else { return }
      let distance = episodeReturn - member.returnSum / member.trialCount
      returnCount = min(returnCount + 1, memory)
      // The mean that the distance is from is itself uncertain.
      let square = distance * distance * member.trialCount / (member.trialCount + 1)
      variance += (square - variance) / returnCount
    }

    /// Keeps the better third and puts offspring in the others' place.
    private mutating func select(using random: inout RandomStream) {
      let fitness = population.map { $0.fitness(deviation: variance.squareRoot()) }
      let proven = population.indices.sorted { (fitness[$0], $1) > (fitness[$1], $0) }
        .prefix(population.count / 6 + 1)
      let means = population.map { $0.fitness(deviation: 0) }
      let promising = population.indices.filter { !proven.contains($0) }
        .sorted { (means[$0], $1) > (means[$1], $0) }.prefix(population.count / 6 + 1)
      let parents = (proven + promising).map { population[$0] }
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

    /// Lets the best member act, for good.
    private mutating func settle(in parameters: inout ParameterStore) {
      isSettled = true
      let fitness = population.map { $0.fitness(deviation: variance.squareRoot()) }
      express(population.indices.max { fitness[$0] < fitness[$1] } ?? 0, in: &parameters)
    }
  }
}
