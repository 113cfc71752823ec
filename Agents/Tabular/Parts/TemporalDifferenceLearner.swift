import Assay

/// Learns a table of action values, one step at a time, towards whichever policy its aim names.
///
///     Q(s, a) ← Q(s, a) + α [r + γ W(s′) − Q(s, a)]
///
/// with W(s′) the best value for the optimal policy (Q-learning), the value of the action taken next for the
/// behaviour policy (SARSA), the expectation for the uniform one (expected SARSA).
///
/// An aim that bootstraps in place has W(s) instead of W(s′). For the behaviour policy that is the expectation
/// over an ε-greedy choice: the action that was taken in s is the very one whose value is learned, and to take
/// its value for W(s) would leave the others out.
public struct TemporalDifferenceLearner: Learner, ~Copyable {
  public typealias Observation = Int
  public typealias Action = Int

  public var aims: Aims {
    didSet { isPlain = aims.isPlain && rate.runLength == nil }
  }
  @usableFromInline let permit: WritePermit
  @usableFromInline let shape: TableShape
  @usableFromInline let learningRate: Float
  /// Whether nothing is asked for that the shorter way of learning cannot do.
  @usableFromInline var isPlain: Bool
  private let rate: FallingRate
  private let exploration: Double

  init(
    aims: Aims, permit: consuming WritePermit, shape: TableShape, configuration: QLearning.Configuration
  ) {
    let learningRate = configuration.learningRate
    precondition(
      learningRate > 0 && learningRate <= 1, "learningRate must be in (0, 1], but is \(learningRate)")
    let runLength = configuration.runLength
    isPlain = aims.isPlain && runLength == nil
    self.aims = aims
    self.permit = permit
    self.shape = shape
    self.learningRate = learningRate
    rate = FallingRate(smallest: Double(learningRate), runLength: runLength)
    exploration = configuration.exploration
  }

  @inlinable
  @inline(__always)
  public mutating func learn(
    from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
    using random: inout RandomStream
  ) {
    guard isPlain else { return learnAsAimed(from: experience, updating: &parameters) }
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

  /// The longer way of learning, for any aim and for rates that fall.
  @usableFromInline
  mutating func learnAsAimed(
    from experience: Experience<Int, Int>, updating parameters: inout ParameterStore
  ) {
    let settled = OneStepBackup.settled(
      experience, for: aims.critic, needsNextAction: aims.critic.policy == .behaviour)
    if let waited = settled.waited { learn(waited, in: &parameters) }
    if let newest = settled.newest { learn(newest, in: &parameters) }
  }

  private mutating func learn(_ backup: OneStepBackup, in parameters: inout ParameterStore) {
    let following = backup.next.map { value(of: $0, whereDone: backup.nextAction, reading: parameters) } ?? 0
    let index = backup.state * shape.actionCount + backup.action
    let target = Float(aims.critic.rewardScale * backup.reward) + Float(aims.critic.discount) * following
    let rate = Float(rate(at: parameters.step))
    parameters.add(rate * (target - parameters[permit.block, index]), at: index, with: permit)
  }

  /// W of a state, by what was done there where that is known.
  private func value(of state: Int, whereDone action: Int?, reading parameters: ParameterStore) -> Float {
    let source = aims.target ?? permit.block
    switch aims.critic.policy {
    case .optimal, .part: return shape.largest(of: source, in: state, reading: parameters)
    case .uniform: return shape.mean(of: source, in: state, reading: parameters)
    case .behaviour:
      if let action { return parameters[source, state * shape.actionCount + action] }
      return aims.critic.bootstrapsInPlace
        ? behaviourMean(of: source, in: state, reading: parameters)
        : shape.largest(of: source, in: state, reading: parameters)
    }
  }

  /// The mean of a state's values over the behaviour, which is ε-greedy on the critic's own table.
  private func behaviourMean(
    of source: BlockHandle, in state: Int, reading parameters: ParameterStore
  ) -> Float {
    let best = shape.largest(of: permit.block, in: state, reading: parameters)
    var sum: Float = 0
    var equals: Float = 0
    for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
      let index = state * shape.actionCount + action
      guard parameters[permit.block, index] == best else { continue }
      sum += parameters[source, index]
      equals += 1
    }
    let share = Float(exploration)
    return (1 - share) * sum / equals + share * shape.mean(of: source, in: state, reading: parameters)
  }
}

/// What Q-learning and SARSA have in common: everything but the claim.
enum ActionValueAgents {
  static func make(
    shape: TableShape, claim: Claim, updateRule: String, configuration: QLearning.Configuration
  ) -> Trainee<QLearning.Agent, TemporalDifferenceLearner> {
    var parameters = ParameterStore()
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount, shape.actionCount],
      updateRule: updateRule, writers: ["critic learner"], initially: configuration.initialValue)
    let permit = parameters.permit("critic learner", toWrite: values, usesReward: true)
    let agent = QLearning.Agent(
      worldModel: NoWorldModel(), critic: ActionTable(claim: claim, values: values, shape: shape),
      actor: GreedyActor(values: values, shape: shape),
      planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters)
    return Trainee(
      agent: agent,
      learner: TemporalDifferenceLearner(
        aims: Aims(critic: claim), permit: permit, shape: shape, configuration: configuration))
  }
}
