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
    let rows = agents.map { agent -> Markup in
      """
      <tr><th scope="row">\(String(agent.seed))</th><td class="words">\(agent.diagnosis)</td>\
      <td>\(NumberText.number(agent.performance))</td><td>\(NumberText.number(agent.criticError))</td>\
      <td>\(NumberText.number(agent.actorGap))</td><td>\(NumberText.number(agent.modelError))</td></tr>

      """
    }
    return """
      <p class="lead">\(summary).</p>
      <details>
      <summary>All \(counted(agents.count, "agent"))</summary>
      <div class="scroll"><table>
      <thead><tr><th scope="col">seed</th><th scope="col">diagnosis</th><th scope="col">performance</th>\
      <th scope="col">critic error</th><th scope="col">actor gap</th><th scope="col">model error</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      </details>

      """
  }
}
