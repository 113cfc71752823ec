import Assay

/// n-step temporal-difference prediction (Sutton & Barto, 2018, §7.1): values of states under the uniform
/// policy, with no control.
///
///     V(sₜ) ← V(sₜ) + α [rₜ₊₁ + γ rₜ₊₂ + … + γⁿ⁻¹ rₜ₊ₙ + γⁿ V(sₜ₊ₙ) − V(sₜ)]
///
/// n = 1 is TD(0); an n no shorter than any episode is constant-α Monte Carlo.
///
/// Anatomy: no world model; the critic is a table of states; the actor is uniform.
public enum NStepPrediction {
  public typealias Agent = Anatomy<NoWorldModel<Int, Int>, StateTable, UniformActor, ReactivePlanner<Int>>

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// α, in (0, 1].
    public var learningRate: Float = 0.1
    /// n, at least 1. The run's experience must hold as many transitions.
    public var stepCount = 1
    /// What every value starts as.
    public var initialValue: Float = 0

    public init(discount: Double) { self.discount = discount }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    precondition(configuration.stepCount > 0, "stepCount must be positive, but is \(configuration.stepCount)")
    let claim = Claim(.stateValue, of: .part("actor"), discount: configuration.discount)
    var parameters = ParameterStore()
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount],
      updateRule: "\(configuration.stepCount)-step TD", writers: ["critic learner"],
      initially: configuration.initialValue)
    let permit = parameters.permit("critic learner", toWrite: values, usesReward: true)
    return Trainee(
      agent: Agent(
        worldModel: NoWorldModel(), critic: StateTable(claim: claim, values: values),
        actor: UniformActor(shape: shape), planner: ReactivePlanner(), parameters: parameters),
      learner: Learner(
        aims: Aims(critic: claim), permit: permit, stepCount: configuration.stepCount,
        learningRate: configuration.learningRate))
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    public var aims: Aims
    let permit: WritePermit
    let stepCount: Int
    let learningRate: Float
    /// How many transitions of the current episode were seen.
    private var episodeLength = 0

    init(aims: Aims, permit: consuming WritePermit, stepCount: Int, learningRate: Float) {
      self.aims = aims
      self.permit = permit
      self.stepCount = stepCount
      self.learningRate = learningRate
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      guard aims.critic.delay == 0, aims.critic.endings != .terminationIgnored else {
        return learnLate(from: experience, updating: &parameters)
      }
      episodeLength += 1
      let pending = min(stepCount, episodeLength)
      if experience[age: 0].ending == nil {
        if pending == stepCount { update(age: stepCount - 1, from: experience, in: &parameters) }
      } else {
        for age in (0..<pending).reversed() { update(age: age, from: experience, in: &parameters) }
        episodeLength = 0
      }
    }

    /// Moves the value of the state `age` steps ago towards the return since.
    private func update(age: Int, from experience: Experience<Int, Int>, in parameters: inout ParameterStore)
    {
      let newest = experience[age: 0]
      let isEnd =
        newest.ending == .terminated
        || newest.ending == .truncated && aims.critic.endings == .truncationTerminates
      let following = isEnd ? 0 : Double(parameters[source, newest.nextObservation])
      update(age: age, rewardsOfAges: 0..<age + 1, following: following, from: experience, in: &parameters)
    }

    /// Learns what has to wait for one more step: a value that leaves out the first reward, or one that goes on
    /// after a termination with the start of the next episode.
    private mutating func learnLate(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore
    ) {
      let delay = aims.critic.delay
      let newest = experience[age: 0]
      // `episodeLength` counts the steps before this one that nothing separates from it.
      let pending = min(stepCount, episodeLength)
      if pending == stepCount {
        update(
          age: stepCount, rewardsOfAges: 1 - delay..<stepCount + 1 - delay,
          following: Double(parameters[source, newest.observation]), from: experience, in: &parameters)
      }
      episodeLength += 1
      switch (newest.ending, aims.critic.endings) {
      case (nil, _), (.terminated, .terminationIgnored): break
      case (.terminated, _), (.truncated, .truncationTerminates):
        for age in (0...min(stepCount - 1, pending)).reversed() {
          update(
            age: age, rewardsOfAges: 0..<age + 1 - delay, following: 0, from: experience, in: &parameters)
        }
        episodeLength = 0
      case (.truncated, _):
        // With a delay, the reward after the truncation was never seen: the last state that is known to be
        // followed by one stands for the rest.
        let following = delay == 1 ? newest.observation : newest.nextObservation
        for age in (delay..<max(min(stepCount - 1, pending) + 1, delay)).reversed() {
          update(
            age: age, rewardsOfAges: 0..<age + 1 - delay, following: Double(parameters[source, following]),
            from: experience, in: &parameters)
        }
        episodeLength = 0
      }
    }

    /// The values that stand for what follows.
    private var source: BlockHandle { aims.target ?? permit.block }

    private func update(
      age: Int, rewardsOfAges ages: Range<Int>, following: Double, from experience: Experience<Int, Int>,
      in parameters: inout ParameterStore
    ) {
      var target = following
      for age in ages {
        target = aims.critic.rewardScale * experience.reward(age: age).value + aims.critic.discount * target
      }
      let state = experience[age: age].observation
      parameters.add(
        learningRate * (Float(target) - parameters[permit.block, state]), at: state, with: permit)
    }
  }
}
