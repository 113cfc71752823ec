import CMachine
import Foundation

/// How fast a world steps, in each library.
struct EnvironmentResult: Encodable {
  var name: String
  var isMoving: Bool
  /// One of 256 copies that are stepped together.
  var together: Pace?
  /// One by itself.
  var single: Pace?
  /// By the peer's word.
  var peers: [String: Pace]

  /// Their words, what they are called, and how many times as fast ours has to be.
  private static let peerNames = [
    (word: "gymnax", title: "gymnax", target: 3.0), (word: "envpool", title: "EnvPool", target: 20),
    (word: "gymnasium", title: "Gymnasium", target: 50),
  ]
  private static let limit = Duration.seconds(120)
  private static let rounds = 3

  /// Ours and the peers in turn, several times, each time in a process of its own on the same core.
  static func measured(_ task: EnvironmentTask, python: String?) throws -> EnvironmentResult {
    let core = "\(assay_last_core())"
    var ours: [String: [Pace?]] = [:]
    var peers: [String: [Pace?]] = [:]
    for _ in 0..<rounds {
      for part in ["stepping-together", "stepping"] {
        ours[part, default: []].append(
          try Child.measurement(
            Child.itself, ["measure-once", part, "--task", task.rawValue, "--core", core], limit: limit))
      }
      guard let python else { continue }
      // gymnax has moving worlds alone.
      for peer in peerNames where task.isMoving || peer.word != "gymnax" {
        peers[peer.word, default: []].append(
          try Child.measurement(
            URL(fileURLWithPath: python),
            [Child.script("environments.py").path, peer.word, task.rawValue, core], limit: limit))
      }
    }
    return EnvironmentResult(
      name: task.rawValue, isMoving: task.isMoving, together: .joined(ours["stepping-together"] ?? []),
      single: .joined(ours["stepping"] ?? []), peers: peers.compactMapValues(Pace.joined))
  }

  // MARK: Printing

  static let heading =
    """

    Steps with random actions on one core, resets included: millions a second

    """
    + Table.line("", ["256 copies"] + peerNames.dropLast().map(\.title) + ["one"] + [peerNames.last!.title])

  var text: String {
    let paces =
      [together] + Self.peerNames.dropLast().map { peers[$0.word] } + [single, peers["gymnasium"]]
    let line = Table.line(
      name, paces.map { pace in pace.map { Table.digits(1e-6 / $0.seconds) } ?? "–" })
    return ([line] + verdicts).joined(separator: "\n")
  }

  /// Whether it is so many times as fast as it has to be: copies beside those that step many worlds, and where these
  /// are moving; one beside Gymnasium's one.
  private var verdicts: [String] {
    Self.peerNames.compactMap { peer in
      let isSingle = peer.word == "gymnasium"
      guard isMoving || isSingle, let ours = isSingle ? single : together, let theirs = peers[peer.word]
      else {
        return nil
      }
      return "  " + Table.verdict(peer.title, theirs.seconds / ours.seconds, target: peer.target)
    }
  }
}
