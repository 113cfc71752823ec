import Assay

/// Tabular Q-learning (Watkins, 1989): a critic of the optimal policy, learned from whatever was done.
///
///     Q(s, a) ← Q(s, a) + α [r + γ maxₐ′ Q(s′, a′) − Q(s, a)]
///
/// Anatomy: no world model; the critic is a table; the actor is greedy on it and has no numbers of its own;
/// the planner takes a random action with probability ε.
public enum QLearning {
  public typealias Agent = Anatomy<NoWorldModel<Int, Int>, ActionTable, GreedyActor, ReactivePlanner<Int>>

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// α, in (0, 1]: the step size, or the smallest one where it falls.
    public var learningRate: Float = 0.1
    /// Environment steps of the whole run, where the step size is to fall from 1 with the cube of what is left of
    /// them, until it is α; `nil` for α alone.
    public var runLength: Int?
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
      shape: shape, claim: Claim(.actionValue, of: .optimal, discount: configuration.discount),
      updateRule: "Q-learning", configuration: configuration)
  }
}
