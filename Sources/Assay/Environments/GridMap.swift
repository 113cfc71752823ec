/// How the states of a world lie on a grid, so that people can be shown a map rather than a list.
public struct GridMap: Sendable, Hashable, Codable {
  /// Where an action points on the map.
  public enum Direction: String, Sendable, Hashable, Codable {
    case up, down, left, right
  }

  /// How many rows the map has.
  public var rows: Int
  /// How many columns the map has.
  public var columns: Int
  /// One short mark for each cell, row by row, `[rows × columns]`: `S` start, `G` goal, `H` hole, empty for
  /// plain floor.
  public var marks: [String]
  /// The cell of each state, `[stateCount]`; `nil` for a state that is not on the map.
  public var cells: [Int?]
  /// Where each action points, `[actionCount]`; `nil` for an action that is not a move.
  public var directions: [Direction?]

  /// A map whose state `i` is cell `i`, row by row.
  public init(rows: Int, columns: Int, marks: [String], directions: [Direction?]) {
    self.init(
      rows: rows, columns: columns, marks: marks, cells: Array(0..<rows * columns), directions: directions)
  }

  public init(rows: Int, columns: Int, marks: [String], cells: [Int?], directions: [Direction?]) {
    precondition(
      marks.count == rows * columns,
      "a \(rows)×\(columns) map needs \(rows * columns) marks, not \(marks.count)")
    self.rows = rows
    self.columns = columns
    self.marks = marks
    self.cells = cells
    self.directions = directions
  }
}
