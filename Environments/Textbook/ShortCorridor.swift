import Assay

/// A corridor of three cells that look the same, of which the middle one has its moves reversed.
///
/// ![Cells that look the same, one of them reversed](short-corridor)
///
/// In the first and the third cell the actions do what they say; in the second, `right` leads left and `left`
/// leads right. A move to the left of the first cell leaves the agent there, and the third cell leads right
/// to the goal. Who sees which cell it is needs three steps. Who does not, and goes right with probability p
/// everywhere, needs
///
///     (4 − 2p) / (p · (1 − p))
///
/// on average: for ever where p is 0 or 1, and least, 6 + 4√2 ≈ 11.66, at p = 2 − √2 ≈ 0.586.
///
/// - **Observation**: the cell, 0 to 2, or the goal, 3; the features are one number that is 1 everywhere.
/// - **Action**: left or right.
/// - **Reward**: −1 each step.
/// - **Ending**: terminates at the goal. Episodes start in the first cell. γ = 0.99 unless said otherwise;
///   the book's is 1.
/// - **For**: policies that must be stochastic: with shared features every deterministic policy fails, and so
///   does one that is greedy about action values, however good these are.
/// - **Published**: p ≈ 0.59 and −11.6 at best; −44 and −82 for the ε-greedy policies to the right and to the
///   left with ε = 0.1.
/// - SeeAlso: Sutton & Barto (2018), Example 13.1.
public struct ShortCorridor: EnumerableEnvironment, ListedEnvironment {
  /// The action that leads left from the first and the third cell.
  public static let left = 0
  /// The action that leads right from the first and the third cell.
  public static let right = 1
  /// The state in which episodes end.
  public static let goal = 3

  public let name = "short-corridor"
  public let discount: Double
  public let actionNames = ["left", "right"]
  public let stateNames = ["first", "reversed", "third", "goal"]
  public let map: GridMap? = GridMap(
    rows: 1, columns: 4, marks: ["S", "R", "", "G"], directions: [.left, .right])
  var table = OutcomeTable(stateCount: 4, actionCount: 2, starts: [1, 0, 0, 0]) { cell, action in
    if cell == goal { return [] }
    let isRight = (action == right) != (cell == 1)
    let next = isRight ? cell + 1 : max(0, cell - 1)
    return [Outcome(next: next, probability: 1, reward: -1, isTerminal: next == goal)]
  }

  /// Makes the corridor.
  ///
  /// - Parameter discount: γ, in [0, 1].
  public init(discount: Double = 0.99) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.discount = discount
  }

  /// One number that is 1 in every state.
  public var features: StateFeatures? { StateFeatures(count: 1, values: [1, 1, 1, 1]) }
}
