/// What happened in one step of several copies of a world, rewards included: what a learner sees.
public struct BatchStep<Actions: Column & Sendable>: Sendable {
  /// What each copy showed before, `[copies × width]`.
  public var observations: VectorColumn
  /// What was done in each, `[copies]`.
  public var actions: Actions
  /// What was paid for it, `[copies]`, under the labels in force.
  public var rewards: [Double]
  /// What each copy showed after it, `[copies × width]`; where an episode ended, its last observation.
  public var nextObservations: VectorColumn
  /// How an episode ended with the step, `[copies]`; `nil` where it goes on.
  public var endings: [Ending?]

  /// How many copies there are.
  @inlinable public var count: Int { rewards.count }

  @inlinable
  public init(
    observations: VectorColumn, actions: Actions, rewards: [Double], nextObservations: VectorColumn,
    endings: [Ending?]
  ) {
    self.observations = observations
    self.actions = actions
    self.rewards = rewards
    self.nextObservations = nextObservations
    self.endings = endings
  }
}

/// Numbers that tell how learning goes.
public protocol LearningMetrics: Sendable {
  /// Each number with its name, `part/quantity`: `critic/loss`. The same names in the same order, always.
  var entries: [(name: String, value: Double)] { get }
}

/// Changes parameters from what happens in several copies of a world. It sees rewards, and writes only blocks that it
/// holds a ``WritePermit`` for.
public protocol BatchLearner<ActionSpace>: ~Copyable, Sendable, Archivable {
  associatedtype ActionSpace: ColumnarSpace
  associatedtype Metrics: LearningMetrics

  /// What the parts are in fact trained towards. An honest learner's aims are the parts' claims.
  var aims: Aims { get set }

  /// How its latest update went; `nil` before the first.
  var metrics: Metrics? { get }

  /// Takes in one step of all copies, and learns when it is time to.
  ///
  /// - Parameters:
  ///   - step: what happened. The first step of a run begins in fresh episodes, and every other one where the last
  ///     ended.
  ///   - parameters: the agent's.
  ///   - random: what chance there is comes from here.
  mutating func learn(
    from step: BatchStep<ActionSpace.Column>, updating parameters: inout ParameterStore,
    using random: inout RandomStream)
}

/// An agent that acts in a batch, together with what changes it.
public struct BatchTrainee<Subject: BatchAgent, Teacher: BatchLearner & ~Copyable>: ~Copyable
where Teacher.ActionSpace == Subject.ActionSpace {
  public var agent: Subject
  public var learner: Teacher

  public init(agent: Subject, learner: consuming Teacher) {
    self.agent = agent
    self.learner = learner
  }
}
