import Assay
import AssayNetworks

/// Advantage actor-critic, all copies of the world in step: an actor that climbs the advantages its critic sees, once,
/// and then looks again.
///
/// A short rollout of T steps in N copies of the world is gathered, and learned from in one step, all of it. With
/// advantages Â by `generalizedAdvantages` and λ-returns G = Â + v:
///
///     policy loss = −mean Â log π(a|s) − c · mean entropy
///     value loss  = w · mean (V(s) − G)²
///
/// With λ = 1, G is what was paid up to the end of the rollout and then the value of what was seen there. A truncated
/// episode is bootstrapped with the value of its last observation; nothing follows a terminated one.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | critic | `critic` | value loss |
/// | actor | `actor` | policy loss |
/// | both, where declared | `trunk` | both losses, the share of each in the ledger |
///
/// - SeeAlso: Mnih et al. (2016), *Asynchronous methods for deep reinforcement learning*, of which this is the
///   synchronous form; standards are those of Stable-Baselines3.
public enum A2C<ActionSpace: PolicySpace> {
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
    observationCount: Int, actionSpace: ActionSpace, configuration: A2CConfiguration, runLength: Int,
    seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let networks = ActorCriticNetworks(
      inputs: observationCount, actionSpace: actionSpace, hidden: configuration.hidden,
      activation: configuration.activation.function, sharesTrunk: configuration.sharesTrunk, in: &store,
      using: &stream)
    let claim = Claim(.stateValue, of: .part("actor"), discount: configuration.discount)
    let learner = Learner(
      configuration, networks, claim: claim, observationCount: observationCount, actionSpace: actionSpace,
      runLength: runLength, in: &store)
    let agent = Agent(
      critic: StateValueCritic(claim: claim, observationCount: observationCount, networks.value),
      actor: NetworkActor(
        objective: Objective(maximising: "critic"), observationCount: observationCount,
        actionSpace: actionSpace,
        networks.policy),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Gathers short rollouts and learns from each once.
  public struct Learner: BatchLearner, ~Copyable {
    public var aims: Aims
    public private(set) var metrics: A2CMetrics?

    private let configuration: A2CConfiguration
    private let actionSpace: ActionSpace
    private let runLength: Int
    private let order: [Int]
    private var values: RowProgram
    private var update: Program
    private var optimizer: Optimizer
    private var rollout: Rollout<ActionSpace>

    init(
      _ configuration: A2CConfiguration, _ networks: ActorCriticNetworks, claim: Claim, observationCount: Int,
      actionSpace: ActionSpace, runLength: Int, in store: inout ParameterStore
    ) {
      let rows = configuration.copies * configuration.rolloutLength
      let update = Program(reading: store) { trace in
        let x = trace.input("observations", rows, observationCount)
        let (logProbability, entropy) = actionSpace.describe(networks.policy(x), rows: rows)
        let meanEntropy = entropy.mean()
        trace.loss(
          "policy",
          -(trace.input("advantages", rows) * logProbability).mean()
            - meanEntropy * Float(configuration.entropyWeight),
          reaching: networks.policyBlocks)
        let error =
          networks.value(x).reshaped(to: [rows], as: Rank1.self) - trace.input("returns", rows)
        trace.loss(
          "value", square(error).mean() * Float(configuration.valueWeight), reaching: networks.valueBlocks)
        trace.output("entropy", meanEntropy)
      }
      let optimizer = Optimizer(
        configuration.rule.updateRule, rate: .constant(configuration.rate),
        clipping: .globalNorm(configuration.largestGradient), of: networks.blocks,
        following: ["policy", "value"], usesReward: true, in: &store)
      self.aims = Aims(critic: claim, actor: networks.valueBlocks.last)
      self.configuration = configuration
      self.actionSpace = actionSpace
      self.runLength = runLength
      self.order = Array(0..<rows)
      self.values = RowProgram(inputs: observationCount, networks.value)
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
      let returns = rollout.returns(
        aims: aims, decay: configuration.decay, values: &values, reading: parameters)
      let left =
        configuration.isAnnealed
        ? max(0, 1 - Double(parameters.step - rollout.count) / Double(runLength)) : 1
      optimizer.rate = .constant(configuration.rate * left)
      update.set("observations", to: rollout.observations.values)
      actionSpace.set(rollout.actions, rows: order, in: &update)
      update.set(
        "advantages",
        to: configuration.standardizesAdvantages ? standardized(returns.advantages) : returns.advantages)
      update.set("returns", to: returns.targets)
      update.run(reading: parameters)
      optimizer.step(&parameters, following: update)
      metrics = A2CMetrics(
        update, returns, gradientNorm: optimizer.lastGradientNorm ?? 0, rate: configuration.rate * left)
      rollout.removeAll()
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(optimizer, as: "optimizer")
      archive.put(rollout, as: "rollout")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&optimizer, from: "optimizer")
      try archive.restore(&rollout, from: "rollout")
    }
  }
}

/// How A2C is made. Standards are those of Stable-Baselines3.
public struct A2CConfiguration: AgentConfiguration {
  /// N, in how many copies of the world it acts.
  public var copies = 8
  /// T, how many steps each copy takes between updates.
  public var rolloutLength = 5
  /// γ.
  public var discount = 0.99
  /// λ of the advantages.
  public var decay = 1.0
  /// How gradients become changes.
  public var rule = UpdateRuleName.rmsProp
  /// Step size.
  public var rate = 7e-4
  /// Whether the step size falls to zero over the run, linearly.
  public var isAnnealed = false
  /// Whether the advantages of a rollout are brought to mean 0 and deviation 1.
  public var standardizesAdvantages = false
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
    .number("discount", "γ", 0...1, \.discount),
    .number("decay", "λ of the advantages", 0...1, \.decay),
    .choice("rule", "how gradients become changes", \.rule),
    .number("rate", "step size", 0...1, \.rate),
    .flag("is-annealed", "whether the step size falls to zero over the run", \.isAnnealed),
    .flag(
      "standardizes-advantages", "whether the advantages of a rollout are brought to mean 0 and deviation 1",
      \.standardizesAdvantages),
    .number("entropy-weight", "c, what entropy is worth", 0...10, \.entropyWeight),
    .number("value-weight", "w, what the critic's loss is multiplied by", 0...100, \.valueWeight),
    .number("largest-gradient", "the norm to which gradients are cut", 1e-6...1e6, \.largestGradient),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
    .choice("activation", "what follows each hidden layer", \.activation),
    .flag("shares-trunk", "whether actor and critic have their hidden layers in common", \.sharesTrunk),
  ]
}

/// How an update of A2C went.
public struct A2CMetrics: LearningMetrics {
  public let entries: [(name: String, value: Double)]

  init(_ update: borrowing Program, _ returns: RolloutReturns, gradientNorm: Double, rate: Double) {
    entries = [
      ("actor/loss", Double(update.value(of: "policy"))),
      ("actor/entropy", Double(update.value(of: "entropy"))),
      ("critic/loss", Double(update.value(of: "value"))),
      ("critic/explained variance", explainedVariance(of: returns.targets, by: returns.values)),
      ("gradient norm", gradientNorm), ("rate", rate),
    ]
  }
}
