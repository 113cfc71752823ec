import Assay

/// A walk down a chain whose values are exactly a linear function of four features: a world to predict.
///
/// ![No choice; features that can say all there is](boyan-chain)
///
/// States count down from 12 to 0. From any above 1 a step leads one or two states down, each equally likely,
/// for −3; from 1 it leads to 0 for −2. So the value of state s is −2s. The features lie at states 12, 8, 4
/// and 0: each is 1 at its own state, 0 at the others of the four, and falls linearly between them.
///
/// - **Observation**: the state, 0 to 12.
/// - **Action**: one, for there is nothing to choose.
/// - **Reward**: −3, or −2 for the last step from state 1.
/// - **Ending**: terminates in state 0. Episodes start in state 12. γ = 1.
/// - **For**: prediction with features: what remains wrong is the learner's fault, for the features can say
///   it all.
/// - **Published**: the weights (−24, −16, −8, 0) are exact.
/// - SeeAlso: Boyan (2002), *Technical update: least-squares temporal difference learning*.
public struct BoyanChain: EnumerableEnvironment, ListedEnvironment {
  public let name = "boyan-chain"
  public let discount = 1.0
  public let actionNames = ["walk"]
  /// From state 12 at the left to state 0 at the right.
  public let map: GridMap? = GridMap(
    rows: 1, columns: 13, marks: ["S"] + [String](repeating: "", count: 11) + ["G"],
    cells: (0..<13).map { 12 - $0 }, directions: [.right])
  var table = OutcomeTable(
    stateCount: 13, actionCount: 1, starts: (0..<13).map { $0 == 12 ? 1 : 0 }
  ) { state, _ in
    switch state {
    case 0: []
    case 1: [Outcome(next: 0, probability: 1, reward: -2, isTerminal: true)]
    default:
      [
        Outcome(next: state - 1, probability: 0.5, reward: -3),
        Outcome(next: state - 2, probability: 0.5, reward: -3, isTerminal: state == 2),
      ]
    }
  }

  /// Makes the chain.
  public init() {}

  /// Four numbers that sum to 1: how near the state is to 12, 8, 4 and 0.
  public var features: StateFeatures? {
    StateFeatures(
      count: 4,
      values: (0..<13).flatMap { state in
        [12, 8, 4, 0].map { Float(max(0, 4 - abs($0 - state))) / 4 }
      })
  }
}
