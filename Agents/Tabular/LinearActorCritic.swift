import Assay

/// Actor-critic over features of states: a critic by temporal differences, an actor by policy gradient.
///
/// Anatomy: no world model; the critic's action values and the actor's preferences are linear in features, with
/// one feature for each state where nothing else is given; the planner takes the actor's word and, with
/// probability ε, a random action.
///
/// The critic learns Q̂(s, a) = wₐ·φ(s) by tree backup, a temporal difference over all actions that may follow,
/// so that it may watch another policy than the one it values:
///
///     δ = r + γ Σ_a′ π(a′|s′) Q̂(s′, a′) − Q̂(s, a)
///     e ← γλ π(a|s) e + ∇Q̂(s, a),  w ← w + (α / ‖φ(s)‖²) δ e
///
/// The actor climbs E_π Q̂(s, ·) + τ H(π(·|s)) at each state it comes through, with q = Q̂ / d in units of how
/// much actions differ (d, a running mean of maxₐ Q̂ − meanₐ Q̂):
///
///     g_b = (q_b − τ ln π(b|s)) − Σₐ π(a|s) (q_a − τ ln π(a|s)),  θ_b ← θ_b + β g_b φ(s) / ‖φ(s)‖²
///
/// That is the natural gradient. The plain one, β π(b|s) g_b, can be chosen: it all but stands still where the
/// actor has made up its mind, so that an action hardly ever taken is not learned of.
///
/// α falls with the cube of what is left of the run, τ in a straight line over its first two fifths. With features, a behaviour of
/// its own and another policy to value, the critic is the semi-gradient off-policy TD that is known to diverge: in
/// Baird's star when it values a fixed action that the behaviour seldom takes.
///
/// - SeeAlso: Precup, Sutton & Singh (2000), tree backup; Sutton & Barto (2018), §11.2 on divergence and §13.2
///   on policy gradients; Kakade (2002), the natural one.
public enum LinearActorCritic {
  public typealias Agent = Anatomy<
    NoWorldModel<Int, Int>, LinearCritic, LinearSoftmaxActor, BehaviourPlanner
  >

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// Environment steps of the whole run, over which α and τ fall.
    public var runLength: Int
    /// What is seen of each state; `nil` for one feature for each.
    public var features: StateFeatures?
    /// α at the start, in (0, 1].
    public var initialCriticRate = 1.0
    /// α at the end, in (0, 1].
    public var finalCriticRate = 0.005
    /// λ, in [0, 1].
    public var traceDecay = 0.4
    /// β, positive.
    public var actorRate = 1.0
    /// Whether the actor follows the natural gradient rather than the plain one.
    public var usesNaturalGradient = true
    /// τ at the start, in units of how much actions differ.
    public var initialTemperature = 0.3
    /// τ from two fifths of the run on, in the same units.
    public var finalTemperature = 0.005
    /// ε, in [0, 1].
    public var exploration = 0.4
    /// Probability of each action, `[A]`, to act with whatever the actor says; empty for the actor's own.
    public var fixedBehaviour: [Double] = []
    /// The action that the actor takes everywhere instead of learning, to be valued; `nil` for one that learns.
    public var fixedAction: Int?
    /// The policy whose value the critic claims and is trained towards.
    public var policy = Claim.PolicyReference.part("actor")
    /// What every weight of the critic starts as.
    public var initialWeight: Float = 0

    public init(discount: Double, runLength: Int) {
      self.discount = discount
      self.runLength = runLength
    }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    let features = configuration.features ?? .table(stateCount: shape.stateCount)
    precondition(
      features.stateCount == shape.stateCount,
      "the features are of \(features.stateCount) states, but there are \(shape.stateCount)")
    precondition(
      configuration.fixedBehaviour.isEmpty || configuration.fixedBehaviour.count == shape.actionCount,
      "fixedBehaviour has \(configuration.fixedBehaviour.count) probabilities for \(shape.actionCount) actions"
    )
    precondition(
      configuration.fixedBehaviour.isEmpty && configuration.fixedAction == nil || shape.availability.isEmpty,
      "a fixed behaviour or actor needs every action to be available in every state")
    if let action = configuration.fixedAction {
      precondition(
        action >= 0 && action < shape.actionCount,
        "fixedAction must be in 0..<\(shape.actionCount), but is \(action)")
    }
    let active = ActiveFeatures(features)
    let claim = Claim(.actionValue, of: configuration.policy, discount: configuration.discount)
    var parameters = ParameterStore()
    let weights = parameters.allocate(
      "critic.weights", owner: "critic", role: .critic, shape: [features.count, shape.actionCount],
      updateRule: "tree backup", writers: ["critic learner"], initially: configuration.initialWeight)
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [features.count, shape.actionCount],
      updateRule: "policy gradient", writers: ["actor learner"])
    let actor = LinearSoftmaxActor(
      name: "actor", objective: Objective(maximising: configuration.fixedAction == nil ? "critic" : nil),
      preferences: preferences, fixedAction: configuration.fixedAction, active: active, shape: shape)
    let learner = Learner(
      aims: Aims(critic: claim, actor: configuration.fixedAction == nil ? weights : nil),
      criticPermit: parameters.permit("critic learner", toWrite: weights, usesReward: true),
      actorPermit: parameters.permit("actor learner", toWrite: preferences, usesReward: false), actor: actor,
      active: active, shape: shape, configuration: configuration)
    return Trainee(
      agent: Agent(
        worldModel: NoWorldModel(),
        critic: LinearCritic(
          name: "critic", claim: claim, features: features, weights: weights, active: active, shape: shape),
        actor: actor,
        planner: BehaviourPlanner(
          exploration: configuration.exploration, fixedBehaviour: configuration.fixedBehaviour),
        parameters: parameters),
      learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    public var aims: Aims
    private let criticPermit: WritePermit
    private let actorPermit: WritePermit
    private let actor: LinearSoftmaxActor
    private let active: ActiveFeatures
    private let shape: TableShape
    private let configuration: Configuration
    private let criticRate: FallingRate
    /// e, where it is not zero: positions in the critic's block.
    private var trace: [(index: Int, value: Float)] = []
    /// d, how much actions differ: a running mean of maxₐ Q̂ − meanₐ Q̂.
    private var spread = 0.0
    private let spreadRate = 0.01
    /// Traces below this are forgotten.
    private let smallestTrace: Float = 1e-3

    init(
      aims: Aims, criticPermit: consuming WritePermit, actorPermit: consuming WritePermit,
      actor: LinearSoftmaxActor, active: ActiveFeatures, shape: TableShape, configuration: Configuration
    ) {
      self.aims = aims
      self.criticPermit = criticPermit
      self.actorPermit = actorPermit
      self.actor = actor
      self.active = active
      self.shape = shape
      self.configuration = configuration
      criticRate = FallingRate(
        smallest: configuration.finalCriticRate, largest: configuration.initialCriticRate,
        runLength: max(configuration.runLength, 1))
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let progress = min(Double(parameters.step) / Double(max(configuration.runLength, 1)), 1)
      let rate = criticRate(at: parameters.step)
      let settled = OneStepBackup.settled(experience, for: aims.critic, needsNextAction: false)
      if let waited = settled.waited {
        learn(waited, rate: rate, isLast: experience[age: 1].ending != nil, in: &parameters)
      }
      if let newest = settled.newest {
        learn(newest, rate: rate, isLast: experience[age: 0].ending != nil, in: &parameters)
      }
      improve(in: experience[age: 0].observation, progress: progress, in: &parameters)
    }

    // MARK: Critic

    private mutating func learn(
      _ backup: OneStepBackup, rate: Double, isLast: Bool, in parameters: inout ParameterStore
    ) {
      let weights = criticPermit.block
      let source = aims.target ?? weights
      var following = 0.0
      if let next = backup.next {
        let policy = aimedPolicy(in: next, valuedBy: source, reading: parameters)
        let values = values(of: source, in: next, reading: parameters)
        for action in values.indices where policy[action] > 0 { following += policy[action] * values[action] }
      }
      let own = values(of: weights, in: backup.state, reading: parameters)[backup.action]
      let error = aims.critic.rewardScale * backup.reward + aims.critic.discount * following - own
      // A value that was not led to has no use for what comes later.
      let decay: Float =
        aims.critic.bootstrapsInPlace
        ? 0
        : Float(
          aims.critic.discount * configuration.traceDecay
            * aimedPolicy(in: backup.state, valuedBy: weights, reading: parameters)[backup.action])
      extendTrace(backup, decay: decay)
      let norm = active.squaredNorms[backup.state]
      if norm > 0 {
        let change = Float(rate * error) / norm
        for (index, value) in trace { parameters.add(change * value, at: index, with: criticPermit) }
      }
      if isLast { trace.removeAll(keepingCapacity: true) }
    }

    private mutating func extendTrace(_ backup: OneStepBackup, decay: Float) {
      if decay == 0 {
        trace.removeAll(keepingCapacity: true)
      } else {
        for position in trace.indices { trace[position].value *= decay }
        let smallest = smallestTrace
        trace.removeAll { abs($0.value) < smallest }
      }
      active.forEach(in: backup.state) { feature, value in
        let index = feature * shape.actionCount + backup.action
        if let position = trace.firstIndex(where: { $0.index == index }) {
          trace[position].value += value
        } else {
          trace.append((index, value))
        }
      }
    }

    private func values(
      of block: BlockHandle, in state: Int, reading parameters: ParameterStore
    ) -> [Double] {
      active.products(with: block, in: state, actionCount: shape.actionCount, reading: parameters)
    }

    /// The policy that the critic is trained to value, `[A]`.
    private func aimedPolicy(
      in state: Int, valuedBy source: BlockHandle, reading parameters: ParameterStore
    ) -> [Double] {
      switch aims.critic.policy {
      case .part: return actor.probabilities(in: state, reading: parameters)
      case .behaviour: return behaviour(in: state, reading: parameters)
      case .uniform: return uniform(in: state)
      case .optimal:
        let values = values(of: source, in: state, reading: parameters)
        var best = -1
        for action in values.indices where shape.isAvailable(action, in: state) {
          if best < 0 || values[action] > values[best] { best = action }
        }
        return values.indices.map { $0 == best ? 1 : 0 }
      }
    }

    private func uniform(in state: Int) -> [Double] {
      let isAvailable = (0..<shape.actionCount).map { shape.isAvailable($0, in: state) }
      let share = 1 / Double(isAvailable.count { $0 })
      return isAvailable.map { $0 ? share : 0 }
    }

    /// The policy that acts, `[A]`.
    private func behaviour(in state: Int, reading parameters: ParameterStore) -> [Double] {
      if !configuration.fixedBehaviour.isEmpty { return configuration.fixedBehaviour }
      let share = configuration.exploration
      return zip(actor.probabilities(in: state, reading: parameters), uniform(in: state))
        .map { (1 - share) * $0 + share * $1 }
    }

    // MARK: Actor

    /// Moves the preferences up the gradient in a state, over all its actions.
    private mutating func improve(in state: Int, progress: Double, in parameters: inout ParameterStore) {
      let norm = active.squaredNorms[state]
      guard let followed = aims.actor, norm > 0 else { return }
      let values = values(of: followed, in: state, reading: parameters)
      let probabilities = actor.probabilities(in: state, reading: parameters)
      var largest = -Double.infinity
      var sum = 0.0
      var available = 0.0
      for action in values.indices where shape.isAvailable(action, in: state) {
        largest = max(largest, values[action])
        sum += values[action]
        available += 1
      }
      spread += spreadRate * (largest - sum / available - spread)
      // Where values are large, single precision tells apart nothing finer than this.
      guard spread > 1e-6 * max(abs(largest), 1e-30) else { return }
      let temperature = max(
        configuration.finalTemperature, configuration.initialTemperature * (1 - progress / 0.4))
      let logarithms = actor.logarithms(of: probabilities, in: state, reading: parameters)
      let worth = zip(values, logarithms).map { $0 / spread - temperature * $1 }
      let mean = zip(probabilities, worth).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
      for action in values.indices where shape.isAvailable(action, in: state) {
        let share = configuration.usesNaturalGradient ? 1 : probabilities[action]
        let change = Float(configuration.actorRate * share * (worth[action] - mean)) / norm
        active.forEach(in: state) { feature, value in
          parameters.add(change * value, at: feature * shape.actionCount + action, with: actorPermit)
        }
      }
    }
  }
}
