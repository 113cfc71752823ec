import Assay
import AssayAgents

/// The parts of a trained agent, as planners ask them.
public struct TrainedParts: Sendable {
  /// By what its actions are.
  enum Parts: Sendable {
    /// Numbered actions.
    case choices(critic: any Critic<[Float], Int>, actor: any ColumnActor<DiscreteSpace>)
    /// Vectors.
    case vectors(
      model: any WorldModel<[Float], [Float]>, critic: any Critic<[Float], [Float]>,
      actor: any ColumnActor<BoxSpace>)
  }

  let parts: Parts
  /// Whether the agent has a world model.
  public let hasWorldModel: Bool
  /// Whether the agent has a critic.
  public let hasCritic: Bool
  /// How many numbers the agent sees.
  public let observationCount: Int
  /// What the critic says it estimates; means nothing in an agent without one.
  public let claim: Claim
  let parameters: ParameterStore

  /// The parts of an agent.
  ///
  /// - Parameters:
  ///   - agent: the agent.
  ///   - observationCount: how many numbers it sees.
  init<Model: WorldModel, Judge: Critic, Doer: ColumnActor>(
    of agent: Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>, observationCount: Int
  )
  where
    Model.Latent == [Float], Judge.Latent == [Float], Model.Action == Doer.Action, Judge.Action == Doer.Action
  {
    if let critic = agent.critic as? any Critic<[Float], Int>,
      let actor = agent.actor as? any ColumnActor<DiscreteSpace>
    {
      parts = .choices(critic: critic, actor: actor)
    } else if let model = agent.worldModel as? any WorldModel<[Float], [Float]>,
      let critic = agent.critic as? any Critic<[Float], [Float]>,
      let actor = agent.actor as? any ColumnActor<BoxSpace>
    {
      parts = .vectors(model: model, critic: critic, actor: actor)
    } else {
      preconditionFailure("an agent chooses whole numbers or vectors, but this one \(Doer.Action.self)")
    }
    hasWorldModel = Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>.hasWorldModel
    hasCritic = Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>.hasCritic
    self.observationCount = observationCount
    claim = agent.critic.claim
    parameters = agent.parameters
  }

  /// Whether the agent can act in a world that shows so many numbers.
  func fits(observations: Int, actions: some Space) -> Bool {
    guard observations == observationCount else { return false }
    return switch parts {
    case .choices(_, let actor): (actions as? DiscreteSpace) == actor.actionSpace
    case .vectors(_, _, let actor): (actions as? BoxSpace) == actor.actionSpace
    }
  }

  /// What the agent chooses from.
  var actions: any Space {
    switch parts {
    case .choices(_, let actor): actor.actionSpace
    case .vectors(_, _, let actor): actor.actionSpace
    }
  }

  // MARK: In words

  /// What the world model is.
  var modelName: String {
    if case .vectors(is EnsembleModel, _, _) = parts { "the run's ensemble" } else { "the run's world model" }
  }

  /// What the critic is.
  var criticName: String {
    if case .vectors(_, is TwinCritic, _) = parts { "the run's twin networks" } else { "the run's critic" }
  }

  /// What the actor is.
  var actorName: String { "the run's actor" }

  /// What the critic claims, and how a state's value is had from it.
  var criticWords: String {
    var words = "\(criticName), \(claim)"
    guard claim.quantity == .actionValue else { return words }
    switch (parts, claim.policy) {
    case (.vectors(_, is TwinCritic, _), _):
      words += "; a state is worth the mean over \(TwinCritic.draws) actions drawn from the actor"
    case (_, .optimal): words += "; a state is worth its largest"
    case (_, .uniform): words += "; a state is worth their mean"
    case (_, .part), (_, .behaviour): words += "; a state is worth their mean under the actor"
    }
    return words
  }
}

/// A trained agent that is planned with, and where it comes from.
public struct TrainedRun: Sendable {
  /// What its parts are.
  public var parts: TrainedParts
  /// The folder of its run, as it was named.
  public var folder: String
  /// The agent's name.
  public var agent: String
  /// The seed of its run.
  public var seed: UInt64
  /// How many environment steps it was trained for.
  public var step: Int

  /// - Parameters:
  ///   - run: the run as it is now.
  ///   - folder: its folder, as it was named.
  ///   - description: what it is.
  public init(_ run: any LiveRun, in folder: String, _ description: RunDescription) {
    parts = run.trainedParts
    self.folder = folder
    agent = description.agent
    seed = description.seed
    step = run.step
  }
}

/// Who says what actions lead to, and what they earn.
public enum ModelChoice: String, Sendable, Hashable, CaseIterable {
  /// The world itself.
  case world
  /// The world model of a run.
  case run
}

/// Whether a run's critic, or its actor, is asked.
public enum PartChoice: String, Sendable, Hashable, CaseIterable {
  case none
  case run
}
