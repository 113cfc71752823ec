import Assay
import AssayNetworks

/// REINFORCE over networks: the gradient of the return itself.
///
/// Whole episodes of one and the same policy are gathered, M of them, and learned from in one step. With the discounted
/// return Gₜ from step t on:
///
///     policy loss = −mean Aₜ log π(aₜ|sₜ) − c · mean entropy
///     A = G without a baseline, A = G − V(s) with one
///     value loss  = mean (V(s) − G)²
///
/// A is then brought to mean 0 and deviation 1, unless told otherwise. What is taken off for that is one number for all
/// states and so no critic: without a baseline, ``Agent`` has a `NoCritic`, and its type says so. The factor γᵗ that
/// discounts later steps is left out, as is common.
///
/// In several copies of the world, each contributes the first episodes that it begins after an update, all as many; what
/// it does until the others are done is not learned from, for short episodes would come out on top otherwise. One
/// copy wastes nothing.
///
/// Nothing follows a terminated episode. A truncated one is bootstrapped with the baseline's value of its last
/// observation; without a baseline nobody can say what would have followed, and its return is only what was seen.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | critic, with a baseline | `critic` | value loss |
/// | actor | `actor` | policy loss |
///
/// - SeeAlso: Williams (1992), *Simple statistical gradient-following algorithms for connectionist reinforcement
///   learning*.
public enum NeuralREINFORCE<ActionSpace: PolicySpace> {
  /// The parts without a baseline.
  public typealias Agent = Anatomy<
    NoWorldModel<[Float], ActionSpace.Element>, NoCritic<[Float], ActionSpace.Element>,
    NetworkActor<ActionSpace>, ReactivePlanner<ActionSpace.Element>
  >
  /// The parts with a learned baseline, which is a critic.
  public typealias AgentWithBaseline = Anatomy<
    NoWorldModel<[Float], ActionSpace.Element>, StateValueCritic<ActionSpace.Element>,
    NetworkActor<ActionSpace>, ReactivePlanner<ActionSpace.Element>
  >

  /// Makes an agent without a baseline, and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from.
  ///   - configuration: how; it must use no baseline.
  ///   - runLength: environment steps of the whole run, over which what is annealed falls to zero.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: ActionSpace, configuration: NeuralREINFORCEConfiguration,
    runLength: Int, seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    precondition(!configuration.usesBaseline, "an agent with a baseline has a critic: makeWithBaseline")
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let (policy, block) = store.addPolicy(
      inputs: observationCount, actionSpace: actionSpace, hidden: configuration.hidden,
      activation: configuration.activation.function, using: &stream)
    let critic = NoCritic<[Float], ActionSpace.Element>(discount: configuration.discount)
    let learner = Learner(
      configuration, policy: policy, policyBlocks: [block], value: nil, valueBlocks: [], claim: critic.claim,
      observationCount: observationCount, actionSpace: actionSpace, runLength: runLength, in: &store)
    let agent = Agent(
      critic: critic,
      actor: NetworkActor(
        objective: Objective(maximising: nil), observationCount: observationCount, actionSpace: actionSpace,
        policy),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Makes an agent with a baseline, and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from.
  ///   - configuration: how; it must use a baseline.
  ///   - runLength: environment steps of the whole run, over which what is annealed falls to zero.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func makeWithBaseline(
    observationCount: Int, actionSpace: ActionSpace, configuration: NeuralREINFORCEConfiguration,
    runLength: Int, seed: UInt64
  ) -> BatchTrainee<AgentWithBaseline, Learner> {
    precondition(configuration.usesBaseline, "an agent without a baseline has no critic: make")
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    let networks = ActorCriticNetworks(
      inputs: observationCount, actionSpace: actionSpace, hidden: configuration.hidden,
      activation: configuration.activation.function, sharesTrunk: false, in: &store, using: &stream)
    let claim = Claim(.stateValue, of: .part("actor"), discount: configuration.discount)
    let learner = Learner(
      configuration, policy: networks.policy, policyBlocks: networks.policyBlocks, value: networks.value,
      valueBlocks: networks.valueBlocks, claim: claim, observationCount: observationCount,
      actionSpace: actionSpace, runLength: runLength, in: &store)
    let agent = AgentWithBaseline(
      critic: StateValueCritic(claim: claim, observationCount: observationCount, networks.value),
      actor: NetworkActor(
        objective: Objective(maximising: "critic"), observationCount: observationCount,
        actionSpace: actionSpace, networks.policy),
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Gathers whole episodes and learns from each once.
  public struct Learner: BatchLearner, ~Copyable {
    /// The discount and reward scale of the critic's aim say of which return the gradient is followed, with a
    /// baseline and without.
    public var aims: Aims
    public private(set) var metrics: NeuralREINFORCEMetrics?

    private let configuration: NeuralREINFORCEConfiguration
    private let actionSpace: ActionSpace
    private let runLength: Int
    private let losses: EpisodeLosses<ActionSpace>
    private var values: RowProgram?
    /// For so many rows each, a power of two; rows that are not filled have no weight.
    private var updates: [Int: Program] = [:]
    private var optimizer: Optimizer
    private var rollout: Rollout<ActionSpace>
    private var progress: EpisodeProgress

    init(
      _ configuration: NeuralREINFORCEConfiguration, policy: @escaping RowProgram.Description,
      policyBlocks: [BlockHandle], value: RowProgram.Description?, valueBlocks: [BlockHandle], claim: Claim,
      observationCount: Int, actionSpace: ActionSpace, runLength: Int, in store: inout ParameterStore
    ) {
      let optimizer = Optimizer(
        configuration.rule.updateRule, rate: .constant(configuration.rate),
        clipping: .blockNorm(configuration.largestGradient), of: policyBlocks + valueBlocks,
        following: value == nil ? ["policy"] : ["policy", "value"], usesReward: true, in: &store)
      self.aims = Aims(critic: claim, actor: valueBlocks.last)
      self.configuration = configuration
      self.actionSpace = actionSpace
      self.runLength = runLength
      self.losses = EpisodeLosses(
        observationCount: observationCount, actionSpace: actionSpace,
        entropyWeight: configuration.entropyWeight, policy: policy, policyBlocks: policyBlocks, value: value,
        valueBlocks: valueBlocks)
      self.values = value.map { RowProgram(inputs: observationCount, $0) }
      self.optimizer = optimizer
      self.rollout = Rollout(copies: configuration.copies, observationCount: observationCount, actionSpace)
      self.progress = EpisodeProgress(
        copies: configuration.copies,
        quota: (configuration.episodes + configuration.copies - 1) / configuration.copies,
        longestEpisode: configuration.longestEpisode)
    }

    public mutating func learn(
      from step: BatchStep<ActionSpace.Column>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      var step = step
      progress.advance(&step.endings)
      rollout.append(step)
      guard progress.isComplete else { return }
      improve(&parameters)
      rollout.removeAll()
      progress.startAgain()
    }

    private mutating func improve(_ parameters: inout ParameterStore) {
      let rows = progress.rows
      let returns: RolloutReturns
      if values != nil {
        returns = rollout.returns(aims: aims, decay: 1, values: &values!, reading: parameters)
      } else {
        returns = rollout.returns(aims: aims)
      }
      var size = 64
      while size < rows.count { size *= 2 }
      if updates[size] == nil { updates[size] = losses.program(rows: size, reading: parameters) }
      let left =
        configuration.isAnnealed
        ? max(0, 1 - Double(parameters.step - rollout.count) / Double(runLength)) : 1
      let chosen = rows.map { returns.advantages[$0] }
      let gained = configuration.standardizesReturns ? standardized(chosen) : chosen
      let targets = rows.map { returns.targets[$0] }
      losses.set(
        rollout, rows: rows, gained: gained, targets: values == nil ? nil : targets, size: size,
        in: &updates[size]!)
      updates[size]!.run(reading: parameters)
      optimizer.rate = .constant(configuration.rate * left)
      optimizer.step(&parameters, following: updates[size]!)
      var noted: [(name: String, value: Double)] = [
        ("actor/loss", Double(updates[size]!.value(of: "policy"))),
        ("actor/entropy", Double(updates[size]!.value(of: "entropy"))),
      ]
      if values != nil {
        noted += [
          ("critic/loss", Double(updates[size]!.value(of: "value"))),
          ("critic/explained variance", explainedVariance(of: targets, by: rows.map { returns.values[$0] })),
        ]
      }
      noted += [
        ("share of steps learned from", Double(rows.count) / Double(rollout.count)),
        ("gradient norm", optimizer.lastGradientNorm ?? 0), ("rate", configuration.rate * left),
      ]
      metrics = NeuralREINFORCEMetrics(entries: noted)
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(optimizer, as: "optimizer")
      archive.put(rollout, as: "rollout")
      archive.put(progress, as: "progress")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&optimizer, from: "optimizer")
      try archive.restore(&rollout, from: "rollout")
      try archive.restore(&progress, from: "progress")
    }
  }
}

/// The losses of REINFORCE over a number of rows, some of which may be without weight.
private struct EpisodeLosses<ActionSpace: PolicySpace>: Sendable {
  let observationCount: Int
  let actionSpace: ActionSpace
  let entropyWeight: Double
  let policy: RowProgram.Description
  let policyBlocks: [BlockHandle]
  let value: RowProgram.Description?
  let valueBlocks: [BlockHandle]

  func program(rows: Int, reading store: borrowing ParameterStore) -> Program {
    Program(reading: copy store) { trace in
      let x = trace.input("observations", rows, observationCount)
      let weights = trace.input("weights", rows)
      let (logProbability, entropy) = actionSpace.describe(policy(x), rows: rows)
      let meanEntropy = (weights * entropy).sum()
      trace.loss(
        "policy",
        -(weights * trace.input("gained", rows) * logProbability).sum() - meanEntropy * Float(entropyWeight),
        reaching: policyBlocks)
      if let value {
        let error = value(x).reshaped(to: [rows], as: Rank1.self) - trace.input("returns", rows)
        trace.loss("value", (weights * square(error)).sum(), reaching: valueBlocks)
      }
      trace.output("entropy", meanEntropy)
    }
  }

  /// Gives a program of `size` rows some of a rollout, and no weight to the rows that are left.
  func set(
    _ rollout: Rollout<ActionSpace>, rows: [Int], gained: [Float], targets: [Float]?, size: Int,
    in program: inout Program
  ) {
    let padding = [Float](repeating: 0, count: size - rows.count)
    // What stands in rows without weight does not matter, but must be finite.
    let filled = rows + [Int](repeating: rows[0], count: size - rows.count)
    program.set("observations", to: rollout.observations.rows(filled).values)
    actionSpace.set(rollout.actions, rows: filled, in: &program)
    program.set("weights", to: [Float](repeating: 1 / Float(rows.count), count: rows.count) + padding)
    program.set("gained", to: gained + padding)
    if let targets { program.set("returns", to: targets + padding) }
  }
}

/// How REINFORCE is made.
public struct NeuralREINFORCEConfiguration: AgentConfiguration {
  /// In how many copies of the world it acts.
  public var copies = 1
  /// M, how many episodes there are to an update; rounded up to as many for each copy.
  public var episodes = 8
  /// After how many steps an episode counts as cut off.
  public var longestEpisode = 1000
  /// γ.
  public var discount = 0.99
  /// Whether there is a learned baseline, and with it a critic.
  public var usesBaseline = false
  /// Whether what actions gained is brought to mean 0 and deviation 1 over an update.
  public var standardizesReturns = true
  /// How gradients become changes.
  public var rule = UpdateRuleName.adam
  /// Step size.
  public var rate = 5e-3
  /// Whether the step size falls to zero over the run, linearly.
  public var isAnnealed = false
  /// c.
  public var entropyWeight = 0.0
  /// The norm to which the gradient of each block is cut.
  public var largestGradient = 0.5
  /// Sizes of the hidden layers.
  public var hidden = [64]
  /// What follows each of them.
  public var activation = ActivationName.tanh

  public init() {}

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "in how many copies of the world it acts", 1...65_536, \.copies),
    .integer("episodes", "M, how many episodes there are to an update", 1...1_000_000, \.episodes),
    .integer(
      "longest-episode", "after how many steps an episode counts as cut off", 1...1_000_000, \.longestEpisode),
    .number("discount", "γ", 0...1, \.discount),
    .flag("uses-baseline", "whether there is a learned baseline, and with it a critic", \.usesBaseline),
    .flag(
      "standardizes-returns", "whether what actions gained is brought to mean 0 and deviation 1",
      \.standardizesReturns),
    .choice("rule", "how gradients become changes", \.rule),
    .number("rate", "step size", 0...1, \.rate),
    .flag("is-annealed", "whether the step size falls to zero over the run", \.isAnnealed),
    .number("entropy-weight", "c, what entropy is worth", 0...10, \.entropyWeight),
    .number(
      "largest-gradient", "the norm to which the gradient of each block is cut", 1e-6...1e6, \.largestGradient
    ),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
    .choice("activation", "what follows each hidden layer", \.activation),
  ]
}

/// How an update of REINFORCE went.
public struct NeuralREINFORCEMetrics: LearningMetrics {
  public let entries: [(name: String, value: Double)]
}
