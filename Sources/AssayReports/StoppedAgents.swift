import AssayDiagnostics

/// The agents whose training stopped before its time, in words: who, where in its numbers, and when.
struct StoppedAgents {
  /// How many reasons are told one by one.
  private static let limit = 6

  private let stopped: [(reason: String, seeds: [UInt64])]
  private let count: Int

  init(_ report: AuditReport) {
    var order: [String] = []
    var seeds: [String: [UInt64]] = [:]
    for agent in report.agents {
      guard let reason = agent.stoppedBy else { continue }
      if seeds[reason] == nil { order.append(reason) }
      seeds[reason, default: []].append(agent.seed)
    }
    stopped = order.map { ($0, seeds[$0] ?? []) }
    count = report.agents.count
  }

  var isEmpty: Bool { stopped.isEmpty }

  /// What happened, in a sentence.
  var title: String {
    let agents = stopped.reduce(0) { $0 + $1.seeds.count }
    let who =
      count == 1 ? "The agent was" : "\(agents) of \(counted(count, "agent")) \(agents == 1 ? "was" : "were")"
    return "\(who) stopped before the end of training: a number was not finite. All figures are of the last "
      + "measurement before that."
  }

  /// Who was stopped by what, the first few.
  var reasons: [String] {
    let told = stopped.prefix(Self.limit).map { reason, seeds in
      "seed\(seeds.count == 1 ? "" : "s") \(SeedList(seeds: seeds)): \(reason)."
    }
    let left = stopped.dropFirst(Self.limit).reduce(0) { $0 + $1.seeds.count }
    return told + (left > 0 ? ["and \(counted(left, "more agent"))."] : [])
  }
}
