/// Text on a grid of columns: how wide it is, where it breaks, how it is cut.
package enum TextLayout {
  /// How many columns a terminal is taken to have.
  package static let terminalColumns = 80

  /// How many columns a terminal gives to a text. Wide characters take two.
  package static func columns(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + columns(of: $1) }
  }

  /// Breaks a text at its spaces into lines of at most so many columns; a longer word is cut.
  package static func wrapped(_ text: String, columns limit: Int = terminalColumns) -> [String] {
    let limit = max(2, limit)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0.isWhitespace && $0 != "\u{A0}" }) {
      var word = String(word)
      if !line.isEmpty, columns(of: line) + 1 + columns(of: word) <= limit {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while columns(of: word) > limit {
        let head = prefix(of: word, columns: limit)
        lines.append(head)
        word.removeFirst(head.count)
      }
      line = word
    }
    if !line.isEmpty { lines.append(line) }
    // The space has kept its words together; from here on it is one like any other.
    return lines.map { String($0.map { $0 == "\u{A0}" ? " " : $0 }) }
  }

  /// The text, or its beginning and … where it is too long.
  package static func clipped(_ text: String, columns limit: Int = terminalColumns) -> String {
    guard columns(of: text) > limit else { return text }
    return limit < 1 ? "" : prefix(of: text, columns: limit - 1) + "…"
  }

  /// The text in exactly so many columns, filled up with spaces, or cut.
  package static func padded(_ text: String, columns width: Int, onLeft: Bool = false) -> String {
    let text = clipped(text, columns: width)
    let filling = String(repeating: " ", count: max(0, width - columns(of: text)))
    return onLeft ? filling + text : text + filling
  }

  /// The text with nothing in it that could command a terminal or turn the direction of reading.
  ///
  /// Names come from files, and an escape sequence in one must not reach the screen.
  package static func harmless(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar == "\n" || scalar == "\t": result.append(" ")
      case .lineSeparator, .paragraphSeparator: result.append(" ")
      // U+200D joins the parts of one picture; it commands nothing.
      case .format where scalar == "\u{200D}": result.append(scalar)
      case .control, .format, .surrogate, .privateUse: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// A bar for a share of a width: whole and eighth blocks, or shaded blocks for a negative share.
  static func bar(share: Double, columns width: Int) -> String {
    guard share.isFinite, share != 0, width > 0 else { return "" }
    guard share > 0 else {
      return String(repeating: "▒", count: max(1, Int((min(1, -share) * Double(width)).rounded())))
    }
    let eighths = max(1, Int((min(1, share) * Double(width) * 8).rounded()))
    let parts = Array(" ▏▎▍▌▋▊▉")
    return String(repeating: "█", count: eighths / 8) + (eighths % 8 == 0 ? "" : String(parts[eighths % 8]))
  }

  private static func prefix(of text: String, columns limit: Int) -> String {
    var used = 0
    return String(
      text.prefix { character in
        used += columns(of: character)
        return used <= limit
      })
  }

  private static func columns(of character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.value {
    // East Asian wide and fullwidth, Unicode Standard Annex #11.
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
