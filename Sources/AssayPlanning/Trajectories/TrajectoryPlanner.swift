import Assay

/// Plans sequences of actions in the agent's own world model, and takes the first: model-predictive control.
///
/// The critic says what comes after the last step, and what the actor would do is tried among the rest. Each decision is
/// planned from scratch; a ``TrajectoryAgent`` begins with what is left of its last plan.
///
/// A model that predicts something that is not finite stops the program with a sentence that names it: an agent has
/// nobody to tell.
public struct TrajectoryPlanner<Optimizer: TrajectoryOptimizer>: Planner {
  public typealias Action = [Float]

  /// How sequences are found.
  public var optimizer: Optimizer
  /// What actions are chosen from: a box with limits.
  public var actionSpace: BoxSpace
  /// How many sequences of the actor are tried.
  public var actorSequences: Int
  /// Whether the critic says what comes after the last step.
  public var asksCritic: Bool
  /// What follows where the model names several successors.
  public var successors: SuccessorChoice
  /// When to stop at the latest.
  public var budget = TrajectoryBudget()
  public var exploration: Double

  public var needsWorldModel: Bool { true }

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - optimizer: how sequences are found.
  ///   - actionSpace: what actions are chosen from: a box with limits.
  ///   - actorSequences: how many sequences of the actor are tried, not negative.
  ///   - asksCritic: whether the critic says what comes after the last step. Its discount must be the optimiser's.
  ///   - successors: what follows where the model names several.
  ///   - exploration: the probability of an action that is drawn evenly instead, in [0, 1].
  public init(
    _ optimizer: Optimizer, actionSpace: BoxSpace, actorSequences: Int = 0, asksCritic: Bool = true,
    successors: SuccessorChoice = .mean, exploration: Double = 0
  ) {
    precondition(actorSequences >= 0, "actorSequences must not be negative, but is \(actorSequences)")
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    self.optimizer = optimizer
    self.actionSpace = actionSpace
    self.actorSequences = actorSequences
    self.asksCritic = asksCritic
    self.successors = successors
    self.exploration = exploration
  }

  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<[Float]>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    var trace: TrajectoryTrace?
    let found = trajectory(
      from: latent, beginningWith: nil, model: model, critic: critic, actor: actor, reading: parameters,
      tracing: &trace, using: &random)
    let asked = asksCritic && C.self != NoCritic<C.Latent, C.Action>.self
    return Plan(
      action: found.action,
      candidates: zip(found.elites, found.eliteReturns).map {
        Plan.Candidate(action: Array($0[..<found.width]), value: $1)
      }, criticCalls: asked ? found.evaluations : 0, modelCalls: found.evaluations * found.horizon)
  }

  /// Plans a sequence.
  ///
  /// - Parameters:
  ///   - latent: where the agent is.
  ///   - guess: a plan to begin with, such as what is left of the last.
  ///   - model: predicts.
  ///   - critic: says what comes after the last step.
  ///   - actor: whose sequences are tried.
  ///   - parameters: the store their numbers lie in.
  ///   - trace: what was tried is appended to it, unless it is `nil`.
  ///   - random: what chance there is comes from here.
  /// - Returns: the plan.
  public func trajectory<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, beginningWith guess: TrajectoryPlan?, model: M, critic: C, actor: A,
    reading parameters: ParameterStore, tracing trace: inout TrajectoryTrace?,
    using random: inout RandomStream
  ) -> TrajectoryPlan
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    let trajectories = WorldModelTrajectories(
      from: [latent], model: model, critic: critic, asksCritic: asksCritic, actionSpace: actionSpace,
      successors: successors, reading: parameters)
    precondition(
      !trajectories.asksCritic || critic.claim.discount == optimizer.discount,
      "a critic of discount \(critic.claim.discount) does not go on where \(optimizer.discount) was planned with"
    )
    let seeds = trajectories.sequences(
      of: actor, count: actorSequences, horizon: optimizer.horizon, using: &random)
    do {
      return try optimizer.plan(
        in: trajectories, from: 0, beginningWith: guess, trying: seeds, within: budget, tracing: &trace,
        using: &random)
    } catch {
      fatalError("\(M.self): \(error)")
    }
  }
}
