import Assay

/// Four cells in a row, one of which is a goal, and no way to see in which one is.
///
/// ![Four cells in a row, and no way to see where one is](one-dimensional-maze)
///
/// The goal is the third cell from the left. Episodes start in one of the other three, each equally likely.
/// The actions are left and right, and a move off the row leaves the agent in place. Entering the goal is
/// worth 1. What follows depends on the world's ``goal``: one stands in the goal's cell like in any other, or
/// one is moved at once to one of the other three cells, each equally likely. No episode ends.
///
/// - **Observation**: 1 after a step that was rewarded, else 0, if the world shows the reward; always 0 if it
///   does not.
/// - **Action**: 0 left, 1 right.
/// - **Reward**: 1 for entering the goal, else 0.
/// - **Ending**: none.
/// - **For**: acting on memory alone, as what one sees never says where one is.
/// - **Published**: 0.5 a step is best. That holds for either goal: one that is passed can be entered in
///   every second step, blind or not, and one that moves the agent away is found after 2 steps on average, as
///   long as the reward is seen.
/// - SeeAlso: Cassandra, Kaelbling & Littman (1994), *Acting optimally in partially observable stochastic
///   domains*; Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
public struct OneDimensionalMaze: ListedHiddenEnvironment {
  /// What follows once the goal was entered.
  public enum Goal: String, Sendable, Hashable, CaseIterable {
    /// One stands in its cell.
    case passable
    /// One is moved to another cell.
    case restarts
  }

  /// The action to the left.
  public static let left = 0
  /// The action to the right.
  public static let right = 1
  /// The cell of the goal.
  public static let goalCell = 2

  /// What follows once the goal was entered.
  public let goal: Goal
  /// What is observed.
  public let shown: Sight
  /// The cell of each state.
  private let cells: [Int]
  var table: HiddenTable

  /// Makes the maze.
  ///
  /// - Parameters:
  ///   - goal: what follows once the goal was entered.
  ///   - shown: what is observed.
  public init(goal: Goal = .passable, shown: Sight = .reward) {
    self.goal = goal
    self.shown = shown
    let others = [0, 1, 3]
    // Where one is moved away, what is seen does not follow from the cell: there are states for having just
    // been.
    let cells = goal == .passable ? [0, 1, 2, 3] : shown == .reward ? others + others : others
    self.cells = cells
    table = HiddenTable(
      name: "one-dimensional-maze", discount: 0.95,
      states: cells.indices.map { "cell-\(cells[$0])" + ($0 < 3 || goal == .passable ? "" : "-after-goal") },
      actions: ["left", "right"], observations: shown == .reward ? ["nothing", "goal"] : ["nothing"],
      starts: cells.indices.map {
        $0 < 4 && cells[$0] != Self.goalCell && $0 == cells.firstIndex(of: cells[$0]) ? 1 : 0
      },
      outcomes: { state, action in
        let cell = action == Self.left ? max(0, cells[state] - 1) : min(3, cells[state] + 1)
        let isRewarded = cell == Self.goalCell
        if isRewarded && goal == .restarts {
          return (0..<3).map { Outcome(next: cells.count - 3 + $0, probability: 1.0 / 3, reward: 1) }
        }
        return [
          Outcome(next: cells.firstIndex(of: cell) ?? 0, probability: 1, reward: isRewarded ? 1 : 0)
        ]
      },
      sight: { state in
        guard shown == .reward else { return 0 }
        return goal == .passable ? (cells[state] == Self.goalCell ? 1 : 0) : state / 3
      })
  }

  public var picture: Picture {
    let cell = cells[state]
    return Picture(
      tiles: Tiles(rows: 1, columns: 4) { _, column in
        column == cell
          ? Tiles.Tile("A", .agent) : column == Self.goalCell ? Tiles.Tile("G", .goal) : Tiles.Tile()
      }, caption: sight)
  }
}
