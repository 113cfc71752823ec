import Assay

/// REINFORCE (Williams, 1992) over a table: the gradient of the return itself, without a critic.
///
///     θ(sₜ, b) ← θ(sₜ, b) + β (Gₜ − b̄)/d (1[b = aₜ] − π(b|sₜ)) for every action b, when the episode is over
///
/// Gₜ is the discounted return from step t on, b̄ the running mean of all returns and d their running
/// mean distance from it: two numbers of the learner that say nothing of any state. The factor γᵗ that discounts
/// later updates is left out, as is common.
///
/// Anatomy: no world model and no critic; the actor is a softmax of preferences.
public enum REINFORCE {
  public typealias Agent = Evolution.Agent

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// β, positive.
    public var actorRate = 0.1
    /// After how many steps an episode counts as over, positive.
    public var longestEpisode = 100
    /// ε, in [0, 1].
    public var exploration = 0.0

    public init(discount: Double) { self.discount = discount }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    precondition(configuration.actorRate > 0, "actorRate must be positive, but is \(configuration.actorRate)")
    precondition(
      configuration.longestEpisode > 0,
      "longestEpisode must be positive, but is \(configuration.longestEpisode)")
    let critic = NoCritic<Int, Int>(discount: configuration.discount)
    var parameters = ParameterStore()
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [shape.stateCount, shape.actionCount],
      updateRule: "policy gradient of the return", writers: ["actor learner"])
    let actor = SoftmaxActor(objective: Objective(maximising: nil), preferences: preferences, shape: shape)
    let learner = Learner(
      aims: Aims(critic: critic.claim),
      permit: parameters.permit("actor learner", toWrite: preferences, usesReward: true), actor: actor,
      shape: shape, configuration: configuration)
    return Trainee(
      agent: Agent(
        worldModel: NoWorldModel(), critic: critic, actor: actor,
        planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters),
      learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    /// The discount and reward scale of the critic's aim say of which return the gradient is followed.
    public var aims: Aims
    private let permit: WritePermit
    private let actor: SoftmaxActor
    private let shape: TableShape
    private let configuration: Configuration
    /// The episode so far.
    private var steps: [(state: Int, action: Int, reward: Double)] = []
    /// b̄
    private var meanReturn = 0.0
    /// d
    private var meanDistance = 0.0
    private var returnCount = 0.0
    /// Over how many returns the running means reach back, at most.
    private let memory = 2000.0

    init(
      aims: Aims, permit: consuming WritePermit, actor: SoftmaxActor, shape: TableShape,
      configuration: Configuration
    ) {
      self.aims = aims
      self.permit = permit
      self.actor = actor
      self.shape = shape
      self.configuration = configuration
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let newest = experience[age: 0]
      steps.append((newest.observation, newest.action, experience.reward(age: 0).value))
      guard newest.ending != nil || steps.count >= configuration.longestEpisode else { return }
      var following = 0.0
      for step in steps.reversed() {
        following = aims.critic.rewardScale * step.reward + aims.critic.discount * following
        climb(step.state, step.action, following, in: &parameters)
      }
      steps.removeAll(keepingCapacity: true)
    }

    private mutating func climb(
      _ state: Int, _ action: Int, _ value: Double, in parameters: inout ParameterStore
    ) {
      returnCount = min(returnCount + 1, memory)
      let distance = value - meanReturn
      meanReturn += distance / returnCount
      meanDistance += (abs(distance) - meanDistance) / returnCount
      guard meanDistance > 0 else { return }
      let probabilities = actor.probabilities(in: state, reading: parameters)
      // One return far from the mean must not decide everything.
      let advantage = max(-10, min(10, distance / meanDistance))
      for other in 0..<shape.actionCount where shape.isAvailable(other, in: state) {
        let direction = (other == action ? 1 : 0) - probabilities[other]
        parameters.add(
          Float(configuration.actorRate * advantage * direction), at: state * shape.actionCount + other,
          with: permit)
      }
    }
  }
}
