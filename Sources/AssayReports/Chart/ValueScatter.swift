/// Learned against true value, one point a state, with the diagonal on which a right critic lies.
struct ValueScatter {
  var states: [StateRow]

  /// More points than this are cut to the most visited.
  static let limit = 2000

  private var live: [StateRow] { states.filter { $0.isLive && $0.error != nil } }

  /// What the drawing leaves out, in a sentence; empty where it shows every state.
  var caution: String {
    live.count > Self.limit
      ? "The \(NumberText.count(Self.limit)) most visited of \(counted(live.count, "state"))." : ""
  }

  var markup: Markup {
    // Large points first, so that they do not cover small ones.
    let shown = live.sorted { ($0.visits ?? 0) > ($1.visits ?? 0) }.prefix(Self.limit)
    let most = max(shown.first?.visits ?? 0, 1e-12)
    let both = shown.flatMap { [$0.trueValue, $0.learnedValue].compactMap(\.self) }
    let frame = PlotFrame(
      x: Scale(for: both, from: 52, to: 386, padding: 0.06),
      y: Scale(for: both, from: 342, to: 26, padding: 0.06),
      xName: "true value V", yName: "learned value V̂")
    let (low, high) = frame.x.domain
    let points = shown.compactMap { state -> Markup? in
      guard let truth = state.trueValue, let learned = state.learnedValue else { return nil }
      let radius = 2.2 + 9 * (max(0, state.visits ?? 0) / most).squareRoot()
      return Shape.dot(
        x: frame.x(truth), y: frame.y(learned), radius: radius, style: "visit", tooltip: state.tooltip)
    }
    return SVGFigure(
      id: "scatter", title: "Learned against true value",
      description: "\(counted(shown.count, "state")); points on the diagonal are right, above it too high.",
      width: 400, height: 384,
      body: [
        frame.markup,
        Shape.line(
          x1: frame.x(low), y1: frame.y(low), x2: frame.x(high), y2: frame.y(high), style: "diagonal"),
        Shape.text("right", x: frame.x.end, y: frame.y.end + 44, anchor: .end, style: "tick"),
        Shape.text("too high", x: frame.x.start + 8, y: frame.y.end + 14, style: "tick"),
        Shape.text("too low", x: frame.x.end - 6, y: frame.y.start - 8, anchor: .end, style: "tick"),
        "\(points)",
      ]
    ).markup
  }
}
