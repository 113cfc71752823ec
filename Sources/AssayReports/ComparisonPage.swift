import AssayDiagnostics

/// A comparison as one HTML file that needs nothing else: verdicts first, then the pictures they rest on.
public struct ComparisonPage: Sendable {
  private let comparison: Comparison

  public init(_ comparison: Comparison) { self.comparison = comparison }

  /// The whole file.
  public var html: String {
    HTMLPage(title: "Comparison: \(names.joined(separator: ", "))", header: header, sections: sections).html
  }

  private var names: [String] { comparison.groups.map(\.name) }

  private var header: Markup {
    let seeds = Set(comparison.groups.flatMap(\.seeds)).sorted()
    let facts = [
      ("Algorithms", "\(names.count)"), ("Tasks", "\(comparison.tasks.count)"),
      ("Seeds a task", seeds.count == 1 ? "\(seeds[0])" : "\(seeds[0])–\(seeds[seeds.count - 1])"),
      (
        "Training",
        (comparison.isOfEnds ? "of different length, up to " : "")
          + counted(comparison.steps[comparison.steps.count - 1], "step") + " a seed"
      ),
      ("Evaluations", NumberText.count(comparison.steps.count)),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <header>
      <p class="kicker">Comparison</p>
      <h1>\(names.joined(separator: ", "))</h1>
      <dl class="facts">
      \(items)</dl>
      </header>

      """
  }

  private var sections: [HTMLPage.Section] {
    var sections = [
      HTMLPage.Section(id: "scores", title: "Scores", body: scores),
      HTMLPage.Section(id: "curves", title: "Over training", body: curves),
      HTMLPage.Section(id: "profiles", title: "How many runs do how well?", body: profiles),
      HTMLPage.Section(id: "tasks", title: "Task by task", body: tasks),
    ]
    if !comparison.pairs.isEmpty {
      sections.insert(.init(id: "verdicts", title: "Which does better?", body: verdicts), at: 0)
    }
    return sections
  }

  // MARK: Sections

  private var verdicts: Markup {
    let answers = comparison.pairs.map { pair -> Markup in
      let style: String =
        switch pair.verdict {
        case .better: "healthy"
        case .worse: "faulty"
        case .inconclusive: "inconclusive"
        }
      return """
        <div class="card \(style)"><h3>\(pair.one) against \(pair.other)</h3>
        <p class="answer">\(pair.verdict.rawValue)</p><p class="measured">\(pair.statement)</p></div>

        """
    }
    let differences = IntervalsChart(
      id: "differences", title: "Differences of scores",
      rows: comparison.pairs.map { pair in
        .init(name: "\(pair.one) − \(pair.other)", series: series(pair.one), score: pair.difference)
      }, reference: (0, "no difference"), nameWidth: 190, width: 470)
    let improvement = IntervalsChart(
      id: "improvement", title: "Probability of improvement",
      rows: comparison.pairs.map { pair in
        .init(
          name: "\(pair.one) over \(pair.other)", series: series(pair.one),
          score: pair.probabilityOfImprovement)
      }, reference: (0.5, "even"), room: [0, 1], nameWidth: 190, width: 470)
    let corrected: Markup =
      comparison.pairs.count > 1
      ? " Intervals of differences are wide enough for all \(comparison.pairs.count) to hold together (Bonferroni)."
      : ""
    return """
      <div class="cards">
      \(answers)</div>
      <div class="pairs">
      <figure><figcaption>Difference of scores</figcaption>\(differences.markup)</figure>
      <figure><figcaption>Probability that a run of the one does better than a run of the other</figcaption>\
      \(improvement.markup)</figure>
      </div>
      <p class="lead">\(comparison.method)\(corrected)</p>

      """
  }

  private var scores: Markup {
    let panels: [(String, String, KeyPath<Comparison.GroupFindings, Comparison.ScoreEstimate>)] = [
      ("iqm", "Interquartile mean", \.interquartileMean), ("mean", "Mean", \.mean),
      ("median", "Median of tasks", \.median),
      ("gap", "Optimality gap (less is better)", \.optimalityGap),
    ]
    let figures = panels.map { id, title, path -> Markup in
      let chart = IntervalsChart(
        id: "score-\(id)", title: title,
        rows: comparison.groups.enumerated().map {
          .init(name: $1.name, series: $0, score: $1[keyPath: path])
        }, room: [0, 1])
      return "<figure><figcaption>\(title)</figcaption>\(chart.markup)</figure>\n"
    }
    return """
      <p class="lead">Normalised scores at the end\(comparison.isOfEnds ? " of each run" : ""): 0 and 1 are what is said below for each task. \
      \(Comparison.caution)</p>
      <div class="pairs">
      \(figures)</div>

      """
  }

  private var curves: Markup {
    let panels: [(String, String, KeyPath<Comparison.GroupFindings, [Comparison.ScoreEstimate]>)] = [
      ("iqm", "Interquartile mean", \.interquartileMeans), ("mean", "Mean", \.means),
    ]
    let figures = panels.map { id, title, path -> Markup in
      let ends = comparison.groups.map { group in
        "\(group.name): \(group[keyPath: path].last.map(NumberText.score) ?? "") at the end"
      }
      let chart = CurvesChart(
        id: "curve-\(id)", title: title, description: ends.joined(separator: "; ") + ".", xName: "steps",
        places: comparison.steps.map(Double.init), lines: comparison.groups.map { $0[keyPath: path] })
      return "<figure><figcaption>\(title)</figcaption>\(chart.markup)</figure>\n"
    }
    return """
      \(SeriesStyle.key(names))<div class="pairs">
      \(figures)</div>
      <p class="lead">Bands are intervals at each evaluation, one by one.</p>

      """
  }

  private var profiles: Markup {
    let half = comparison.groups.map { group -> String in
      let above = group.profile.lastIndex { $0.estimate >= 0.5 }.map { comparison.thresholds[$0] }
      return "half of the runs of \(group.name) score more than \(NumberText.number(above))"
    }
    let chart = CurvesChart(
      id: "profile", title: "Performance profiles", description: half.joined(separator: "; ") + ".",
      xName: "normalised score τ", places: comparison.thresholds, lines: comparison.groups.map(\.profile),
      isShare: true)
    return """
      \(SeriesStyle.key(names))<figure class="middle"><figcaption>Share of runs that score more than τ</figcaption>\
      \(chart.markup)</figure>
      <p class="lead">A line that lies above another all the way belongs to the better algorithm, whatever a score is \
      worth.</p>

      """
  }

  private var tasks: Markup {
    let rows = comparison.tasks.enumerated().map { index, task -> [Markup] in
      ["\(task.name)", "\(NumberText.trimmed(task.low))", "\(NumberText.trimmed(task.high))"]
        + comparison.groups.map { "\(NumberText.score($0.tasks[index]))" }
    }
    let table = Table(
      label: "Scores by task",
      columns: [("Task", .name), ("0 is", .number), ("1 is", .number)] + names.map { ($0, .number) },
      rows: rows)
    return """
      \(table.markup)<p class="lead">Means over seeds in each task's own units, with Student-t intervals.</p>

      """
  }

  private func series(_ name: String) -> Int { names.firstIndex(of: name) ?? 0 }
}
