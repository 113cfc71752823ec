import CMachine
import Foundation

/// How long an update of one network takes, in each library.
struct UpdateResult: Encodable {
  var task: UpdateTask
  var ours: Pace?
  /// By the peer's word.
  var peers: [String: Pace]
  /// How fast this machine multiplies matrices, in operations a second.
  var productRate: Double?

  /// Their words, and what they are called.
  static let peerNames = [("torch", "torch eager"), ("jax-jit", "jax.jit"), ("jax-scan", "jax.lax.scan")]
  static let rounds = 3
  private static let limit = Duration.seconds(180)

  /// Ours and the peers in turn, several times, each time in a process of its own on the same core.
  static func measured(_ task: UpdateTask, python: String?, productRate: Double?) throws -> UpdateResult {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "assay-benchmarks-\(ProcessInfo.processInfo.processIdentifier)-update", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try task.write(to: folder)
    let core = "\(assay_last_core())"
    var ours: [Pace?] = []
    var peers: [String: [Pace?]] = [:]
    for _ in 0..<rounds {
      let arguments = ["measure-once", "update", "--folder", folder.path, "--core", core]
      ours.append(try Child.measurement(Child.itself, arguments, limit: limit))
      guard let python else { continue }
      for (word, _) in peerNames {
        peers[word, default: []].append(
          try Child.measurement(
            URL(fileURLWithPath: python), [Child.script("update.py").path, word, folder.path, core],
            limit: limit))
      }
    }
    return UpdateResult(
      task: task, ours: .joined(ours), peers: peers.compactMapValues(Pace.joined), productRate: productRate)
  }

  // MARK: Printing

  static let heading =
    """

    One update of a network, forward, backward and Adam, on one core: microseconds

    """
    + Table.line("", ["ours"] + peerNames.map(\.1) + ["GFLOP/s", "bound"])

  var text: String {
    guard let ours else { return Table.line(task.name, ["failed"]) }
    let columns =
      [Table.digits(ours.seconds * 1e6)]
      + Self.peerNames.map { word, _ in peers[word].map { Table.digits($0.seconds * 1e6) } ?? "–" }
      + [
        Table.digits(task.operations / ours.seconds / 1e9),
        productRate.map { Table.digits(task.operations / $0 * 1e6) } ?? "",
      ]
    var lines = [Table.line(task.name, columns)]
    if !peers.isEmpty {
      lines.append(
        "  "
          + Self.peerNames.map { word, name in
            Table.verdict(
              name, peers[word].map { $0.seconds / ours.seconds }, target: task.target(against: word))
          }.joined(separator: "; "))
    }
    for (word, name) in Self.peerNames {
      if let outcome = peers[word]?.outcome, abs(outcome - ours.outcome) > 1e-2 * abs(ours.outcome) {
        lines.append("  \(name) does not the same: its loss is \(outcome), ours \(ours.outcome)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
