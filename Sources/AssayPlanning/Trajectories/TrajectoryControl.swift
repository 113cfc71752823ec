import Assay

/// Model-predictive control: plans, takes the first action, and begins the next plan with what is left of this one.
///
/// ```swift
/// var control = TrajectoryControl(CrossEntropyMethod.improved(horizon: 30))
/// let action = try control.action(in: EnvironmentTrajectories(world), using: &random)
/// ```
public struct TrajectoryControl<Optimizer: TrajectoryOptimizer>: Sendable {
  /// How plans are found.
  public var optimizer: Optimizer
  /// When to stop planning an action at the latest.
  public var budget: TrajectoryBudget
  /// The plan whose first action was taken last; `nil` before the first.
  public private(set) var latest: TrajectoryPlan?

  public init(_ optimizer: Optimizer, within budget: TrajectoryBudget = TrajectoryBudget()) {
    self.optimizer = optimizer
    self.budget = budget
  }

  /// Forgets the plan: to be called where an episode starts.
  public mutating func restart() { latest = nil }

  /// Plans an action; see ``TrajectoryOptimizer/plan(in:from:beginningWith:trying:within:tracing:using:)``.
  ///
  /// - Parameters:
  ///   - model: predicts from where the world is now.
  ///   - start: which of the model's start states that is.
  ///   - seeds: more sequences to try, each `[horizon × width]`.
  ///   - random: what chance there is comes from here.
  /// - Returns: the action to take, `[width]`.
  /// - Throws: ``TrajectoryError`` where the model predicts something that is not finite.
  public mutating func action(
    in model: some TrajectoryModel, from start: Int = 0, trying seeds: [[Float]] = [],
    using random: inout RandomStream
  ) throws(TrajectoryError) -> [Float] {
    var trace: TrajectoryTrace?
    return try action(in: model, from: start, trying: seeds, tracing: &trace, using: &random)
  }

  /// Plans an action, and says what was tried.
  ///
  /// - Parameters:
  ///   - model: predicts from where the world is now.
  ///   - start: which of the model's start states that is.
  ///   - seeds: more sequences to try, each `[horizon × width]`.
  ///   - trace: what was tried is appended to it, unless it is `nil`.
  ///   - random: what chance there is comes from here.
  /// - Returns: the action to take, `[width]`.
  /// - Throws: ``TrajectoryError`` where the model predicts something that is not finite.
  public mutating func action(
    in model: some TrajectoryModel, from start: Int = 0, trying seeds: [[Float]] = [],
    tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> [Float] {
    let plan = try optimizer.plan(
      in: model, from: start, beginningWith: latest?.advanced(), trying: seeds, within: budget,
      tracing: &trace, using: &random)
    latest = plan
    return plan.action
  }
}

/// An agent that plans sequences of actions in its world model, and begins each plan with what is left of the last.
///
/// It is what an `Anatomy` with a ``TrajectoryPlanner`` is, but for the memory of its plan: a planner decides from where
/// the agent is alone, and remembers nothing.
public struct TrajectoryAgent<Model: WorldModel, Judge: Critic, Doer: Actor, Optimizer: TrajectoryOptimizer>:
  Agent
where
  Model.Latent == Doer.Latent, Judge.Latent == Doer.Latent, Model.Action == [Float],
  Judge.Action == [Float], Doer.Action == [Float]
{
  /// What it expects of the world.
  public var worldModel: Model
  /// What it thinks of states.
  public var critic: Judge
  /// What it would do without a plan.
  public var actor: Doer
  /// What composes the three.
  public var planner: TrajectoryPlanner<Optimizer>
  public var parameters: ParameterStore
  /// The plan whose first action was taken last; `nil` at the start of an episode.
  public private(set) var latest: TrajectoryPlan?

  /// Makes an agent of the parts of another.
  public init(_ anatomy: Anatomy<Model, Judge, Doer, TrajectoryPlanner<Optimizer>>) {
    worldModel = anatomy.worldModel
    critic = anatomy.critic
    actor = anatomy.actor
    planner = anatomy.planner
    parameters = anatomy.parameters
  }

  public mutating func act(on percept: Percept<Doer.Latent>, using random: inout RandomStream) -> [Float] {
    if percept.isFirst { latest = nil }
    let guess = latest?.advanced()
    if planner.exploration > 0, random.unit() < planner.exploration {
      latest = guess
      return actor.exploratoryAction(at: percept.observation, using: &random)
    }
    var trace: TrajectoryTrace?
    let plan = planner.trajectory(
      from: percept.observation, beginningWith: guess, model: worldModel, critic: critic, actor: actor,
      reading: parameters, tracing: &trace, using: &random)
    latest = plan
    return plan.action
  }
}
