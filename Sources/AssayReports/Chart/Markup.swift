/// HTML or SVG source in which every piece of text that is put in is escaped.
///
/// Only a literal in this code and other markup enter as they are: `"<b>\(name)</b>"` is safe whatever the
/// name, and there is no way to forget it.
package struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
  package private(set) var source: String

  package init(stringLiteral value: String) { source = value }

  package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  /// Pieces one after the other.
  package init(_ pieces: [Markup]) { source = pieces.map(\.source).joined() }

  /// Source that is a constant of this module.
  package init(constant source: StaticString) { self.source = "\(source)" }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { source += literal }

    package mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    package mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    package mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { source += piece.source }
    }

    package mutating func appendInterpolation(_ number: Int) { source += String(number) }

    package mutating func appendInterpolation(_ coordinate: Double) {
      source += Markup.coordinate(coordinate)
    }
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
