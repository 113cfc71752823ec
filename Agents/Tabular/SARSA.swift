import Assay

/// Tabular SARSA (Rummery & Niranjan, 1994): a critic of the policy that acts, exploration included.
///
///     Q(s, a) ← Q(s, a) + α [r + γ Q(s′, a′) − Q(s, a)], where a′ is the action taken next
///
/// Anatomy: no world model; the critic is a table; the actor is greedy on it and has no numbers of its own;
/// the planner takes a random action with probability ε.
public enum SARSA {
  public typealias Agent = QLearning.Agent

  public typealias Configuration = QLearning.Configuration

  /// Makes an untrained agent and its learner.
  public static func make(
    shape: TableShape, configuration: Configuration
  ) -> Trainee<Agent, TemporalDifferenceLearner> {
    ActionValueAgents.make(
      shape: shape, claim: Claim(.actionValue, of: .behaviour, discount: configuration.discount),
      updateRule: "SARSA", configuration: configuration)
  }
}
