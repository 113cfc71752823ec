import AssayPlanning

/// A plan as one HTML file that needs nothing else.
public struct PlanPage: Sendable {
  private let report: PlanReport

  public init(_ report: PlanReport) { self.report = report }

  /// The whole file.
  public var html: String {
    HTMLPage(
      title: "\(report.planner) in \(report.environment)", header: header, sections: [
        HTMLPage.Section(id: "decision", title: "The decision", body: decision)
      ]
    ).html
  }

  private var header: Markup {
    """
    <header>
    <p class="kicker">Plan</p>
    <h1>\(report.planner) <span class="on">in</span> \(report.environment)</h1>
    </header>

    """
  }

  private var decision: Markup {
    let table = Table(
      label: "Choices", columns: [("action", .name), ("value", .number), ("visits", .number), ("policy", .number)],
      rows: report.choices.map { choice in
        [
          "\(choice.name)", "\(NumberText.number(choice.value))",
          "\(choice.visits.map { NumberText.count($0) } ?? "")",
          "\(choice.probability.map { NumberText.share($0) } ?? "")",
        ]
      })
    return "<p class=\"lead\">It would do: \(report.action).</p>\n\(table.markup)"
  }
}
