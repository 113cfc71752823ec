import AssayDiagnostics

/// One measurement over training: its mean over seeds as a line, its interval as a band, its limit dashed.
struct TrainingPlot {
  var id: String
  var title: String
  var steps: [Int]
  var values: [Estimate]
  /// A line to compare with, and its name.
  var reference: (value: Double, name: String)?

  private struct Point {
    var step: Double
    var estimate: Double
    var low: Double
    var high: Double
  }

  /// Runs of finite points: where a number is missing, the line is broken.
  private var runs: [[Point]] {
    var runs: [[Point]] = [[]]
    for (step, value) in zip(steps, values) {
      if value.estimate.isFinite {
        let (low, high) = value.drawnInterval
        runs[runs.count - 1].append(Point(step: Double(step), estimate: value.estimate, low: low, high: high))
      } else {
        runs.append([])
      }
    }
    return runs.filter { !$0.isEmpty }
  }

  var markup: Markup {
    let points: [Point] = runs.flatMap(\.self)
    var heights: [Double] = points.flatMap { point in [point.low, point.high, point.estimate] }
    heights.append(0)
    if let reference { heights.append(reference.value) }
    let frame = PlotFrame(
      x: Scale(for: points.map(\.step) + [0], from: 48, to: 386),
      y: Scale(for: heights, from: 168, to: 16, minimumSpan: 1e-6, padding: 0.05), xName: "steps", yName: "")
    let curves = runs.map { run -> Markup in
      let upper = run.map { (frame.x($0.step), frame.y($0.high)) }
      let lower = run.reversed().map { (frame.x($0.step), frame.y($0.low)) }
      let line = run.map { (frame.x($0.step), frame.y($0.estimate)) }
      let whiskers =
        run.count == 1
        ? Shape.line(x1: upper[0].0, y1: upper[0].1, x2: lower[0].0, y2: lower[0].1, style: "whisker") : ""
      let dots = run.map { point in
        Shape.dot(
          x: frame.x(point.step), y: frame.y(point.estimate), radius: run.count > 40 ? 1.2 : 2.4,
          style: "learned",
          tooltip: "\(NumberText.count(Int(point.step))) steps: \(NumberText.number(point.estimate)), "
            + "from \(NumberText.number(point.low)) to \(NumberText.number(point.high))")
      }
      return """
        \(run.count > 1 ? Shape.path(upper + lower, isClosed: true, style: "band") : whiskers)\
        \(Shape.path(line, style: "line"))\(dots)
        """
    }
    let limit = reference.map { reference -> Markup in
      let y = frame.y(reference.value)
      // Above the line, unless that would be outside.
      let text = y < 32 ? y + 14 : y - 5
      return """
        \(Shape.line(x1: 48, y1: y, x2: 386, y2: y, style: "limit"))\
        \(Shape.text(reference.name, x: 384, y: text, anchor: .end, style: "tick halo"))
        """
    }
    return SVGFigure(
      id: id, title: title,
      description: points.last.map {
        "\(NumberText.number($0.estimate)) at the end, after \(counted(Int($0.step), "step"))."
      } ?? "No measurements.",
      width: 400, height: 206, body: [frame.markup, "\(curves)", limit ?? ""]
    ).markup
  }
}
