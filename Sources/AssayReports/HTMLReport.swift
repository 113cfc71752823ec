import AssayDiagnostics

/// A report as one HTML file that needs nothing else: no scripts, no network, drawings as SVG.
///
/// It is also well-formed XML, reads in light and dark, on paper, and on a narrow screen.
public struct HTMLReport: Sendable {
  private let report: AuditReport

  public init(_ report: AuditReport) { self.report = report }

  /// The whole file.
  public var html: String { document.source }

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

  private var document: Markup {
    let sections = sections
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>\n" as Markup }
    let bodies = sections.map { section -> Markup in
      """
      <section id="\(section.id)" aria-labelledby="\(section.id)-heading">
      <h2 id="\(section.id)-heading">\(section.title)</h2>
      \(section.body)</section>

      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(report.diagnosis.name): \(report.subject.agent) on \(report.subject.environment)</title>
      <style>
      \(StyleSheet.source)
      </style>
      </head>
      <body>
      \(HeaderSection(subject: report.subject).markup)<main>
      \(bodies)</main>
      <nav aria-label="Sections">
      \(links)</nav>
      </body>
      </html>

      """
  }
}

/// A part of the page under a heading.
protocol ReportSection {
  /// Unique in the document.
  var id: String { get }
  /// The heading.
  var title: String { get }
  /// What stands below it.
  var body: Markup { get }
}
