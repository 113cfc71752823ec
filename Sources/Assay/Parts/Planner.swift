/// Composes world model, critic and actor into a decision.
public protocol Planner<Action>: Sendable {
  associatedtype Action: Sendable

  /// Whether it asks the world model.
  var needsWorldModel: Bool { get }

  /// Probability with which it takes a uniformly random action instead of the planned one, in [0, 1].
  var exploration: Double { get }

  /// Decides on an action and says what was considered.
  func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Action>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action

  /// Decides on an action. The same decision as ``plan(from:model:critic:actor:reading:using:)``, without the
  /// trace.
  func action<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Action
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
}

extension Planner {
  /// The plan's action: for planners that have no shorter way to it.
  @inlinable
  public func action<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Action
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    plan(from: latent, model: model, critic: critic, actor: actor, reading: parameters, using: &random).action
  }
}

/// A decision, and what led to it.
public struct Plan<Action: Sendable>: Sendable {
  /// What was considered for one action.
  public struct Candidate: Sendable {
    public var action: Action
    /// The reward the model expects of it, where a model was asked.
    public var reward: PredictedReward?
    /// The value the planner gives it, in reward units.
    public var value: Double

    public init(action: Action, reward: PredictedReward? = nil, value: Double) {
      self.action = action
      self.reward = reward
      self.value = value
    }
  }

  /// The action to take.
  public var action: Action
  /// Whether the action was drawn to explore rather than planned.
  public var isExploratory: Bool
  /// What was considered; empty where the actor was asked alone.
  public var candidates: [Candidate]
  /// How many times the critic was asked.
  public var criticCalls: Int
  /// How many times the world model was asked.
  public var modelCalls: Int

  public init(
    action: Action, isExploratory: Bool = false, candidates: [Candidate] = [], criticCalls: Int = 0,
    modelCalls: Int = 0
  ) {
    self.action = action
    self.isExploratory = isExploratory
    self.candidates = candidates
    self.criticCalls = criticCalls
    self.modelCalls = modelCalls
  }
}

/// Takes the actor at its word: perception, then action, with nothing in between.
public struct ReactivePlanner<Action: Sendable>: Planner {
  public var exploration: Double

  @inlinable public var needsWorldModel: Bool { false }

  public init(exploration: Double = 0) {
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    self.exploration = exploration
  }

  @inlinable
  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Action>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    return Plan(action: actor.action(at: latent, reading: parameters, using: &random))
  }

  @inlinable
  public func action<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Action
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    if exploration > 0, random.unit() < exploration {
      return actor.exploratoryAction(at: latent, using: &random)
    }
    return actor.action(at: latent, reading: parameters, using: &random)
  }
}
