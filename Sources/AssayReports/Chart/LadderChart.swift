import AssayDiagnostics

/// A waterfall from the optimum down to the actor: each bar is what one step loses.
struct LadderChart {
  var rungs: [GapFindings.Rung]
  /// The least difference that fills the drawing: smaller losses stay small to the eye.
  var minimumSpan: Double

  var markup: Markup {
    let step = 40.0
    let bottom = step * Double(rungs.count) + 4
    let ends = rungs.flatMap { [$0.value.estimate, $0.value.drawnInterval.low, $0.value.drawnInterval.high] }
    let scale = Scale(for: ends, from: 12, to: 388, minimumSpan: minimumSpan, padding: 0.04)
    let ticks = scale.ticks(5)
    let grid = ticks.values.map { value -> Markup in
      """
      \(Shape.line(x1: scale(value), y1: 0, x2: scale(value), y2: bottom, style: "grid"))\
      \(Shape.text(NumberText.tick(value, step: ticks.step), x: scale(value), y: bottom + 15, anchor: .middle,
        style: "tick"))
      """
    }
    let rows = rungs.enumerated().map { index, rung in
      row(rung, above: index > 0 ? rungs[index - 1] : nil, y: step * Double(index), scale: scale)
    }
    return SVGFigure(
      id: "ladder", title: "Return from the optimum down to the actor",
      description: rungs.map { "\($0.name): \(NumberText.number($0.value.estimate))" }.joined(
        separator: "; "),
      width: 400, height: bottom + 24, body: ["\(grid)\(rows)"]
    ).markup
  }

  private func row(_ rung: GapFindings.Rung, above: GapFindings.Rung?, y: Double, scale: Scale) -> Markup {
    let size = abs(rungs.first?.value.estimate ?? 0)
    let middle = y + 27
    let place = scale(rung.value.estimate)
    let (low, high) = rung.value.drawnInterval
    var value = NumberText.number(rung.value.estimate)
    var parts: [Markup] = []
    if let above {
      let from = scale(above.value.estimate)
      value += " (\(NumberText.signed(-rung.loss.estimate, scale: size)))"
      parts.append(Shape.line(x1: from, y1: y - 6, x2: from, y2: middle + 7, style: "step"))
      parts.append(
        Shape.rectangle(
          x: min(from, place), y: middle - 7, width: abs(from - place), height: 14,
          style: place < from ? "loss" : "gain"))
    }
    parts.append(Shape.line(x1: scale(low), y1: middle, x2: scale(high), y2: middle, style: "whisker"))
    parts.append(Shape.rectangle(x: place - 1.5, y: middle - 7, width: 3, height: 14, style: "truth"))
    let room = 58 - value.count
    let name = TextLayout.clipped(rung.name, columns: room)
    // The line from the rung above must not run through the words.
    parts.append(plate(x: 10, y: y, characters: name.count))
    parts.append(plate(x: 390 - plateWidth(value.count), y: y, characters: value.count))
    parts.append(Shape.text(name, x: 12, y: y + 13, style: "label halo"))
    parts.append(Shape.text(value, x: 388, y: y + 13, anchor: .end, style: "label halo"))
    return "<g>\(parts)<title>\(rung.name): \(NumberText.interval(rung.value))</title></g>"
  }

  private func plateWidth(_ characters: Int) -> Double { 4 + 6.4 * Double(characters) }

  private func plate(x: Double, y: Double, characters: Int) -> Markup {
    Shape.rectangle(x: x, y: y + 1, width: plateWidth(characters), height: 16, style: "plate")
  }
}
