import Assay

extension AuditReport {
  /// Audits agents that were measured one by one, all in the same world.
  ///
  /// - Parameters:
  ///   - records: what was measured on each agent, at least one.
  ///   - truth: what is true of the world they were last measured in.
  ///   - agentName: what the report calls the agents.
  ///   - steps: how many environment steps each was trained for.
  ///   - faults: names of what was broken on purpose.
  /// - Throws: ``PlanningError`` at discount 1, when a policy may never end.
  public init(
    of records: [AgentRecord], truth: ProcessTruth, agentName: String, steps: Int, faults: [String] = []
  ) throws {
    precondition(!records.isEmpty, "a report needs at least one agent")
    self = try ReportAssembly(
      truth: truth, records: records, agentName: agentName, steps: steps, faults: faults
    ).report()
  }
}
