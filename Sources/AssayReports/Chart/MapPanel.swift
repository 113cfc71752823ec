/// One picture of a grid world: a colour, and where there is room a text, for each cell.
struct MapPanel {
  /// What one cell shows.
  struct Cell {
    var fill: ThemedColour?
    var text = ""
    /// A drawing within the cell, around its middle.
    var glyph: Markup?
  }

  var id: String
  var title: String
  var description: String
  var layout: MapLayout
  var legend: ColourLegend
  /// What a live cell shows.
  var cell: (Int) -> Cell

  static let width = 360.0

  /// The side of a cell, in units of the drawing.
  static func side(of layout: MapLayout) -> Double {
    min(64, width / Double(layout.columns), 480 / Double(layout.rows))
  }

  var markup: Markup {
    let side = Self.side(of: layout)
    let left = (Self.width - side * Double(layout.columns)) / 2
    let height = side * Double(layout.rows)
    let cells = layout.states.indices.map { index -> Markup in
      let x = left + side * Double(index % layout.columns)
      let y = side * Double(index / layout.columns)
      return "<g>\(drawing(of: index, x: x, y: y, side: side))<title>\(layout.tooltip(index))</title></g>"
    }
    return SVGFigure(
      id: id, title: title, description: description, width: Self.width, height: height + 46,
      body: [
        "\(cells)",
        Shape.rectangle(x: left, y: 0, width: side * Double(layout.columns), height: height, style: "frame"),
        legend.markup(x: 4, y: height + 12, width: Self.width - 8),
      ]
    ).markup
  }

  private func drawing(of index: Int, x: Double, y: Double, side: Double) -> Markup {
    let mark = layout.marks[index]
    let middle = (x: x + side / 2, y: y + side / 2)
    guard layout.isLive(index) else {
      let style = layout.states[index].isEmpty ? "wall" : "dead"
      let box = Shape.rectangle(x: x, y: y, width: side, height: side, style: style)
      let size = min(16, side * 0.45)
      guard !mark.isEmpty, size >= 5 else { return box }
      return """
        \(box)<text x="\(middle.x)" y="\(middle.y + size * 0.36)" class="muted" text-anchor="middle" \
        style="font-size:\(size)px">\(TextLayout.clipped(mark, columns: 3))</text>
        """
    }
    let content = cell(index)
    let fill = content.fill.map { "class=\"themed\" style=\"\($0.style)\"" as Markup } ?? "class=\"floor\""
    let box: Markup = "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(side)\" height=\"\(side)\" \(fill)/>"
    let ink = content.fill.map { "\($0.ink.style);" as Markup } ?? ""
    let kind = content.fill == nil ? "ink" : "themed"
    var texts: [Markup] = []
    // Digits are about 0.56 of the font's size wide.
    let size = min(13, side * 0.36, (side - 4) / (0.56 * Double(max(1, content.text.count))))
    if !content.text.isEmpty, size >= 6.5 {
      let low = mark.isEmpty ? 0 : side * 0.1
      texts.append(
        """
        <text x="\(middle.x)" y="\(middle.y + size * 0.36 + low)" class="\(kind)" \
        text-anchor="middle" style="\(ink)font-size:\(size)px">\(content.text)</text>
        """)
    }
    if !mark.isEmpty, side >= 20 {
      let size = min(11, side * 0.26)
      texts.append(
        """
        <text x="\(x + side * 0.08)" y="\(y + size + side * 0.02)" class="\(kind)" \
        style="\(ink)font-size:\(size)px;font-weight:700">\(TextLayout.clipped(mark, columns: 3))</text>
        """)
    }
    let glyph = content.glyph.map { drawing in
      "<g transform=\"translate(\(middle.x) \(middle.y))\">\(drawing)</g>" as Markup
    }
    return "\(box)\(glyph ?? "")\(texts)"
  }
}
