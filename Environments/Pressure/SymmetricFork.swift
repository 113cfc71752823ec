import Assay

/// A choice between a sure reward and a fair coin that decides about a larger one.
///
/// ![A sure reward, or a coin's decision about a larger one](symmetric-fork)
///
/// From the start, `sure` leads onto a branch at whose end waits 0.6. `fork` leads onto the left or the right
/// branch, by a fair coin, and only one of them ends with 1, the other with nothing. Every branch has three
/// cells; in them either action goes on with probability 0.9 and stays with 0.1. So `fork` is worth 0.5/0.6 of
/// `sure`, and looks better only to whoever believes to have a say in how the coin falls.
///
/// - **Observation**: 0 for the start, then the cells of the left, the right and the sure branch, from the start
///   outwards; state 10 is the end.
/// - **Action**: fork, sure.
/// - **Reward**: what waits at the end of a branch, for leaving its last cell: from 0 to 1.
/// - **Ending**: leaving the last cell of a branch terminates the episode. γ = 0.95.
/// - **For**: values that leak into a world model: a model that believes in the branch that pays is too hopeful about
///   the coin, and one whose rewards were permuted is not.
/// - SeeAlso: Eysenbach et al. (2022), *Mismatched no more: joint model-policy optimization for model-based RL*, for
///   models that are to be optimistic.
public struct SymmetricFork: EnumerableEnvironment, ListedEnvironment {
  /// The branch that ends with 1.
  public enum Side: String, Sendable, Hashable, CaseIterable {
    case left, right
  }

  /// The action that leaves it to the coin.
  public static let fork = 0
  /// The action that leads to the sure reward.
  public static let sure = 1
  /// How many cells each branch has.
  public static let length = 3

  public let name = "symmetric-fork"
  public let discount = 0.95
  public let actionNames = ["fork", "sure"]
  public let stateNames =
    ["start"] + ["left", "right", "sure"].flatMap { branch in (1...length).map { "\(branch) \($0)" } }
    + ["end"]
  /// The branch that ends with 1.
  public let rewarded: Side
  var table: OutcomeTable

  /// Makes the fork.
  ///
  /// - Parameter rewarded: the branch that ends with 1.
  public init(rewarded: Side = .left) {
    self.rewarded = rewarded
    let branches: [Double] = [rewarded == .left ? 1 : 0, rewarded == .right ? 1 : 0, 0.6]
    let end = 1 + branches.count * Self.length
    table = OutcomeTable(
      stateCount: end + 1, actionCount: 2, starts: (0...end).map { $0 == 0 ? 1 : 0 }
    ) { state, action in
      if state == end { return [] }
      if state == 0 {
        return action == Self.sure
          ? [Outcome(next: 1 + 2 * Self.length, probability: 1, reward: 0)]
          : [
            Outcome(next: 1, probability: 0.5, reward: 0),
            Outcome(next: 1 + Self.length, probability: 0.5, reward: 0),
          ]
      }
      let (branch, cell) = (state - 1).quotientAndRemainder(dividingBy: Self.length)
      let isLast = cell == Self.length - 1
      return [
        Outcome(
          next: isLast ? end : state + 1, probability: 0.9, reward: isLast ? branches[branch] : 0,
          isTerminal: isLast),
        Outcome(next: state, probability: 0.1, reward: 0),
      ]
    }
  }

  public var map: GridMap? {
    GridMap(
      rows: 3, columns: 5,
      marks: [
        "", "", "", "", rewarded == .left ? "G" : "0", "S", "", "", "", "⅗", "", "", "", "",
        rewarded == .right ? "G" : "0",
      ], cells: [5, 1, 2, 3, 11, 12, 13, 6, 7, 8, nil], directions: [nil, nil])
  }
}
