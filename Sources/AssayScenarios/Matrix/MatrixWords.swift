import AssayDiagnostics
import AssayReports
import Foundation

// Words and figures that the text and the page of a matrix share.

extension DiagnosisMatrix {
  /// What was planted, in words: `healthy`, or the names of the faults.
  static func label(_ faults: [String]) -> String {
    faults.isEmpty ? DiagnosisName.healthy.rawValue : faults.joined(separator: " + ")
  }

  /// The strengths that occur, from weak to strong; what else a file says comes last.
  var strengths: [String] {
    let known = Fault.Strength.allCases.map(\.rawValue)
    let found = Set(cells.compactMap(\.strength))
    return known.filter(found.contains) + found.subtracting(known).sorted()
  }

  /// Cells in which fewer than nine in ten agents were named right, the worst first.
  var weakCells: [Cell] {
    cells.enumerated().filter { $0.element.score.named.estimate < 0.9 }.sorted { first, second in
      (first.element.score.named.estimate, first.offset) < (
        second.element.score.named.estimate, second.offset
      )
    }.map(\.element)
  }

  /// Cells that count together: healthy agents, and single faults and pairs of faults at each strength.
  var groups: [(name: String, cells: [Cell])] {
    var groups = [(name: "healthy agents", cells: cells.filter(\.faults.isEmpty))]
    // Faults without strengths count at every one.
    for (title, count) in [("single faults", 1), ("pairs of faults", 2)] {
      let wanted = cells.filter { $0.faults.count == count }
      let found = strengths.filter { strength in wanted.contains { $0.strength == strength } }
      if found.isEmpty { groups.append((title, wanted)) }
      for strength in found {
        groups.append(
          ("\(title), \(strength)", wanted.filter { $0.strength == nil || $0.strength == strength }))
      }
    }
    return groups.filter { !$0.cells.isEmpty }
  }
}

extension DiagnosisMatrix.Cell {
  /// What was said of its agents, with how many of them, the most frequent first.
  var said: String {
    Dictionary(grouping: answers) { ([$0.diagnosis] + $0.also).joined(separator: " + ") }
      .map { (name: $0.key, count: $0.value.count) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
      .map { "\($0.count) \($0.name)" }.joined(separator: ", ")
  }
}

extension DiagnosisMatrix.Score {
  /// Counts the answers of several cells together; `nil` where there are none.
  init?(ofCells cells: [DiagnosisMatrix.Cell]) {
    let answers = cells.flatMap { cell in cell.answers.map { ($0, cell.faults) } }
    guard !answers.isEmpty else { return nil }
    self.init(of: answers)
  }
}

/// A share in whole per cent. What is not all is never 100, what is not nothing never 0.
func wholePercent(_ share: Double) -> String {
  guard share.isFinite else { return NumberText.missing }
  guard share > 0, share < 1 else { return String(format: "%.0f", share * 100) }
  return String(format: "%.0f", min(99, max(1, share * 100)))
}
