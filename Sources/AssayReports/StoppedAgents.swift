import AssayDiagnostics

/// The agents whose training stopped before its time, in words: who, where in its numbers, and when.
struct StoppedAgents {
  /// How many are told of one by one.
  private static let limit = 6

  private let stopped: [(seed: UInt64, reason: String)]
  private let count: Int

  init(_ report: AuditReport) {
    stopped = report.agents.compactMap { agent in agent.stoppedBy.map { (agent.seed, $0) } }
    count = report.agents.count
  }

  var isEmpty: Bool { stopped.isEmpty }

  /// What happened, in a sentence.
  var title: String {
    let who = count == 1 ? "The agent was" : "\(stopped.count) of \(counted(count, "agent")) were"
    return "\(who) stopped before the end of training: a number was not finite. Figures are of the last "
      + "measurement before that."
  }

  /// A sentence for each, the first few.
  var reasons: [String] {
    let left = stopped.count - Self.limit
    return stopped.prefix(Self.limit).map { "seed \($0.seed): \($0.reason)." }
      + (left > 0 ? ["and \(counted(left, "more agent"))."] : [])
  }
}
