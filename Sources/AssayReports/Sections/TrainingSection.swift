import AssayDiagnostics

/// How the errors went over training.
struct TrainingSection: ReportSection {
  var report: AuditReport

  let id = "training"
  let title = "Over training"

  var body: Markup {
    let training = report.training
    guard !training.steps.isEmpty else { return "<p>The agents were audited only at the end.</p>\n" }
    func tolerance(_ verdict: Verdict?) -> (value: Double, name: String)? {
      verdict.map { ($0.tolerance, "tolerance \(NumberText.trimmed($0.tolerance))") }
    }
    // Without a critic there is no error of one, and no gap to it.
    let hasCritic = report.critic != nil
    let plots = [
      TrainingPlot(
        id: "training-critic", title: "Critic error, share of the range", steps: training.steps,
        values: hasCritic ? training.criticError : [], reference: tolerance(report.critic?.verdict)),
      TrainingPlot(
        id: "training-actor", title: "Actor gap, share of the uniform policy's", steps: training.steps,
        values: hasCritic ? training.actorGap : [], reference: tolerance(report.actor.verdict)),
      TrainingPlot(
        id: "training-model", title: "Model error, share of the range", steps: training.steps,
        values: training.modelError, reference: tolerance(report.model?.verdict)),
      TrainingPlot(
        id: "training-performance", title: "Performance J(π)", steps: training.steps,
        values: training.performance,
        reference: (report.gap.optimal, "optimum \(NumberText.number(report.gap.optimal))")),
    ].filter { !$0.values.isEmpty }
    let figures = plots.map { plot in
      "<figure><figcaption>\(plot.title)</figcaption>\(plot.markup)</figure>\n" as Markup
    }
    let shortened = training.steps.last.map { $0 < report.subject.steps } == true
    let stopped: Markup =
      shortened && !StoppedAgents(report).isEmpty
      ? "<p class=\"caution\">The curves end where the first agent was stopped.</p>\n" : ""
    return """
      \(stopped)<p class="lead">Line: mean over \(counted(report.subject.seeds.count, "seed")). Band: its interval. \
      Dashed: what must not be exceeded, or the optimum.</p>
      <div class="pairs">
      \(figures)</div>

      """
  }
}
