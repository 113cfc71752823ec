import Assay
import AssayNetworks
import Foundation

/// The blocks of a soft actor-critic, and the networks in them.
///
/// | block | owner | written by |
/// | --- | --- | --- |
/// | `critic` | critic | value loss |
/// | `critic target` | critic | target averaging |
/// | `actor` | actor | policy loss |
/// | `temperature`, log α | actor | temperature loss, where α is tuned |
struct SoftActorCriticNetworks: Sendable {
  let critic: Network<Ensemble>
  let target: Network<Ensemble>
  let actor: Network<SquashedGaussianNetwork>
  let temperature: Network<ParameterTensor>

  init(
    observationCount: Int, actionCount: Int, hidden: [Int], temperature: Double,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    func twins(_ builder: inout BlockBuilder) -> Ensemble {
      Ensemble(
        2, of: [observationCount + actionCount] + hidden + [1], in: &builder, hidden: .torchUniform,
        output: .torchUniform)
    }
    critic = store.add(
      "critic", owner: "critic", role: .critic, writers: ["value"], using: &stream, twins)
    target = store.add(
      "critic target", owner: "critic", role: .critic, writers: ["target averaging"], using: &stream, twins)
    actor = store.add("actor", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
      SquashedGaussianNetwork(observationCount, hidden: hidden, actionCount: actionCount, in: &$0)
    }
    self.temperature = store.add(
      "temperature", owner: "actor", role: .actor, writers: ["temperature"], using: &stream
    ) { $0.tensor("logarithm", [1], .constant(Float(log(temperature)))) }
  }

  /// What the critic says it estimates.
  func claim(discount: Double) -> Claim {
    Claim(
      .actionValue, of: .part("actor"), discount: discount,
      softness: .entropy(logTemperature: temperature.block))
  }

  /// The critic as a part.
  func critic(claim: Claim, observationCount: Int, actionSpace: BoxSpace) -> TwinCritic {
    let (critic, actor) = (critic, actor)
    return TwinCritic(
      claim: claim, observationCount: observationCount, actionSpace: actionSpace,
      { critic.layer($0).reshaped(to: [2, -1], as: Rank2.self).transposed() }, of: { actor.layer($0) })
  }

  /// The actor as a part.
  func actor(observationCount: Int, actionSpace: BoxSpace, warmUp: Int) -> SquashedGaussianActor {
    let actor = actor
    return SquashedGaussianActor(
      objective: Objective(maximising: "critic"), observationCount: observationCount,
      actionSpace: actionSpace, warmUp: warmUp
    ) { actor.layer($0) }
  }
}

/// One update of a soft actor-critic from a batch, in this order:
///
///     y                = r + γ (min over i of Q̄ᵢ(s′, a′) − α log π(a′|s′)),  a′ ~ π(·|s′)
///     value loss       = ½ Σᵢ mean (Qᵢ(s, a) − y)²
///     policy loss      = mean (α log π(ã|s) − min over i of Qᵢ(s, ã)),  ã ~ π(·|s), through ã
///     temperature loss = −log α · (mean log π(ã|s) + H̄)
///     Q̄               ← Q̄ + τ (Q − Q̄)
///
/// Densities are over the box of actions stretched to −1 … 1; γ is 0 where nothing follows.
///
/// - SeeAlso: Haarnoja et al. (2018), *Soft actor-critic algorithms and applications*, algorithm 1.
struct SoftActorCriticUpdate: ~Copyable, Sendable {
  /// What can be set.
  struct Settings: Sendable {
    var batchSize: Int
    var valueRate: Double
    var policyRate: Double
    var temperatureRate: Double
    /// τ.
    var averaging: Double
    /// H̄, in nats.
    var entropy: Double
    /// Whether α is tuned.
    var tunesTemperature: Bool
  }

  /// What the next update is from.
  var batch: ReplayBatch
  /// How the latest update went; `nil` before the first.
  private(set) var metrics: SoftActorCriticMetrics?

  private let settings: Settings
  private let networks: SoftActorCriticNetworks
  private let observationCount: Int
  private let actionCount: Int
  private(set) var valueProgram: Program
  private(set) var policyProgram: Program
  private var valueOptimizer: Optimizer
  private var policyOptimizer: Optimizer
  private var temperatureOptimizer: Optimizer
  private var average: TargetAverage
  /// The blocks that the programs were described for: what follows a step, and what the actor climbs.
  private var followed: BlockHandle
  private var climbed: BlockHandle

  /// Makes an update, and the target a copy of the critic.
  init(
    _ settings: Settings, _ networks: SoftActorCriticNetworks, observationCount: Int, actionSpace: BoxSpace,
    in store: inout ParameterStore
  ) {
    let actionCount = actionSpace.count
    let valueOptimizer = Optimizer(
      .adam(), rate: .constant(settings.valueRate), of: [networks.critic.block], following: ["value"],
      usesReward: true, in: &store)
    let policyOptimizer = Optimizer(
      .adam(), rate: .constant(settings.policyRate), of: [networks.actor.block], following: ["policy"],
      usesReward: false, in: &store)
    let temperatureOptimizer = Optimizer(
      .adam(), rate: .constant(settings.temperatureRate), of: [networks.temperature.block],
      following: ["temperature"], usesReward: false, in: &store)
    let average = TargetAverage(
      .average(rate: settings.averaging), from: networks.critic.block, to: networks.target.block,
      usesReward: true, in: &store)
    average.copy(in: &store)
    let (followed, climbed) = (networks.target.block, networks.critic.block)
    let valueProgram = Self.valueProgram(
      settings, networks, following: followed, observationCount, actionCount, reading: store)
    let policyProgram = Self.policyProgram(
      settings, networks, climbing: climbed, observationCount, actionCount, reading: store)
    self.batch = ReplayBatch(
      count: settings.batchSize, observationCount: observationCount, ActionBox(actionSpace))
    self.settings = settings
    self.networks = networks
    self.observationCount = observationCount
    self.actionCount = actionCount
    self.valueProgram = valueProgram
    self.policyProgram = policyProgram
    self.valueOptimizer = valueOptimizer
    self.policyOptimizer = policyOptimizer
    self.temperatureOptimizer = temperatureOptimizer
    self.average = average
    self.followed = followed
    self.climbed = climbed
  }

  // MARK: Describing

  private static func valueProgram(
    _ settings: Settings, _ networks: SoftActorCriticNetworks, following target: BlockHandle,
    _ observationCount: Int, _ actionCount: Int, reading store: borrowing ParameterStore
  ) -> Program {
    let rows = settings.batchSize
    return Program(reading: copy store) { trace in
      let next = trace.input("nextObservations", rows, observationCount)
      let (action, logProbability) = networks.actor.layer.policy(at: next).sample()
      let logTemperature: Vector = trace.parameter(networks.temperature.layer)
      let bonus = exp(logTemperature) * trace.input("softness", 1) * logProbability
      let after = networks.critic.layer.reading(target)(concatenate([next, action], alongAxis: 1))
        .minimum(alongAxis: 0).reshaped(to: [rows], as: Rank1.self)
      let y =
        (trace.input("rewards", rows) + trace.input("discounts", rows) * (after - bonus)).stoppingGradient()
      let asked = concatenate(
        [trace.input("observations", rows, observationCount), trace.input("actions", rows, actionCount)],
        alongAxis: 1)
      let values = networks.critic.layer(asked).reshaped(to: [2, rows], as: Rank2.self)
      trace.loss(
        "value", square(values - y).sum() * (0.5 / Float(rows)), reaching: [networks.critic.block])
      trace.output("meanValue", values.mean())
    }
  }

  private static func policyProgram(
    _ settings: Settings, _ networks: SoftActorCriticNetworks, climbing critic: BlockHandle,
    _ observationCount: Int, _ actionCount: Int, reading store: borrowing ParameterStore
  ) -> Program {
    let rows = settings.batchSize
    return Program(reading: copy store) { trace in
      let x = trace.input("observations", rows, observationCount)
      let (action, logProbability) = networks.actor.layer.policy(at: x).sample()
      let logTemperature: Vector = trace.parameter(networks.temperature.layer)
      let value = networks.critic.layer.reading(critic)(concatenate([x, action], alongAxis: 1))
        .minimum(alongAxis: 0).reshaped(to: [rows], as: Rank1.self)
      trace.loss(
        "policy", (exp(logTemperature) * logProbability - value).mean(), reaching: [networks.actor.block])
      let mean = logProbability.mean()
      if settings.tunesTemperature {
        let surplus = mean.stoppingGradient() + Float(settings.entropy)
        trace.loss(
          "temperature", -(logTemperature * surplus).sum(), reaching: [networks.temperature.block])
      }
      trace.output("entropy", -mean)
    }
  }

  /// Describes anew what an experiment aims elsewhere.
  private mutating func follow(_ aims: Aims, reading store: borrowing ParameterStore) {
    let (target, critic) = (aims.target ?? networks.critic.block, aims.actor ?? networks.critic.block)
    if target != followed {
      valueProgram = Self.valueProgram(
        settings, networks, following: target, observationCount, actionCount, reading: store)
      followed = target
    }
    if critic != climbed {
      policyProgram = Self.policyProgram(
        settings, networks, climbing: critic, observationCount, actionCount, reading: store)
      climbed = critic
    }
  }

  // MARK: Running

  /// Learns from the batch.
  ///
  /// - Parameters:
  ///   - aims: what is trained towards what.
  ///   - parameters: where the blocks lie.
  ///   - random: actions are drawn from here.
  mutating func run(
    aims: Aims, _ parameters: inout ParameterStore, using random: inout RandomStream
  ) {
    follow(aims, reading: parameters)
    valueProgram.set("observations", to: batch.observations)
    valueProgram.set("actions", to: batch.actions)
    valueProgram.set("rewards", to: batch.rewards)
    valueProgram.set("nextObservations", to: batch.nextObservations)
    valueProgram.set("discounts", to: batch.discounts)
    valueProgram.set("softness", to: CollectionOfOne<Float>(aims.critic.softness == .none ? 0 : 1))
    valueProgram.run(reading: parameters, using: &random)
    valueOptimizer.step(&parameters, following: valueProgram)
    policyProgram.set("observations", to: batch.observations)
    policyProgram.run(reading: parameters, using: &random)
    policyOptimizer.step(&parameters, following: policyProgram)
    if settings.tunesTemperature { temperatureOptimizer.step(&parameters, following: policyProgram) }
    average.step(&parameters)
    metrics = SoftActorCriticMetrics(
      policyLoss: policyProgram.value(of: "policy"), entropy: policyProgram.value(of: "entropy"),
      temperature: exp(parameters[networks.temperature.block, 0]),
      valueLoss: valueProgram.value(of: "value"), meanValue: valueProgram.value(of: "meanValue"),
      valueGradientNorm: valueOptimizer.lastGradientNorm ?? 0,
      policyGradientNorm: policyOptimizer.lastGradientNorm ?? 0)
  }

  // MARK: Archives

  func archive(into archive: inout StateArchive) {
    archive.put(valueOptimizer, as: "valueOptimizer")
    archive.put(policyOptimizer, as: "policyOptimizer")
    archive.put(temperatureOptimizer, as: "temperatureOptimizer")
    archive.put(average, as: "average")
  }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    try archive.restore(&valueOptimizer, from: "valueOptimizer")
    try archive.restore(&policyOptimizer, from: "policyOptimizer")
    try archive.restore(&temperatureOptimizer, from: "temperatureOptimizer")
    try archive.restore(&average, from: "average")
  }
}

extension SoftActorCriticUpdate: Archivable {}

/// How an update of a soft actor-critic went.
public struct SoftActorCriticMetrics: LearningMetrics {
  var policyLoss: Float
  var entropy: Float
  var temperature: Float
  var valueLoss: Float
  var meanValue: Float
  var valueGradientNorm: Double
  var policyGradientNorm: Double

  public var entries: [(name: String, value: Double)] {
    [
      ("actor/loss", Double(policyLoss)), ("actor/entropy", Double(entropy)),
      ("actor/temperature", Double(temperature)), ("actor/gradient norm", policyGradientNorm),
      ("critic/loss", Double(valueLoss)), ("critic/mean value", Double(meanValue)),
      ("critic/gradient norm", valueGradientNorm),
    ]
  }
}
