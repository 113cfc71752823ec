import AssayPlanning

/// A plan for a terminal: the decision first, then what was considered, then where the promised reward comes from.
public struct PlanText: Sendable {
  private let report: PlanReport
  private static let shownChoices = 20

  public init(_ report: PlanReport) { self.report = report }

  /// The whole of it, at most 80 columns wide, with a newline at its end.
  public var text: String {
    var lines = ["\(report.planner) in \(report.environment), \(report.effort)"]
    if !report.isComplete { lines.append("Stopped by the clock, with the best so far.") }
    if let parts = report.parts { lines += [""] + asked(parts) }
    lines += [""] + report.state.map { "  " + $0 } + [""]
    if let belief = report.belief { lines += believed(belief) + [""] }
    lines.append("It would do: \(report.action)")
    lines += TextLayout.wrapped(report.expectation)
    if report.choices.count > 1 { lines += [""] + table }
    if let search = report.search { lines += expected(search) }
    if let trace = report.trajectories, !trace.iterations.isEmpty { lines += tried(trace) }
    return lines.map { TextLayout.clipped(TextLayout.harmless($0)) + "\n" }.joined()
  }

  private func asked(_ parts: PlanReport.Parts) -> [String] {
    let names = 10
    let indent = String(repeating: " ", count: 2 + names)
    var lines = TextLayout.wrapped("With parts of " + report.title(of: parts) + ":")
    for (name, words) in report.rows(of: parts) {
      let wrapped = TextLayout.wrapped(words, columns: TextLayout.terminalColumns - indent.count)
      for (index, line) in wrapped.enumerated() {
        lines.append((index == 0 ? "  " + TextLayout.padded(name, columns: names) : indent) + line)
      }
    }
    return lines
  }

  private func believed(_ belief: [PlanReport.Belief]) -> [String] {
    func row(_ state: String, _ probability: Double) -> String {
      "  " + TextLayout.padded(state, columns: 22)
        + TextLayout.padded(NumberText.share(probability), columns: 12, onLeft: true) + "  "
        + TextLayout.bar(share: probability, columns: 20)
    }
    let rest = 1 - belief.reduce(0) { $0 + $1.probability }
    return ["It believes:"] + belief.map { row($0.state, $0.probability) }
      + (rest > 1e-9 ? [row("all other states", rest)] : [])
  }

  private var table: [String] {
    let hasVisits = report.choices.contains { $0.visits != nil }
    let hasShares = report.choices.contains { $0.probability != nil }
    let hasBounds = report.choices.contains { $0.bounds != nil }
    func row(
      _ name: String, _ value: String, _ bounds: String, _ visits: String, _ share: String, _ bar: String
    )
      -> String
    {
      var line = TextLayout.padded(name, columns: 24) + TextLayout.padded(value, columns: 12, onLeft: true)
      if hasBounds { line += TextLayout.padded(bounds, columns: 28, onLeft: true) }
      if hasVisits { line += TextLayout.padded(visits, columns: 10, onLeft: true) }
      if hasShares { line += TextLayout.padded(share, columns: 9, onLeft: true) + "  " + bar }
      return line
    }
    let ordered = report.orderedChoices
    let isSequences = report.trajectories != nil
    var lines = [
      row(
        isSequences ? "  first action" : "  action", isSequences ? "return" : "value", "between", "visits",
        "policy",
        "")
    ]
    lines += ordered.prefix(Self.shownChoices).map { choice in
      row(
        (choice.name == report.action ? "▸ " : "  ") + choice.name,
        NumberText.number(choice.value, digits: isSequences ? 5 : 3),
        choice.bounds.map {
          "[\(NumberText.number($0[0], digits: 5)), \(NumberText.number($0[1], digits: 5))]"
        } ?? "",
        choice.visits.map { NumberText.count($0) } ?? "",
        choice.probability.map { PlanReport.share($0) } ?? "",
        TextLayout.bar(share: choice.probability ?? 0, columns: 20))
    }
    if ordered.count > Self.shownChoices {
      lines.append("  and \(ordered.count - Self.shownChoices) more; --json prints all")
    }
    return lines
  }

  /// Where the return of the tree comes from, and the line that was looked at most.
  private func expected(_ search: SearchTrace) -> [String] {
    var lines = [""] + TextLayout.wrapped(report.words(for: ReturnSources(of: search)))
    let path = search.principalVariation
    guard path.count > 1 else { return lines }
    let moves = path.dropFirst().map { node -> String in
      let action = search.nodes[node].action ?? 0
      return report.actionNames.indices.contains(action) ? report.actionNames[action] : "\(action)"
    }
    let shown = moves.prefix(12).joined(separator: ", ") + (moves.count > 12 ? ", …" : "")
    lines += [""] + TextLayout.wrapped("Looked at most: " + shown)
    let promise = search.promise(along: path)
    let parts = promise.rewards.enumerated().filter { $0.element != 0 }.map {
      "\(NumberText.number($0.element)) at step \($0.offset + 1)"
    }
    let end =
      promise.end == 0
      ? [] : ["\(NumberText.number(promise.end)) beyond it, valued by \(search.sources.values)"]
    let all = Array(parts.prefix(8)) + (parts.count > 8 ? ["…"] : []) + end
    lines += TextLayout.wrapped(
      "It promises " + (all.isEmpty ? "nothing." : all.joined(separator: ", ") + "."))
    return lines
  }

  private func tried(_ trace: TrajectoryTrace) -> [String] {
    var lines = [""]
    func row(_ name: String, _ count: String, _ best: String, _ mean: String) -> String {
      TextLayout.padded("  " + name, columns: 14) + TextLayout.padded(count, columns: 10, onLeft: true)
        + TextLayout.padded(best, columns: 14, onLeft: true)
        + TextLayout.padded(mean, columns: 14, onLeft: true)
    }
    lines.append(row("iteration", "tried", "best return", "mean return"))
    let count = trace.iterations.count
    for index in 0..<count where index < 5 || index >= count - 5 {
      let iteration = trace.iterations[index]
      lines.append(
        row(
          "\(index + 1)", NumberText.count(iteration.evaluated),
          NumberText.number(iteration.best.predictedReturn),
          NumberText.number(iteration.meanReturn)))
    }
    if let best = trace.best { lines += [""] + TextLayout.wrapped(report.words(for: best)) }
    return lines
  }
}
