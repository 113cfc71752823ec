import AssayDiagnostics

/// An audit of agents with networks as one HTML file that needs nothing else.
public struct RunAuditPage: Sendable {
  private let audit: RunAudit

  public init(_ audit: RunAudit) { self.audit = audit }

  /// The whole file.
  public var html: String {
    var sections = [
      HTMLPage.Section(id: "verdicts", title: "Verdicts", body: verdicts),
      HTMLPage.Section(id: "values", title: "Learned and true values", body: values),
    ]
    if audit.training.steps.count > 1 {
      sections.append(HTMLPage.Section(id: "training", title: "Over training", body: training))
    }
    if let model = audit.example.model {
      sections.append(HTMLPage.Section(id: "model", title: "The model, step by step", body: body(model)))
    }
    sections += [
      HTMLPage.Section(id: "anatomy", title: "Anatomy", body: AnatomySection(anatomy: audit.anatomy).body),
      HTMLPage.Section(id: "metrics", title: "All measurements", body: metrics),
    ]
    if audit.agents.count > 1 {
      sections.append(HTMLPage.Section(id: "agents", title: "Agent by agent", body: agents))
    }
    return HTMLPage(
      title: "\(audit.diagnosis.name): \(audit.subject.agent) on \(audit.subject.environment)",
      header: header,
      sections: sections
    ).html
  }

  private var header: Markup {
    let subject = audit.subject
    let facts = [
      ("Environment", subject.environment), ("Agent", subject.agent),
      ("Training", counted(subject.steps, "step") + " a seed"),
      ("Seeds", "\(NumberText.count(subject.seeds.count)) (\(SeedList(seeds: subject.seeds)))"),
      ("Truth", "\(counted(subject.states, "state")) × \(counted(subject.restarts, "restart"))"),
      ("Planted faults", subject.faults.isEmpty ? "none" : subject.faults.joined(separator: ", ")),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <header>
      <p class="kicker">Audit of a run</p>
      <h1>\(subject.agent) <span class="on">on</span> \(subject.environment)</h1>
      <dl class="facts">
      \(items)</dl>
      </header>

      """
  }

  private var verdicts: Markup {
    let diagnosis = audit.diagnosis
    let also: Markup =
      diagnosis.also.isEmpty
      ? ""
      : "<p class=\"also\">Also: \(diagnosis.also.map { "<span class=\"tag\">\($0)</span> " as Markup })</p>\n"
    let items = diagnosis.evidence.map { item -> Markup in
      let value: Markup =
        item.value.map { "<span class=\"value\">\(NumberText.interval($0))</span>" } ?? ""
      return "<li>\(item.statement) <span class=\"source\"><code>\(item.metric)</code> \(value)</span></li>\n"
    }
    return """
      <div class="diagnosis \(diagnosis.verdict.rawValue)">
      <p class="name"><span class="mark" aria-hidden="true">\(diagnosis.verdict.mark)</span> \(diagnosis.name)</p>
      <p>\(diagnosis.summary)</p>
      \(also)</div>
      <div class="cards">
      \(audit.questions.map(card))</div>
      <h3>What the diagnosis rests on</h3>
      <ol class="evidence">
      \(items)</ol>

      """
  }

  private func card(_ question: Question) -> Markup {
    guard let verdict = question.verdict else {
      return """
        <article class="card none">
        <h3>\(question.part)</h3><p class="question">\(question.text)</p>
        <p class="answer"><span aria-hidden="true">\(question.mark)</span> \(question.answer)</p>
        <p>\(question.statement)</p>
        </article>

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

  private var values: Markup {
    guard let critic = audit.example.critic else { return "<p>The agent has no critic.</p>\n" }
    let table = Table(
      label: "Claims",
      columns: [("claim", .name), ("it would be", .words), ("error, of what is at stake", .number)],
      rows: (audit.critic?.alternatives ?? []).map { match in
        ["\(match.claim)", "\(match.diagnosis)", "\(NumberText.share(match.error.estimate))"]
      })
    return """
      <p class="lead">\(audit.method) Whiskers: two standard errors of a mean.</p>
      <div class="pairs">
      <figure><figcaption>Learned value against the mean return</figcaption>\(RestartScatter(critic: critic, range: audit.example.range).markup)</figure>
      </div>
      <h3>Which claim does the critic match?</h3>
      \(table.markup)
      \(audit.recursionWords.map { "<p>\($0)</p>" as Markup } ?? "")
      """
  }

  private var training: Markup {
    let training = audit.training
    let plots = [
      TrainingPlot(
        id: "training-critic", title: "Critic error, of what is at stake", steps: training.steps,
        values: training.criticError,
        reference: audit.critic.map {
          ($0.verdict.tolerance, "tolerance \(NumberText.trimmed($0.verdict.tolerance))")
        }),
      TrainingPlot(
        id: "training-actor", title: "Actor gap, of what chance gives up", steps: training.steps,
        values: training.actorGap,
        reference: audit.actor.map {
          ($0.verdict.tolerance, "tolerance \(NumberText.trimmed($0.verdict.tolerance))")
        }),
      TrainingPlot(
        id: "training-value", title: "What the policy is worth", steps: training.steps,
        values: training.value),
    ].filter { !$0.values.isEmpty }
    let figures = plots.map { plot in
      "<figure><figcaption>\(plot.title)</figcaption>\(plot.markup)</figure>\n" as Markup
    }
    let trend = audit.critic.map { "The critic's error has \(words(for: $0.trend)). " } ?? ""
    return """
      <p class="lead">\(trend)Band: 95% interval. Dashed: what must not be exceeded.</p>
      <div class="pairs">
      \(figures)</div>

      """
  }

  private func words(for trend: RunAudit.Trend) -> String {
    switch trend {
    case .converged: "converged"
    case .converging: "not converged yet, and is falling"
    case .stalled: "stalled"
    case .diverging: "grown"
    case .inconclusive: "no trend beyond doubt"
    }
  }

  private func body(_ model: ModelMeasurement) -> Markup {
    func plot(_ id: String, _ title: String, _ errors: [Double]) -> Markup {
      let plot = TrainingPlot(
        id: id, title: title, steps: model.steps,
        values: errors.map { Estimate(mean: [$0.squareRoot()]) }, reference: (1, "expecting no change"))
      return "<figure><figcaption>\(title)</figcaption>\(plot.markup)</figure>\n"
    }
    return """
      <p class="lead">√ of the squared error, as a share of how far the world has moved, so many steps ahead.</p>
      <div class="pairs">
      \(plot("model-policy", "The policy acting", model.policyError))\
      \(plot("model-random", "Actions at random", model.randomError))</div>

      """
  }

  private var metrics: Markup {
    Table(
      label: "Every metric",
      columns: [
        ("metric", .name), ("meaning", .words), ("estimate", .number), ("low", .number), ("high", .number),
        ("n", .number),
      ],
      rows: audit.metrics.map { path, meaning, value in
        [
          "<code>\(path)</code>", "\(meaning)", "\(NumberText.number(value?.estimate))",
          "\(NumberText.number(value?.low))", "\(NumberText.number(value?.high))",
          "\(value.map { NumberText.count($0.count) } ?? NumberText.missing)",
        ]
      }
    ).markup
  }

  private var agents: Markup {
    Table(
      label: "Agents",
      columns: [
        ("seed", .number), ("diagnosis", .name), ("also", .words), ("worth", .number),
        ("critic error", .number),
        ("actor gap", .number), ("model error", .number),
      ],
      rows: audit.agents.map { agent in
        [
          "\(String(agent.seed))", "\(agent.diagnosis)", "\(agent.also.joined(separator: ", "))",
          "\(NumberText.number(agent.value))", "\(NumberText.share(agent.criticError))",
          "\(NumberText.share(agent.actorGap))", "\(NumberText.share(agent.modelError))",
        ]
      }
    ).markup
  }
}

/// Learned value against the mean return of restarts, one point a state, with what is uncertain of the return.
struct RestartScatter {
  var critic: CriticMeasurement
  /// What is at stake: where values hardly differ, a twentieth of it fills the drawing.
  var range: Double

  var markup: Markup {
    let both = critic.learned + critic.returns
    let frame = PlotFrame(
      x: Scale(for: both, from: 52, to: 386, minimumSpan: range / 20, padding: 0.06),
      y: Scale(for: both, from: 342, to: 26, minimumSpan: range / 20, padding: 0.06), xName: "mean return Ḡ",
      yName: "learned value V̂")
    let (low, high) = frame.x.domain
    let points = critic.learned.indices.map { index -> Markup in
      let (learned, mean) = (critic.learned[index], critic.returns[index])
      let reach = 2 * critic.uncertainties[index]
      let whisker = Shape.line(
        x1: frame.x(mean - reach), y1: frame.y(learned), x2: frame.x(mean + reach), y2: frame.y(learned),
        style: "axis")
      let dot = Shape.dot(
        x: frame.x(mean), y: frame.y(learned), radius: 2.6, style: "visit",
        tooltip: "V̂ \(NumberText.number(learned)), Ḡ \(NumberText.number(mean)) ± \(NumberText.number(reach))"
      )
      return "\(whisker)\(dot)"
    }
    return SVGFigure(
      id: "restarts", title: "Learned value against the mean return",
      description:
        "\(counted(critic.learned.count, "state")); points on the diagonal are right, above it too high.",
      width: 400, height: 384,
      body: [
        frame.markup,
        Shape.line(
          x1: frame.x(low), y1: frame.y(low), x2: frame.x(high), y2: frame.y(high), style: "diagonal"),
        Shape.text("too high", x: frame.x.start + 8, y: frame.y.end + 14, style: "tick"),
        Shape.text("too low", x: frame.x.end - 6, y: frame.y.start - 8, anchor: .end, style: "tick"),
        "\(points)",
      ]
    ).markup
  }
}
