import AssayDiagnostics
import AssayReports
import Foundation

extension DiagnosisMatrix {
  /// For how long agents were trained, in words.
  var training: String {
    steps.map { "\(counted($0, "step")) an agent" } ?? "as many steps as each agent usually takes"
  }
}

/// A diagnosis matrix for a terminal of 80 columns.
public struct MatrixText: Sendable {
  private let matrix: DiagnosisMatrix

  public init(_ matrix: DiagnosisMatrix) { self.matrix = matrix }

  /// How many weak cells are listed.
  private static let weakLimit = 20
  /// Columns of a name; longer ones take several lines.
  private static let nameColumns = 34

  /// The whole table, with a newline at its end. No line is wider than 80 columns.
  public var text: String {
    let agents = Set(matrix.cells.map(\.agent)).sorted().joined(separator: ", ")
    let head =
      "\(counted(matrix.cells.count, "cell")) of \(counted(matrix.seeds.count, "agent")) (\(agents)), "
      + "\(matrix.training); \(NumberText.count(matrix.omissions.count)) more make no sense. "
      + "Shares are per cent of all agents, with 95% Wilson intervals; "
      + "'open' is inconclusive, 'other' a wrong name."
    var lines = TextLayout.wrapped(TextLayout.harmless(head)) + ["", Self.heads]
    lines += matrix.rows.flatMap { row in
      table(
        DiagnosisMatrix.label(row.faults) + (row.strength.map { ", \($0)" } ?? ""),
        isHealthy: row.faults.isEmpty,
        cells: row.cells, score: row.score)
    }
    lines.append("")
    lines += matrix.groups.flatMap { group in
      DiagnosisMatrix.Score(ofCells: group.cells).map {
        table(
          "all " + group.name, isHealthy: group.cells[0].faults.isEmpty, cells: group.cells.count, score: $0)
      } ?? []
    }
    lines += weak
    return lines.map { $0 + "\n" }.joined()
  }

  private static let heads =
    TextLayout.padded("planted, strength", columns: nameColumns)
    + "cells detected       named          open other"

  private func table(_ name: String, isHealthy: Bool, cells: Int, score: DiagnosisMatrix.Score) -> [String] {
    let name = TextLayout.harmless(name)
    let words = TextLayout.wrapped(name, columns: Self.nameColumns - 2)
    let names =
      TextLayout.columns(of: name) <= Self.nameColumns
      ? [name] : words.enumerated().map { ($0.offset == 0 ? "" : "  ") + $0.element }
    let figures = [
      TextLayout.padded(NumberText.count(cells), columns: 5, onLeft: true), " ", share(score.detected), " ",
      share(score.named), percent(score.inconclusive, columns: 5),
      isHealthy
        ? TextLayout.padded(NumberText.missing, columns: 6, onLeft: true)
        : percent(score.misattributed, columns: 6),
    ]
    return names.dropLast() + [
      TextLayout.padded(names.last ?? "", columns: Self.nameColumns) + figures.joined()
    ]
  }

  private func percent(_ estimate: Estimate, columns: Int) -> String {
    TextLayout.padded(wholePercent(estimate.estimate), columns: columns, onLeft: true)
  }

  private func share(_ estimate: Estimate) -> String {
    let low = TextLayout.padded(wholePercent(estimate.low), columns: 3, onLeft: true)
    let high = TextLayout.padded(wholePercent(estimate.high), columns: 3, onLeft: true)
    return percent(estimate, columns: 3) + " [\(low), \(high)]"
  }

  /// The cells in which fewer than nine in ten agents were named right, with what was said instead.
  private var weak: [String] {
    let weak = matrix.weakCells
    guard !weak.isEmpty else { return [] }
    let shown = weak.prefix(Self.weakLimit).flatMap { cell -> [String] in
      let planted = DiagnosisMatrix.label(cell.faults) + (cell.strength.map { ", \($0)" } ?? "")
      let sentence = "\(planted) in \(cell.agent), \(cell.environment): \(cell.said)"
      return TextLayout.wrapped(TextLayout.harmless(sentence), columns: 76)
        .enumerated().map { ($0.offset == 0 ? "  " : "    ") + $0.element }
    }
    let left = weak.count - Self.weakLimit
    return ["", "Cells with fewer than 9 in 10 named right, the worst first"] + shown
      + (left > 0 ? ["  and \(NumberText.count(left)) more, which --out writes down"] : [])
  }
}
