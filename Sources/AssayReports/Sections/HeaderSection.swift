import AssayDiagnostics

/// What was audited.
struct HeaderSection {
  var subject: AuditReport.Subject

  var markup: Markup {
    let seeds = "\(NumberText.count(subject.seeds.count)) (\(SeedList(seeds: subject.seeds)))"
    let facts = [
      ("Environment", subject.environment),
      ("Agent", subject.agent),
      ("Training", counted(subject.steps, "step") + " a seed"),
      ("Seeds", seeds),
      ("Size", "\(counted(subject.states, "state")), \(counted(subject.actions, "action"))"),
      ("Discount γ", NumberText.trimmed(subject.discount)),
      ("Planted faults", subject.faults.isEmpty ? "none" : subject.faults.joined(separator: ", ")),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <header>
      <p class="kicker">Audit</p>
      <h1>\(subject.agent) <span class="on">on</span> \(subject.environment)</h1>
      <dl class="facts">
      \(items)</dl>
      </header>

      """
  }
}
