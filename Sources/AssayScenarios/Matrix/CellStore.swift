import Assay
import AssayDiagnostics
import Foundation

/// Finished cells of a matrix in files, one each, so that a run that was killed goes on where it was.
struct CellStore: Sendable {
  private let directory: URL
  private let seeds: [UInt64]

  /// What the cells of a directory have in common.
  private struct Header: Codable, Hashable {
    var schema = "assay.matrix-cells/1"
    var steps: Int?
    var seeds: [UInt64]
    var measurements: Int
  }

  /// Opens a directory, or makes it.
  ///
  /// - Throws: ``DataError`` when it cannot be made or written, or holds cells of another plan.
  init(directory: URL, plan: MatrixPlan) throws(DataError) {
    self.directory = directory.appendingPathComponent("cells", isDirectory: true)
    seeds = plan.seeds
    let header = Header(steps: plan.steps, seeds: plan.seeds, measurements: plan.measurements)
    let file = directory.appendingPathComponent("plan.json")
    do {
      try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    } catch {
      throw DataError(
        field: "the directory", value: directory.path, allowed: "one that can be made and written to")
    }
    if let data = try? Data(contentsOf: file) {
      guard let known = try? JSONDecoder().decode(Header.self, from: data) else {
        throw DataError(field: file.path, value: "no plan", allowed: "the plan of an earlier run, or no file")
      }
      guard known == header else {
        throw DataError(
          field: "the plan in \(directory.path)",
          value:
            "\(known.steps.map(String.init) ?? "the usual") steps, \(known.seeds.count) seeds from \(known.seeds.first ?? 0)",
          allowed:
            "\(plan.steps.map(String.init) ?? "the usual") steps, \(plan.seeds.count) seeds from \(plan.seeds.first ?? 0); or another directory"
        )
      }
      return
    }
    try Self.write(header, to: file)
  }

  /// A finished cell; `nil` where there is none that can be read.
  func cell(named key: String) -> DiagnosisMatrix.Cell? {
    guard let data = try? Data(contentsOf: file(key)),
      let cell = try? JSONDecoder().decode(DiagnosisMatrix.Cell.self, from: data),
      cell.answers.map(\.seed) == seeds
    else { return nil }
    return cell
  }

  /// Keeps a finished cell: whole or not at all.
  func keep(_ cell: DiagnosisMatrix.Cell, named key: String) throws(DataError) {
    try Self.write(cell, to: file(key))
  }

  private func file(_ key: String) -> URL { directory.appendingPathComponent(key + ".json") }

  private static func write(_ value: some Encodable, to file: URL) throws(DataError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { try encoder.encode(value).write(to: file, options: .atomic) } catch {
      throw DataError(field: file.path, value: "not written", allowed: "a file that can be written")
    }
  }
}
