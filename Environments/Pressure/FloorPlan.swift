import Assay

/// The floor of a small world on a grid, drawn as text: `#` is a wall, all else can be stood on.
///
/// Places are the cells that are no wall, counted row by row. Actions are up, right, down and left, in this order;
/// beyond the edge of the plan there is a wall, too.
struct FloorPlan: Sendable, Hashable {
  static let directions: [GridMap.Direction] = [.up, .right, .down, .left]
  static let actionNames = directions.map(\.rawValue)

  let rows: Int
  let columns: Int
  /// The cell of each place, `[placeCount]`.
  let cells: [Int]
  /// What is drawn on each place, `[placeCount]`.
  private let marks: [Character]
  /// Where each action leads from each place, `[4 · placeCount]`; `nil` for into a wall.
  private let neighbours: [Int?]

  /// Reads a plan.
  ///
  /// - Parameter lines: its rows, from the top, all of the same length.
  init(_ lines: [String]) {
    let all = lines.flatMap { Array($0) }
    let columns = lines[0].count
    precondition(all.count == lines.count * columns, "every line must have \(columns) characters")
    let cells = all.indices.filter { all[$0] != "#" }
    let grid = GridMap(
      rows: lines.count, columns: columns, marks: all.map { _ in "" }, directions: Self.directions)
    rows = lines.count
    self.columns = columns
    self.cells = cells
    marks = cells.map { all[$0] }
    neighbours = cells.flatMap { cell in
      Self.directions.map { direction in
        grid.neighbour(of: cell, towards: direction).flatMap { cells.firstIndex(of: $0) }
      }
    }
  }

  var placeCount: Int { cells.count }

  /// Where an action leads from a place; `nil` for into a wall.
  func place(after action: Int, in place: Int) -> Int? { neighbours[4 * place + action] }

  /// The one place with a mark.
  func place(marked mark: Character) -> Int {
    guard let place = marks.firstIndex(of: mark) else { preconditionFailure("no place is marked \(mark)") }
    return place
  }

  /// Every place with a mark.
  func places(marked mark: Character) -> [Int] { marks.indices.filter { marks[$0] == mark } }

  /// The plan as a map, for states that each have a place, or none.
  ///
  /// - Parameters:
  ///   - places: the place of each state; `nil` for a state that has none.
  ///   - names: what to call the marks of the plan on the map; what is not named is plain floor.
  /// - Returns: the map.
  func map(places: [Int?], names: [Character: String]) -> GridMap {
    var marks = [String](repeating: "", count: rows * columns)
    for (cell, mark) in zip(cells, self.marks) { marks[cell] = names[mark] ?? "" }
    return GridMap(
      rows: rows, columns: columns, marks: marks, cells: places.map { $0.map { cells[$0] } },
      directions: Self.directions)
  }

  /// The plan as a board.
  ///
  /// - Parameter tile: what each place looks like.
  /// - Returns: the board.
  func tiles(_ tile: (_ place: Int) -> Tiles.Tile) -> Tiles {
    var board = Tiles(rows: rows, columns: columns) { _, _ in Tiles.Tile("", .wall) }
    for (place, cell) in cells.enumerated() { board.tiles[cell] = tile(place) }
    return board
  }
}

/// Everything that can be come by from somewhere, in the order in which a breadth-first search comes by it.
///
/// - Parameters:
///   - starts: where to begin.
///   - following: what is one step away.
/// - Returns: the starts, and all that follows.
func reachable<Configuration: Hashable>(
  from starts: [Configuration], following: (Configuration) -> [Configuration]
) -> [Configuration] {
  var found = starts
  var known = Set(starts)
  var index = 0
  while index < found.count {
    for next in following(found[index]) where known.insert(next).inserted { found.append(next) }
    index += 1
  }
  return found
}
