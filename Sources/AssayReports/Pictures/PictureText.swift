import Assay

/// Pictures as lines of text for a terminal.
package enum PictureText {
  /// The lines of a picture, no wider than asked.
  ///
  /// - Parameters:
  ///   - picture: what to show.
  ///   - columns: how many columns there are.
  ///   - rows: how many rows a drawing may take.
  ///   - usesColour: whether colours are wanted; without them every tile has a mark or a symbol.
  /// - Returns: the lines, the caption last.
  package static func lines(
    of picture: Picture, columns: Int = TextLayout.terminalColumns, rows: Int = 20, usesColour: Bool
  ) -> [String] {
    let scene =
      switch picture.scene {
      case .nothing: [String]()
      case .tiles(let tiles): lines(of: tiles, columns: columns, usesColour: usesColour)
      case .drawing(let drawing):
        lines(of: drawing, columns: min(columns, 76), rows: rows, usesColour: usesColour)
      }
    return scene + TextLayout.wrapped(picture.caption, columns: columns)
  }

  private static func lines(of tiles: Tiles, columns: Int, usesColour: Bool) -> [String] {
    // A mark has at most two characters; with a space beside it, rows and columns look alike.
    let width = 3 * tiles.columns <= columns ? 3 : 2 * tiles.columns <= columns ? 2 : 1
    return (0..<tiles.rows).map { row in
      var line = (0..<min(tiles.columns, columns)).map { column in
        let tile = tiles[row, column]
        let mark =
          tile.mark.isEmpty
          ? usesColour && tile.tint != .first && tile.tint != .second ? "" : String(tile.tint.symbol)
          : TextLayout.harmless(tile.mark)
        let fill = !usesColour && tile.tint == .wall && tile.mark.isEmpty
        let text =
          fill
          ? String(repeating: "█", count: width)
          : TextLayout.padded(
            TextLayout.clipped(width == 3 ? " " + mark : mark, columns: width), columns: width)
        return usesColour ? coloured(text, tile.tint) : text
      }.joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private static func coloured(_ text: String, _ tint: Picture.Tint) -> String {
    let isPiece = tint == .first || tint == .second
    let (ink, ground) =
      isPiece
      ? (tint.terminalShape, Picture.Tint.floor.terminalBackground)
      : (tint.terminalInk, tint.terminalBackground)
    return "\u{1B}[38;5;\(ink);48;5;\(ground)m\(text)\u{1B}[0m"
  }

  private static func lines(of drawing: Drawing, columns: Int, rows: Int, usesColour: Bool) -> [String] {
    var canvas = DotCanvas(drawing, columns: columns, rows: rows)
    for shape in drawing.shapes { canvas.draw(shape) }
    return canvas.lines(usesColour: usesColour)
  }
}

/// A canvas of dots, eight to a character: two across and four down, as Braille has them.
private struct DotCanvas {
  private let columns: Int
  private let rows: Int
  private let scale: Double
  private let left: Double
  private let top: Double
  /// What the uppermost shape at each dot is; `nil` for none, `[4·rows × 2·columns]`.
  private var dots: [Picture.Tint?]
  /// Characters that stand over the dots.
  private var letters: [Int: (Character, Picture.Tint)] = [:]

  init(_ drawing: Drawing, columns: Int, rows: Int) {
    let width = drawing.horizontal.upperBound - drawing.horizontal.lowerBound
    let height = drawing.vertical.upperBound - drawing.vertical.lowerBound
    // A dot is as wide as it is high: a character of a terminal is twice as high as wide.
    scale = min(Double(2 * columns) / width, Double(4 * rows) / height)
    self.columns = max(1, min(columns, Int((width * scale / 2).rounded(.up))))
    self.rows = max(1, min(rows, Int((height * scale / 4).rounded(.up))))
    left = drawing.horizontal.lowerBound
    top = drawing.vertical.upperBound
    dots = [Picture.Tint?](repeating: nil, count: 8 * self.columns * self.rows)
  }

  /// Where a point lies, in dots.
  private func place(_ point: Drawing.Point) -> (x: Double, y: Double) {
    ((point.x - left) * scale, (top - point.y) * scale)
  }

  mutating func draw(_ shape: Drawing.Shape) {
    switch shape {
    case .line(let points, let width, let tint):
      for (from, to) in zip(points, points.dropFirst()) {
        fillDots(near: place(from), place(to), radius: max(0.5, width * scale / 2), tint: tint)
      }
    case .disc(let center, let radius, let tint):
      fillDots(near: place(center), place(center), radius: max(0.7, radius * scale), tint: tint)
    case .polygon(let points, let tint): fillPolygon(points.map(place), tint: tint)
    case .label(let text, let point, _, let tint):
      let place = place(point)
      guard place.x.isFinite, place.y.isFinite, abs(place.x) < 1e6, abs(place.y) < 1e6 else { return }
      let row = Int(place.y / 4)
      let start = Int(place.x / 2) - text.count / 2
      for (offset, character) in TextLayout.harmless(text).enumerated()
      where (0..<rows).contains(row) && (0..<columns).contains(start + offset) {
        letters[row * columns + start + offset] = (character, tint)
      }
    }
  }

  /// Fills every dot no further than a radius from a segment.
  private mutating func fillDots(
    near from: (x: Double, y: Double), _ to: (x: Double, y: Double), radius: Double, tint: Picture.Tint
  ) {
    // What is not a number is not drawn.
    guard [from.x, from.y, to.x, to.y, radius].allSatisfy(\.isFinite) else { return }
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let square = dx * dx + dy * dy
    forEachDot(
      x: min(from.x, to.x) - radius...max(from.x, to.x) + radius,
      y: min(from.y, to.y) - radius...max(from.y, to.y) + radius
    ) { x, y in
      let share = square > 0 ? max(0, min(1, ((x - from.x) * dx + (y - from.y) * dy) / square)) : 0
      let (ex, ey) = (x - from.x - share * dx, y - from.y - share * dy)
      return ex * ex + ey * ey <= radius * radius ? tint : nil
    }
  }

  private mutating func fillPolygon(_ points: [(x: Double, y: Double)], tint: Picture.Tint) {
    guard let first = points.first, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
    let xs = points.reduce(first.x...first.x) { min($0.lowerBound, $1.x)...max($0.upperBound, $1.x) }
    let ys = points.reduce(first.y...first.y) { min($0.lowerBound, $1.y)...max($0.upperBound, $1.y) }
    forEachDot(x: xs, y: ys) { x, y in
      var isInside = false
      for (index, a) in points.enumerated() {
        let b = points[(index + 1) % points.count]
        if (a.y > y) != (b.y > y), x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x { isInside.toggle() }
      }
      return isInside ? tint : nil
    }
  }

  /// Asks for the tint of every dot of the canvas whose middle may be in a rectangle.
  private mutating func forEachDot(
    x: ClosedRange<Double>, y: ClosedRange<Double>, tint: (Double, Double) -> Picture.Tint?
  ) {
    func dots(in range: ClosedRange<Double>, below limit: Int) -> Range<Int> {
      let first = Int(max(0, min(Double(limit), range.lowerBound.rounded(.down))))
      let last = Int(max(-1, min(Double(limit - 1), range.upperBound.rounded(.up))))
      return first..<max(first, last + 1)
    }
    for row in dots(in: y, below: 4 * rows) {
      for column in dots(in: x, below: 2 * columns) {
        if let tint = tint(Double(column) + 0.5, Double(row) + 0.5) {
          self.dots[row * 2 * columns + column] = tint
        }
      }
    }
  }

  func lines(usesColour: Bool) -> [String] {
    // The eight dots of a character, in the order of its bits (Unicode, block Braille Patterns).
    let bits = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return (0..<rows).map { row in
      var line = ""
      for column in 0..<columns {
        if let (letter, tint) = letters[row * columns + column] {
          line += usesColour ? "\u{1B}[38;5;\(tint.terminalShape)m\(letter)\u{1B}[0m" : String(letter)
          continue
        }
        var code: UInt32 = 0
        var counts: [Picture.Tint: Int] = [:]
        for (bit, offset) in bits.enumerated() {
          let place = (4 * row + offset.1) * 2 * columns + 2 * column + offset.0
          guard let tint = dots[place] else { continue }
          code |= 1 << UInt32(bit)
          counts[tint, default: 0] += 1
        }
        let character = code == 0 ? " " : Unicode.Scalar(0x2800 + code).map { String(Character($0)) } ?? " "
        let main = counts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
        if usesColour, let main {
          line += "\u{1B}[38;5;\(main.key.terminalShape)m\(character)\u{1B}[0m"
        } else {
          line += character
        }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
