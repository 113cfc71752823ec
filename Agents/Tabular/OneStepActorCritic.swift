import Assay

/// One-step actor-critic (Sutton & Barto, 2018, §13.5), without the factor γᵗ that discounts later updates,
/// as is common.
///
///     δ = r + γ V(s′) − V(s)
///     V(s) ← V(s) + α δ
///     θ(s, b) ← θ(s, b) + β δ (1[b = a] − π(b|s)) for every action b
///
/// Anatomy: no world model; the critic is a table of states; the actor is a softmax of preferences; what acts
/// is the actor itself.
public enum OneStepActorCritic {
  public typealias Agent = Anatomy<NoWorldModel<Int, Int>, StateTable, SoftmaxActor, ReactivePlanner<Int>>

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// α, in (0, 1].
    public var criticRate: Float = 0.1
    /// β, positive.
    public var actorRate: Float = 0.1
    /// ε, in [0, 1].
    public var exploration = 0.0

    public init(discount: Double) { self.discount = discount }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    precondition(
      configuration.criticRate > 0 && configuration.criticRate <= 1,
      "criticRate must be in (0, 1], but is \(configuration.criticRate)")
    let claim = Claim(.stateValue, of: .part("actor"), discount: configuration.discount)
    var parameters = ParameterStore()
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount], updateRule: "TD(0)",
      writers: ["critic learner"])
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [shape.stateCount, shape.actionCount],
      updateRule: "policy gradient", writers: ["actor learner"])
    let actor = SoftmaxActor(
      objective: Objective(maximising: "critic"), preferences: preferences, shape: shape)
    let learner = Learner(
      aims: Aims(critic: claim),
      criticPermit: parameters.permit("critic learner", toWrite: values, usesReward: true),
      actorPermit: parameters.permit("actor learner", toWrite: preferences, usesReward: true), actor: actor,
      shape: shape, configuration: configuration)
    return Trainee(
      agent: Agent(
        worldModel: NoWorldModel(), critic: StateTable(claim: claim, values: values), actor: actor,
        planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters),
      learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    public var aims: Aims
    let criticPermit: WritePermit
    let actorPermit: WritePermit
    let actor: SoftmaxActor
    let shape: TableShape
    let configuration: Configuration

    init(
      aims: Aims, criticPermit: consuming WritePermit, actorPermit: consuming WritePermit,
      actor: SoftmaxActor,
      shape: TableShape, configuration: Configuration
    ) {
      self.aims = aims
      self.criticPermit = criticPermit
      self.actorPermit = actorPermit
      self.actor = actor
      self.shape = shape
      self.configuration = configuration
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let settled = OneStepBackup.settled(experience, for: aims.critic, needsNextAction: false)
      if let waited = settled.waited { learn(waited, in: &parameters) }
      if let newest = settled.newest { learn(newest, in: &parameters) }
    }

    private func learn(_ backup: OneStepBackup, in parameters: inout ParameterStore) {
      let state = backup.state
      let probabilities = actor.probabilities(in: state, reading: parameters)
      let source = aims.target ?? criticPermit.block
      // A critic of another policy than the one that acts weighs each action by how likely that policy takes
      // it.
      let weight = weight(of: backup.action, takenWith: probabilities)
      let following = backup.next.map { parameters[source, $0] } ?? 0
      let target = Float(aims.critic.rewardScale * backup.reward) + Float(aims.critic.discount) * following
      let error = target - parameters[criticPermit.block, state]
      // A weight above 1/α would throw the value past its target.
      let rate = min(configuration.criticRate * weight, 1)
      parameters.add(rate * error, at: state, with: criticPermit)
      for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
        let direction = (action == backup.action ? 1 : 0) - Float(probabilities[action])
        parameters.add(
          configuration.actorRate * error * direction, at: state * shape.actionCount + action,
          with: actorPermit)
      }
    }

    private func weight(of action: Int, takenWith probabilities: [Double]) -> Float {
      switch aims.critic.policy {
      case .uniform: Float(1 / (Double(probabilities.count { $0 > 0 }) * probabilities[action]))
      case .part, .behaviour, .optimal: 1
      }
    }
  }
}
