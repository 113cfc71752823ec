import Assay

/// Sixteen cells, one of which is a goal, and nothing to see but whether one found it.
///
/// ![A goal in a corner, and no way to see where one is](four-by-four-grid)
///
/// The goal is the cell at the lower right. Episodes start in any of the other 15, each equally likely. The
/// actions are up, right, down and left, and a move off the grid leaves the agent in place. Entering the goal
/// is worth 1, and moves the agent to any of the other 15 cells, each equally likely: with that very step, or
/// with the step after it, which does nothing else and is taken from the goal. No episode ends.
///
/// - **Observation**: 1 after a step that was rewarded, else 0, if the world shows the reward; always 0 if it
///   does not.
/// - **Action**: 0 up, 1 right, 2 down, 3 left.
/// - **Reward**: 1 for entering the goal, else 0.
/// - **Ending**: none.
/// - **For**: telling where one is by what one tried without success.
/// - **Published**: an agent that learned it came to 0.24 a step. Best is 15/62 = 0.2419 where being moved
///   takes no step, by turns right and down; where it takes one, that way comes to 15/77 = 0.1948, and even
///   who sees all to no more than 1/4.2 = 0.2381.
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
public struct FourByFourGrid: ListedHiddenEnvironment {
  /// The cell of the goal; cells are numbered row by row.
  public static let goal = 15
  private static let grid = GridMap(
    rows: 4, columns: 4, marks: (0..<16).map { $0 == goal ? "G" : "" },
    directions: [.up, .right, .down, .left])

  /// When the agent is moved away from the goal.
  public let restart: Restart
  /// What is observed.
  public let shown: Sight
  var table: HiddenTable

  /// Makes the grid.
  ///
  /// State i is cell i. Where the agent is moved at once and the reward is shown, 15 more states, from number
  /// 15, are those of having just been moved to cell i − 15.
  ///
  /// - Parameters:
  ///   - restart: when the agent is moved away from the goal.
  ///   - shown: what is observed.
  public init(restart: Restart = .atOnce, shown: Sight = .reward) {
    self.restart = restart
    self.shown = shown
    let count = restart == .nextStep ? 16 : shown == .reward ? 30 : 15
    // The first of the states to which one is moved.
    let moved = count == 30 ? 15 : 0
    func anywhere(reward: Double) -> [Outcome] {
      (0..<15).map { Outcome(next: moved + $0, probability: 1.0 / 15, reward: reward) }
    }
    table = HiddenTable(
      name: "four-by-four-grid", discount: 0.95,
      states: (0..<count).map {
        $0 <= Self.goal && count != 30 || $0 < 15 ? "cell-\($0)" : "cell-\($0 - 15)-after-goal"
      },
      actions: ["up", "right", "down", "left"],
      observations: shown == .reward ? ["nothing", "goal"] : ["nothing"],
      starts: (0..<count).map { $0 < 15 ? 1 : 0 },
      outcomes: { state, action in
        let cell = count == 30 ? state % 15 : state
        if cell == Self.goal { return anywhere(reward: 0) }
        let direction: GridMap.Direction = [.up, .right, .down, .left][action]
        let next = Self.grid.neighbour(of: cell, towards: direction) ?? cell
        if next == Self.goal && restart == .atOnce { return anywhere(reward: 1) }
        return [Outcome(next: next, probability: 1, reward: next == Self.goal ? 1 : 0)]
      },
      sight: { state in shown == .reward && state >= 15 ? 1 : 0 })
  }

  public var picture: Picture {
    let cell = table.process.stateCount == 30 ? state % 15 : state
    return Picture(tiles: Self.grid.tiles(markingCell: cell), caption: sight)
  }
}
