/// One line for a terminal, in pieces that may be coloured: the colour takes no columns.
struct TerminalLine {
  /// How a piece looks; the word it says never depends on it.
  enum Style: String {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case good = "32"
    case bad = "31"
    case unsure = "33"
  }

  private var pieces: [(text: String, style: Style)] = []

  init(_ text: String = "", _ style: Style = .plain) { append(text, style) }

  /// Adds a piece at the end.
  mutating func append(_ text: String, _ style: Style = .plain) {
    if !text.isEmpty { pieces.append((TextLayout.harmless(text), style)) }
  }

  /// The line with one more piece.
  func appending(_ text: String, _ style: Style = .plain) -> TerminalLine {
    var line = self
    line.append(text, style)
    return line
  }

  /// The line as characters: no wider than asked, no spaces at the end.
  func text(width: Int, usesColour: Bool) -> String {
    var left = width
    var result = ""
    for (index, piece) in pieces.enumerated() {
      var text = TextLayout.clipped(piece.text, columns: left)
      left -= TextLayout.columns(of: text)
      if index == pieces.count - 1 { while text.last == " " { text.removeLast() } }
      guard !text.isEmpty else { continue }
      result += usesColour && piece.style != .plain ? "\u{1B}[\(piece.style.rawValue)m\(text)\u{1B}[0m" : text
    }
    return result
  }
}
