import Assay

/// n-step temporal-difference prediction (Sutton & Barto, 2018, §7.1): values of states under the uniform
/// policy, with no control.
///
///     V(sₜ) ← V(sₜ) + α [rₜ₊₁ + γ rₜ₊₂ + … + γⁿ⁻¹ rₜ₊ₙ + γⁿ V(sₜ₊ₙ) − V(sₜ)]
///
/// n = 1 is TD(0); an n no shorter than any episode is constant-α Monte Carlo. An aim that bootstraps in place
/// takes V(sₜ₊ₙ₋₁) for V(sₜ₊ₙ): the state that the last of the n steps started from.
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
      let claim = aims.critic
      guard claim.bootstrapsInPlace || claim.endings != .terminationIgnored else {
        return learnLate(from: experience, updating: &parameters)
      }
      episodeLength += 1
      let pending = min(stepCount, episodeLength)
      let newest = experience[age: 0]
      let following = claim.bootstrapsInPlace ? newest.observation : newest.nextObservation
      let next = claim.isEnd(newest.ending) ? nil : following
      if newest.ending == nil || newest.ending == .terminated && claim.endings == .terminationIgnored {
        guard pending == stepCount else { return }
        update(age: stepCount - 1, rewards: 0..<stepCount, next: next, from: experience, in: &parameters)
      } else {
        settle(pending, next: next, from: experience, in: &parameters)
      }
    }

    /// Learns what goes on after a termination with the start of the next episode, and so has to wait for one
    /// more step.
    private mutating func learnLate(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore
    ) {
      let newest = experience[age: 0]
      // `episodeLength` counts the steps before this one that no truncation separates from it.
      if episodeLength >= stepCount {
        update(
          age: stepCount, rewards: 1..<stepCount + 1, next: newest.observation, from: experience,
          in: &parameters)
      }
      episodeLength += 1
      guard newest.ending == .truncated else { return }
      settle(
        min(stepCount, episodeLength), next: newest.nextObservation, from: experience, in: &parameters)
    }

    /// Learns what was pending when an episode ended.
    private mutating func settle(
      _ pending: Int, next: Int?, from experience: Experience<Int, Int>, in parameters: inout ParameterStore
    ) {
      for age in (0..<pending).reversed() {
        update(age: age, rewards: 0..<age + 1, next: next, from: experience, in: &parameters)
      }
      episodeLength = 0
    }

    /// The values that stand for what follows.
    private var source: BlockHandle { aims.target ?? permit.block }

    /// Moves the value of the state `age` steps ago towards rewards of some ages and the value of what is next.
    private func update(
      age: Int, rewards ages: Range<Int>, next: Int?, from experience: Experience<Int, Int>,
      in parameters: inout ParameterStore
    ) {
      var target = next.map { Double(parameters[source, $0]) } ?? 0
      for age in ages {
        target = aims.critic.rewardScale * experience.reward(age: age).value + aims.critic.discount * target
      }
      let state = experience[age: age].observation
      parameters.add(
        learningRate * (Float(target) - parameters[permit.block, state]), at: state, with: permit)
    }
  }
}
