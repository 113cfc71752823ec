import AssayDiagnostics

/// Which goal the agents pursue, what speaks for it, and what cannot be told.
struct GoalSection: ReportSection {
  var summary: GoalSummary

  init(_ findings: GoalGroupFindings) { summary = GoalSummary(findings) }

  let id = "goal"
  let title = "Which goal is pursued"

  var body: Markup {
    let findings = summary.findings
    let style = summary.isUndecided ? "inconclusive" : ""
    let mark = summary.isUndecided ? "?" : "→"
    return """
      <div class="diagnosis \(style)">
      <p class="name"><span class="mark" aria-hidden="true">\(mark)</span> \(findings.name)</p>
      <p>\(summary.tally)</p>
      </div>
      \(list("What cannot be told apart", summary.confusions))\
      <h3>Goal by goal</h3>
      <p class="lead">Posterior: how probable it is that what the agent does is the pursuit of that goal. Success: 0 is \
      what choosing at random achieves of it, 1 is all that can be achieved. Events: how much of the goal's reward an \
      episode brings.\(capability)</p>
      \(goals.markup)\(list("To keep in mind", summary.warnings))\(agents)
      """
  }

  private var capability: String {
    summary.findings.capability.map {
      " Whatever they pursue, the agents achieve \(NumberText.interval($0)) of the goal they do best by."
    } ?? ""
  }

  private var goals: Table {
    Table(
      label: "Goals",
      columns: [
        ("goal", .name), ("agents", .number), ("posterior", .bar), ("", .number), ("success", .number),
        ("events an episode", .number),
      ],
      rows: summary.rows.map { row in
        [
          "\(row.name)", "\(row.agents) of \(summary.agentCount)",
          row.posterior.map { Table.bar($0.estimate) } ?? "", "\(Self.text(row.posterior))",
          "\(Self.text(row.success))", "\(Self.text(row.eventRate))",
        ]
      }, style: "goals")
  }

  /// What rounding leaves of an interval is no width, and what it leaves of nothing is nothing.
  static func text(_ estimate: Estimate?) -> String {
    guard var estimate else { return NumberText.missing }
    func rounded(_ value: Double) -> Double { abs(value) < 1e-9 ? 0 : value }
    if estimate.high - estimate.low < 1e-9 * max(1, abs(estimate.estimate)) {
      estimate.low = estimate.estimate
      estimate.high = estimate.estimate
    }
    estimate.estimate = rounded(estimate.estimate)
    estimate.low = rounded(estimate.low)
    estimate.high = rounded(estimate.high)
    return NumberText.interval(estimate)
  }

  private func list(_ title: String, _ sentences: [String]) -> Markup {
    guard !sentences.isEmpty else { return "" }
    let items = sentences.map { "<li>\($0)</li>\n" as Markup }
    return """
      <h3>\(title)</h3>
      <ul class="plain">
      \(items)</ul>

      """
  }

  private var agents: Markup {
    let agents = summary.findings.agents
    guard agents.count > 1 else { return "" }
    let names = summary.findings.goals.map(\.name)
    let columns: [(title: String, kind: Table.Kind)] =
      [("seed", .name), ("answer", .words)] + names.map { ("p(\($0))", .number) }
      + [("p(none)", .number), ("capability", .number), ("decisions", .number), ("states seen", .number)]
    let table = Table(
      label: "Goals of each agent", columns: columns,
      rows: agents.map { agent in
        let findings = agent.findings
        var cells: [Markup] = ["\(String(agent.seed))", "\(findings.name)"]
        cells += names.map { name in
          "\(NumberText.rounded(findings.hypotheses.first { $0.name == name }?.posterior))"
        }
        cells += [
          "\(NumberText.rounded(findings.nonePosterior))", "\(NumberText.rounded(findings.capability))",
          "\(NumberText.count(findings.coverage.decisions))", "\(NumberText.count(findings.coverage.states))",
        ]
        return cells
      })
    return """
      <details>
      <summary>All \(counted(agents.count, "agent"))</summary>
      \(table.markup)</details>

      """
  }
}
