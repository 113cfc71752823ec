import AssayDiagnostics

/// What the critic learned beside what is true, state by state.
struct ValueSection: ReportSection {
  var report: AuditReport

  let id = "values"
  var title: String { hasCritic ? "Learned and true values" : "True values" }

  private var states: StateFindings { report.states }

  /// Without a critic, the values that the actor's policy has are all there is to show.
  private var hasCritic: Bool { report.critic != nil }

  var body: Markup {
    let rows = states.rows
    let worst: Markup = hasCritic ? worst(of: rows) : ""
    guard rows.contains(where: \.isLive) else { return "<p>The report has no states.</p>\n" }
    guard let map = states.map, let layout = MapLayout(map, rows: rows) else {
      let strip = StateStrip(states: rows, hasLearned: hasCritic)
      return """
        <p class="lead">Seed \(String(states.seed)). \(strip.caution)</p>
        <figure class="strip">\(strip.markup)</figure>
        \(worst)
        """
    }
    let panels = ValueMaps(
      layout: layout,
      tolerated: (report.critic?.verdict.tolerance ?? Tolerances.criticError) * report.subject.range
    ).panels.filter { hasCritic || $0.isTruth }.map { panel in
      "<figure><figcaption>\(panel.title)</figcaption>\(panel.markup)</figure>\n" as Markup
    }
    return """
      <p class="lead">Seed \(String(states.seed)). S start, G goal, H hole; grey cells are ends. \
      \(layout.caution)</p>
      <div class="panels">
      \(panels)</div>
      \(worst)
      """
  }

  /// The states that contribute most to the error on the actor's own path.
  private func worst(of rows: [StateRow]) -> Markup {
    let candidates = rows.filter { $0.isLive && $0.error != nil && ($0.visits ?? 0) > 0 }
    func weight(_ row: StateRow) -> Double { (row.visits ?? 0) * (row.error ?? 0) * (row.error ?? 0) }
    let total = candidates.map(weight).reduce(0, +)
    let shown = candidates.sorted { (weight($1), $0.index) < (weight($0), $1.index) }.prefix(8)
    guard total > 0, !shown.isEmpty else { return "" }
    let table = Table(
      label: "States with most of the error",
      columns: [
        ("state", .name), ("V̂", .number), ("V", .number), ("error", .number), ("visits", .number),
        ("share of squared error", .number),
      ],
      rows: shown.map { row in
        [
          "\(row.name)", "\(NumberText.number(row.learnedValue))", "\(NumberText.number(row.trueValue))",
          "\(NumberText.signed(row.error))", "\(NumberText.share(row.visits))",
          "\(NumberText.share(weight(row) / total))",
        ]
      })
    return """
      <details>
      <summary>Where the critic's error comes from</summary>
      \(table.markup)</details>

      """
  }
}
