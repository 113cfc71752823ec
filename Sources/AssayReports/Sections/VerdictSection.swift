import AssayDiagnostics

/// The answers in words: the diagnosis, one card a question, and what they rest on.
struct VerdictSection: ReportSection {
  var report: AuditReport

  let id = "verdicts"
  let title = "Verdicts"

  var body: Markup {
    let diagnosis = report.diagnosis
    let also: Markup =
      diagnosis.also.isEmpty
      ? ""
      : "<p class=\"also\">Also: \(diagnosis.also.map { "<span class=\"tag\">\($0)</span> " as Markup })</p>\n"
    return """
      <div class="diagnosis \(diagnosis.verdict.rawValue)">
      <p class="name"><span class="mark" aria-hidden="true">\(diagnosis.verdict.mark)</span> \(diagnosis.name)</p>
      <p>\(diagnosis.summary)</p>
      \(also)</div>
      \(stopped)<div class="cards">
      \(report.questions.map(card))</div>
      \(evidence)
      """
  }

  /// Agents whose training stopped before its time.
  private var stopped: Markup {
    let agents = StoppedAgents(report)
    guard !agents.isEmpty else { return "" }
    let items = agents.reasons.map { "<li>\($0)</li>\n" as Markup }
    return """
      <div class="notice">
      <p><strong>\(agents.title)</strong></p>
      <ul class="plain">
      \(items)</ul>
      </div>

      """
  }

  private func card(_ question: Question) -> Markup {
    guard let verdict = question.verdict else {
      let link: Markup =
        question.part == "goal" ? "<p class=\"measured\"><a href=\"#goal\">Goal by goal</a></p>\n" : ""
      return """
        <article class="card \(question.judgement?.rawValue ?? "none")">
        <h3>\(question.part)</h3><p class="question">\(question.text)</p>
        <p class="answer"><span aria-hidden="true">\(question.mark)</span> \(question.answer)</p>
        <p>\(question.statement)</p>
        \(link)</article>

        """
    }
    let graphic = IntervalGraphic(id: "verdict-\(question.part)", verdict: verdict).markup
    return """
      <article class="card \(verdict.name.rawValue)">
      <h3>\(question.part)</h3><p class="question">\(question.text)</p>
      <p class="answer"><span aria-hidden="true">\(question.mark)</span> \(question.answer)</p>
      <p>\(question.statement)</p>
      \(graphic)<p class="measured">Measured \(NumberText.interval(verdict.measured)), \
      tolerance \(NumberText.trimmed(verdict.tolerance)), n = \(NumberText.count(verdict.measured.count)).</p>
      <p class="change"><strong>What would change it:</strong> \(verdict.wouldChange)</p>
      </article>

      """
  }

  private var evidence: Markup {
    guard !report.diagnosis.evidence.isEmpty else { return "" }
    let items = report.diagnosis.evidence.map { item -> Markup in
      let value: Markup =
        item.value.map { "<span class=\"value\">\(NumberText.interval($0))</span>" } ?? ""
      return "<li>\(item.statement) <span class=\"source\"><code>\(item.metric)</code> \(value)</span></li>\n"
    }
    return """
      <h3>What the diagnosis rests on</h3>
      <ol class="evidence">
      \(items)</ol>

      """
  }
}
