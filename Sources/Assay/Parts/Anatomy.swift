/// Something that acts on percepts.
public protocol Agent<Observation, Action>: Sendable {
  associatedtype Observation: Sendable
  associatedtype Action: Sendable

  /// All the numbers it can change.
  var parameters: ParameterStore { get set }

  /// Chooses an action. There is no reward in sight.
  mutating func act(on percept: Percept<Observation>, using random: inout RandomStream) -> Action
}

/// An agent composed of parts that can be told apart, and replaced one by one.
///
/// It acts and does not learn: learners change its ``parameters`` from outside, with permits. A copy is a
/// snapshot.
public struct Anatomy<Model: WorldModel, Judge: Critic, Doer: Actor, Composer: Planner>: Agent
where
  Model.Latent == Doer.Latent, Judge.Latent == Doer.Latent, Model.Action == Doer.Action,
  Judge.Action == Doer.Action,
  Composer.Action == Doer.Action
{
  /// What it expects of the world; ``NoWorldModel`` in a model-free agent.
  public var worldModel: Model
  /// What it thinks of states and actions.
  public var critic: Judge
  /// What it would do.
  public var actor: Doer
  /// What composes the three into a decision.
  public var planner: Composer
  public var parameters: ParameterStore

  public init(
    worldModel: Model, critic: Judge, actor: Doer, planner: Composer, parameters: ParameterStore
  ) {
    precondition(
      !planner.needsWorldModel || Model.self != NoWorldModel<Doer.Latent, Doer.Action>.self,
      "\(Composer.self) needs a world model, and this agent has none")
    self.worldModel = worldModel
    self.critic = critic
    self.actor = actor
    self.planner = planner
    self.parameters = parameters
  }

  /// Whether the agent has a world model.
  public static var hasWorldModel: Bool { Model.self != NoWorldModel<Doer.Latent, Doer.Action>.self }

  /// Whether the agent has a critic.
  public static var hasCritic: Bool { Judge.self != NoCritic<Doer.Latent, Doer.Action>.self }

  @inlinable
  public mutating func act(on percept: Percept<Doer.Latent>, using random: inout RandomStream) -> Doer.Action
  {
    planner.action(
      from: percept.observation, model: worldModel, critic: critic, actor: actor, reading: parameters,
      using: &random)
  }

  /// Decides as ``act(on:using:)`` does, and says what was considered.
  public func plan(on percept: Percept<Doer.Latent>, using random: inout RandomStream) -> Plan<Doer.Action> {
    planner.plan(
      from: percept.observation, model: worldModel, critic: critic, actor: actor, reading: parameters,
      using: &random)
  }

  /// The same agent with another world model.
  public func replacing<M: WorldModel>(worldModel: M) -> Anatomy<M, Judge, Doer, Composer>
  where M.Latent == Doer.Latent, M.Action == Doer.Action {
    .init(worldModel: worldModel, critic: critic, actor: actor, planner: planner, parameters: parameters)
  }

  /// The same agent with another critic.
  public func replacing<C: Critic>(critic: C) -> Anatomy<Model, C, Doer, Composer>
  where C.Latent == Doer.Latent, C.Action == Doer.Action {
    .init(worldModel: worldModel, critic: critic, actor: actor, planner: planner, parameters: parameters)
  }

  /// The same agent with another actor.
  public func replacing<A: Actor>(actor: A) -> Anatomy<Model, Judge, A, Composer>
  where A.Latent == Doer.Latent, A.Action == Doer.Action {
    .init(worldModel: worldModel, critic: critic, actor: actor, planner: planner, parameters: parameters)
  }

  /// The same agent with another planner.
  public func replacing<P: Planner>(planner: P) -> Anatomy<Model, Judge, Doer, P>
  where P.Action == Doer.Action {
    .init(worldModel: worldModel, critic: critic, actor: actor, planner: planner, parameters: parameters)
  }
}

extension Anatomy where Model == NoWorldModel<Doer.Latent, Doer.Action> {
  /// A model-free agent.
  public init(critic: Judge, actor: Doer, planner: Composer, parameters: ParameterStore) {
    self.init(
      worldModel: NoWorldModel(), critic: critic, actor: actor, planner: planner, parameters: parameters)
  }
}
