import Assay

/// The maze in which planning from a learned model was first shown to pay, and the two mazes that change.
///
/// ![A maze to plan in, whose walls may change](dyna-maze)
///
///     maze                   gap-right, gap-left, gap-both
///     . . . . . . . # G      . . . . . . . . G
///     . . # . . . . # .      . . . . . . . . .
///     S . # . . . . # .      . . . . . . . . .
///     . . # . . . . . .      a # # # # # # # b
///     . . . . . # . . .      . . . . . . . . .
///     . . . . . . . . .      . . . S . . . . .
///
/// A move that would lead into a wall or off the map leaves the agent in place. The second map has a wall
/// with a gap at `a`, at `b`, or at both, and a wall where it has none. From `S` the way takes 14 steps in
/// the maze, 10 through the gap at the right and 16 through the one at the left. All walls may be changed
/// under an agent: from `gap-right` to `gap-left` its way is blocked, from `gap-left` to `gap-both` a shorter
/// one opens. Every cell is a state, row by row, and one that finds itself inside a wall may leave it.
///
/// - **Observation**: the cell, row by row from the top left, 0 to 53.
/// - **Action**: up, right, down or left.
/// - **Reward**: 1 for entering `G`, else 0.
/// - **Ending**: terminates in `G`. Episodes start in `S`. γ = 0.95.
/// - **For**: whether planning pays, and whether an agent finds out that its model has become wrong, for the
///   worse or for the better.
/// - **Published**: shortest ways of 14 steps; of 10 and then 16 where the way is blocked; of 16 and then 10
///   where one opens.
/// - SeeAlso: Sutton & Barto (2018), Examples 8.1 to 8.3, Figures 8.2, 8.4 and 8.5; Sutton (1990),
///   *Integrated architectures for learning, planning, and reacting*.
public struct DynaMaze: EnumerableEnvironment, ListedEnvironment {
  /// Where the walls are.
  public enum Walls: String, Sendable, Hashable, CaseIterable {
    /// The maze that stays as it is.
    case maze
    /// A wall with a gap at its right end.
    case gapRight = "gap-right"
    /// A wall with a gap at its left end.
    case gapLeft = "gap-left"
    /// A wall with a gap at both ends.
    case gapBoth = "gap-both"

    /// The cells of the walls.
    var cells: [Int] {
      switch self {
      case .maze: [7, 11, 16, 20, 25, 29, 41]
      case .gapRight: Array(27..<35)
      case .gapLeft: Array(28..<36)
      case .gapBoth: Array(28..<35)
      }
    }

    /// The cell in which episodes start.
    var start: Int { self == .maze ? 18 : 48 }
  }

  /// The cell that ends the episode.
  public static let goal = 8

  public let name = "dyna-maze"
  public let discount = 0.95
  public let actionNames = ["up", "right", "down", "left"]
  public let stateNames = (0..<54).map { "row \($0 / 9), column \($0 % 9)" }
  public let map: GridMap?
  /// Where the walls are.
  public let walls: Walls
  var table: OutcomeTable

  /// Makes the maze.
  ///
  /// - Parameter walls: where the walls are.
  public init(walls: Walls = .maze) {
    self.walls = walls
    let wallCells = Set(walls.cells)
    var marks = [String](repeating: "", count: 54)
    marks[walls.start] = "S"
    marks[Self.goal] = "G"
    let directions: [GridMap.Direction] = [.up, .right, .down, .left]
    let map = GridMap(
      rows: 6, columns: 9, marks: marks, cells: (0..<54).map { wallCells.contains($0) ? nil : $0 },
      directions: directions)
    self.map = map
    table = OutcomeTable(
      stateCount: 54, actionCount: 4, starts: (0..<54).map { $0 == walls.start ? 1 : 0 }
    ) { cell, action in
      if cell == Self.goal { return [] }
      let neighbour = map.neighbour(of: cell, towards: directions[action]) ?? cell
      let next = wallCells.contains(neighbour) ? cell : neighbour
      return [
        Outcome(
          next: next, probability: 1, reward: next == Self.goal ? 1 : 0, isTerminal: next == Self.goal)
      ]
    }
  }
}
