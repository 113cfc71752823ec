import Assay

/// Where the states lie on a grid: a map checked against the states it is for.
struct MapLayout {
  let rows: Int
  let columns: Int
  /// The states of each cell, by index; several where a cell says not all there is to a state.
  let states: [[StateRow]]
  /// The mark of each cell: `S`, `G`, `H`, or empty.
  let marks: [String]
  /// How many states are nowhere on the map.
  let missing: Int

  /// `nil` for a map that does not fit itself, which a file may hold.
  init?(_ map: GridMap, rows states: [StateRow]) {
    guard map.rows > 0, map.columns > 0, map.rows <= 10_000, map.columns <= 10_000 else { return nil }
    let count = map.rows * map.columns
    // A drawing with more cells than this helps nobody.
    guard map.marks.count == count, count <= 10_000 else { return nil }
    var cells = [[StateRow]](repeating: [], count: count)
    var missing = 0
    for state in states {
      if map.cells.indices.contains(state.index), let cell = map.cells[state.index],
        cells.indices.contains(cell)
      {
        cells[cell].append(state)
      } else {
        missing += 1
      }
    }
    guard missing < states.count else { return nil }
    rows = map.rows
    columns = map.columns
    marks = map.marks
    self.states = cells
    self.missing = missing
  }

  /// Whether some cell stands for several states.
  var isShared: Bool { states.contains { $0.count > 1 } }

  /// Whether the cell has a state from which anything can still happen.
  func isLive(_ cell: Int) -> Bool { states[cell].contains(where: \.isLive) }

  /// The number of a cell: its state's, or the mean of its states', weighted by visits.
  func value(_ cell: Int, of number: (StateRow) -> Double?) -> Double? {
    var sum = 0.0
    var weights = 0.0
    for state in states[cell] where state.isLive {
      guard let value = number(state) else { continue }
      // The little extra gives a cell that is never visited its plain mean.
      let weight = (state.visits ?? 0) + 1e-12
      sum += weight * value
      weights += weight
    }
    return weights > 0 ? sum / weights : nil
  }

  /// The numbers of all live cells.
  func values(of number: (StateRow) -> Double?) -> [Double] {
    states.indices.compactMap { value($0, of: number) }
  }

  /// The state of a cell that is visited most.
  func mostVisited(_ cell: Int) -> StateRow? {
    states[cell].filter(\.isLive).max { ($0.visits ?? 0) < ($1.visits ?? 0) }
  }

  /// What a pointer resting on the cell is told.
  func tooltip(_ cell: Int) -> String {
    guard states[cell].count <= 1 else {
      return "\(states[cell].count) states, of which \(states[cell][0].name)"
    }
    return states[cell].first?.tooltip ?? "no state"
  }

  /// What a picture of the map cannot show, in a sentence; empty where it shows everything.
  var caution: String {
    let parts = [
      isShared ? "Cells with several states show the mean, weighted by visits." : "",
      missing > 0 ? "\(counted(missing, "state")) not on the map." : "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
