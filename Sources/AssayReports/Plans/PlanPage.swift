import AssayPlanning

/// A plan as one HTML file that needs nothing else: the decision first, then what was considered, then where what it
/// promises comes from.
public struct PlanPage: Sendable {
  private let report: PlanReport

  public init(_ report: PlanReport) { self.report = report }

  /// The whole file.
  public var html: String {
    var sections = [HTMLPage.Section(id: "decision", title: "The decision", body: decision)]
    if let parts = report.parts {
      sections.append(.init(id: "parts", title: "Who was asked what", body: body(of: parts)))
    }
    if let belief = report.belief {
      sections.append(.init(id: "belief", title: "What is believed", body: body(of: belief)))
    }
    if !report.choices.isEmpty {
      sections.append(
        .init(
          id: "choices", title: report.trajectories == nil ? "The choices" : "The best sequences",
          body: choices))
    }
    if let search = report.search {
      sections += [
        .init(id: "search", title: "The tree", body: tree(search)),
        .init(id: "promise", title: "Where predicted reward comes from", body: promise(search)),
      ]
    }
    if let trace = report.trajectories, !trace.iterations.isEmpty {
      sections += [
        .init(id: "tried", title: "What was tried", body: tried(trace)),
        .init(id: "promise", title: "Where predicted reward comes from", body: promise(trace)),
      ]
    }
    return HTMLPage(
      title: "\(report.planner) in \(report.environment)", header: header, sections: sections
    ).html
  }

  // MARK: The decision

  private var header: Markup {
    var facts = [
      ("World", report.environment), ("Planner", report.planner), ("Effort", report.effort),
      ("Seed", "\(report.seed)"), ("Ended", report.isComplete ? "by itself" : "stopped by the clock"),
    ]
    if let parts = report.parts {
      facts.append(("With parts of", report.title(of: parts)))
    }
    if let sources = report.search?.sources {
      facts += [("What actions lead to", sources.dynamics), ("What new nodes are worth", sources.values)]
      if !sources.priors.isEmpty { facts.append(("Priors", sources.priors)) }
    }
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <header>
      <p class="kicker">Plan</p>
      <h1>\(report.planner) <span class="on">in</span> \(report.environment)</h1>
      <dl class="facts">
      \(items)</dl>
      </header>

      """
  }

  private var decision: Markup {
    let lines = report.state.map { "\($0)\n" as Markup }
    let state: Markup = lines.isEmpty ? "" : "<pre class=\"sketch\">\(lines)</pre>\n"
    return """
      <div class="diagnosis">
      <p class="name">\(report.action)</p>
      <p>\(report.expectation)</p>
      </div>
      \(state)
      """
  }

  private func body(of parts: PlanReport.Parts) -> Markup {
    let items = report.rows(of: parts).map { "<li><strong>\($0.name)</strong>: \($0.words)</li>\n" as Markup }
    return "<ul class=\"plain\">\n\(items)</ul>\n"
  }

  private func body(of belief: [PlanReport.Belief]) -> Markup {
    let table = Table(
      label: "Belief", columns: [("state", .name), ("probability", .number), ("", .bar)],
      rows: belief.map {
        ["\($0.state)", "\(NumberText.share($0.probability))", Table.bar($0.probability)]
      })
    let rest = 1 - belief.reduce(0) { $0 + $1.probability }
    let others: Markup =
      rest > 1e-9 ? "<p class=\"measured\">All other states together: \(NumberText.share(rest)).</p>\n" : ""
    return """
      <p class="lead">The planner does not see the state; this is how likely it takes each to be.</p>
      \(table.markup)\(others)
      """
  }

  // MARK: Choices

  private var choices: Markup {
    let choices = report.orderedChoices
    let priors =
      report.search?.nodes.first?.edges.reduce(into: [Int: Double]()) { $0[$1.action] = $1.prior } ?? [:]
    // In the colours of the tree, where there is one.
    let values =
      report.search.map { SearchTreeChart(trace: $0, actionNames: report.actionNames).values }
      ?? PlanValues(of: choices.compactMap(\.value), root: report.value ?? 0)
    let hasBounds = choices.contains { $0.bounds != nil }
    let hasVisits = choices.contains { $0.visits != nil }
    let hasShares = choices.contains { $0.probability != nil }
    let mostVisits = Double(max(1, choices.compactMap(\.visits).max() ?? 1))
    let isSequences = report.trajectories != nil
    var columns: [(title: String, kind: Table.Kind)] = [
      (isSequences ? "first action" : "action", .name), (isSequences ? "return" : "value", .number),
    ]
    if hasBounds { columns.append(("between", .number)) }
    if hasVisits { columns += [("visits", .number), ("", .bar)] }
    if !priors.isEmpty { columns.append(("prior", .number)) }
    if hasShares { columns += [("policy", .number), ("", .bar)] }
    let rows = choices.map { choice -> [Markup] in
      let name: Markup =
        choice.name == report.action
        ? "<strong>▸ \(choice.name)</strong> <span class=\"hidden\">(taken)</span>" : "\(choice.name)"
      // The best of many sequences are almost alike.
      let value: Markup =
        isSequences ? "\(NumberText.number(choice.value, digits: 5))" : values.cell(choice.value)
      var row: [Markup] = [name, value]
      if hasBounds {
        row.append(
          "\(choice.bounds.map { "[\(NumberText.number($0[0], digits: 5)), \(NumberText.number($0[1], digits: 5))]" } ?? "")"
        )
      }
      if hasVisits {
        row.append("\(choice.visits.map { NumberText.count($0) } ?? "")")
        row.append(Table.bar(Double(choice.visits ?? 0) / mostVisits))
      }
      if !priors.isEmpty { row.append("\(PlanReport.share(choice.action.flatMap { priors[$0] }))") }
      if hasShares {
        row.append("\(PlanReport.share(choice.probability))")
        row.append(Table.bar(choice.probability ?? 0))
      }
      return row
    }
    var words = ["▸ marks what is done."]
    if report.search != nil { words.append("Value: mean of r + γG over the visits.") }
    if report.isGame { words.append("All numbers are seen by who moves now: 1 is a win, −1 a loss.") }
    if isSequences {
      words = [
        "The first action of the best sequences of the last iteration, and the return predicted of each."
      ]
    }
    return """
      <p class="lead">\(words.joined(separator: " "))</p>
      \(Table(label: "Choices", columns: columns, rows: rows).markup)
      """
  }

  // MARK: Trees

  private func tree(_ search: SearchTrace) -> Markup {
    let chart = SearchTreeChart(trace: search, actionNames: report.actionNames)
    var words = ["From the state now, on the left. Large and thick: visited often."]
    words.append(
      search.isGame
        ? "Colour: worth to who moves now, also where the other player moves."
        : "Colour: what the step and all that follows is worth, with the strongest colours for what is furthest from "
          + "\(NumberText.rounded(chart.values.middle)).")
    words.append("Strong line: what was looked at most. Square: an end.")
    if chart.hasChance { words.append("Diamond: chance decides.") }
    words.append(
      chart.leftOut > 0
        ? "\(NumberText.count(chart.leftOut)) of \(counted(search.nodes.count, "node")), visited less or further "
          + "away, are not drawn."
        : "All \(counted(search.nodes.count, "node")) are drawn.")
    words.append("Point at a node for its numbers.")
    return "<p class=\"lead\">\(words.joined(separator: " "))</p>\n\(chart.markup)"
  }

  private func promise(_ search: SearchTrace) -> Markup {
    let path = search.principalVariation
    let sources = ReturnSources(of: search)
    let amounts = report.words(for: sources)
    let key: Markup = """
      <ul class="key"><li><svg viewBox="0 0 10 10" style="display:inline-block;width:.9em;height:.9em" \
      aria-hidden="true"><rect width="10" height="10" class="truth"/></svg> rewards of steps in the tree</li>\
      <li><svg viewBox="0 0 10 10" style="display:inline-block;width:.9em;height:.9em" aria-hidden="true">\
      <rect width="10" height="10" class="learned"/></svg> values that new nodes were given by \
      \(search.sources.values)</li></ul>

      """
    let chart: Markup =
      sources.rewardShare == nil
      ? "" : "\(key)<figure class=\"middle\">\(ReturnSourcesChart(sources: sources).markup)</figure>\n"
    return """
      <h3>In the whole tree</h3>
      <p class="lead">\(amounts)</p>
      \(chart)\(path.count > 1 ? line(search, path) : "")
      """
  }

  private static let shownSteps = 16

  private func line(_ search: SearchTrace, _ path: [Int]) -> Markup {
    let promise = search.promise(along: path)
    let largest = max((promise.rewards.map(abs) + [abs(promise.end)]).max() ?? 0, 1e-300)
    let hasLabels = path.contains { !search.nodes[$0].label.isEmpty && search.nodes[$0].label.count <= 24 }
    var weight = 1.0
    var rows: [[Markup]] = path.dropFirst().enumerated().map { index, place in
      let node = search.nodes[place]
      defer { weight *= node.discount }
      let action = node.action ?? 0
      let name = report.actionNames.indices.contains(action) ? report.actionNames[action] : "\(action)"
      var row: [Markup] = ["\(index + 1)", "\(name)"]
      if hasLabels { row.append("\(node.label)") }
      return row + [
        "\(NumberText.count(node.visits))", "\(NumberText.number(node.reward))",
        "\(NumberText.trimmed(weight))",
        "\(NumberText.number(promise.rewards[index]))", Table.bar(abs(promise.rewards[index]) / largest),
      ]
    }
    let left = rows.count - Self.shownSteps
    if left > 0 { rows = Array(rows.prefix(Self.shownSteps)) }
    let isEnd = search.nodes[path[path.count - 1]].discount == 0
    let blank: [Markup] = hasLabels ? [""] : []
    if isEnd {
      rows.append(["", "an end: nothing follows"] + blank + ["", "", "", "0", ""])
    } else {
      rows.append(
        ["", "beyond: V̂ by \(search.sources.values)"] + blank + [
          "", "\(NumberText.number(search.nodes[path[path.count - 1]].value))",
          "\(NumberText.trimmed(weight))",
          "\(NumberText.number(promise.end))", Table.bar(abs(promise.end) / largest),
        ])
    }
    let total = promise.rewards.reduce(promise.end, +)
    var columns: [(title: String, kind: Table.Kind)] = [("step", .number), ("action", .name)]
    if hasLabels { columns.append(("leads to", .words)) }
    columns += [
      ("visits", .number), ("reward", .number), ("× discount", .number), ("contributes", .number), ("", .bar),
    ]
    let chance =
      path.contains { search.nodes[$0].edges.contains { $0.children.count > 1 } }
      ? " Where an action has several outcomes, the one that was seen most is followed." : ""
    let more = left > 0 ? " \(counted(left, "step")) before the end of the line are not listed." : ""
    return """
      <h3>Along the line that was looked at most</h3>
      <p class="lead">It promises \(NumberText.number(total))\(report.isGame ? " to who moves now" : "").\(chance)\(more)</p>
      \(Table(label: "The line that was looked at most", columns: columns, rows: rows).markup)
      """
  }

  // MARK: Sequences

  private static let shownCoordinates = 6

  private func tried(_ trace: TrajectoryTrace) -> Markup {
    let shown = min(trace.width, Self.shownCoordinates)
    let ends = trace.iterations.count > 1 ? [0, trace.iterations.count - 1] : [0]
    let hasMeans = trace.iterations.contains { !$0.mean.isEmpty }
    let figures = (0..<shown).flatMap { coordinate in
      ends.map { iteration -> Markup in
        let name = trace.width > 1 ? "Number \(coordinate + 1) of the action" : "Actions"
        let chart = ActionSequencesChart(trace: trace, iteration: iteration, coordinate: coordinate)
        let which =
          trace.iterations.count == 1 ? "" : iteration == 0 ? ", first iteration" : ", last iteration"
        return "<figure><figcaption>\(name)\(which)</figcaption>\(chart.markup)</figure>\n"
      }
    }
    let hidden = trace.width - shown
    let left: Markup =
      hidden > 0
      ? "<p class=\"measured\">\(counted(hidden, "further number")) of the action not drawn.</p>\n" : ""
    let band = hasMeans ? " Blue: the mean of what is tried next, ± its standard deviation." : ""
    return """
      <figure class="middle"><figcaption>Returns that the model predicts</figcaption>\
      \(TrajectoryReturnsChart(trace: trace).markup)</figure>
      <p class="lead">Dark: the best of each iteration. Blue: the mean of all. Dots: some of the candidates.</p>
      <div class="pairs">
      \(figures)</div>
      <p class="lead">Faint: candidates. Dark: the best of them.\(band)</p>
      \(left)
      """
  }

  private func promise(_ trace: TrajectoryTrace) -> Markup {
    guard let best = trace.best else { return "" }
    return """
      <p class="lead">\(report.words(for: best))</p>
      <figure class="middle">\(TrajectoryRewardsChart(rewards: best.rewards, end: best.terminalValue).markup)</figure>

      """
  }
}
