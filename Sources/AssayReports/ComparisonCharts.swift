import AssayDiagnostics

/// Which colour and which dashes an algorithm has in all charts.
enum SeriesStyle {
  /// Colours that can be told apart with any colour vision, next to each other as well as on paper.
  ///
  /// - SeeAlso: Okabe & Ito (2008), *Color universal design*.
  private static let colours: [(light: UInt32, dark: UInt32)] = [
    (0x1B63A6, 0x74BBF7), (0xC2510A, 0xFF9145), (0x0A7A5C, 0x4FC8AD), (0x9C4A86, 0xDE9CCB),
    (0x8A6D00, 0xE0C341),
    (0x5B6068, 0xA4A8AF),
  ]
  private static let dashes = ["none", "7 3", "2 3", "9 3 2 3"]

  static func colour(_ index: Int) -> ThemedColour {
    let colour = colours[index % colours.count]
    return ThemedColour(light: Colour(colour.light), dark: Colour(colour.dark))
  }

  /// The dashes change where colours begin again.
  static func dash(_ index: Int) -> String { dashes[(index / colours.count) % dashes.count] }

  /// A line through points.
  static func line(_ points: [(x: Double, y: Double)], _ index: Int) -> Markup {
    guard points.count > 1 else { return "" }
    return """
      <path d="\(steps(points))" class="arrow" \
      style="\(colour(index).style);stroke-width:2;stroke-dasharray:\(dash(index))"/>
      """
  }

  /// A band around a line.
  static func band(_ upper: [(x: Double, y: Double)], _ lower: [(x: Double, y: Double)], _ index: Int)
    -> Markup
  {
    guard upper.count > 1 else { return "" }
    return """
      <path d="\(steps(upper + lower.reversed()))Z" class="themed" style="\(colour(index).style);fill-opacity:.18"/>
      """
  }

  static func dot(x: Double, y: Double, radius: Double, _ index: Int, tooltip: String) -> Markup {
    """
    <circle cx="\(x)" cy="\(y)" r="\(radius)" class="themed" style="\(colour(index).style)"><title>\(tooltip)</title>\
    </circle>
    """
  }

  private static func steps(_ points: [(x: Double, y: Double)]) -> [Markup] {
    points.enumerated().map { "\($0 == 0 ? "M" : "L")\($1.x) \($1.y)" }
  }

  /// Which line is whose.
  static func key(_ names: [String]) -> Markup {
    let items = names.enumerated().map { index, name -> Markup in
      """
      <li><svg viewBox="0 0 28 12" style="display:inline-block;width:28px;height:12px;margin-right:.4em" \
      aria-hidden="true">\(line([(1, 6), (27, 6)], index))</svg>\(name)</li>

      """
    }
    return "<ul class=\"key\">\n\(items)</ul>\n"
  }
}

/// One line with a band for each algorithm.
struct CurvesChart {
  var id: String
  var title: String
  var description: String
  var xName: String
  /// Where each number of a line lies.
  var places: [Double]
  var lines: [[Comparison.ScoreEstimate]]
  /// Whether the vertical axis is a share, 0…1.
  var isShare = false

  var markup: Markup {
    let heights = lines.joined().flatMap { [$0.estimate, $0.low ?? $0.estimate, $0.high ?? $0.estimate] }
    let frame = PlotFrame(
      x: Scale(for: places, from: 40, to: 388),
      y: Scale(for: heights + [0, 1], from: 208, to: 14, padding: isShare ? 0 : 0.03), xName: xName, yName: ""
    )
    let bands = lines.enumerated().map { index, line -> Markup in
      guard line.allSatisfy({ $0.low != nil }) else { return "" }
      return SeriesStyle.band(
        zip(places, line).map { (frame.x($0), frame.y($1.high ?? $1.estimate)) },
        zip(places, line).map { (frame.x($0), frame.y($1.low ?? $1.estimate)) }, index)
    }
    let curves = lines.enumerated().map { index, line -> Markup in
      let points = zip(places, line).map { (x: frame.x($0), y: frame.y($1.estimate)) }
      guard points.count == 1 else { return SeriesStyle.line(points, index) }
      return SeriesStyle.dot(
        x: points[0].x, y: points[0].y, radius: 4, index, tooltip: NumberText.score(line[0]))
    }
    return SVGFigure(
      id: id, title: title, description: description, width: 400, height: 246,
      body: [frame.markup, "\(bands)", "\(curves)"]
    ).markup
  }
}

/// One number with its interval in each row.
struct IntervalsChart {
  /// One row.
  struct Row {
    var name: String
    /// Which algorithm's colour it has.
    var series: Int
    var score: Comparison.ScoreEstimate
  }

  var id: String
  var title: String
  var rows: [Row]
  /// A line to compare with, and what it means.
  var reference: (value: Double, name: String)?
  /// Values there must be room for in any case.
  var room: [Double] = []
  /// How wide names may be.
  var nameWidth = 120.0
  var width = 400.0

  var markup: Markup {
    let values = rows.flatMap {
      [$0.score.estimate, $0.score.low ?? $0.score.estimate, $0.score.high ?? $0.score.estimate]
    }
    // The name of the reference stands above.
    let top = reference == nil ? 2.0 : 18
    let bottom = top + 6 + 26 * Double(rows.count)
    let scale = Scale(
      for: values + room + (reference.map { [$0.value] } ?? []), from: nameWidth + 8, to: width - 62,
      padding: 0.04)
    let ticks = scale.ticks(4)
    let grid = ticks.values.map { value -> Markup in
      let line = Shape.line(x1: scale(value), y1: top, x2: scale(value), y2: bottom, style: "grid")
      let label = NumberText.tick(value, step: ticks.step)
      return "\(line)\(Shape.text(label, x: scale(value), y: bottom + 15, anchor: .middle, style: "tick"))"
    }
    let limit = reference.map { reference -> Markup in
      let x = scale(reference.value)
      return """
        \(Shape.line(x1: x, y1: top, x2: x, y2: bottom, style: "limit"))\
        \(Shape.text(reference.name, x: x, y: 12, anchor: .middle, style: "tick"))
        """
    }
    let marks = rows.enumerated().map { index, row -> Markup in
      let y = top + 17 + 26 * Double(index)
      let colour = SeriesStyle.colour(row.series)
      var interval: Markup = ""
      if let low = row.score.low, let high = row.score.high {
        interval = """
          <line x1="\(scale(low))" y1="\(y)" x2="\(scale(high))" y2="\(y)" class="arrow" \
          style="\(colour.style);stroke-width:5;stroke-opacity:.45"/>
          """
      }
      let name = TextLayout.clipped(row.name, columns: Int(nameWidth / 6.4))
      return """
        \(Shape.text(name, x: nameWidth, y: y + 4, anchor: .end))\(interval)\
        \(SeriesStyle.dot(
          x: scale(row.score.estimate), y: y, radius: 5, row.series,
          tooltip: "\(row.name): \(NumberText.score(row.score))"))\
        \(Shape.text(NumberText.number(row.score.estimate), x: width, y: y + 4, anchor: .end))
        """
    }
    return SVGFigure(
      id: id, title: title,
      description: rows.map { "\($0.name): \(NumberText.score($0.score))" }.joined(separator: "; ") + ".",
      width: width, height: bottom + 22, body: ["\(grid)", limit ?? "", "\(marks)"]
    ).markup
  }
}
