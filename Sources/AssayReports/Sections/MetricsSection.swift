import AssayDiagnostics

/// Every number with its interval, and what the critic may have learned instead of what it claims.
struct MetricsSection: ReportSection {
  var report: AuditReport

  let id = "metrics"
  let title = "All measurements"

  var body: Markup {
    let table = Table(
      label: "Every metric",
      columns: [
        ("metric", .name), ("meaning", .words), ("estimate", .number), ("low", .number), ("high", .number),
        ("n", .number),
      ],
      rows: Metric.all(of: report).map { metric in
        [
          "<code>\(metric.path)</code>", "\(metric.meaning)", "\(NumberText.number(metric.value?.estimate))",
          "\(NumberText.number(metric.value?.low))", "\(NumberText.number(metric.value?.high))",
          "\(metric.value.map { NumberText.count($0.count) } ?? NumberText.missing)",
        ]
      })
    var facts: [(String, String)] = [
      ("The critic says that it estimates", report.critic?.claim ?? "there is no critic"),
      ("The actor says that it", report.actor.objective),
      ("Range that errors are judged against", NumberText.number(report.subject.range)),
      ("Regret of the training reward, share", NumberText.number(report.reward.regret)),
    ]
    if report.critic == nil {
      facts.append(("Q̂ stands for", "the exact action values of the actor's policy, as there is no critic"))
    }
    facts.append(("Discount that the agent is trained at", NumberText.trimmed(report.discount.trained)))
    if let untampered = report.reward.untamperedRegret {
      facts.append(("Regret of what the channel would pay untouched", NumberText.number(untampered)))
    }
    facts += [
      ("Share of the reward that what was wanted earns", NumberText.share(report.reward.credit)),
      ("Correlation of reward and performance", NumberText.number(report.reward.agreement)),
      ("Regret of the training discount, share", NumberText.rounded(report.discount.regret)),
    ]
    if let model = report.model { facts.append(("The worst that the model promises", model.worst)) }
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <dl class="facts wide">
      \(items)</dl>
      \(alternatives)\(table.markup)
      """
  }

  private var alternatives: Markup {
    let matches = report.critic?.alternatives ?? []
    guard !matches.isEmpty else { return "" }
    let largest = matches.map(\.error.estimate).filter(\.isFinite).max() ?? 0
    let table = Table(
      label: "Claims that the critic may have learned",
      columns: [("claim", .name), ("error", .number), ("", .bar), ("would mean", .words)],
      rows: matches.map { match in
        [
          "\(match.claim)", "\(NumberText.interval(match.error))",
          Table.bar(largest > 0 ? match.error.estimate / largest : 0), "\(match.diagnosis)",
        ]
      })
    return """
      <h3>What the critic may have learned</h3>
      <p>The critic against the truth of other claims than its own, best match first. Errors are shares of the \
      range.</p>
      \(table.markup)<h3>Every metric</h3>

      """
  }
}
