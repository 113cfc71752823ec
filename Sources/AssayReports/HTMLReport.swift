import AssayDiagnostics

/// A report as one HTML file that needs nothing else: no scripts, no network, drawings as SVG.
///
/// It is also well-formed XML, reads in light and dark, on paper, and on a narrow screen.
public struct HTMLReport: Sendable {
  private let report: AuditReport

  public init(_ report: AuditReport) { self.report = report }

  /// The whole file.
  public var html: String {
    HTMLPage(
      title: "\(report.diagnosis.name): \(report.subject.agent) on \(report.subject.environment)",
      header: HeaderSection(subject: report.subject).markup,
      sections: sections.map { HTMLPage.Section(id: $0.id, title: $0.title, body: $0.body) }
    ).html
  }

  private var sections: [any ReportSection] {
    var sections: [any ReportSection] = [VerdictSection(report: report)]
    if let goal = report.goal { sections.append(GoalSection(goal)) }
    sections += [ValueSection(report: report), PolicySection(report: report)] as [any ReportSection]
    // Without a critic there is nothing learned to set against the truth.
    if report.critic != nil { sections.append(ScatterSection(states: report.states)) }
    return sections + [
      TrainingSection(report: report), GapSection(report: report), AnatomySection(anatomy: report.anatomy),
      MetricsSection(report: report), AgentsSection(report: report),
    ]
  }
}

/// A part of the report under a heading.
protocol ReportSection {
  /// Unique in the document.
  var id: String { get }
  /// The heading.
  var title: String { get }
  /// What stands below it.
  var body: Markup { get }
}
