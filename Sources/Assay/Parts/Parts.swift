/// A part of an agent: it has a name and knows which blocks are its own. The numbers live in the
/// ``ParameterStore``.
public protocol Part<Latent, Action>: Sendable {
  /// What the agent knows of a state.
  associatedtype Latent: Sendable
  associatedtype Action: Sendable

  /// What other parts' claims call it.
  var name: PartName { get }
}

/// Estimates values, and says of what.
public protocol Critic<Latent, Action>: Part {
  // Said again so that a conforming type need not name them.
  associatedtype Latent
  associatedtype Action

  /// Which quantity it estimates.
  var claim: Claim { get }

  /// What it thinks of each latent, `[B]`, in reward units.
  func estimates(of latents: [Latent], reading parameters: ParameterStore) -> CriticEstimates
}

/// What a critic thinks of a batch of latents, in reward units.
public enum CriticEstimates: Sendable, Hashable {
  /// V̂ of each latent, `[B]`.
  case stateValues([Double])
  /// Q̂ of each latent and action, `[B][actions]`; −∞ for an action that is unavailable.
  case actionValues([[Double]])
}

/// Chooses actions. It is handed a latent and never a reward.
public protocol Actor<Latent, Action>: Part {
  // Said again so that a conforming type need not name them.
  associatedtype Latent
  associatedtype Action

  associatedtype Distribution: ActionDistribution<Action>

  /// What it says it maximises.
  var objective: Objective { get }

  /// π(·|latent) for each latent, `[B]`.
  func distributions(at latents: [Latent], reading parameters: ParameterStore) -> [Distribution]

  /// Draws one action from π(·|latent).
  func action(
    at latent: Latent, reading parameters: ParameterStore, using random: inout RandomStream
  ) -> Action

  /// Draws an available action uniformly, for planners that explore.
  func exploratoryAction(at latent: Latent, using random: inout RandomStream) -> Action
}

extension Actor {
  public func action(
    at latent: Latent, reading parameters: ParameterStore, using random: inout RandomStream
  ) -> Action {
    distributions(at: [latent], reading: parameters)[0].sample(using: &random)
  }
}

/// A distribution over actions.
public protocol ActionDistribution<Action>: Sendable {
  associatedtype Action: Sendable

  /// ln π(a); −∞ for an action that is never taken.
  func logProbability(of action: Action) -> Double

  /// Draws an action.
  func sample(using random: inout RandomStream) -> Action
}

/// A distribution over the actions `0..<n`.
public struct ActionProbabilities: ActionDistribution, Hashable {
  /// Probability of each action, summing to 1.
  public var probabilities: [Double]

  public init(probabilities: [Double]) { self.probabilities = probabilities }

  public func logProbability(of action: Int) -> Double { _log(probabilities[action]) }

  public func sample(using random: inout RandomStream) -> Int { random.index(weights: probabilities) }
}

/// Predicts what an action leads to.
public protocol WorldModel<Latent, Action>: Part {
  // Said again so that a conforming type need not name them.
  associatedtype Latent
  associatedtype Action

  /// What each action leads to from each latent; `latents` and `actions` are `[B]`, and so is the result.
  func predictions(
    from latents: [Latent], taking actions: [Action], reading parameters: ParameterStore
  ) -> [Prediction<Latent>]
}

/// What a world model expects of one action.
public struct Prediction<Latent: Sendable>: Sendable {
  /// Where the action may lead while the episode goes on, with probabilities.
  public var successors: [(latent: Latent, probability: Double)]
  /// Probability that the episode terminates; with the successors' probabilities it sums to 1.
  public var termination: Double
  /// The reward it expects.
  public var reward: PredictedReward

  public init(
    successors: [(latent: Latent, probability: Double)], termination: Double, reward: PredictedReward
  ) {
    self.successors = successors
    self.termination = termination
    self.reward = reward
  }
}

/// Stands where a model-free agent has no world model, so that the agent's type says so.
public struct NoWorldModel<Latent: Sendable, Action: Sendable>: WorldModel {
  public var name: PartName { "no world model" }

  public init() {}

  /// Traps: there is nothing to ask.
  public func predictions(
    from latents: [Latent], taking actions: [Action], reading parameters: ParameterStore
  ) -> [Prediction<Latent>] {
    preconditionFailure("a model-free agent was asked for a prediction")
  }
}

/// Stands where an agent has no critic, as one that is only ever selected for its return has none.
public struct NoCritic<Latent: Sendable, Action: Sendable>: Critic {
  public var name: PartName { "no critic" }
  /// The value an audit puts in its place: the exact one of the actor's policy.
  public let claim: Claim

  /// Says that there is no critic.
  ///
  /// - Parameter discount: γ at which the agent is selected, in [0, 1].
  public init(discount: Double) {
    claim = Claim(.actionValue, of: .part("actor"), discount: discount)
  }

  /// Traps: there is nobody to ask.
  public func estimates(of latents: [Latent], reading parameters: ParameterStore) -> CriticEstimates {
    preconditionFailure("an agent without a critic was asked for a value")
  }
}
