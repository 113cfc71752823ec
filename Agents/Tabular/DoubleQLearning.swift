import Assay

/// Tabular double Q-learning (van Hasselt, 2010): two tables, each valuing the other's best action, so that
/// noise is not mistaken for value.
///
///     Q₁(s, a) ← Q₁(s, a) + α [r + γ Q₂(s′, argmaxₐ′ Q₁(s′, a′)) − Q₁(s, a)], or with 1 and 2 exchanged, by a fair coin
///
/// Anatomy: as for ``QLearning``; what the actor and the audits read is the mean of the two tables, a block
/// of its own.
public enum DoubleQLearning {
  public typealias Agent = QLearning.Agent

  /// Makes an untrained agent and its learner.
  public static func make(
    shape: TableShape, configuration: QLearning.Configuration
  ) -> Trainee<Agent, Learner> {
    let claim = Claim(.actionValue, of: .optimal, discount: configuration.discount)
    var parameters = ParameterStore()
    func allocate(_ name: String) -> BlockHandle {
      parameters.allocate(
        name, owner: "critic", role: .critic, shape: [shape.stateCount, shape.actionCount],
        updateRule: "double Q-learning", writers: ["critic learner"], initially: configuration.initialValue)
    }
    let mean = allocate("critic.values")
    let first = allocate("critic.first")
    let second = allocate("critic.second")
    let learner = Learner(
      aims: Aims(critic: claim), mean: parameters.permit("critic learner", toWrite: mean, usesReward: true),
      first: parameters.permit("critic learner", toWrite: first, usesReward: true),
      second: parameters.permit("critic learner", toWrite: second, usesReward: true), shape: shape,
      configuration: configuration)
    let agent = Agent(
      worldModel: NoWorldModel(), critic: ActionTable(claim: claim, values: mean, shape: shape),
      actor: GreedyActor(values: mean, shape: shape),
      planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters)
    return Trainee(agent: agent, learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    public var aims: Aims
    let mean: WritePermit
    let first: WritePermit
    let second: WritePermit
    let shape: TableShape
    let rate: FallingRate

    init(
      aims: Aims, mean: consuming WritePermit, first: consuming WritePermit, second: consuming WritePermit,
      shape: TableShape, configuration: QLearning.Configuration
    ) {
      self.aims = aims
      self.mean = mean
      self.first = first
      self.second = second
      self.shape = shape
      rate = FallingRate(smallest: Double(configuration.learningRate), runLength: configuration.runLength)
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let settled = OneStepBackup.settled(experience, for: aims.critic, needsNextAction: false)
      for backup in [settled.waited, settled.newest].compactMap(\.self) {
        let index = backup.state * shape.actionCount + backup.action
        let rate = Float(rate(at: parameters.step))
        if random.integer(below: 2) == 0 {
          update(backup, rate, in: &parameters, writing: first, judgedBy: aims.target ?? second.block)
        } else {
          update(backup, rate, in: &parameters, writing: second, judgedBy: aims.target ?? first.block)
        }
        parameters.set(
          (parameters[first.block, index] + parameters[second.block, index]) / 2, at: index, with: mean)
      }
    }

    private func update(
      _ backup: OneStepBackup, _ rate: Float, in parameters: inout ParameterStore,
      writing permit: borrowing WritePermit, judgedBy other: BlockHandle
    ) {
      var following: Float = 0
      if let next = backup.next {
        switch aims.critic.policy {
        case .optimal, .part, .behaviour:
          let best = shape.largest(of: permit.block, in: next, reading: parameters)
          let action = (0..<shape.actionCount).first {
            shape.isAvailable($0, in: next) && parameters[permit.block, next * shape.actionCount + $0] == best
          }
          following = parameters[other, next * shape.actionCount + (action ?? 0)]
        case .uniform:
          following = shape.mean(of: other, in: next, reading: parameters)
        }
      }
      let index = backup.state * shape.actionCount + backup.action
      let target = Float(aims.critic.rewardScale * backup.reward) + Float(aims.critic.discount) * following
      parameters.add(rate * (target - parameters[permit.block, index]), at: index, with: permit)
    }
  }
}
