import AssayDiagnostics

/// What each agent was found to have.
struct AgentsSection: ReportSection {
  var report: AuditReport

  let id = "agents"
  let title = "Agent by agent"

  var body: Markup {
    let agents = report.agents
    guard !agents.isEmpty else { return "<p>The report has no single agents.</p>\n" }
    let summary = report.diagnosisCounts.map { "\($0.count) of \(agents.count): \($0.name)" }
      .joined(separator: "; ")
    let further = report.furtherCounts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    let hasOthers = agents.contains { !$0.also.isEmpty }
    let hasStops = agents.contains { $0.stoppedBy != nil }
    var columns: [(title: String, kind: Table.Kind)] = [("seed", .name), ("diagnosis", .words)]
    if hasOthers { columns.append(("also", .words)) }
    columns += [
      ("performance", .number), ("regret", .number), ("critic error", .number), ("actor gap", .number),
      ("model error", .number),
    ]
    if hasStops { columns.append(("stopped by", .words)) }
    let table = Table(
      label: "Agents",
      columns: columns,
      rows: agents.map { agent in
        var cells: [Markup] = ["\(String(agent.seed))", "\(agent.diagnosis)"]
        if hasOthers { cells.append("\(agent.also.joined(separator: ", "))") }
        cells += [
          "\(NumberText.number(agent.performance))", "\(NumberText.rounded(agent.regret))",
          "\(NumberText.rounded(agent.criticError))", "\(NumberText.rounded(agent.actorGap))",
          "\(NumberText.rounded(agent.modelError))",
        ]
        if hasStops { cells.append("\(agent.stoppedBy ?? "")") }
        return cells
      }, style: "agents")
    return """
      <p class="lead">\(summary).\(further.isEmpty ? "" : " Also: \(further).")</p>
      <details>
      <summary>All \(counted(agents.count, "agent"))</summary>
      \(table.markup)</details>

      """
  }
}
