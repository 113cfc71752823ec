import AssayDiagnostics

/// One measurement with its interval against what it must stay below.
struct IntervalGraphic {
  var id: String
  var verdict: Verdict

  var markup: Markup {
    let measured = verdict.measured
    let (low, high) = measured.drawnInterval
    let scale = Scale(
      for: [0, low, high, measured.estimate, verdict.tolerance * 1.6], from: 8, to: 302, minimumSpan: 1e-6,
      padding: 0.02)
    let limit = scale(verdict.tolerance)
    let zero = scale(0)
    let allowed = NumberText.trimmed(verdict.tolerance)
    var body: [Markup] = [
      Shape.rectangle(x: 8, y: 24, width: 294, height: 12, style: "track"),
      Shape.rectangle(x: 8, y: 24, width: limit - 8, height: 12, style: "allowed"),
      Shape.line(x1: limit, y1: 18, x2: limit, y2: 42, style: "limit"),
      label("tolerance \(allowed)", at: limit, y: 13),
    ]
    if measured.estimate.isFinite {
      body += [
        Shape.line(
          x1: scale(low), y1: 30, x2: scale(high), y2: 30, style: "interval \(verdict.name.rawValue)"),
        Shape.dot(x: scale(measured.estimate), y: 30, radius: 5, style: "point \(verdict.name.rawValue)"),
      ]
    }
    body.append(label(NumberText.number(measured.estimate), at: scale(measured.estimate), y: 55))
    // The zero is worth a label only where no other one is in its place.
    if abs(scale(measured.estimate) - zero) > 46 {
      body.append(Shape.text("0", x: zero, y: 55, anchor: zero < 20 ? .start : .middle, style: "tick"))
    }
    return SVGFigure(
      id: id, title: "Measured value against tolerance",
      description:
        "\(NumberText.interval(measured)), where \(allowed) is tolerated: \(verdict.name.rawValue).",
      width: 310, height: 60, body: body
    ).markup
  }

  private func label(_ text: String, at x: Double, y: Double) -> Markup {
    // Near an edge, the text must turn inwards.
    let half = Double(text.count) * 3.2
    let anchor: TextAnchor = x - half < 2 ? .start : x + half > 308 ? .end : .middle
    return Shape.text(
      text, x: anchor == .start ? max(2, x - 4) : anchor == .end ? min(308, x + 4) : x, y: y,
      anchor: anchor, style: "label")
  }
}
