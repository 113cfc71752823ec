import Assay

/// Learns a table of action values, one step at a time, towards whichever policy its aim names.
///
///     Q(s, a) ← Q(s, a) + α [r + γ W(s′) − Q(s, a)]
///
/// with W(s′) the best value for the optimal policy (Q-learning), the value of the action taken next for the
/// behaviour policy (SARSA), the expectation for the uniform one (expected SARSA).
public struct TemporalDifferenceLearner: Learner, ~Copyable {
  public typealias Observation = Int
  public typealias Action = Int

  public var aims: Aims
  @usableFromInline let permit: WritePermit
  @usableFromInline let shape: TableShape
  @usableFromInline let learningRate: Float

  init(aims: Aims, permit: consuming WritePermit, shape: TableShape, learningRate: Float) {
    precondition(
      learningRate > 0 && learningRate <= 1, "learningRate must be in (0, 1], but is \(learningRate)")
    self.aims = aims
    self.permit = permit
    self.shape = shape
    self.learningRate = learningRate
  }

  @inlinable
  @inline(__always)
  public mutating func learn(
    from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
    using random: inout RandomStream
  ) {
    let values = permit.block
    let newest = experience[age: 0]
    switch aims.critic.policy {
    case .behaviour:
      // The action taken next is known one step later.
      if experience.count > 1 {
        let previous = experience[age: 1]
        if previous.ending == nil {
          let next = parameters[values, newest.observation &* shape.actionCount &+ newest.action]
          update(previous, reward: experience.reward(age: 1), following: next, in: &parameters)
        }
      }
      guard let ending = newest.ending else { return }
      // Nobody acts after a truncation; the best action stands in for the one that would have been taken.
      let following =
        ending == .terminated ? 0 : shape.largest(of: values, in: newest.nextObservation, reading: parameters)
      update(newest, reward: experience.reward(age: 0), following: following, in: &parameters)
    case .optimal, .part:  // the actor is greedy, so its policy is the best one by this table
      let following =
        newest.ending == .terminated
        ? 0 : shape.largest(of: values, in: newest.nextObservation, reading: parameters)
      update(newest, reward: experience.reward(age: 0), following: following, in: &parameters)
    case .uniform:
      let following =
        newest.ending == .terminated
        ? 0 : shape.mean(of: values, in: newest.nextObservation, reading: parameters)
      update(newest, reward: experience.reward(age: 0), following: following, in: &parameters)
    }
  }

  @inlinable
  func update(
    _ transition: Transition<Int, Int>, reward: Reward, following: Float, in parameters: inout ParameterStore
  ) {
    let index = transition.observation &* shape.actionCount &+ transition.action
    let target = Float(aims.critic.rewardScale * reward.value) + Float(aims.critic.discount) * following
    parameters.add(learningRate * (target - parameters[permit.block, index]), at: index, with: permit)
  }
}

/// What Q-learning and SARSA have in common: everything but the claim.
enum ActionValueAgents {
  static func make(
    shape: TableShape, claim: Claim, updateRule: String, learningRate: Float, exploration: Double,
    initialValue: Float
  ) -> Trainee<QLearning.Agent, TemporalDifferenceLearner> {
    var parameters = ParameterStore()
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount, shape.actionCount],
      updateRule: updateRule, writers: ["critic learner"], initially: initialValue)
    let permit = parameters.permit("critic learner", toWrite: values, usesReward: true)
    let agent = QLearning.Agent(
      worldModel: NoWorldModel(), critic: ActionTable(claim: claim, values: values, shape: shape),
      actor: GreedyActor(values: values, shape: shape), planner: ReactivePlanner(exploration: exploration),
      parameters: parameters)
    return Trainee(
      agent: agent,
      learner: TemporalDifferenceLearner(
        aims: Aims(critic: claim), permit: permit, shape: shape, learningRate: learningRate))
  }
}
