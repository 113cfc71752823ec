import AssayDiagnostics

/// What each agent was found to have.
struct AgentsSection: ReportSection {
  var report: AuditReport

  let id = "agents"
  let title = "Agent by agent"

  var body: Markup {
    let agents = report.agents
    guard !agents.isEmpty else { return "<p>The report has no single agents.</p>\n" }
    let counts = Dictionary(grouping: agents, by: \.diagnosis).mapValues(\.count)
    let summary = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) of \(agents.count): \($0.key)" }.joined(separator: "; ")
    let table = Table(
      label: "Agents",
      columns: [
        ("seed", .name), ("diagnosis", .words), ("performance", .number), ("critic error", .number),
        ("actor gap", .number), ("model error", .number),
      ],
      rows: agents.map { agent in
        [
          "\(String(agent.seed))", "\(agent.diagnosis)", "\(NumberText.number(agent.performance))",
          "\(NumberText.number(agent.criticError))", "\(NumberText.number(agent.actorGap))",
          "\(NumberText.number(agent.modelError))",
        ]
      })
    return """
      <p class="lead">\(summary).</p>
      <details>
      <summary>All \(counted(agents.count, "agent"))</summary>
      \(table.markup)</details>

      """
  }
}
