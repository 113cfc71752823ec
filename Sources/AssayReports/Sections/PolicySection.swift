import AssayDiagnostics

/// What the actor does in each state, and what it forgoes by it.
struct PolicySection: ReportSection {
  var states: StateFindings

  let id = "policy"
  let title = "Policy of the actor"

  /// How many states a table without a map shows.
  private static let limit = 40

  var body: Markup {
    let rows = states.rows
    guard rows.contains(where: \.isLive) else { return "<p>The report has no states.</p>\n" }
    guard let map = states.map, let layout = MapLayout(map, rows: rows) else { return table(rows) }
    let picture = PolicyMap(layout: layout, directions: map.directions, actionName: states.actionName)
    return """
      <p class="lead">An arrow points where the actor most likely goes. It is long and dark where the actor is sure, \
      and orange where that forgoes much of what the critic offers, max Q̂ − E Q̂. A ring is an action that is no \
      move. \(layout.isShared ? "Cells with several states show the one visited most." : "")</p>
      <figure class="middle">\(picture.markup)</figure>

      """
  }

  private func table(_ rows: [StateRow]) -> Markup {
    let live = rows.filter(\.isLive).sorted { ($1.visits ?? 0, $0.index) < ($0.visits ?? 0, $1.index) }
    let most = live.compactMap(\.actorGap).max() ?? 0
    let lines = live.prefix(Self.limit).map { row -> Markup in
      let likeliest = row.likeliest
      let bar = most > 1e-12 ? 100 * max(0, row.actorGap ?? 0) / most : 0
      return """
        <tr><th scope="row">\(row.name)</th>\
        <td class="words">\(likeliest.map { states.actionName($0.action) } ?? NumberText.missing)</td>\
        <td>\(NumberText.share(likeliest?.probability))</td><td>\(NumberText.number(row.actorGap))</td>\
        <td class="bar"><span style="width:\(bar)%"></span></td><td>\(NumberText.share(row.visits))</td></tr>

        """
    }
    let left = live.count > Self.limit ? " The \(Self.limit) most visited of \(counted(live.count, "state"))." : ""
    return """
      <p class="lead">The likeliest action of each state, and its gap, max Q̂ − E Q̂: what the actor forgoes of what \
      the critic offers.\(left)</p>
      <div class="scroll"><table>
      <thead><tr><th scope="col">state</th><th scope="col">action</th><th scope="col">probability</th>\
      <th scope="col" colspan="2">gap</th><th scope="col">visits</th></tr></thead>
      <tbody>
      \(lines)</tbody></table></div>

      """
  }
}
