import AssayDiagnostics

/// Where the lost return went, by the ladder and by the identity.
struct GapSection: ReportSection {
  var report: AuditReport

  let id = "gap"
  let title = "Where the return went"

  var body: Markup {
    let gap = report.gap
    // A twentieth of the range: a loss below that must not look like one.
    let size = max(abs(gap.optimal), report.critic.range.isFinite ? report.critic.range : 0)
    let ladder = LadderChart(rungs: gap.ladder, minimumSpan: size / 20).markup
    let identity = IdentityChart(gap: gap, minimumSpan: size / 20).markup
    let meanings = gap.identity.terms.map { term -> Markup in
      """
      <tr><th scope="row">\(term.name)</th><td class="words">\(term.meaning)</td>\
      <td>\(NumberText.interval(term.value))</td></tr>

      """
    }
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
      <div class="scroll"><table>
      <thead><tr><th scope="col">term</th><th scope="col">how the return is lost</th>\
      <th scope="col">value</th></tr></thead>
      <tbody>
      \(meanings)</tbody></table></div>
      </details>

      """
  }
}
