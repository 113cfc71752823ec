import AssayDiagnostics

/// Which part refers to which: a line down for each part, an arrow across for each reference.
///
/// Two parts that refer to each other, as critic and actor do, show as arrows both ways between the same
/// lines.
struct ReferenceGraph {
  var references: [AnatomyFindings.Reference]

  private var parts: [String] {
    var seen: [String] = []
    for name in references.flatMap({ [$0.from, $0.to] }) where !seen.contains(name) { seen.append(name) }
    return seen
  }

  var markup: Markup {
    let parts = parts
    let width = 116 * Double(max(2, parts.count))
    let bottom = 44 + 36 * Double(references.count)
    func x(_ name: String) -> Double { 58 + 116 * Double(parts.firstIndex(of: name) ?? 0) }
    let columns = parts.map { name -> Markup in
      """
      \(Shape.line(x1: x(name), y1: 28, x2: x(name), y2: bottom, style: "lifeline"))\
      \(Shape.rectangle(x: x(name) - 52, y: 2, width: 104, height: 26, style: "box", tooltip: name))\
      \(Shape.text(TextLayout.clipped(name, columns: 14), x: x(name), y: 20, anchor: .middle, style: "strong"))
      """
    }
    let arrows = references.enumerated().map { index, reference -> Markup in
      let y = 68 + 36 * Double(index)
      let (from, to) = (x(reference.from), x(reference.to))
      let sentence = "\(reference.from) \(reference.relation) \(reference.to)"
      guard from != to else {
        return """
          <g><path d="M\(from) \(y - 10)h18v14h-14" class="reference"/>\(head(x: from, y: y + 4, pointsLeft: true))\
          \(Shape.text(reference.relation, x: from + 24, y: y + 2, style: "label halo"))<title>\(sentence)</title></g>
          """
      }
      let stop = to > from ? to - 7 : to + 7
      let room = max(22, Int(abs(to - from) / 6))
      return """
        <g>\(Shape.line(x1: from, y1: y, x2: stop, y2: y, style: "reference"))\
        \(head(x: to, y: y, pointsLeft: to < from))\
        \(Shape.text(TextLayout.clipped(reference.relation, columns: room), x: (from + to) / 2, y: y - 6,
          anchor: .middle, style: "label halo"))<title>\(sentence)</title></g>
        """
    }
    return SVGFigure(
      id: "references", title: "Which part refers to which",
      description: references.map { "\($0.from) \($0.relation) \($0.to)" }.joined(separator: "; ") + ".",
      width: width, height: bottom + 4, body: ["\(columns)\(arrows)"]
    ).markup
  }

  private func head(x: Double, y: Double, pointsLeft: Bool) -> Markup {
    let back = pointsLeft ? x + 9 : x - 9
    return "<path d=\"M\(x) \(y)L\(back) \(y - 4.5)L\(back) \(y + 4.5)Z\" class=\"head\"/>"
  }
}
