/// One drawing: its size in its own units, what it is called and what it says to those who cannot see it.
struct SVGFigure {
  /// Unique in the document.
  var id: String
  var title: String
  var description: String
  var width: Double
  var height: Double
  var body: [Markup]

  /// The drawing as an `svg` element as wide as its place on the page.
  var markup: Markup {
    """
    <svg viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="\(id)-title \(id)-description">\
    <title id="\(id)-title">\(title)</title><desc id="\(id)-description">\(description)</desc>\(body)</svg>

    """
  }
}

/// Where text stands relative to its point.
enum TextAnchor: String {
  case start, middle, end
}

/// The few shapes that charts are made of.
enum Shape {
  static func text(
    _ text: String, x: Double, y: Double, anchor: TextAnchor = .start, style: String = "label"
  ) -> Markup {
    "<text x=\"\(x)\" y=\"\(y)\" class=\"\(style)\" text-anchor=\"\(anchor.rawValue)\">\(text)</text>"
  }

  static func line(x1: Double, y1: Double, x2: Double, y2: Double, style: String) -> Markup {
    "<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\" class=\"\(style)\"/>"
  }

  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String, tooltip: String? = nil
  ) -> Markup {
    let tip = tooltip.map { text in "<title>\(text)</title>" as Markup } ?? ""
    return """
      <rect x="\(x)" y="\(y)" width="\(max(0, width))" height="\(max(0, height))" class="\(style)">\(tip)</rect>
      """
  }

  static func dot(x: Double, y: Double, radius: Double, style: String, tooltip: String? = nil) -> Markup {
    let tip = tooltip.map { text in "<title>\(text)</title>" as Markup } ?? ""
    return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" class=\"\(style)\">\(tip)</circle>"
  }

  /// A broken line through points; nothing for fewer than two.
  static func path(_ points: [(x: Double, y: Double)], isClosed: Bool = false, style: String) -> Markup {
    guard points.count > 1 else { return "" }
    let steps = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(point.x) \(point.y)" as Markup
    }
    return "<path d=\"\(steps)\(isClosed ? "Z" : "")\" class=\"\(style)\"/>"
  }
}
