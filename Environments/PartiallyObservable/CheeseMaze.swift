import Assay

/// A mouse in a maze of three blind alleys, who sees no more than the walls about it.
///
/// ![A maze of three alleys that look the same](cheese-maze)
///
///     0  1  2  3  4
///     5     6     7
///     8     C    10
///
/// The actions are up, right, down and left, and a move into a wall leaves the mouse in place. It costs 10;
/// any other step costs 1, but for the one that enters the cell of the cheese, 9, which is worth 10. Then the
/// mouse is put in any of the other ten cells, each equally likely, where episodes start too: with that very
/// step, or with the step after it, which does nothing else, costs nothing, and is taken from the cheese's
/// cell. No episode ends.
///
/// - **Observation**: the walls about the cell, as 8 for one above, 4 right, 2 below and 1 left: 5 in the
///   alleys, 7 at their ends, 9, 10, 8, 10 and 12 along the top.
/// - **Action**: 0 up, 1 right, 2 down, 3 left.
/// - **Reward**: −10, −1, 0 or 10.
/// - **Ending**: none.
/// - **For**: states that look the same, and must be told apart by what one did before.
/// - **Published**: an agent that learned it came to 1.28 a step. Best is 67/53 = 1.2642 where being put
///   elsewhere takes a step, and 67/43 = 1.5581 where it does not.
/// - SeeAlso: McCallum (1996), *Reinforcement learning with selective perception and hidden state*; Veness,
///   Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
public struct CheeseMaze: ListedHiddenEnvironment {
  /// The cell of the cheese.
  public static let cheese = 9
  /// Row and column of each cell.
  private static let places = [
    (0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 2), (1, 4), (2, 0), (2, 2), (2, 4),
  ]

  /// When the mouse is put elsewhere.
  public let restart: Restart
  var table: HiddenTable

  /// Makes the maze.
  ///
  /// - Parameter restart: when the mouse is put elsewhere.
  public init(restart: Restart = .nextStep) {
    self.restart = restart
    let others = Self.places.indices.filter { $0 != Self.cheese }
    table = HiddenTable(
      name: "cheese-maze", discount: 0.95, states: Self.places.indices.map { "cell-\($0)" },
      actions: ["up", "right", "down", "left"],
      observations: (0..<16).map { walls in
        let names = [(8, "up"), (4, "right"), (2, "down"), (1, "left")].filter { walls & $0.0 != 0 }.map(\.1)
        return names.isEmpty ? "no-walls" : "walls-" + names.joined(separator: "-")
      }, starts: Self.places.indices.map { $0 == Self.cheese ? 0 : 1 },
      outcomes: { cell, action in
        func anywhere(reward: Double) -> [Outcome] {
          others.map { Outcome(next: $0, probability: 1 / Double(others.count), reward: reward) }
        }
        if cell == Self.cheese { return anywhere(reward: 0) }
        guard let next = Self.neighbour(of: cell, action: action) else {
          return [Outcome(next: cell, probability: 1, reward: -10)]
        }
        if next != Self.cheese { return [Outcome(next: next, probability: 1, reward: -1)] }
        return restart == .atOnce
          ? anywhere(reward: 10) : [Outcome(next: next, probability: 1, reward: 10)]
      },
      sight: { cell in
        (0..<4).reduce(0) { $0 | (Self.neighbour(of: cell, action: $1) == nil ? 8 >> $1 : 0) }
      })
  }

  /// The cell next to one, or `nil` where there is a wall.
  private static func neighbour(of cell: Int, action: Int) -> Int? {
    let (row, column) = places[cell]
    let (down, right) = [(-1, 0), (0, 1), (1, 0), (0, -1)][action]
    return places.firstIndex { $0 == (row + down, column + right) }
  }

  public var picture: Picture {
    let here = Self.places[state]
    return Picture(
      tiles: Tiles(rows: 3, columns: 5) { row, column in
        guard let cell = Self.places.firstIndex(where: { $0 == (row, column) }) else {
          return Tiles.Tile("", .wall)
        }
        if here == (row, column) { return Tiles.Tile(cell == Self.cheese ? "AC" : "A", .agent) }
        return cell == Self.cheese ? Tiles.Tile("C", .goal) : Tiles.Tile()
      }, caption: sight)
  }
}
