import AssayDiagnostics

/// What each part contributes to the gap, as signed bars that add up to it.
struct IdentityChart {
  var gap: GapFindings
  /// The least difference that fills the drawing.
  var minimumSpan: Double

  var markup: Markup {
    let terms = gap.identity.terms
    let step = 40.0
    let bottom = step * Double(terms.count) + 4
    let ends = terms.flatMap { [$0.value.estimate, $0.value.drawnInterval.low, $0.value.drawnInterval.high] }
    let scale = Scale(for: ends + [0], from: 12, to: 388, minimumSpan: minimumSpan, padding: 0.04)
    let size = max(minimumSpan, terms.map { abs($0.value.estimate) }.filter(\.isFinite).max() ?? 0)
    let ticks = scale.ticks(5)
    let grid = ticks.values.map { value -> Markup in
      """
      \(Shape.line(x1: scale(value), y1: 0, x2: scale(value), y2: bottom, style: value == 0 ? "zero" : "grid"))\
      \(Shape.text(NumberText.tick(value, step: ticks.step), x: scale(value), y: bottom + 15, anchor: .middle,
        style: "tick"))
      """
    }
    let rows = terms.enumerated().map { index, term -> Markup in
      let y = step * Double(index)
      let (low, high) = term.value.drawnInterval
      let place = scale(term.value.estimate)
      let style = term.isSum ? "total" : term.value.estimate < 0 ? "gain" : "loss"
      let parts: [Markup] = [
        term.isSum ? Shape.line(x1: 12, y1: y - 1, x2: 388, y2: y - 1, style: "axis") : "",
        Shape.rectangle(
          x: min(scale(0), place), y: y + 20, width: abs(place - scale(0)), height: 14, style: style),
        Shape.line(x1: scale(low), y1: y + 27, x2: scale(high), y2: y + 27, style: "whisker"),
        Shape.text(term.name, x: 12, y: y + 13, style: term.isSum ? "strong halo" : "label halo"),
        Shape.text(
          NumberText.signed(term.value.estimate, scale: size), x: 388, y: y + 13, anchor: .end,
          style: term.isSum ? "strong halo" : "label halo"),
      ]
      return "<g>\(parts)<title>\(term.name), \(term.meaning): \(NumberText.interval(term.value))</title></g>"
    }
    return SVGFigure(
      id: "identity", title: "What each part contributes to the gap",
      description: terms.map { "\($0.name) \(NumberText.signed($0.value.estimate, scale: size))" }
        .joined(separator: ", "),
      width: 400, height: bottom + 24, body: ["\(grid)\(rows)"]
    ).markup
  }
}
