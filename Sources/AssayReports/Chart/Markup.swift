/// HTML or SVG source in which every piece of text that is put in is escaped.
///
/// Only a literal in this code and other markup enter as they are: `"<b>\(name)</b>"` is safe whatever the
/// name, and there is no way to forget it.
struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
  private(set) var source: String

  init(stringLiteral value: String) { source = value }

  init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  /// Pieces one after the other.
  init(_ pieces: [Markup]) { source = pieces.map(\.source).joined() }

  /// Source that is a constant of this module.
  init(constant source: StaticString) { self.source = "\(source)" }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { source += piece.source }
    }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ coordinate: Double) { source += Markup.coordinate(coordinate) }
  }

  /// Text in which nothing is a tag, an entity, or the end of an attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for character in TextLayout.harmless(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // XML has no way to write these two.
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A place in a drawing, in hundredths; 0 for what is not a number.
  private static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }
}
