import Assay

extension Drawing {
  /// A state as a circle.
  struct State {
    /// Written below the circle; may be empty.
    var name: String
    var place: Point
    var tint = Picture.Tint.muted
  }

  /// The states of a small world as circles, and the ways between them as lines.
  ///
  /// - Parameters:
  ///   - states: the circles, whose places are at least a unit apart.
  ///   - ways: pairs of states between which a line is drawn.
  ///   - agent: the state with the one who acts.
  /// - Returns: the drawing, with a margin about the states.
  static func states(_ states: [State], ways: [(from: Int, to: Int)], agent: Int) -> Drawing {
    let across = states.map(\.place.x)
    let up = states.map(\.place.y)
    var drawing = Drawing(
      horizontal: (across.min() ?? 0) - 0.8...(across.max() ?? 0) + 0.8,
      vertical: (up.min() ?? 0) - 0.9...(up.max() ?? 0) + 0.6)
    for way in ways {
      drawing.shapes.append(
        .line([states[way.from].place, states[way.to].place], width: 0.05, tint: .muted))
    }
    for (index, state) in states.enumerated() {
      drawing.shapes.append(
        .disc(center: state.place, radius: 0.3, tint: index == agent ? .agent : state.tint))
      guard !state.name.isEmpty else { continue }
      let below = Point(state.place.x, state.place.y - 0.55)
      drawing.shapes.append(.label(state.name, at: below, height: 0.18, tint: .floor))
    }
    return drawing
  }

  /// Arms of a bandit as bars above or below a line at zero, the best of them tinted as the goal.
  static func bars(_ heights: [Double]) -> Drawing {
    let best = heights.max() ?? 0
    let low = min(heights.min() ?? 0, 0)
    let high = max(best, 0, low + 0.1)
    let unit = (high - low) / Double(min(6, heights.count + 1))
    var drawing = Drawing(
      horizontal: 0...unit * Double(heights.count), vertical: low - unit...high + unit)
    for (arm, height) in heights.enumerated() {
      let left = unit * (Double(arm) + 0.2)
      let right = unit * (Double(arm) + 0.8)
      drawing.shapes.append(
        .polygon(
          [Point(left, 0), Point(right, 0), Point(right, height), Point(left, height)],
          tint: height == best ? .goal : .muted))
      let beyond = height < 0 ? height - 0.4 * unit : height + 0.4 * unit
      drawing.shapes.append(
        .label("\(arm)", at: Point((left + right) / 2, beyond), height: 0.3 * unit, tint: .floor))
    }
    drawing.shapes.append(
      .line([Point(0, 0), Point(unit * Double(heights.count), 0)], width: unit / 20, tint: .wall))
    return drawing
  }
}
