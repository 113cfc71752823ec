import AssayDiagnostics

/// Scenarios and what became of them, as one HTML file that needs nothing else.
package struct StoryPage: Sendable {
  private let stories: [Story]

  package init(_ stories: [Story]) { self.stories = stories }

  /// The whole file.
  package var html: String { document.source }

  private var document: Markup {
    let checks = stories.flatMap(\.checks)
    let passed = checks.count { $0.outcome == "passed" }
    let title =
      passed == checks.count
      ? "All came true" : "\(checks.count - passed) of \(checks.count) did not come true"
    let links = stories.enumerated().map { index, story in
      "<a href=\"#scenario-\(index)\">\(story.name)</a>\n" as Markup
    }
    let sections = stories.enumerated().map { section($1, id: "scenario-\($0)") }
    let facts: [(String, String)] = [
      ("Scenarios", "\(stories.count)"), ("Came true", "\(passed)"),
      ("Failed", "\(checks.count { $0.outcome == "failed" })"),
      ("Inconclusive", "\(checks.count { $0.outcome == "inconclusive" })"),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(title): \(counted(stories.count, "scenario"))</title>
      <style>
      \(StyleSheet.source)
      \(Self.style)
      </style>
      </head>
      <body>
      <header>
      <p class="kicker">Scenarios</p>
      <h1>\(title)</h1>
      <dl class="facts">
      \(items)</dl>
      </header>
      <main>
      \(sections)</main>
      <nav aria-label="Scenarios">
      \(links)</nav>
      </body>
      </html>

      """
  }

  private func section(_ story: Story, id: String) -> Markup {
    let facts = story.facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" as Markup }
    let passed = story.checks.count { $0.outcome == "passed" }
    let kind =
      story.hasPassed
      ? "healthy" : story.checks.contains { $0.outcome == "failed" } ? "faulty" : "inconclusive"
    let answer =
      story.hasPassed
      ? "Came true" : "\(passed) of \(counted(story.checks.count, "expectation")) came true"
    let strips = story.arms.map(strip)
    let rows = story.checks.enumerated().map { row($1, id: "\(id)-check-\($0)") }
    let figures = story.arms.enumerated().map { index, arm in charts(arm, id: "\(id)-arm-\(index)") }
    return """
      <section id="\(id)" aria-labelledby="\(id)-heading">
      <h2 id="\(id)-heading">\(story.name)</h2>
      <div class="diagnosis \(kind)"><p class="name">\(answer)</p><p>\(story.claim)</p></div>
      <dl class="facts">
      \(facts)</dl>
      <h3>The story</h3>
      \(strips)<h3>What must be found</h3>
      <div class="scroll"><table class="checks">
      <thead><tr><th scope="col" class="words">Outcome</th><th scope="col" class="words">Expectation</th>\
      <th scope="col" class="words">Measured, against the limit</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      <h3>Over training</h3>
      <p class="lead">Return J(π) of the actor's policy. Line: mean over the seeds. Band: its interval.</p>
      <div class="panels">
      \(figures)</div>
      </section>

      """
  }

  private func strip(_ arm: Story.Arm) -> Markup {
    let steps = arm.steps.map { step in
      "<li class=\"do-\(step.verb)\"><b>\(step.verb)</b> \(step.detail)</li>\n" as Markup
    }
    return """
      <p class="arm"><b>\(arm.name)</b> <span class="source">\(arm.subject)</span></p>
      <ol class="story">
      \(steps)</ol>

      """
  }

  private func row(_ check: Story.Check, id: String) -> Markup {
    let kind = check.outcome == "passed" ? "healthy" : check.outcome == "failed" ? "faulty" : "inconclusive"
    let drawing = BoundGraphic(id: id, check: check, kind: kind).markup
    return """
      <tr><td class="words \(kind)"><span class="answer">\(check.outcome)</span></td>\
      <th scope="row">\(check.expectation)<span class="source"><br/>\(check.arm), \(check.moment)</span></th>\
      <td class="words drawing">\(drawing)<span class="source">\(check.statement)</span></td></tr>

      """
  }

  private func charts(_ arm: Story.Arm, id: String) -> Markup {
    let figures = arm.plots.enumerated().filter { !$1.steps.isEmpty }.map { index, plot in
      let drawing = TrainingPlot(
        id: "\(id)-\(index)", title: "Return over training in \(arm.name)", steps: plot.steps,
        values: plot.values, reference: (plot.optimum, "optimum \(NumberText.number(plot.optimum))")
      ).markup
      return """
        <figure><figcaption>\(arm.name), \(plot.label): \(plot.diagnosis)</figcaption>\(drawing)</figure>

        """ as Markup
    }
    return Markup(figures)
  }

  private static let style = Markup(
    constant: """
      .story{display:flex;flex-wrap:wrap;gap:.4rem .3rem;margin:.3rem 0 1rem;padding:0;list-style:none;font-size:.875rem}
      .story li{position:relative;padding:.3rem .7rem;border:1px solid var(--line);border-left:4px solid var(--muted);
      border-radius:6px;background:var(--page);overflow-wrap:anywhere}
      .story li+li{margin-left:1.1rem}
      .story li+li:before{content:"→";position:absolute;left:-1.35rem;color:var(--muted)}
      .story .do-train{border-left-color:var(--blue)}.story .do-change,.story .do-fault,.story .do-intervene{border-left-color:var(--orange)}
      .story .do-audit,.story .do-evaluate{border-left-color:var(--healthy)}
      .arm{margin:.6rem 0 0}
      .checks{width:100%}.checks td,.checks th{vertical-align:top}.checks th[scope=row]{white-space:normal;min-width:12rem}
      .checks .answer{font-size:1rem;font-weight:700}
      .checks .source{font-weight:400}
      .drawing{white-space:normal;width:50%;min-width:17rem}.drawing svg{max-width:26rem}
      """)
}

/// A measured interval against the limits it must keep to.
struct BoundGraphic {
  var id: String
  var check: Story.Check
  var kind: String

  var markup: Markup {
    guard let measured = check.measured, measured.estimate.isFinite, check.low != nil || check.high != nil
    else {
      return ""
    }
    let (low, high) = measured.drawnInterval
    let limits = [check.low, check.high].compactMap(\.self)
    let scale = Scale(
      for: limits + [low, high, measured.estimate], from: 20, to: 360, minimumSpan: 1e-6, padding: 0.12)
    let left = check.low.map { scale($0) } ?? 8
    let right = check.high.map { scale($0) } ?? 372
    var body: [Markup] = [
      Shape.rectangle(x: 8, y: 20, width: 364, height: 12, style: "track"),
      Shape.rectangle(x: left, y: 20, width: right - left, height: 12, style: "allowed"),
    ]
    for limit in limits {
      body.append(Shape.line(x1: scale(limit), y1: 15, x2: scale(limit), y2: 38, style: "limit"))
      body.append(label(NumberText.trimmed(limit), at: scale(limit), y: 11, style: "tick"))
    }
    body += [
      Shape.line(x1: scale(low), y1: 26, x2: scale(high), y2: 26, style: "interval \(kind)"),
      Shape.dot(x: scale(measured.estimate), y: 26, radius: 5, style: "point \(kind)"),
      label(NumberText.number(measured.estimate), at: scale(measured.estimate), y: 51, style: "label"),
    ]
    return SVGFigure(
      id: id, title: "Measured value against its limits",
      description: "\(NumberText.interval(measured)): \(check.outcome).", width: 380, height: 56, body: body
    ).markup
  }

  private func label(_ text: String, at x: Double, y: Double, style: String) -> Markup {
    let half = Double(text.count) * 3.2
    let anchor: TextAnchor = x - half < 2 ? .start : x + half > 378 ? .end : .middle
    return Shape.text(
      text, x: anchor == .start ? max(2, x - 4) : anchor == .end ? min(378, x + 4) : x, y: y, anchor: anchor,
      style: style)
  }
}
