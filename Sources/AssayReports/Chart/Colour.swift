import Foundation

/// A colour of the screen, each part 0…1.
struct Colour: Hashable {
  var red: Double
  var green: Double
  var blue: Double

  /// From `0xRRGGBB`.
  init(_ code: UInt32) {
    red = Double(code >> 16 & 0xFF) / 255
    green = Double(code >> 8 & 0xFF) / 255
    blue = Double(code & 0xFF) / 255
  }

  /// As `#rrggbb`.
  var hexadecimal: String {
    let parts = [red, green, blue].map { Int((min(1, max(0, $0)) * 255).rounded()) }
    return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The colour on the way to another one.
  func mixed(with other: Colour, share: Double) -> Colour {
    var result = self
    result.red += (other.red - red) * share
    result.green += (other.green - green) * share
    result.blue += (other.blue - blue) * share
    return result
  }

  /// How bright it looks, 0…1 (WCAG 2.2, relative luminance).
  var luminance: Double {
    let linear = [red, green, blue].map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// Black or white: what can be read on it. The two have the same contrast at a luminance of 0.179.
  var ink: Colour { luminance > 0.179 ? Colour(0x111111) : Colour(0xFFFFFF) }
}

/// A colour for a light page and one for a dark page.
package struct ThemedColour: Hashable {
  var light: Colour
  var dark: Colour

  init(light: Colour, dark: Colour) {
    self.light = light
    self.dark = dark
  }

  init(_ colour: Colour) { self.init(light: colour, dark: colour) }

  /// What can be read on it.
  var ink: ThemedColour { ThemedColour(light: light.ink, dark: dark.ink) }

  /// The value of a `style` attribute for an element of class `themed`.
  var style: Markup { "--l:\(light.hexadecimal);--d:\(dark.hexadecimal)" }

  /// The same with what can be read on it, for an element of class `heat`.
  package var cellStyle: Markup {
    "\(style);--li:\(ink.light.hexadecimal);--di:\(ink.dark.hexadecimal)"
  }
}

/// From numbers to colours that people with any colour vision can order.
package enum ColourRamp {
  /// From dark indigo to light yellow, ever brighter, 0…1.
  static func sequential(_ share: Double) -> ThemedColour {
    let stops: [Colour] = [0x2B1B66, 0x2F5590, 0x1F8A8C, 0x67BE5C, 0xF3E04E].map { Colour($0) }
    let place = min(1, max(0, share.isNaN ? 0 : share)) * Double(stops.count - 1)
    let index = min(stops.count - 2, Int(place))
    return ThemedColour(stops[index].mixed(with: stops[index + 1], share: place - Double(index)))
  }

  /// From blue (−1) over the colour of paper (0) to orange (1).
  package static func diverging(_ share: Double) -> ThemedColour {
    let strength = min(1, max(-1, share.isNaN ? 0 : share))
    let light = Colour(0xF2F0EB).mixed(with: Colour(strength < 0 ? 0x1B63A6 : 0xC2510A), share: abs(strength))
    let dark = Colour(0x33363B).mixed(with: Colour(strength < 0 ? 0x74BBF7 : 0xFFA05C), share: abs(strength))
    return ThemedColour(light: light, dark: dark)
  }

  /// From blue (0: nothing is lost) over grey to orange (1): for marks on paper.
  static func loss(_ share: Double) -> ThemedColour {
    let share = min(1, max(0, share.isNaN ? 0 : share))
    func ramp(_ stops: [UInt32]) -> Colour {
      share < 0.5
        ? Colour(stops[0]).mixed(with: Colour(stops[1]), share: share * 2)
        : Colour(stops[1]).mixed(with: Colour(stops[2]), share: share * 2 - 1)
    }
    return ThemedColour(
      light: ramp([0x1B63A6, 0x857C78, 0xC2510A]), dark: ramp([0x74BBF7, 0xA8A29C, 0xFF9145]))
  }
}

/// A strip of colours with the numbers they stand for.
struct ColourLegend {
  var ramp: (Double) -> ThemedColour
  /// The numbers below the strip, evenly spaced from left to right.
  var labels: [String]

  /// The legend, 28 units high.
  func markup(x: Double, y: Double, width: Double) -> Markup {
    let parts = 32
    let strips = (0..<parts).map { part in
      let colour = ramp(Double(part) / Double(parts - 1))
      let left = x + width * Double(part) / Double(parts)
      return """
        <rect x="\(left)" y="\(y)" width="\(width / Double(parts) + 0.4)" height="10" class="themed" \
        style="\(colour.style)"/>
        """ as Markup
    }
    let texts = labels.enumerated().map { index, label in
      let share = labels.count > 1 ? Double(index) / Double(labels.count - 1) : 0
      let anchor: TextAnchor = index == 0 ? .start : index == labels.count - 1 ? .end : .middle
      return Shape.text(label, x: x + width * share, y: y + 24, anchor: anchor, style: "tick")
    }
    return "\(strips)\(texts)"
  }
}
