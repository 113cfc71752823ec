import Assay

/// A maze of two rooms with a wall between them, in which there is a gap far from the goal, or near it.
///
/// ![The way round is long until a shortcut opens](shortcut-maze)
///
///     .  .  .  .  .  G
///     .  .  .  .  .  .
///     f  #  #  #  #  n
///     .  .  .  .  .  .
///     S  S  S  S  S  S
///
/// The wall has a gap at `f`, at `n` or at both. A move into the wall, a closed gap or off the map leaves the agent in
/// place. With probability `slip` a move goes in a direction drawn at random instead, the one that was meant included.
/// Episodes start anywhere in the last row, each cell equally likely. From its right end the way takes 14 steps
/// through the far gap and 4 through the near one.
///
/// - **Observation**: the cell, counted row by row without the wall's inner four.
/// - **Action**: up, right, down, left.
/// - **Reward**: 1 for entering `G`, otherwise 0.
/// - **Ending**: entering `G` terminates the episode. γ = 0.95.
/// - **For**: a planner that exploits its model: a model that hallucinates the near gap promises what the world does
///   not keep. An agent whose world changes from one gap to the other has something to find out.
/// - SeeAlso: Sutton & Barto (2018), Examples 8.2 and 8.3, whose mazes change in the same way.
public struct ShortcutMaze: EnumerableEnvironment, ListedEnvironment {
  /// Where the wall has its gap.
  public enum Gap: String, Sendable, Hashable, CaseIterable {
    /// At the left end: the way is long.
    case far
    /// At the right end, below the goal.
    case near
    /// At both ends.
    case both
  }

  public let name = "shortcut-maze"
  public let discount = 0.95
  public let actionNames = ["up", "right", "down", "left"]
  public let map: GridMap?
  /// Where the wall has its gap.
  public let gap: Gap
  /// How likely a move goes in a direction drawn at random, in [0, 1].
  public let slip: Double
  var table: OutcomeTable

  /// The states, from the top left: those of the upper room, of the two gaps, and of the lower room.
  private static let cells = Array(0..<13) + Array(17..<30)
  private static let goal = 5
  private static let farGap = 12
  private static let nearGap = 13

  /// Makes the maze.
  ///
  /// - Parameters:
  ///   - gap: where the wall has its gap.
  ///   - slip: how likely a move goes in a direction drawn at random, in [0, 1].
  public init(gap: Gap = .far, slip: Double = 0.1) {
    precondition(slip >= 0 && slip <= 1, "slip must be in [0, 1], but is \(slip)")
    self.gap = gap
    self.slip = slip
    let cells = Self.cells
    var marks = [String](repeating: "", count: 30)
    marks[cells[Self.goal]] = "G"
    for column in 24..<30 { marks[column] = "S" }
    let grid = GridMap(
      rows: 5, columns: 6, marks: marks, cells: cells, directions: [.up, .right, .down, .left])
    map = grid
    let isClosed = { state in Self.isClosed(state, with: gap) }
    let moves: [[Int]] = cells.indices.map { state in
      grid.directions.compactMap { $0 }.map { direction in
        guard let cell = grid.neighbour(of: cells[state], towards: direction),
          let next = cells.firstIndex(of: cell), !isClosed(next)
        else { return state }
        return next
      }
    }
    table = OutcomeTable(
      stateCount: cells.count, actionCount: 4, starts: cells.map { $0 >= 24 ? 1 : 0 }
    ) { state, action in
      if state == Self.goal { return [] }
      return (0..<4).map { direction in
        let next = moves[state][direction]
        return Outcome(
          next: next, probability: (direction == action ? 1 - slip : 0) + slip / 4,
          reward: next == Self.goal ? 1 : 0, isTerminal: next == Self.goal)
      }
    }
  }

  public var picture: Picture {
    guard let map else { return Picture() }
    var picture = map.picture(of: state)
    guard case .tiles(var tiles) = picture.scene else { return picture }
    for closed in [Self.farGap, Self.nearGap] where Self.isClosed(closed, with: gap) && closed != state {
      tiles.tiles[Self.cells[closed]].tint = .wall
    }
    picture.scene = .tiles(tiles)
    return picture
  }

  private static func isClosed(_ state: Int, with gap: Gap) -> Bool {
    gap == .near && state == farGap || gap == .far && state == nearGap
  }
}
