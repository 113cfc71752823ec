import Assay

/// A grid to cross in a wind that blows upwards, harder in the middle than at the sides.
///
/// ![A wind carries one upwards; every step costs 1](windy-grid)
///
///     . . . . . . . . . .
///     . . . . . . . . . .
///     . . . . . . . . . .
///     S . . . . . . G . .
///     . . . . . . . . . .
///     . . . . . . . . . .
///     . . . . . . . . . .
///     0 0 0 1 1 1 2 2 1 0
///
/// A move leads from its cell to the one it points at and, in the same step, as many cells up as the number
/// below the column it leaves; what would lead off the grid ends at its border. In a stochastic wind the
/// numbers that are not 0 are one more in a third of the steps and one less in another. King's moves go to
/// all eight neighbours; to stay is to be carried by the wind alone.
///
/// - **Observation**: the cell, row by row from the top left, 0 to 69.
/// - **Action**: up, right, down or left; of king's moves, also up-right, down-right, down-left and up-left;
///   with the ninth, stay.
/// - **Reward**: −1 each step.
/// - **Ending**: terminates in `G`. Episodes start in `S`. γ = 0.99 unless said otherwise; the book's is 1.
/// - **For**: on-policy learning where no episode ends by itself, so that one has to learn while it lasts.
/// - **Published**: the shortest way takes 15 steps; with king's moves 7, and with nine moves no fewer.
/// - SeeAlso: Sutton & Barto (2018), Example 6.5 and Exercises 6.9 and 6.10.
public struct WindyGrid: EnumerableEnvironment, ListedEnvironment {
  /// Which moves there are.
  public enum Moves: String, Sendable, Hashable, CaseIterable {
    /// Up, right, down and left.
    case four
    /// To all eight neighbours.
    case king
    /// To all eight neighbours, or nowhere.
    case kingAndStay = "king-and-stay"

    /// How many there are.
    var count: Int {
      switch self {
      case .four: 4
      case .king: 8
      case .kingAndStay: 9
      }
    }
  }

  /// How the wind blows.
  public enum Wind: String, Sendable, Hashable, CaseIterable {
    /// Always as hard as the column says.
    case steady
    /// One harder in a third of the steps, one weaker in another, where it blows at all.
    case stochastic
  }

  private static let rows = 7
  private static let columns = 10
  private static let start = 30
  private static let goal = 37
  private static let strengths = [0, 0, 0, 1, 1, 1, 2, 2, 1, 0]
  /// How many rows down and columns to the right each move leads.
  private static let steps = [
    (-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1), (0, 0),
  ]

  public let name = "windy-grid"
  public let discount: Double
  public let actionNames: [String]
  public let stateNames = (0..<rows * columns).map { "row \($0 / columns), column \($0 % columns)" }
  public let map: GridMap?
  /// Which moves there are.
  public let moves: Moves
  /// How the wind blows.
  public let wind: Wind
  var table: OutcomeTable

  /// Makes the grid.
  ///
  /// - Parameters:
  ///   - moves: which moves there are.
  ///   - wind: how the wind blows.
  ///   - discount: γ, in [0, 1].
  public init(moves: Moves = .four, wind: Wind = .steady, discount: Double = 0.99) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.moves = moves
    self.wind = wind
    self.discount = discount
    let names = [
      "up", "right", "down", "left", "up-right", "down-right", "down-left", "up-left", "stay",
    ]
    actionNames = Array(names.prefix(moves.count))
    let count = Self.rows * Self.columns
    var marks = [String](repeating: "", count: count)
    marks[Self.start] = "S"
    marks[Self.goal] = "G"
    let directions: [GridMap.Direction?] = [.up, .right, .down, .left, nil, nil, nil, nil, nil]
    map = GridMap(
      rows: Self.rows, columns: Self.columns, marks: marks,
      directions: Array(directions.prefix(moves.count)))
    table = OutcomeTable(
      stateCount: count, actionCount: moves.count, starts: (0..<count).map { $0 == Self.start ? 1 : 0 }
    ) { cell, action in
      if cell == Self.goal { return [] }
      let (row, column) = cell.quotientAndRemainder(dividingBy: Self.columns)
      let strength = Self.strengths[column]
      let strengths =
        wind == .steady || strength == 0 ? [strength] : [strength - 1, strength, strength + 1]
      return strengths.map { strength in
        let nextRow = min(max(row + Self.steps[action].0 - strength, 0), Self.rows - 1)
        let nextColumn = min(max(column + Self.steps[action].1, 0), Self.columns - 1)
        let next = nextRow * Self.columns + nextColumn
        return Outcome(
          next: next, probability: 1 / Double(strengths.count), reward: -1, isTerminal: next == Self.goal)
      }
    }
  }

  /// The grid, and below each column how hard the wind blows in it.
  public var picture: Picture {
    guard let map else { return Picture() }
    let grid = map.tiles(markingCell: state)
    let tiles = Tiles(rows: Self.rows + 1, columns: Self.columns) { row, column in
      if row < Self.rows { return grid[row, column] }
      let strength = Self.strengths[column]
      return Tiles.Tile(strength > 0 ? "\(strength)↑" : "", .muted)
    }
    return Picture(tiles: tiles, caption: stateNames[state])
  }
}
