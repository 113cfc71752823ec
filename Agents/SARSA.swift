import Assay

/// Tabular SARSA (Rummery & Niranjan, 1994): a critic of the policy that acts, exploration included.
///
///     Q(s, a) ← Q(s, a) + α [r + γ Q(s′, a′) − Q(s, a)], where a′ is the action taken next
///
/// Anatomy: no world model; the critic is a table; the actor is greedy on it and has no numbers of its own;
/// the planner takes a random action with probability ε.
public enum SARSA {
  public typealias Agent = QLearning.Agent

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// α, in (0, 1].
    public var learningRate: Float = 0.1
    /// ε, in [0, 1].
    public var exploration = 0.1
    /// What every value starts as.
    public var initialValue: Float = 0

    public init(discount: Double) { self.discount = discount }
  }

  /// Makes an untrained agent and its learner.
  public static func make(
    shape: TableShape, configuration: Configuration
  ) -> Trainee<Agent, TemporalDifferenceLearner> {
    ActionValueAgents.make(
      shape: shape, claim: Claim(.actionValue, of: .behaviour, discount: configuration.discount),
      updateRule: "SARSA", learningRate: configuration.learningRate,
      exploration: configuration.exploration, initialValue: configuration.initialValue)
  }
}
