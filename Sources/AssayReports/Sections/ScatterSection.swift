import AssayDiagnostics

/// Learned against true value.
struct ScatterSection: ReportSection {
  var states: StateFindings

  let id = "scatter-section"
  let title = "Learned against true"

  var body: Markup {
    let chart = ValueScatter(states: states.rows)
    return """
      <p class="lead">One point a state, large where the actor often is. On the dashed line the critic is right. \
      \(chart.caution)</p>
      <figure class="middle">\(chart.markup)</figure>

      """
  }
}
