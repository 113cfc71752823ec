import CMachine
import Foundation

/// How fast an agent learns, and how soon it is good, in each library.
struct TrainingResult: Encodable {
  var name: String
  var ours: [TrainingTask.Course]
  /// By the peer's word.
  var peers: [String: [TrainingTask.Course]]

  private static let limit = Duration.seconds(600)
  private static let seeds = 3

  /// The peers of a task, what they are called, and how many times as fast ours has to be.
  private static func peers(of task: String) -> [(word: String, title: String, target: Double)] {
    task == TrainingTask.ppo.rawValue
      ? [("sb3", "SB3", 20), ("sbx", "sbx", 1), ("jax", "jitted JAX", 1.5)]
      : [("sb3", "SB3", 2.4), ("sbx", "sbx", 1)]
  }

  /// Ours and the peers in turn, seed by seed, each in a process of its own on the same core.
  static func measured(_ task: TrainingTask, python: String?) throws -> TrainingResult {
    let core = "\(assay_last_core())"
    var result = TrainingResult(name: task.rawValue, ours: [], peers: [:])
    for seed in 0..<seeds {
      let own = try Child.measurement(
        Child.itself,
        ["measure-once", "training", "--task", task.rawValue, "--seed", "\(seed)", "--core", core],
        limit: limit, as: TrainingTask.Course.self)
      if let own { result.ours.append(own) }
      guard let python else { continue }
      for peer in peers(of: task.rawValue) {
        let course = try Child.measurement(
          URL(fileURLWithPath: python),
          [Child.script("training.py").path, task.rawValue, peer.word, "\(seed)", core], limit: limit,
          as: TrainingTask.Course.self)
        if let course { result.peers[peer.word, default: []].append(course) }
      }
    }
    return result
  }

  // MARK: Printing

  static let heading =
    """

    Agents that learn on one core: medians over \(seeds) seeds. PPO on CartPole-v1 (environment steps a second), SAC on
    Pendulum-v1 (updates a second); the seconds of learning until three evaluations in a row are at or above 475, and
    the last return.

    """ + Table.line("", ["a second", "to stable 475", "last return"])

  var text: String {
    let rows = [("Assay", ours)] + Self.peers(of: name).map { ($0.title, peers[$0.word] ?? []) }
    let lines = rows.map { title, courses -> String in
      guard !courses.isEmpty else { return Table.line("\(name), \(title)", ["–", "–", "–"]) }
      let stable = courses.compactMap(\.stableSeconds)
      return Table.line(
        "\(name), \(title)",
        [
          Table.digits(courses.map(\.perSecond).median),
          stable.isEmpty ? "–" : Table.digits(stable.median) + " s (\(stable.count)/\(courses.count))",
          String(format: "%.0f", courses.map { $0.returns.last?[1] ?? .nan }.median),
        ])
    }
    let verdicts = Self.peers(of: name).map { peer in
      let ratio =
        (peers[peer.word] ?? []).isEmpty || ours.isEmpty
        ? nil : ours.map(\.perSecond).median / peers[peer.word]!.map(\.perSecond).median
      return "  " + Table.verdict(peer.title, ratio, target: peer.target)
    }
    return (lines + verdicts).joined(separator: "\n")
  }
}
