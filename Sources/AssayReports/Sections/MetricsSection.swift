import AssayDiagnostics

/// Every number with its interval, and what the critic may have learned instead of what it claims.
struct MetricsSection: ReportSection {
  var report: AuditReport

  let id = "metrics"
  let title = "All measurements"

  var body: Markup {
    let rows = Metric.all(of: report).map { metric -> Markup in
      """
      <tr><th scope="row"><code>\(metric.path)</code></th><td class="words">\(metric.meaning)</td>\
      <td>\(NumberText.number(metric.value?.estimate))</td><td>\(NumberText.number(metric.value?.low))</td>\
      <td>\(NumberText.number(metric.value?.high))</td>\
      <td>\(metric.value.map { NumberText.count($0.count) } ?? NumberText.missing)</td></tr>

      """
    }
    let facts: [(String, String)] = [
      ("The critic says that it estimates", report.critic.claim),
      ("The actor says that it", report.actor.objective),
      ("The worst that the model promises", report.model?.worst ?? NumberText.missing),
      ("Range that errors are judged against", NumberText.number(report.critic.range)),
      ("Regret of the training reward, share", NumberText.number(report.reward.regret)),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <dl class="facts wide">
      \(items)</dl>
      \(alternatives)<div class="scroll"><table>
      <thead><tr><th scope="col">metric</th><th scope="col">meaning</th><th scope="col">estimate</th>\
      <th scope="col">low</th><th scope="col">high</th><th scope="col">n</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private var alternatives: Markup {
    let matches = report.critic.alternatives
    guard !matches.isEmpty else { return "" }
    let largest = matches.map(\.error.estimate).filter(\.isFinite).max() ?? 0
    let rows = matches.map { match -> Markup in
      let bar = largest > 0 && match.error.estimate.isFinite ? 100 * max(0, match.error.estimate) / largest : 0
      return """
        <tr><th scope="row">\(match.claim)</th><td>\(NumberText.interval(match.error))</td>\
        <td class="bar"><span style="width:\(bar)%"></span></td><td class="words">\(match.diagnosis)</td></tr>

        """
    }
    return """
      <h3>What the critic may have learned</h3>
      <p>The critic against the truth of other claims than its own, best match first. Errors are shares of the \
      range.</p>
      <div class="scroll"><table>
      <thead><tr><th scope="col">claim</th><th scope="col" colspan="2">error</th>\
      <th scope="col">would mean</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      <h3>Every metric</h3>

      """
  }
}
