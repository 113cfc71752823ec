/// The axes of a plot: grid lines, ticks and names around an area.
struct PlotFrame {
  var x: Scale
  var y: Scale
  var xName: String
  var yName: String

  /// The axes alone; the data is drawn on top, through the two scales.
  var markup: Markup {
    let across = x.ticks(5)
    let up = y.ticks(5)
    let rows = up.values.map { value -> Markup in
      let grid = Shape.line(
        x1: x.start, y1: y(value), x2: x.end, y2: y(value), style: value == 0 ? "zero" : "grid")
      let label = NumberText.tick(value, step: up.step)
      return "\(grid)\(Shape.text(label, x: x.start - 6, y: y(value) + 4, anchor: .end, style: "tick"))"
    }
    let columns = across.values.map { value -> Markup in
      let mark = Shape.line(x1: x(value), y1: y.start, x2: x(value), y2: y.start + 4, style: "axis")
      let label = NumberText.tick(value, step: across.step)
      return "\(mark)\(Shape.text(label, x: x(value), y: y.start + 17, anchor: .middle, style: "tick"))"
    }
    let base = Shape.line(x1: x.start, y1: y.start, x2: x.end, y2: y.start, style: "axis")
    let middle = (x.start + x.end) / 2
    let names: [Markup] = [
      Shape.text(xName, x: middle, y: y.start + 33, anchor: .middle, style: "tick"),
      Shape.text(yName, x: x.start, y: y.end - 8, anchor: .start, style: "tick"),
    ]
    return "\(rows)\(base)\(columns)\(names)"
  }
}
