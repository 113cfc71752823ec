/// True and learned values of a world without a map: one row a state with its name, or a strip of all when
/// they are many.
struct StateStrip {
  var states: [StateRow]
  /// Whether there is a critic, whose values are shown beside the true ones.
  var hasLearned: Bool

  init(states: [StateRow], hasLearned: Bool = true) {
    self.hasLearned = hasLearned
    self.states =
      hasLearned
      ? states
      : states.map { state in
        var state = state
        state.learnedValue = nil
        return state
      }
  }

  /// More rows than this are a strip without names.
  static let namedLimit = 40
  /// More points than this are thinned out evenly.
  static let pointLimit = 500

  private var ordered: [StateRow] {
    states.filter(\.isLive).sorted {
      ($0.trueValue ?? -.infinity, $0.index) < ($1.trueValue ?? -.infinity, $1.index)
    }
  }

  private var everything: [Double] { ordered.flatMap { [$0.trueValue, $0.learnedValue].compactMap(\.self) } }

  /// Values that are all but equal must not fill the drawing with their last digits.
  private var leastSpan: Double { 0.05 * (everything.filter(\.isFinite).map { abs($0) }.max() ?? 0) }

  var markup: Markup { ordered.count <= Self.namedLimit ? rows : strip }

  /// What the drawing leaves out, in a sentence; empty where it shows every state.
  var caution: String {
    ordered.count > Self.pointLimit
      ? "\(NumberText.count(Self.pointLimit)) of \(counted(ordered.count, "state")), evenly spaced by value."
      : ""
  }

  private var rows: Markup {
    let states = Array(ordered.reversed())
    let step = 22.0
    let bottom = 24 + step * Double(states.count)
    let scale = Scale(for: everything, from: 140, to: 470, minimumSpan: leastSpan, padding: 0.03)
    let ticks = scale.ticks(5)
    let lines = ticks.values.map { value -> Markup in
      let label = NumberText.tick(value, step: ticks.step)
      return """
        \(Shape.line(x1: scale(value), y1: 18, x2: scale(value), y2: bottom, style: "grid"))\
        \(Shape.text(label, x: scale(value), y: bottom + 16, anchor: .middle, style: "tick"))
        """
    }
    let drawn = states.enumerated().map { index, state -> Markup in
      let y = 30 + step * Double(index)
      var parts = [Shape.text(TextLayout.clipped(state.name, columns: 20), x: 132, y: y + 4, anchor: .end)]
      if let truth = state.trueValue, let learned = state.learnedValue {
        let sign = learned < truth ? "too-low" : "too-high"
        parts.append(Shape.line(x1: scale(truth), y1: y, x2: scale(learned), y2: y, style: "span \(sign)"))
      }
      if let truth = state.trueValue {
        parts.append(
          "<rect x=\"\(scale(truth) - 1.5)\" y=\"\(y - 7)\" width=\"3\" height=\"14\" class=\"truth\"/>")
      }
      if let learned = state.learnedValue {
        parts.append(Shape.dot(x: scale(learned), y: y, radius: 4.5, style: "learned"))
      }
      return "<g>\(parts)<title>\(state.tooltip)</title></g>"
    }
    return SVGFigure(
      id: "strip", title: hasLearned ? "True and learned value of each state" : "True value of each state",
      description: description,
      width: 480, height: bottom + 24, body: ["\(lines)\(drawn)", key]
    ).markup
  }

  private var strip: Markup {
    let all = ordered
    let stride = max(1, Double(all.count) / Double(Self.pointLimit))
    let shown = (0..<min(all.count, Self.pointLimit)).map {
      all[min(all.count - 1, Int(Double($0) * stride))]
    }
    let frame = PlotFrame(
      x: Scale(for: [0, Double(max(1, all.count - 1))], from: 44, to: 470),
      y: Scale(for: everything, from: 250, to: 34, minimumSpan: leastSpan, padding: 0.04),
      xName: "state, by true value", yName: "")
    let points = shown.enumerated().map { place, state -> Markup in
      let x = frame.x(Double(place) * stride)
      var parts: [Markup] = []
      if let truth = state.trueValue, let learned = state.learnedValue {
        let sign = learned < truth ? "too-low" : "too-high"
        parts.append(
          Shape.line(x1: x, y1: frame.y(truth), x2: x, y2: frame.y(learned), style: "thin \(sign)"))
      }
      if let truth = state.trueValue {
        parts.append(Shape.rectangle(x: x - 3, y: frame.y(truth) - 1, width: 6, height: 2, style: "truth"))
      }
      if let learned = state.learnedValue {
        parts.append(Shape.dot(x: x, y: frame.y(learned), radius: 2.5, style: "learned"))
      }
      return "<g>\(parts)<title>\(state.tooltip)</title></g>"
    }
    return SVGFigure(
      id: "strip", title: hasLearned ? "True and learned values, sorted" : "True values, sorted",
      description: description, width: 480,
      height: 292,
      body: [frame.markup, "\(points)", key]
    ).markup
  }

  private var description: String {
    guard hasLearned else { return "\(counted(ordered.count, "state"))." }
    let errors = ordered.compactMap(\.error)
    return "\(counted(ordered.count, "state")); errors from \(NumberText.signed(errors.min())) to "
      + "\(NumberText.signed(errors.max()))."
  }

  private var key: Markup {
    let truth: Markup = """
      \(Shape.rectangle(x: 60, y: 2, width: 3, height: 12, style: "truth"))\(Shape.text("true V", x: 68, y: 12))
      """
    guard hasLearned else { return truth }
    return """
      \(truth)\
      \(Shape.dot(x: 124, y: 8, radius: 4.5, style: "learned"))\(Shape.text("learned V̂", x: 133, y: 12))\
      \(Shape.line(x1: 204, y1: 8, x2: 222, y2: 8, style: "span too-high"))\
      \(Shape.text("too high", x: 227, y: 12))\
      \(Shape.line(x1: 288, y1: 8, x2: 306, y2: 8, style: "span too-low"))\
      \(Shape.text("too low", x: 311, y: 12))
      """
  }
}
