/// How texts are brought onto a terminal of 80 columns.
enum OutputText {
  static let columns = 80

  /// The text, or its beginning and … where it is too long.
  static func clipped(_ text: String, columns limit: Int = columns) -> String {
    text.count > limit ? text.prefix(max(0, limit - 1)) + "…" : text
  }

  /// The text in exactly so many columns, filled up with spaces, or cut.
  static func padded(_ text: String, columns width: Int) -> String {
    let text = clipped(text, columns: width)
    return text + String(repeating: " ", count: width - text.count)
  }

  /// Breaks a text at spaces into lines; a word that is longer than a line stands on one of its own.
  static func wrapped(_ text: String, columns limit: Int = columns) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
  }

  /// The text without anything that could command a terminal: names come from files.
  static func harmless(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: "\u{FFFD}"
          default: scalar
          }
        }))
  }
}
