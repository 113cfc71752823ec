import Assay
import AssayNetworks

/// Soft actor-critic: an actor that maximises value and its own randomness, learned from all that ever happened.
///
/// Every step goes into a replay buffer. From batches drawn evenly from it, with γ = 0 after termination and a
/// truncation bootstrapped:
///
///     y                = r + γ (min over i of Q̄ᵢ(s′, a′) − α log π(a′|s′)),  a′ ~ π(·|s′)
///     value loss       = ½ Σᵢ mean (Qᵢ(s, a) − y)²
///     policy loss      = mean (α log π(ã|s) − min over i of Qᵢ(s, ã)),  ã ~ π(·|s), through ã
///     temperature loss = −log α · (mean log π(ã|s) + H̄),  H̄ = −(coordinates of an action) unless told
///     Q̄               ← Q̄ + τ (Q − Q̄)
///
/// Actions are squeezed into their box by tanh; densities are over the box stretched to −1 … 1, so that the standards
/// suit any box. The first steps are drawn evenly from the box.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | critic | `critic`, two networks | value loss |
/// | critic | `critic target` | target averaging |
/// | actor | `actor` | policy loss |
/// | actor | `temperature`, log α | temperature loss |
///
/// - SeeAlso: Haarnoja et al. (2018), *Soft actor-critic algorithms and applications*; standards are those of
///   Stable-Baselines3.
public enum SAC {
  /// The parts.
  public typealias Agent = Anatomy<
    NoWorldModel<[Float], [Float]>, TwinCritic, SquashedGaussianActor, ReactivePlanner<[Float]>
  >

  /// Makes an agent and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from: a box with limits.
  ///   - configuration: how.
  ///   - runLength: environment steps of the whole run; nothing depends on it.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: BoxSpace, configuration: SACConfiguration, runLength: Int,
    seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let networks = SoftActorCriticNetworks(
      observationCount: observationCount, actionCount: actionSpace.count, hidden: configuration.hidden,
      temperature: configuration.temperature, in: &store, using: &stream)
    let claim = networks.claim(discount: configuration.discount)
    let learner = Learner(
      configuration, networks, claim: claim, observationCount: observationCount, actionSpace: actionSpace,
      in: &store)
    let agent = Agent(
      critic: networks.critic(claim: claim, observationCount: observationCount, actionSpace: actionSpace),
      actor: networks.actor(
        observationCount: observationCount, actionSpace: actionSpace, warmUp: configuration.learningStart),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Remembers everything and learns from batches of it.
  public struct Learner: BatchLearner, ~Copyable {
    public typealias ActionSpace = BoxSpace

    public var aims: Aims
    /// What happened.
    public var replay: ReplayBuffer<BoxSpace>

    private let configuration: SACConfiguration
    private var update: SoftActorCriticUpdate
    /// How many updates are due; the fraction waits for the next step.
    private var due = 0.0
    private var rows: [Int]

    init(
      _ configuration: SACConfiguration, _ networks: SoftActorCriticNetworks, claim: Claim,
      observationCount: Int, actionSpace: BoxSpace, in store: inout ParameterStore
    ) {
      let update = SoftActorCriticUpdate(
        configuration.update(actionCount: actionSpace.count), networks, observationCount: observationCount,
        actionSpace: actionSpace, in: &store)
      let replay = ReplayBuffer(
        capacity: configuration.bufferSize, observationCount: observationCount, actionSpace)
      self.aims = Aims(critic: claim, actor: networks.critic.block, target: networks.target.block)
      self.replay = replay
      self.configuration = configuration
      self.update = update
      self.rows = [Int](repeating: 0, count: configuration.batchSize)
    }

    public var metrics: SoftActorCriticMetrics? { update.metrics }

    public mutating func learn(
      from step: BatchStep<VectorColumn>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      replay.append(step)
      guard parameters.step > configuration.learningStart else { return }
      due += configuration.updatesPerStep * Double(step.count)
      while due >= 1 {
        due -= 1
        replay.draw(into: &rows, using: &random)
        update.batch.take(rows, of: replay, for: aims.critic)
        update.run(aims: aims, &parameters, using: &random)
      }
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(replay, as: "replay")
      archive.put(update, as: "update")
      archive.put([due], as: "due")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&replay, from: "replay")
      try archive.restore(&update, from: "update")
      due = try archive.doubles("due", count: 1)[0]
    }
  }
}

/// How SAC is made. Standards are those of Stable-Baselines3.
public struct SACConfiguration: AgentConfiguration {
  /// In how many copies of the world it acts.
  public var copies = 1
  /// Environment steps before the first update, whose actions are drawn evenly from the box.
  public var learningStart = 100
  /// How many steps are remembered.
  public var bufferSize = 1_000_000
  /// How many rows make a batch.
  public var batchSize = 256
  /// How many updates there are for each environment step.
  public var updatesPerStep = 1.0
  /// γ.
  public var discount = 0.99
  /// Step size of Adam for the critic.
  public var valueRate = 3e-4
  /// Step size of Adam for the actor.
  public var policyRate = 3e-4
  /// Step size of Adam for log α.
  public var temperatureRate = 3e-4
  /// τ, how far the target moves towards the critic at each update.
  public var targetRate = 0.005
  /// α at first.
  public var temperature = 1.0
  /// Whether α is tuned.
  public var tunesTemperature = true
  /// −H̄ for each coordinate of an action: the randomness α is tuned to hold.
  public var entropyDeficit = 1.0
  /// Sizes of the hidden layers.
  public var hidden = [256, 256]

  public init() {}

  /// Small networks and batches that learn fast on one core: for studies of many runs.
  public static var small: SACConfiguration {
    var configuration = SACConfiguration()
    configuration.hidden = [64, 64]
    configuration.batchSize = 128
    configuration.valueRate = 1e-3
    configuration.policyRate = 1e-3
    configuration.temperatureRate = 1e-3
    configuration.bufferSize = 100_000
    return configuration
  }

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "in how many copies of the world it acts", 1...65_536, \.copies),
    .integer(
      "learning-start", "steps before the first update, drawn evenly", 0...10_000_000, \.learningStart),
    .integer("buffer-size", "how many steps the replay buffer holds", 1...100_000_000, \.bufferSize),
    .integer("batch-size", "how many rows make a batch", 1...65_536, \.batchSize),
    .number("updates-per-step", "updates for each environment step", 0...1000, \.updatesPerStep),
    .number("discount", "γ", 0...1, \.discount),
    .number("value-rate", "step size of Adam for the critic", 0...1, \.valueRate),
    .number("policy-rate", "step size of Adam for the actor", 0...1, \.policyRate),
    .number("temperature-rate", "step size of Adam for log α", 0...1, \.temperatureRate),
    .number("target-rate", "τ, how far the target moves at each update", 1e-6...0.999_999, \.targetRate),
    .number("temperature", "α at first", 1e-6...1e6, \.temperature),
    .flag("tunes-temperature", "whether α is tuned", \.tunesTemperature),
    .number("entropy-deficit", "−H̄ for each coordinate of an action", -10...100, \.entropyDeficit),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
  ]

  func update(actionCount: Int) -> SoftActorCriticUpdate.Settings {
    .init(
      batchSize: batchSize, valueRate: valueRate, policyRate: policyRate, temperatureRate: temperatureRate,
      averaging: targetRate, entropy: -entropyDeficit * Double(actionCount),
      tunesTemperature: tunesTemperature)
  }
}
