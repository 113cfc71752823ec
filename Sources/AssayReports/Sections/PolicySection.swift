import AssayDiagnostics

/// What the actor does in each state, and what it forgoes by it.
struct PolicySection: ReportSection {
  var report: AuditReport

  let id = "policy"
  let title = "Policy of the actor"

  /// How many states a table without a map shows.
  private static let limit = 16

  private var states: StateFindings { report.states }

  var body: Markup {
    let rows = states.rows
    guard rows.contains(where: \.isLive) else { return "<p>The report has no states.</p>\n" }
    guard let map = states.map, let layout = MapLayout(map, rows: rows) else { return table(rows) }
    let picture = PolicyMap(
      layout: layout, directions: map.directions, tolerated: toleratedGap, actionName: states.actionName)
    return """
      <p class="lead">An arrow points where the actor most likely goes. It is long and strong where the actor is sure, \
      and orange where that forgoes much of \(offered). A ring is an action that is no \
      move. \(layout.isShared ? "Cells with several states show the one visited most." : "")</p>
      <figure class="middle">\(picture.markup)</figure>

      """
  }

  /// What the actor is measured by.
  private var offered: String {
    report.critic == nil
      ? "what its best action would return, max Q − E Q" : "what the critic offers, max Q̂ − E Q̂"
  }

  /// The tolerated gap in reward units; the tolerance itself is a share of the uniform policy's gap.
  private var toleratedGap: Double {
    let actor = report.actor
    let unit = actor.gap.estimate / actor.normalisedGap.estimate
    // Where the actor gives up nothing there is no telling what a uniform policy would: the range is next best.
    return actor.verdict.tolerance * (unit.isFinite && unit > 0 ? unit : report.subject.range)
  }

  private func table(_ rows: [StateRow]) -> Markup {
    let live = rows.filter(\.isLive).sorted { ($1.visits ?? 0, $0.index) < ($0.visits ?? 0, $1.index) }
    let most = live.compactMap(\.actorGap).max() ?? 0
    let table = Table(
      label: "Likeliest action of each state",
      columns: [
        ("state", .name), ("action", .words), ("probability", .number), ("gap", .number), ("", .bar),
        ("visits", .number),
      ],
      rows: live.prefix(Self.limit).map { row in
        let likeliest = row.likeliest
        let gap = row.actorGap ?? 0
        return [
          "\(row.name)", "\(likeliest.map { states.actionName($0.action) } ?? NumberText.missing)",
          "\(NumberText.share(likeliest?.probability))",
          "\(row.actorGap == nil ? NumberText.missing : NumberText.number(gap > 1e-9 * most ? gap : 0))",
          Table.bar(most > 1e-12 ? gap / most : 0), "\(NumberText.share(row.visits))",
        ]
      })
    let left =
      live.count > Self.limit ? " The \(Self.limit) most visited of \(counted(live.count, "state"))." : ""
    return """
      <p class="lead">The likeliest action of each state, and its gap: what the actor forgoes of \(offered).\(left)</p>
      \(table.markup)
      """
  }
}
