import Assay
import AssayNetworks
import Foundation

/// Proximal policy optimisation: an actor that climbs the advantages its critic sees, a little at a time.
///
/// A rollout of T steps in N copies of the world is gathered with the policy π₀ as it is. With advantages Â by
/// `generalizedAdvantages` and λ-returns G = Â + v, several passes over the rollout follow, in batches drawn without
/// replacement, each batch's Â brought to mean 0 and deviation 1:
///
///     ρ = π(a|s) / π₀(a|s)
///     policy loss = mean max(−Â ρ, −Â · clamp(ρ, 1 − ε, 1 + ε)) − c · mean entropy
///     value loss  = w · mean (V(s) − G)²
///
/// A truncated episode is bootstrapped with the value of its last observation; nothing follows a terminated one.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | critic | `critic` | value loss |
/// | actor | `actor` | policy loss |
/// | both, where declared | `trunk` | both losses, the share of each in the ledger |
///
/// - SeeAlso: Schulman et al. (2017), *Proximal policy optimization algorithms*; standards are those of
///   Stable-Baselines3.
public enum PPO<ActionSpace: PolicySpace> {
  /// The parts.
  public typealias Agent = Anatomy<
    NoWorldModel<[Float], ActionSpace.Element>, StateValueCritic<ActionSpace.Element>,
    NetworkActor<ActionSpace>,
    ReactivePlanner<ActionSpace.Element>
  >

  /// Makes an agent and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from.
  ///   - configuration: how.
  ///   - runLength: environment steps of the whole run, over which what is annealed falls to zero.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: ActionSpace, configuration: PPOConfiguration, runLength: Int,
    seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    make(
      observationCount: observationCount, actionSpace: actionSpace, configuration: configuration,
      runLength: runLength, seed: seed, decoy: nil)
  }

  /// Makes an agent and its learner, with a second critic of other rewards that an experiment can make the actor climb:
  /// the block `decoy`, which `aims.actor` may name. The agent is otherwise as it is without, bit for bit.
  public static func make(
    observationCount: Int, actionSpace: ActionSpace, configuration: PPOConfiguration, runLength: Int,
    seed: UInt64, decoy: RewardLabels?
  ) -> BatchTrainee<Agent, Learner> {
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let networks = ActorCriticNetworks(
      inputs: observationCount, actionSpace: actionSpace, hidden: configuration.hidden,
      activation: configuration.activation.function, sharesTrunk: configuration.sharesTrunk, in: &store,
      using: &stream)
    let claim = Claim(.stateValue, of: .part("actor"), discount: configuration.discount)
    var learner = Learner(
      configuration, networks, claim: claim, observationCount: observationCount, actionSpace: actionSpace,
      runLength: runLength, in: &store)
    learner.decoy = decoy.map {
      DecoyCritic(
        of: $0, hidden: configuration.hidden, activation: configuration.activation.function,
        rate: configuration.rate,
        observationCount: observationCount, in: &store, using: &stream)
    }
    let agent = Agent(
      critic: StateValueCritic(claim: claim, observationCount: observationCount, networks.value),
      actor: NetworkActor(
        objective: Objective(maximising: "critic"), observationCount: observationCount,
        actionSpace: actionSpace,
        networks.policy),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Gathers rollouts and learns from them.
  public struct Learner: BatchLearner, ~Copyable {
    public var aims: Aims
    public private(set) var metrics: PPOMetrics?

    private let configuration: PPOConfiguration
    private let actionSpace: ActionSpace
    private let runLength: Int
    private let batchSize: Int
    private var values: RowProgram
    private var policy: RowProgram
    private var update: Program
    private var optimizer: Optimizer
    private var rollout: Rollout<ActionSpace>
    /// What an experiment can make the actor climb in the critic's place.
    var decoy: DecoyCritic?

    init(
      _ configuration: PPOConfiguration, _ networks: ActorCriticNetworks, claim: Claim, observationCount: Int,
      actionSpace: ActionSpace, runLength: Int, in store: inout ParameterStore
    ) {
      let rows = configuration.copies * configuration.rolloutLength
      let batchSize = min(configuration.batchSize, rows)
      let update = Program(reading: store) { trace in
        let x = trace.input("observations", batchSize, observationCount)
        let advantages = trace.input("advantages", batchSize)
        let before = trace.input("logProbabilities", batchSize)
        let clip = trace.input("clip", 1)
        let (logProbability, entropy) = actionSpace.describe(networks.policy(x), rows: batchSize)
        let logRatio = logProbability - before
        let ratio = exp(logRatio)
        let clipped = minimum(maximum(ratio, 1 - clip), 1 + clip)
        let surrogate = maximum(-(advantages * ratio), -(advantages * clipped)).mean()
        let meanEntropy = entropy.mean()
        trace.loss(
          "policy", surrogate - meanEntropy * Float(configuration.entropyWeight),
          reaching: networks.policyBlocks)
        let error =
          networks.value(x).reshaped(to: [batchSize], as: Rank1.self) - trace.input("returns", batchSize)
        trace.loss(
          "value", square(error).mean() * Float(configuration.valueWeight), reaching: networks.valueBlocks)
        trace.output("entropy", meanEntropy)
        // An estimate of KL(π₀ ‖ π) that is never negative: Schulman (2020), *Approximating KL divergence*.
        trace.output("divergence", (ratio - 1 - logRatio).mean())
        trace.output("clippedShare", abs(ratio - clipped).isGreater(than: 0).mean())
      }
      let optimizer = Optimizer(
        .adam(epsilon: 1e-5), rate: .constant(configuration.rate),
        clipping: .globalNorm(configuration.largestGradient), of: networks.blocks,
        following: ["policy", "value"],
        usesReward: true, in: &store)
      self.aims = Aims(critic: claim, actor: networks.valueBlocks.last)
      self.configuration = configuration
      self.actionSpace = actionSpace
      self.runLength = runLength
      self.batchSize = batchSize
      self.values = RowProgram(inputs: observationCount, networks.value)
      self.policy = RowProgram(inputs: observationCount, networks.policy)
      self.update = update
      self.optimizer = optimizer
      self.rollout = Rollout(copies: configuration.copies, observationCount: observationCount, actionSpace)
    }

    public mutating func learn(
      from step: BatchStep<ActionSpace.Column>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      rollout.append(step)
      guard rollout.steps == configuration.rolloutLength else { return }
      improve(&parameters, using: &random)
      rollout.removeAll()
    }

    private mutating func improve(_ parameters: inout ParameterStore, using random: inout RandomStream) {
      var returns = rollout.returns(
        aims: aims, decay: configuration.decay, values: &values, reading: parameters)
      if decoy != nil { followDecoy(&returns, &parameters) }
      let rows = rollout.count
      // What the policy thought of its actions before the first change.
      let before = actionSpace.logProbabilities(
        of: rollout.actions, under: policy(rollout.observations, reading: parameters))
      let left = configuration.isAnnealed ? max(0, 1 - Double(parameters.step - rows) / Double(runLength)) : 1
      optimizer.rate = .constant(configuration.rate * left)
      update.set("clip", to: [Float(configuration.clip * (configuration.annealsClip ? left : 1))])
      var order = Array(0..<rows)
      var noted = PPOMetrics()
      for _ in 0..<configuration.passes {
        if batchSize < rows { order.shuffle(using: &random) }
        for first in stride(from: 0, through: rows - batchSize, by: batchSize) {
          // A whole rollout in its own order needs to be handed over only once.
          if batchSize < rows || noted.batches == 0 {
            hand(Array(order[first..<first + batchSize]), returns, before)
          }
          update.run(reading: parameters)
          optimizer.step(&parameters, following: update)
          noted.add(update, gradientNorm: optimizer.lastGradientNorm ?? 0)
        }
      }
      noted.finish(rate: configuration.rate * left, values: returns.values, returns: returns.targets)
      metrics = noted
    }

    /// Trains the decoy, and hands the actor its advantages where the actor is to climb it.
    private mutating func followDecoy(_ returns: inout RolloutReturns, _ parameters: inout ParameterStore) {
      guard var decoy = decoy.take() else { return }
      let advantages = decoy.learn(
        from: rollout, aims: aims, decay: configuration.decay, passes: configuration.passes, &parameters)
      if aims.actor == decoy.block { returns.advantages = advantages }
      self.decoy = consume decoy
    }

    /// Gives the program some of the rollout.
    private mutating func hand(_ rows: [Int], _ returns: RolloutReturns, _ before: [Float]) {
      update.set("observations", to: rollout.observations.rows(rows).values)
      actionSpace.set(rollout.actions, rows: rows, in: &update)
      update.set("advantages", to: standardized(rows.map { returns.advantages[$0] }))
      update.set("returns", to: rows.map { returns.targets[$0] })
      update.set("logProbabilities", to: rows.map { before[$0] })
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(optimizer, as: "optimizer")
      archive.put(rollout, as: "rollout")
      decoy?.archive(into: &archive)
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&optimizer, from: "optimizer")
      try archive.restore(&rollout, from: "rollout")
      try decoy?.restore(from: archive)
    }
  }
}

/// How PPO is made. Standards are those of Stable-Baselines3.
public struct PPOConfiguration: AgentConfiguration {
  /// N, in how many copies of the world it acts.
  public var copies = 8
  /// T, how many steps each copy takes between updates.
  public var rolloutLength = 128
  /// How many rows of a rollout make a batch.
  public var batchSize = 256
  /// How many times a rollout is gone through.
  public var passes = 10
  /// γ.
  public var discount = 0.99
  /// λ of the advantages.
  public var decay = 0.95
  /// Step size of Adam.
  public var rate = 3e-4
  /// ε, how far π may move from π₀ for what it gains.
  public var clip = 0.2
  /// Whether the step size falls to zero over the run, linearly.
  public var isAnnealed = false
  /// Whether ε falls with it.
  public var annealsClip = false
  /// c.
  public var entropyWeight = 0.0
  /// w.
  public var valueWeight = 0.5
  /// The norm to which gradients are cut.
  public var largestGradient = 0.5
  /// Sizes of the hidden layers.
  public var hidden = [64, 64]
  /// What follows each of them.
  public var activation = ActivationName.tanh
  /// Whether actor and critic have their hidden layers in common.
  public var sharesTrunk = false

  public init() {}

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "N, in how many copies of the world it acts", 1...65_536, \.copies),
    .integer(
      "rollout-length", "T, how many steps each copy takes between updates", 1...1_000_000, \.rolloutLength),
    .integer("batch-size", "how many rows of a rollout make a batch", 2...1_000_000, \.batchSize),
    .integer("passes", "how many times a rollout is gone through", 1...1000, \.passes),
    .number("discount", "γ", 0...1, \.discount),
    .number("decay", "λ of the advantages", 0...1, \.decay),
    .number("rate", "step size of Adam", 0...1, \.rate),
    .number("clip", "ε, how far the policy may move for what it gains", 1e-6...10, \.clip),
    .flag("is-annealed", "whether the step size falls to zero over the run", \.isAnnealed),
    .flag("anneals-clip", "whether ε falls with it", \.annealsClip),
    .number("entropy-weight", "c, what entropy is worth", 0...10, \.entropyWeight),
    .number("value-weight", "w, what the critic's loss is multiplied by", 0...100, \.valueWeight),
    .number("largest-gradient", "the norm to which gradients are cut", 1e-6...1e6, \.largestGradient),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
    .choice("activation", "what follows each hidden layer", \.activation),
    .flag("shares-trunk", "whether actor and critic have their hidden layers in common", \.sharesTrunk),
  ]
}

/// How an update of PPO went.
public struct PPOMetrics: LearningMetrics {
  var batches = 0
  private var sums = [Double](repeating: 0, count: 6)
  private var rate = 0.0
  private var explainedVariance = 0.0

  mutating func add(_ update: borrowing Program, gradientNorm: Double) {
    batches += 1
    for (index, name) in Self.outputs.enumerated() { sums[index] += Double(update.value(of: name)) }
    sums[5] += gradientNorm
  }

  private static let outputs = ["policy", "value", "entropy", "divergence", "clippedShare"]

  mutating func finish(rate: Double, values: [Float], returns: [Float]) {
    self.rate = rate
    explainedVariance = AssayAgents.explainedVariance(of: returns, by: values)
  }

  public var entries: [(name: String, value: Double)] {
    let means = sums.map { $0 / Double(max(batches, 1)) }
    return [
      ("actor/loss", means[0]), ("actor/entropy", means[2]), ("actor/divergence", means[3]),
      ("actor/clipped share", means[4]), ("critic/loss", means[1]),
      ("critic/explained variance", explainedVariance),
      ("gradient norm", means[5]), ("rate", rate),
    ]
  }
}
