import Assay
import AssayNetworks

/// Selection over networks, and nothing else: many sets of parameters are tried in turn, and the better ones have
/// offspring.
///
/// Anatomy: no world model and no critic; the actor is a network. Nothing is estimated and no gradient is followed:
/// rewards reach the population only as the return by which a member is kept or replaced. The agent carries the member
/// whose turn it is; each change of members is one write of the block.
///
/// A member θ is tried for some whole episodes and judged by the mean R̄ of its discounted returns, over all its trials,
/// less what luck may have added. When everybody was tried, the best K stay and are tried again; the others make room:
///
///     fitness = R̄ − σ̂/√n after n episodes, σ̂ being how far returns of one member lie from its own mean
///     offspring θ′ = θ + m ε, ε ~ N(0, 1), θ one of the K
///
/// Over the last tenth of the run the best member acts alone.
///
/// In several copies of the world, each contributes the first episodes that it begins with a member, all as many.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | actor | `actor` | selection |
///
/// - SeeAlso: Such et al. (2017), *Deep neuroevolution: genetic algorithms are a competitive alternative for training
///   deep neural networks for reinforcement learning*.
public enum NeuralEvolution<ActionSpace: PolicySpace> {
  /// The parts.
  public typealias Agent = Anatomy<
    NoWorldModel<[Float], ActionSpace.Element>, NoCritic<[Float], ActionSpace.Element>,
    NetworkActor<ActionSpace>, ReactivePlanner<ActionSpace.Element>
  >

  /// Makes an agent and what selects among its offspring.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from.
  ///   - configuration: how.
  ///   - runLength: environment steps of the whole run, over the last tenth of which the best member acts alone.
  ///   - seed: the first members follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: ActionSpace, configuration: NeuralEvolutionConfiguration,
    runLength: Int, seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    precondition(
      configuration.parents < configuration.populationSize,
      "parents must be fewer than \(configuration.populationSize), but are \(configuration.parents)")
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let (policy, block) = store.addPolicy(
      inputs: observationCount, actionSpace: actionSpace, hidden: configuration.hidden,
      activation: configuration.activation.function, writer: "selection", using: &stream)
    let critic = NoCritic<[Float], ActionSpace.Element>(discount: configuration.discount)
    let learner = Learner(
      configuration, aims: Aims(critic: critic.claim), block: block, runLength: runLength, in: &store,
      using: &stream)
    let agent = Agent(
      critic: critic,
      actor: NetworkActor(
        objective: Objective(maximising: nil), observationCount: observationCount, actionSpace: actionSpace,
        policy),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Tries members and selects among them.
  public struct Learner: BatchLearner, ~Copyable {
    /// The discount and reward scale of the critic's aim say what is selected for.
    public var aims: Aims
    public private(set) var metrics: NeuralEvolutionMetrics?

    private let configuration: NeuralEvolutionConfiguration
    private let permit: WritePermit
    private let runLength: Int
    /// Which numbers of the block are parameters; the others fill gaps, and stay zero.
    private let positions: [Int]
    private var population: [Member]
    /// Whose turn it is.
    private var current = 0
    private var progress: EpisodeProgress
    /// What each copy was paid so far in its episode, and γ to the power of its length.
    private var episodeReturns: [Double]
    private var weights: [Double]
    private var luck = Luck()
    private var generation = 0
    private var isSettled = false

    init(
      _ configuration: NeuralEvolutionConfiguration, aims: Aims, block: BlockHandle, runLength: Int,
      in store: inout ParameterStore, using stream: inout RandomStream
    ) {
      let permit = store.permit("selection", toWrite: block, usesReward: true)
      let positions = store.block(block).tensors.flatMap { Array($0.offset..<$0.offset + $0.count) }
      let first = Member(parameters: Array(store.values(of: block)))
      var population = [first]
      while population.count < configuration.populationSize {
        population.append(
          first.offspring(changing: positions, by: configuration.spread, using: &stream))
      }
      self.aims = aims
      self.configuration = configuration
      self.permit = permit
      self.runLength = runLength
      self.positions = positions
      self.population = population
      self.progress = EpisodeProgress(
        copies: configuration.copies,
        quota: (configuration.episodes + configuration.copies - 1) / configuration.copies,
        longestEpisode: configuration.longestEpisode)
      self.episodeReturns = [Double](repeating: 0, count: configuration.copies)
      self.weights = [Double](repeating: 1, count: configuration.copies)
    }

    public mutating func learn(
      from step: BatchStep<ActionSpace.Column>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      guard !isSettled else { return }
      var endings = step.endings
      let finished = progress.advance(&endings)
      for copy in endings.indices {
        episodeReturns[copy] += weights[copy] * aims.critic.rewardScale * step.rewards[copy]
        weights[copy] *= aims.critic.discount
      }
      for copy in finished {
        luck.note(episodeReturns[copy], of: population[current])
        population[current].returnSum += episodeReturns[copy]
        population[current].trialCount += 1
      }
      for copy in endings.indices where endings[copy] != nil {
        episodeReturns[copy] = 0
        weights[copy] = 1
      }
      if Double(parameters.step) >= 0.9 * Double(runLength) {
        isSettled = true
        express(ranking()[0], in: &parameters)
      } else if progress.isComplete {
        current += 1
        if current == population.count { select(using: &random) }
        express(current, in: &parameters)
        progress.startAgain()
      }
    }

    /// Members, the best first; of equals, the oldest.
    private func ranking() -> [Int] {
      let fitness = population.map { $0.fitness(deviation: luck.deviation) }
      return population.indices.sorted { (fitness[$0], $1) > (fitness[$1], $0) }
    }

    /// Keeps the best and puts offspring in the others' place.
    private mutating func select(using random: inout RandomStream) {
      let means = population.map(\.meanReturn)
      let parents = ranking().prefix(configuration.parents).map { population[$0] }
      generation += 1
      metrics = NeuralEvolutionMetrics(
        generation: generation, bestReturn: parents[0].meanReturn,
        meanReturn: means.reduce(0, +) / Double(means.count), luck: luck.deviation)
      population = parents
      while population.count < configuration.populationSize {
        population.append(
          parents[random.integer(below: parents.count)]
            .offspring(changing: positions, by: configuration.mutation, using: &random))
      }
      current = 0
    }

    /// Lets a member act.
    private func express(_ member: Int, in parameters: inout ParameterStore) {
      let chosen = population[member].parameters
      parameters.update(with: permit) { numbers in
        var squaredNorm = 0.0
        for index in numbers.indices {
          let change = Double(chosen[index]) - Double(numbers[index])
          squaredNorm += change * change
          numbers[index] = chosen[index]
        }
        return squaredNorm
      }
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(population.flatMap(\.parameters), as: "population")
      archive.put(population.flatMap { [$0.returnSum, $0.trialCount] }, as: "trials")
      archive.put(episodeReturns, as: "episodeReturns")
      archive.put(weights, as: "weights")
      archive.put([luck.variance, luck.count], as: "luck")
      archive.put([current, generation, isSettled ? 1 : 0], as: "turn")
      archive.put(progress, as: "progress")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      let width = population[0].parameters.count
      let numbers = try archive.floats("population", count: width * population.count)
      let trials = try archive.doubles("trials", count: 2 * population.count)
      for index in population.indices {
        population[index].parameters = Array(numbers[index * width..<(index + 1) * width])
        population[index].returnSum = trials[2 * index]
        population[index].trialCount = trials[2 * index + 1]
      }
      episodeReturns = try archive.doubles("episodeReturns", count: episodeReturns.count)
      weights = try archive.doubles("weights", count: weights.count)
      let luck = try archive.doubles("luck", count: 2)
      self.luck = Luck(variance: luck[0], count: luck[1])
      let turn = try archive.integers("turn", count: 3)
      guard population.indices.contains(turn[0]) else {
        throw DataError(field: "turn", value: "\(turn[0])", allowed: "0 to \(population.count - 1)")
      }
      (current, generation, isSettled) = (turn[0], turn[1], turn[2] == 1)
      try archive.restore(&progress, from: "progress")
    }
  }
}

/// One set of parameters, and how it did.
private struct Member: Sendable {
  var parameters: [Float]
  var returnSum = 0.0
  var trialCount = 0.0

  init(parameters: [Float]) { self.parameters = parameters }

  var meanReturn: Double { trialCount > 0 ? returnSum / trialCount : -.infinity }

  /// Its mean return, less what luck may have added.
  func fitness(deviation: Double) -> Double {
    trialCount > 0 ? meanReturn - deviation / trialCount.squareRoot() : -.infinity
  }

  /// A member that nobody has tried, with parameters near its own.
  func offspring(changing positions: [Int], by deviation: Double, using random: inout RandomStream) -> Member
  {
    var child = Member(parameters: parameters)
    for position in positions { child.parameters[position] += Float(random.normal(deviation: deviation)) }
    return child
  }
}

/// How far returns of one and the same member lie apart: a running mean over all members.
private struct Luck: Sendable {
  var variance = 0.0
  var count = 0.0

  /// Over how many returns the mean reaches back, at most.
  private static var memory: Double { 2000 }

  var deviation: Double { variance.squareRoot() }

  /// Takes in a member's next return.
  mutating func note(_ episodeReturn: Double, of member: Member) {
    guard member.trialCount > 0 else { return }
    let distance = episodeReturn - member.meanReturn
    count = min(count + 1, Self.memory)
    // The mean that the distance is from is itself uncertain.
    let square = distance * distance * member.trialCount / (member.trialCount + 1)
    variance += (square - variance) / count
  }
}

/// How evolution over networks is made.
public struct NeuralEvolutionConfiguration: AgentConfiguration {
  /// In how many copies of the world it acts.
  public var copies = 1
  /// How many members there are.
  public var populationSize = 32
  /// K, how many of them stay.
  public var parents = 8
  /// For how many episodes a member is tried at a time; rounded up to as many for each copy.
  public var episodes = 3
  /// After how many steps an episode counts as cut off.
  public var longestEpisode = 1000
  /// γ of the returns that are selected for.
  public var discount = 1.0
  /// How far the first members lie from each other, for each parameter.
  public var spread = 1.0
  /// m, how far offspring lie from a parent, for each parameter.
  public var mutation = 0.3
  /// Sizes of the hidden layers.
  public var hidden = [16]
  /// What follows each of them.
  public var activation = ActivationName.tanh

  public init() {}

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "in how many copies of the world it acts", 1...65_536, \.copies),
    .integer("population-size", "how many members there are", 2...100_000, \.populationSize),
    .integer("parents", "K, how many of them stay", 1...99_999, \.parents),
    .integer("episodes", "for how many episodes a member is tried at a time", 1...100_000, \.episodes),
    .integer(
      "longest-episode", "after how many steps an episode counts as cut off", 1...1_000_000, \.longestEpisode),
    .number("discount", "γ of the returns that are selected for", 0...1, \.discount),
    .number("spread", "how far the first members lie from each other", 0...100, \.spread),
    .number("mutation", "m, how far offspring lie from a parent", 0...100, \.mutation),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
    .choice("activation", "what follows each hidden layer", \.activation),
  ]
}

/// How a generation went.
public struct NeuralEvolutionMetrics: LearningMetrics {
  let generation: Int
  let bestReturn: Double
  let meanReturn: Double
  let luck: Double

  public var entries: [(name: String, value: Double)] {
    [
      ("actor/generation", Double(generation)), ("actor/best mean return", bestReturn),
      ("actor/mean return", meanReturn), ("actor/deviation of returns", luck),
    ]
  }
}
