import Assay

/// How tints look, on a page and in a terminal.
///
/// Agent, goal and danger differ in brightness, too, and every tile that matters carries a mark: nothing is said by
/// colour alone.
extension Picture.Tint {
  /// The colour on a light and on a dark page.
  var colour: ThemedColour {
    switch self {
    case .floor: ThemedColour(light: Colour(0xF3F1EB), dark: Colour(0x26292D))
    case .wall: ThemedColour(light: Colour(0x8A8880), dark: Colour(0x5C6067))
    case .agent: ThemedColour(light: Colour(0x1B63A6), dark: Colour(0x74BBF7))
    case .goal: ThemedColour(light: Colour(0x1F8A6C), dark: Colour(0x4FC8AD))
    case .danger: ThemedColour(light: Colour(0xC2510A), dark: Colour(0xFF9145))
    case .start: ThemedColour(light: Colour(0xD8E6F3), dark: Colour(0x24384B))
    case .object: ThemedColour(light: Colour(0xE8C547), dark: Colour(0xC9A227))
    case .muted: ThemedColour(light: Colour(0xDAD8D1), dark: Colour(0x3A3D42))
    case .first: ThemedColour(light: Colour(0x23252A), dark: Colour(0xEAE8E3))
    case .second: ThemedColour(light: Colour(0xFFFFFF), dark: Colour(0x6E56CF))
    }
  }

  /// What a shape of this tint is drawn with; plain floor would not show on the ground.
  var shapeColour: ThemedColour {
    switch self {
    case .floor: ThemedColour(light: Colour(0x5B6068), dark: Colour(0xA4A8AF))
    case .start: ThemedColour(light: Colour(0x8FB4D9), dark: Colour(0x3E638A))
    case .second: ThemedColour(light: Colour(0x6E56CF), dark: Colour(0x9E8CFC))
    default: colour
    }
  }

  /// The code of the background in a terminal of 256 colours.
  var terminalBackground: Int {
    switch self {
    case .floor: 236
    case .wall: 244
    case .agent: 25
    case .goal: 29
    case .danger: 166
    case .start: 24
    case .object: 178
    case .muted: 234
    case .first: 255
    case .second: 61
    }
  }

  /// The code of what can be read on it.
  var terminalInk: Int {
    switch self {
    case .wall, .object, .first, .danger: 16
    default: 255
    }
  }

  /// The code of a shape on a dark ground.
  var terminalShape: Int {
    switch self {
    case .floor: 250
    case .wall: 245
    case .agent: 75
    case .goal: 79
    case .danger: 208
    case .start: 67
    case .object: 178
    case .muted: 240
    case .first: 255
    case .second: 141
    }
  }

  /// What stands for a tile without a mark where there are no colours.
  var symbol: Character {
    switch self {
    case .floor: "·"
    case .wall: "█"
    case .agent: "A"
    case .goal: "G"
    case .danger: "!"
    case .start: "s"
    case .object: "o"
    case .muted: " "
    case .first: "●"
    case .second: "○"
    }
  }
}
