/// A run was stopped because a number was not finite.
public struct NonFiniteError: Error, Hashable, CustomStringConvertible {
  /// The block that was written.
  public var block: String
  /// The part that the block belongs to.
  public var owner: PartName
  /// The largest magnitude among the block's finite numbers: ordinary where something was divided by zero, huge where
  /// numbers grew without bound.
  public var largestBeside: Float
  /// Index of the number in its block.
  public var index: Int
  /// The environment step.
  public var step: Int
  /// Who wrote it.
  public var writer: String

  public var description: String {
    "\(writer) wrote a number that is not finite to \(block)[\(index)] at step \(step), where the largest beside it "
      + "is \(largestBeside); the run was stopped there"
  }
}

extension NonFiniteError {
  /// What the ledger of a store says of the first number in it that was not finite.
  @usableFromInline
  init(in parameters: ParameterStore) {
    guard let write = parameters.ledger.firstNonFinite else { preconditionFailure("every number is finite") }
    let block = parameters.blocks[write.block]
    let largest = parameters.values(of: block.handle).reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    self.init(
      block: block.name, owner: block.owner, largestBeside: largest, index: write.index, step: write.step,
      writer: write.writer)
  }
}

/// The one run loop: an environment, an agent, a learner, and what passes between them.
///
/// Environment, agent and learner draw from streams of their own, so none depends on how much another draws.
/// The same seed gives the same run, bit for bit, however the steps are divided over calls.
public struct Run<World: Environment, Subject: Agent, Teacher: Learner & ~Copyable>: ~Copyable
where
  World.Observation == Subject.Observation, World.Action == Subject.Action,
  Teacher.Observation == Subject.Observation, Teacher.Action == Subject.Action
{
  /// What came of the episodes so far.
  public struct Tally: Sendable, Hashable {
    /// How many episodes ended.
    public var episodes = 0
    /// The undiscounted training reward of the last ended episode.
    public var lastReturn = 0.0
    /// The undiscounted performance of all ended episodes.
    public var totalPerformance = 0.0
  }

  /// The world the agent lives in.
  public var environment: World
  /// The agent, as it is now. A copy of it is a snapshot.
  public var agent: Subject
  /// What changes the agent's parameters.
  public var learner: Teacher
  /// What happened.
  public var experience: Experience<World.Observation, World.Action>
  /// What came of the episodes so far.
  @inlinable public var tally: Tally { episodes }

  @usableFromInline var episodes = Tally()
  @usableFromInline var percept: Percept<World.Observation>
  @usableFromInline var environmentStream: RandomStream
  @usableFromInline var agentStream: RandomStream
  @usableFromInline var learnerStream: RandomStream
  @usableFromInline var currentReturn = 0.0
  @usableFromInline var currentPerformance = 0.0

  /// How many environment steps were taken.
  @inlinable public var step: Int { agent.parameters.step }

  /// Resets the environment and gets ready to take the first step.
  ///
  /// - Parameters:
  ///   - environment: the world, in any state: it is reset.
  ///   - trainee: the agent, and the learner that changes it.
  ///   - capacity: how many transitions the experience holds; two are enough for one-step learners.
  ///   - seed: everything random in the run follows from it.
  public init(
    environment: World, trainee: consuming Trainee<Subject, Teacher>, capacity: Int = 64, seed: UInt64
  ) {
    let root = RandomStream(seed: seed)
    environmentStream = root.substream(0)
    agentStream = root.substream(1)
    learnerStream = root.substream(2)
    self.environment = environment
    agent = trainee.agent
    learner = trainee.learner
    experience = Experience(capacity: capacity)
    percept = Percept(observation: self.environment.reset(using: &environmentStream), isFirst: true)
  }

  /// Takes environment steps, learning after each.
  ///
  /// - Parameter steps: how many, not negative.
  /// - Throws: ``NonFiniteError`` when a number that is not finite was written; the run stops right there.
  @inlinable
  public mutating func advance(by steps: Int) throws(NonFiniteError) {
    precondition(steps >= 0, "steps must not be negative, but is \(steps)")
    for _ in 0..<steps {
      let action = agent.act(on: percept, using: &agentStream)
      let outcome = environment.step(action, using: &environmentStream)
      experience.append(from: percept.observation, action: action, step: outcome)
      agent.parameters.step &+= 1
      learner.learn(from: experience, updating: &agent.parameters, using: &learnerStream)
      currentReturn += outcome.reward.value
      currentPerformance += outcome.performance.value
      if outcome.ending == nil {
        percept = Percept(observation: outcome.observation, isFirst: false)
      } else {
        endEpisode()
      }
      if !agent.parameters.isFinite { throw NonFiniteError(in: agent.parameters) }
    }
  }

  /// Goes on in another world with the same states and actions, with a new episode.
  public mutating func enter(_ world: World) {
    environment = world
    currentReturn = 0
    currentPerformance = 0
    percept = Percept(observation: environment.reset(using: &environmentStream), isFirst: true)
  }

  @inlinable
  mutating func endEpisode() {
    episodes.episodes += 1
    episodes.lastReturn = currentReturn
    episodes.totalPerformance += currentPerformance
    currentReturn = 0
    currentPerformance = 0
    percept = Percept(observation: environment.reset(using: &environmentStream), isFirst: true)
  }
}
