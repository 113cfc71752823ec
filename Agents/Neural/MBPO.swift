import Assay
import AssayNetworks

/// Model-based policy optimisation: a soft actor-critic that learns mostly from what an ensemble of world models
/// imagines.
///
/// Every so many steps the ensemble is fitted to all that happened (`EnsembleFit`), and from observations drawn from it
/// the policy is followed for k steps in the ensemble, each step with one of the members that are believed, drawn anew.
/// What was imagined goes into a buffer of its own, the oldest of it is forgotten. Each step is followed by several
/// updates as in ``SAC``, from batches of which a share is real and the rest imagined. Short branches from where the
/// agent really was keep what the ensemble gets wrong from adding up.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | world model | `dynamics`, all members | dynamics loss |
/// | world model | `dynamics scales` | statistics |
/// | world model | `elites` | selection on rows held out |
/// | world model | `reward model`, all members | reward loss |
/// | world model | `reward scale` | reward statistics |
/// | world model | `termination model` | termination loss |
/// | critic, actor | as in ``SAC`` | as in ``SAC`` |
///
/// Rewards reach `reward model` and `reward scale`, and the critic; no other block of the model.
///
/// - SeeAlso: Janner, Fu, Zhang & Levine (2019), *When to trust your model: model-based policy optimization*. There
///   rewards are one more coordinate of the dynamics, and terminations are given.
public enum MBPO {
  /// The parts.
  public typealias Agent = Anatomy<
    EnsembleModel, TwinCritic, SquashedGaussianActor, ReactivePlanner<[Float]>
  >

  /// Makes an agent and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from: a box with limits.
  ///   - configuration: how.
  ///   - runLength: environment steps of the whole run, over which branches grow.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: BoxSpace, configuration: MBPOConfiguration, runLength: Int,
    seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let networks = SoftActorCriticNetworks(
      observationCount: observationCount, actionCount: actionSpace.count, hidden: configuration.hidden,
      temperature: configuration.temperature, in: &store, using: &stream)
    let ensemble = EnsembleNetworks(
      observationCount: observationCount, actionCount: actionSpace.count, members: configuration.members,
      elites: configuration.elites, hidden: configuration.modelHidden, in: &store, using: &stream)
    let claim = networks.claim(discount: configuration.discount)
    let actor = networks.actor(
      observationCount: observationCount, actionSpace: actionSpace, warmUp: configuration.learningStart)
    let learner = Learner(
      configuration, networks, ensemble, actor: actor, claim: claim, observationCount: observationCount,
      actionSpace: actionSpace, runLength: runLength, in: &store)
    let agent = Agent(
      worldModel: EnsembleModel(ensemble, actionSpace: actionSpace),
      critic: networks.critic(claim: claim, observationCount: observationCount, actionSpace: actionSpace),
      actor: actor, planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Remembers, fits the ensemble, imagines, and learns from both.
  public struct Learner: BatchLearner, ~Copyable {
    public typealias ActionSpace = BoxSpace

    public var aims: Aims
    /// What happened.
    public var replay: ReplayBuffer<BoxSpace>
    /// What was imagined. Its rewards are the model's, and no labels.
    public private(set) var imagined: ReplayBuffer<BoxSpace>

    private let configuration: MBPOConfiguration
    private let runLength: Int
    private var actor: SquashedGaussianActor
    private var fit: EnsembleFit
    private var imagination: EnsembleImagination
    private var update: SoftActorCriticUpdate
    /// How many updates are due; the fraction waits for the next step.
    private var due = 0.0
    /// The environment step of the latest fit; `nil` before the first.
    private var latestFit: Int?
    private var realRows: [Int]
    private var imaginedRows: [Int]

    init(
      _ configuration: MBPOConfiguration, _ networks: SoftActorCriticNetworks, _ ensemble: EnsembleNetworks,
      actor: SquashedGaussianActor, claim: Claim, observationCount: Int, actionSpace: BoxSpace,
      runLength: Int,
      in store: inout ParameterStore
    ) {
      let update = SoftActorCriticUpdate(
        configuration.update(actionCount: actionSpace.count), networks, observationCount: observationCount,
        actionSpace: actionSpace, in: &store)
      let fit = EnsembleFit(configuration.fit, ensemble, actionSpace: actionSpace, in: &store)
      let imagination = EnsembleImagination(ensemble, actionSpace: actionSpace, rows: 128, reading: store)
      let replay = ReplayBuffer(
        capacity: configuration.bufferSize, observationCount: observationCount, actionSpace)
      let imagined = ReplayBuffer(
        capacity: configuration.imaginedBufferSize, observationCount: observationCount, actionSpace)
      let real = Int((configuration.realShare * Double(configuration.batchSize)).rounded())
      self.aims = Aims(critic: claim, actor: networks.critic.block, target: networks.target.block)
      self.replay = replay
      self.imagined = imagined
      self.configuration = configuration
      self.runLength = runLength
      self.actor = actor
      self.fit = fit
      self.imagination = imagination
      self.update = update
      self.realRows = [Int](repeating: 0, count: real)
      self.imaginedRows = [Int](repeating: 0, count: configuration.batchSize - real)
    }

    public var metrics: MBPOMetrics? {
      update.metrics.map {
        MBPOMetrics(update: $0, fit: fit.outcome, branch: branchLength(at: latestFit ?? 0))
      }
    }

    public mutating func learn(
      from step: BatchStep<VectorColumn>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      replay.append(step)
      guard parameters.step > configuration.learningStart, replay.count >= EnsembleFit.heldOutPeriod else {
        return
      }
      if latestFit.map({ parameters.step - $0 >= configuration.stepsBetweenFits }) ?? true {
        latestFit = parameters.step
        fit.run(replay, &parameters, using: &random)
        imagine(reading: parameters, using: &random)
      }
      due += configuration.updatesPerStep * Double(step.count)
      while due >= 1 {
        due -= 1
        replay.draw(into: &realRows, using: &random)
        update.batch.take(realRows, of: replay, for: aims.critic)
        imagined.draw(into: &imaginedRows, using: &random)
        update.batch.take(imaginedRows, of: imagined, at: realRows.count, for: aims.critic)
        update.run(aims: aims, &parameters, using: &random)
      }
    }

    /// Follows the policy in the ensemble, for a few steps from each of many observations.
    private mutating func imagine(
      reading parameters: borrowing ParameterStore, using random: inout RandomStream
    ) {
      let length = branchLength(at: parameters.step)
      var rows = [Int](repeating: 0, count: configuration.stepsBetweenFits * configuration.branchesPerStep)
      replay.draw(into: &rows, using: &random)
      var observations = replay.observations.rows(rows)
      for _ in 0..<length where observations.count > 0 {
        let actions = actor.actions(at: observations, as: .policy, reading: parameters, using: &random)
        let step = imagination.step(
          from: observations, taking: actions, reading: parameters, using: &random)
        imagined.append(step)
        let going = step.endings.indices.filter { step.endings[$0] == nil }
        observations =
          going.count == step.count ? step.nextObservations : step.nextObservations.rows(going)
      }
    }

    /// k: from the shortest branch to the longest, evenly over the run.
    private func branchLength(at step: Int) -> Int {
      let (shortest, longest) = (configuration.shortestBranch, configuration.longestBranch)
      let progress = min(1, Double(step) / Double(max(runLength, 1)))
      return max(1, shortest + Int((Double(longest - shortest) * progress).rounded()))
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(replay, as: "replay")
      archive.put(imagined, as: "imagined")
      archive.put(fit, as: "fit")
      archive.put(update, as: "update")
      archive.put([due], as: "due")
      archive.put([latestFit ?? -1], as: "latestFit")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&replay, from: "replay")
      try archive.restore(&imagined, from: "imagined")
      try archive.restore(&fit, from: "fit")
      try archive.restore(&update, from: "update")
      due = try archive.doubles("due", count: 1)[0]
      let step = try archive.integers("latestFit", count: 1)[0]
      latestFit = step < 0 ? nil : step
    }
  }
}

/// How MBPO is made.
public struct MBPOConfiguration: AgentConfiguration {
  /// In how many copies of the world it acts.
  public var copies = 1
  /// Environment steps before the first update, whose actions are drawn evenly from the box.
  public var learningStart = 250
  /// How many steps are remembered.
  public var bufferSize = 100_000
  /// How many imagined steps are remembered.
  public var imaginedBufferSize = 40_000
  /// How many rows make a batch of the actor and the critic.
  public var batchSize = 128
  /// Which share of them is real.
  public var realShare = 0.05
  /// How many updates there are for each environment step.
  public var updatesPerStep = 5.0
  /// After how many environment steps the ensemble is fitted again.
  public var stepsBetweenFits = 250
  /// How many observations are branched from, for each environment step between fits.
  public var branchesPerStep = 20
  /// k at first.
  public var shortestBranch = 1
  /// k at the end of the run.
  public var longestBranch = 1
  /// How many members the ensemble has.
  public var members = 5
  /// How many of them are believed.
  public var elites = 3
  /// How many rows make a batch of each member.
  public var modelBatchSize = 128
  /// Step size of Adam for the model.
  public var modelRate = 1e-3
  /// Epochs without progress after which a fit is over.
  public var patience = 5
  /// The most epochs of one fit.
  public var epochs = 40
  /// γ.
  public var discount = 0.99
  /// Step size of Adam for the critic.
  public var valueRate = 1e-3
  /// Step size of Adam for the actor.
  public var policyRate = 1e-3
  /// Step size of Adam for log α.
  public var temperatureRate = 1e-3
  /// τ, how far the target moves towards the critic at each update.
  public var targetRate = 0.005
  /// α at first.
  public var temperature = 1.0
  /// Whether α is tuned.
  public var tunesTemperature = true
  /// −H̄ for each coordinate of an action: the randomness α is tuned to hold.
  public var entropyDeficit = 1.0
  /// Sizes of the hidden layers of actor and critic.
  public var hidden = [64, 64]
  /// Sizes of the hidden layers of each member.
  public var modelHidden = [64, 64]

  public init() {}

  /// For long runs, at whose end the critic is to have settled: half of what it learns from is real, it is updated less
  /// often, and the ensemble, which soon hardly changes, is fitted four times less often.
  public static var settling: MBPOConfiguration {
    var configuration = MBPOConfiguration()
    configuration.realShare = 0.5
    configuration.updatesPerStep = 2
    configuration.stepsBetweenFits = 1000
    return configuration
  }

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "in how many copies of the world it acts", 1...65_536, \.copies),
    .integer(
      "learning-start", "steps before the first update, drawn evenly", 0...10_000_000, \.learningStart),
    .integer("buffer-size", "how many steps the replay buffer holds", 5...100_000_000, \.bufferSize),
    .integer(
      "imagined-buffer-size", "how many imagined steps are remembered", 1...100_000_000, \.imaginedBufferSize),
    .integer("batch-size", "rows in a batch of actor and critic", 1...65_536, \.batchSize),
    .number("real-share", "which share of them is real", 0...1, \.realShare),
    .number("updates-per-step", "updates for each environment step", 0...1000, \.updatesPerStep),
    .integer(
      "steps-between-fits", "steps until the model is fitted again", 1...1_000_000, \.stepsBetweenFits),
    .integer("branches-per-step", "branches for each step between fits", 1...100_000, \.branchesPerStep),
    .integer("shortest-branch", "k, imagined steps of a branch, at first", 1...1000, \.shortestBranch),
    .integer("longest-branch", "k at the end of the run", 1...1000, \.longestBranch),
    .integer("members", "how many members the ensemble has", 1...100, \.members),
    .integer("elites", "how many of them are believed", 1...100, \.elites),
    .integer("model-batch-size", "rows in a batch of each member", 1...65_536, \.modelBatchSize),
    .number("model-rate", "step size of Adam for the model", 0...1, \.modelRate),
    .integer("patience", "epochs without progress that end a fit", 1...10_000, \.patience),
    .integer("epochs", "the most epochs of one fit", 1...10_000, \.epochs),
    .number("discount", "γ", 0...1, \.discount),
    .number("value-rate", "step size of Adam for the critic", 0...1, \.valueRate),
    .number("policy-rate", "step size of Adam for the actor", 0...1, \.policyRate),
    .number("temperature-rate", "step size of Adam for log α", 0...1, \.temperatureRate),
    .number("target-rate", "τ, how far the target moves at each update", 1e-6...0.999_999, \.targetRate),
    .number("temperature", "α at first", 1e-6...1e6, \.temperature),
    .flag("tunes-temperature", "whether α is tuned", \.tunesTemperature),
    .number("entropy-deficit", "−H̄ for each coordinate of an action", -10...100, \.entropyDeficit),
    .integers("hidden", "hidden layers of actor and critic", count: 0...8, 1...4096, \.hidden),
    .integers("model-hidden", "hidden layers of each member", count: 0...8, 1...4096, \.modelHidden),
  ]

  func update(actionCount: Int) -> SoftActorCriticUpdate.Settings {
    .init(
      batchSize: batchSize, valueRate: valueRate, policyRate: policyRate, temperatureRate: temperatureRate,
      averaging: targetRate, entropy: -entropyDeficit * Double(actionCount),
      tunesTemperature: tunesTemperature)
  }

  var fit: EnsembleFit.Settings {
    .init(
      batchSize: modelBatchSize, rate: modelRate, patience: patience, epochs: epochs, eliteCount: elites)
  }
}

/// How an update of MBPO went, and the fit before it.
public struct MBPOMetrics: LearningMetrics {
  var update: SoftActorCriticMetrics
  var fit: EnsembleFit.Outcome
  var branch: Int

  public var entries: [(name: String, value: Double)] {
    update.entries + [
      ("world model/dynamics loss", Double(fit.dynamicsLoss)),
      ("world model/reward loss", Double(fit.rewardLoss)),
      ("world model/dynamics error", Double(fit.dynamicsError)),
      ("world model/reward error", Double(fit.rewardError)), ("world model/epochs", Double(fit.epochs)),
      ("world model/branch length", Double(branch)),
    ]
  }
}
