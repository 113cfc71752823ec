import Assay

/// Five states in a row, of which only the last pays well, and a step that fails sends one back to the first.
///
/// ![2 at once, or 10 after steps that may slip](five-chain)
///
/// `forward` leads to the next state for nothing, and from the last state back to it for 10. `back` leads to
/// the first state for 2, from anywhere. With probability 0.2 the other of the two happens instead, reward
/// included. To go forward always is best: in the long run that pays
///
///     0.2 · 2 + 0.8⁵ · 10 = 3.6768
///
/// a step, for the last state is where four steps in a row succeeded. To go back always pays 1.6032.
///
/// - **Observation**: the state, 0 to 4.
/// - **Action**: forward or back.
/// - **Reward**: 0, 2 or 10.
/// - **Ending**: none. Episodes start in the first state. γ = 0.99.
/// - **For**: exploration: a near reward is found at once, the far one seldom, and by chance.
/// - **Published**: 3677 is the best that 1000 steps pay on average in the long run.
/// - SeeAlso: Dearden, Friedman & Russell (1998), *Bayesian Q-learning*; Strens (2000), *A Bayesian framework
///   for reinforcement learning*.
public struct FiveChain: EnumerableEnvironment, ListedEnvironment {
  /// The action that leads to the next state.
  public static let forward = 0
  /// The action that leads to the first state.
  public static let back = 1

  public let name = "five-chain"
  public let discount = 0.99
  public let actionNames = ["forward", "back"]
  public let map: GridMap? = GridMap(
    rows: 1, columns: 5, marks: ["S", "", "", "", "G"], directions: [.right, .left])
  /// How likely the other action happens instead.
  public let slip: Double
  var table: OutcomeTable

  /// Makes the chain.
  ///
  /// - Parameter slip: how likely the other action happens instead, in [0, 1].
  public init(slip: Double = 0.2) {
    precondition(slip >= 0 && slip <= 1, "slip must be in [0, 1], but is \(slip)")
    self.slip = slip
    table = OutcomeTable(stateCount: 5, actionCount: 2, starts: [1, 0, 0, 0, 0]) { state, action in
      [
        Outcome(
          next: min(4, state + 1), probability: action == Self.forward ? 1 - slip : slip,
          reward: state == 4 ? 10 : 0),
        Outcome(next: 0, probability: action == Self.forward ? slip : 1 - slip, reward: 2),
      ]
    }
  }
}
