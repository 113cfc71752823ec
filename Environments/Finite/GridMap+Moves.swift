import Assay

extension GridMap {
  /// The cell next to one, or `nil` where that is off the grid.
  func neighbour(of cell: Int, towards direction: Direction) -> Int? {
    let row = cell / columns
    let column = cell % columns
    switch direction {
    case .up: return row > 0 ? cell - columns : nil
    case .down: return row < rows - 1 ? cell + columns : nil
    case .left: return column > 0 ? cell - 1 : nil
    case .right: return column < columns - 1 ? cell + 1 : nil
    }
  }

  /// The map with the agent in the cell of a state, and below it which cell that is.
  func picture(of state: Int) -> Picture {
    let cell = cells[state]
    return Picture(
      tiles: tiles(markingCell: cell),
      caption: cell.map { "row \($0 / columns), column \($0 % columns)" } ?? "")
  }
}
