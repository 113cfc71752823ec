import AssayDiagnostics

/// Where the lost return went, by the ladder and by the identity.
struct GapSection: ReportSection {
  var report: AuditReport

  let id = "gap"
  let title = "Where the return went"

  var body: Markup {
    let gap = report.gap
    // A twentieth of the range: a loss below that must not look like one.
    let size = max(abs(gap.optimal), report.subject.range.isFinite ? report.subject.range : 0)
    let ladder = LadderChart(rungs: gap.ladder, minimumSpan: size / 20).markup
    let identity = IdentityChart(gap: gap, minimumSpan: size / 20).markup
    let meanings = Table(
      label: "Terms of the gap identity",
      columns: [("term", .name), ("how the return is lost", .words), ("value", .number)],
      rows: gap.identity.terms.map { ["\($0.name)", "\($0.meaning)", "\(NumberText.interval($0.value))"] })
    return """
      <p class="lead">The best policy returns \(NumberText.number(gap.optimal)), the actor \
      \(NumberText.interval(gap.achieved)), at discount \(NumberText.trimmed(report.subject.discount)): \
      a gap of \(NumberText.interval(gap.total)). Exploring costs \(NumberText.interval(gap.exploration)) on top.</p>
      <p class="caution">\(GapFindings.caution)</p>
      <div class="pairs">
      <figure><figcaption>The ladder: true return, step by step down</figcaption>\(ladder)</figure>
      <figure><figcaption>The gap identity: what each part contributes</figcaption>\(identity)</figure>
      </div>
      <details>
      <summary>What the terms mean</summary>
      \(meanings.markup)</details>

      """
  }
}
