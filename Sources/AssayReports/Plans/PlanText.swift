import AssayPlanning

/// A plan for a terminal: the decision first, then what was considered, then where the promised reward comes from.
public struct PlanText: Sendable {
  private let report: PlanReport
  private static let shownChoices = 20

  public init(_ report: PlanReport) { self.report = report }

  /// The whole of it, at most 80 columns wide, with a newline at its end.
  public var text: String {
    var lines = ["\(report.planner) in \(report.environment), \(report.effort)"]
    if !report.isComplete { lines[0] += ", stopped by the clock" }
    lines += [""] + report.state.map { "  " + $0 } + [""]
    lines.append("It would do: \(report.action)" + worth)
    if report.choices.count > 1 { lines += [""] + table }
    lines += expected
    return lines.map { TextLayout.clipped(TextLayout.harmless($0)) + "\n" }.joined()
  }

  private var worth: String {
    guard let value = report.value else { return "" }
    let bounds =
      report.bounds.map { " [\(NumberText.number($0[0])), \(NumberText.number($0[1]))]" } ?? ""
    return ", worth \(NumberText.number(value))\(bounds) as it sees things"
  }

  private var table: [String] {
    let hasVisits = report.choices.contains { $0.visits != nil }
    let hasShares = report.choices.contains { $0.probability != nil }
    func row(_ name: String, _ value: String, _ visits: String, _ share: String, _ bar: String) -> String {
      var line = "  " + TextLayout.padded(name, columns: 22) + TextLayout.padded(value, columns: 12, onLeft: true)
      if hasVisits { line += TextLayout.padded(visits, columns: 10, onLeft: true) }
      if hasShares { line += TextLayout.padded(share, columns: 9, onLeft: true) + "  " + bar }
      return line
    }
    let ordered = report.choices.enumerated().sorted {
      let (one, other) = ($0.element.probability ?? $0.element.value, $1.element.probability ?? $1.element.value)
      return (one ?? -.infinity, $1.offset) > (other ?? -.infinity, $0.offset)
    }.map(\.element)
    var lines = [row("action", "value", "visits", "policy", "")]
    lines += ordered.prefix(Self.shownChoices).map { choice in
      row(
        choice.name, NumberText.number(choice.value), choice.visits.map { NumberText.count($0) } ?? "",
        choice.probability.map { NumberText.share($0) } ?? "",
        TextLayout.bar(share: choice.probability ?? 0, columns: 20))
    }
    if ordered.count > Self.shownChoices {
      lines.append("  and \(ordered.count - Self.shownChoices) more; --json - prints all")
    }
    return lines
  }

  /// The line that was looked at most, and what each of its steps promises.
  private var expected: [String] {
    guard let search = report.search else { return [] }
    let path = search.principalVariation
    guard path.count > 1 else { return [] }
    let moves = path.dropFirst().map { node -> String in
      let action = search.nodes[node].action ?? 0
      return report.actionNames.indices.contains(action) ? report.actionNames[action] : "\(action)"
    }
    var lines = ["", "What it looked at most: " + moves.prefix(12).joined(separator: ", ")]
    let promise = search.promise(along: path)
    if promise.rewards.contains(where: { $0 != 0 }) || promise.end != 0 {
      let parts = promise.rewards.enumerated().filter { $0.element != 0 }.map {
        "\(NumberText.number($0.element)) at step \($0.offset + 1)"
      }
      let end = promise.end == 0 ? [] : ["\(NumberText.number(promise.end)) beyond, as \(search.sources.values) says"]
      lines += TextLayout.wrapped(
        "Its promise: " + (parts.prefix(8) + end).joined(separator: ", "))
    }
    return lines
  }
}

extension SearchTrace {
  /// The places of the nodes on the line that was looked at most, from the root on.
  package var principalVariation: [Int] {
    var path = [0]
    while let edge = nodes[path[path.count - 1]].edges.max(by: { ($0.visits, $1.action) < ($1.visits, $0.action) }),
      edge.visits > 0, let child = edge.children.max(by: { nodes[$0].visits < nodes[$1].visits })
    {
      path.append(child)
    }
    return path
  }

  /// What the return along a line of nodes consists of, seen from its start.
  ///
  /// - Parameter path: the places of its nodes, from the root on.
  /// - Returns: the discounted reward of each step, and the discounted value that the last node was given.
  package func promise(along path: [Int]) -> (rewards: [Double], end: Double) {
    var weight = 1.0
    var rewards: [Double] = []
    for place in path.dropFirst() {
      rewards.append(weight * nodes[place].reward)
      weight *= nodes[place].discount
    }
    return (rewards, weight * (path.last.map { nodes[$0].value } ?? 0))
  }
}
