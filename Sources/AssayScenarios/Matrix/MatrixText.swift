import AssayDiagnostics
import AssayReports
import Foundation

/// A diagnosis matrix for a terminal of 80 columns.
public struct MatrixText: Sendable {
  private let matrix: DiagnosisMatrix

  public init(_ matrix: DiagnosisMatrix) { self.matrix = matrix }

  /// The whole table, with a newline at its end.
  public var text: String {
    let agents = Set(matrix.cells.map(\.agent)).sorted().joined(separator: ", ")
    let head =
      "\(matrix.cells.count) cells of \(matrix.seeds.count) agents (\(agents)), \(matrix.steps.map { "\($0) steps each" } ?? "trained as long as they usually take"); "
      + "\(matrix.omissions.count) more make no sense. Shares are of all agents, with 95% Wilson intervals; "
      + "'open' is inconclusive, 'other' a wrong name."
    var lines = TextLayout.wrapped(head) + ["", Self.columns]
    lines += matrix.rows.map(row)
    let strengths = Fault.Strength.allCases.filter { strength in
      matrix.cells.contains { $0.strength == strength.rawValue }
    }
    lines.append("")
    for strength in strengths {
      for (title, count) in [("single faults", 1), ("pairs of faults", 2)] {
        guard let score = matrix.score(atStrength: strength, where: { $0.count == count }) else { continue }
        lines += TextLayout.wrapped(
          "\(title), \(strength.rawValue): detected \(share(score.detected)), named \(share(score.named))")
      }
    }
    lines += missed
    return lines.map { $0 + "\n" }.joined()
  }

  private static let columns =
    TextLayout.padded("fault, strength", columns: nameColumns) + "cells  detected      named         open other"
  private static let nameColumns = 35

  private func row(_ row: DiagnosisMatrix.Row) -> String {
    let name =
      (row.faults.isEmpty ? "healthy" : row.faults.joined(separator: " + "))
      + (row.strength.map { ", \($0)" } ?? "")
    let score = row.score
    let columns = [
      TextLayout.padded(String(row.cells), columns: 5, onLeft: true), "", share(score.detected),
      share(score.named), String(format: "%3.0f%%", score.inconclusive.estimate * 100),
      String(format: "%4.0f%%", score.misattributed.estimate * 100),
    ].joined(separator: " ")
    let start = TextLayout.padded(name.count < Self.nameColumns ? name : "", columns: Self.nameColumns)
    return (name.count < Self.nameColumns ? "" : name + "\n") + start + columns
  }

  private func share(_ estimate: Estimate) -> String {
    String(format: "%3.0f%% [%2.0f,%3.0f]", estimate.estimate * 100, estimate.low * 100, estimate.high * 100)
  }

  /// The cells in which fewer than nine in ten agents were named right, with what was said instead.
  private var missed: [String] {
    let weak = matrix.cells.filter { $0.score.named.estimate < 0.9 }
    guard !weak.isEmpty else { return [] }
    return ["", "Cells with fewer than 9 in 10 named right:"]
      + weak.flatMap { cell -> [String] in
        let said = Dictionary(grouping: cell.answers) { answer in
          ([answer.diagnosis] + answer.also).joined(separator: " + ")
        }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
          .map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
        let name =
          (cell.faults.isEmpty ? "healthy" : cell.faults.joined(separator: " + "))
          + (cell.strength.map { ", \($0)" } ?? "")
        return TextLayout.wrapped("\(name) in \(cell.agent), \(cell.environment): \(said)", columns: 76)
          .enumerated().map { ($0.offset == 0 ? "  " : "    ") + $0.element }
      }
  }
}
