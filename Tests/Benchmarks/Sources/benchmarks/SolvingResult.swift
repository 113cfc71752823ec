import AssayPlanning
import Foundation

/// How all methods did on a process of one size.
struct SolvingResult: Encodable {
  struct Row: Encodable {
    var library: String
    var method: String
    /// `nil` where it failed or took too long.
    var measurement: Measurement?

    private enum CodingKeys: CodingKey {
      case library, method, seconds, repetitions, error, peakBytes
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(library, forKey: .library)
      try container.encode(method, forKey: .method)
      try container.encode(measurement?.seconds, forKey: .seconds)
      try container.encode(measurement?.samples.count, forKey: .repetitions)
      try container.encode(measurement?.error, forKey: .error)
      try container.encode(measurement?.peakBytes, forKey: .peakBytes)
    }
  }

  /// What the values may be off by.
  static let tolerance = 1e-6
  /// The most that a process of a million states may take.
  static let largestPeak = 1 << 30

  var states: Int
  var rows: [Row]

  /// How many times as fast as the best peer the best of ours has to be.
  var target: Double { states >= 1_000_000 ? 2 : 3 }

  var ours: Measurement? { best { $0.library == "assay" } }
  var bestPeer: Measurement? { best { $0.library != "assay" } }

  /// The fastest that is as near to the truth as it has to be.
  private func best(where isCandidate: (Row) -> Bool) -> Measurement? {
    rows.filter(isCandidate).compactMap(\.measurement).filter { $0.error <= Self.tolerance }
      .min { $0.seconds < $1.seconds }
  }

  // MARK: Measuring

  private static let peers = [
    (library: "scipy", method: "value-iteration", word: "scipy-vi"),
    (library: "scipy", method: "modified-policy-iteration", word: "scipy-mpi"),
    (library: "quantecon", method: "modified-policy-iteration", word: "quantecon-mpi"),
    (library: "mdpsolver", method: "modified-policy-iteration", word: "mdpsolver-mpi"),
  ]

  private static let limit = Duration.seconds(120)

  /// Measures ours and the peers' in turn, more than once where that is quick, since machines change pace.
  static func measured(states: Int, python: String?) throws -> SolvingResult {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "assay-benchmarks-\(ProcessInfo.processInfo.processIdentifier)-\(states)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let rounds = try (0..<(states > 200_000 ? 1 : 3)).map { _ in
      try round(states: states, python: python, folder: folder.path)
    }
    let rows = rounds[0].indices.map { index in
      var row = rounds[0][index]
      row.measurement = .joined(rounds.map { $0[index].measurement })
      return row
    }
    return SolvingResult(states: states, rows: rows)
  }

  private static func round(states: Int, python: String?, folder: String) throws -> [Row] {
    var rows = try [SolutionMethod.modifiedPolicyIteration, .valueIteration].map { method in
      let arguments = [
        "solve-once", "--states", "\(states)", "--method", method.rawValue, "--folder", folder,
      ]
      return Row(
        library: "assay", method: method.rawValue,
        measurement: try Child.measurement(Child.itself, arguments, limit: limit))
    }
    guard let python else { return rows }
    let script = Child.script("solve.py")
    // To turn a large process into the lists that mdpsolver takes costs minutes, and then it is slowest by far.
    for peer in peers where peer.library != "mdpsolver" || states <= 200_000 {
      let measurement = try Child.measurement(
        URL(fileURLWithPath: python), [script.path, peer.word, folder], limit: limit, as: Measurement.self)
      rows.append(Row(library: peer.library, method: peer.method, measurement: measurement))
    }
    return rows
  }

  // MARK: Printing

  static let heading = """
    Solving random processes to within 1e-6
    """

  var text: String {
    var lines = ["", line("\(states) states", "seconds", "true error", "peak MiB", "ours is")]
    for row in rows {
      let name = "\(row.library) \(row.method)"
      guard let measurement = row.measurement else {
        lines.append(line("  \(name)", "failed", "", "", ""))
        continue
      }
      lines.append(
        line(
          "  \(name)", Self.digits(measurement.seconds), String(format: "%.0e", measurement.error),
          "\(measurement.peakBytes >> 20)", ratio(to: row)))
    }
    return (lines + verdicts).joined(separator: "\n")
  }

  /// How many times as fast the same method is here.
  private func ratio(to row: Row) -> String {
    guard row.library != "assay", let measurement = row.measurement,
      let same = rows.first(where: { $0.library == "assay" && $0.method == row.method })?.measurement
    else { return "" }
    return String(format: "%.1f×", measurement.seconds / same.seconds)
  }

  private var verdicts: [String] {
    guard let ours else { return ["  not solved: target missed"] }
    var lines: [String] = []
    if let bestPeer {
      let ratio = bestPeer.seconds / ours.seconds
      lines.append(
        String(format: "  best to best: %.1f× as fast; target %.0f×, ", ratio, target)
          + (ratio >= target ? "reached" : "missed"))
    }
    if states >= 1_000_000 {
      lines.append(
        "  peak memory: \(ours.peakBytes >> 20) MiB; target \(Self.largestPeak >> 20) MiB, "
          + (ours.peakBytes < Self.largestPeak ? "reached" : "missed"))
    }
    return lines
  }

  private func line(_ name: String, _ columns: String...) -> String {
    name.padding(toLength: 38, withPad: " ", startingAt: 0)
      + columns.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
  }

  /// Three digits.
  private static func digits(_ seconds: Double) -> String {
    let decimals = max(0, 2 - Int(log10(seconds).rounded(.down)))
    return String(format: "%.\(decimals)f", seconds)
  }
}
