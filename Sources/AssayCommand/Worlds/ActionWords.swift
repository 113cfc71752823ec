import Assay
import AssayReports
import Foundation

/// How a person names the actions of a world: by key, by word or by number.
struct ActionWords {
  /// What a key or a line asks for.
  enum Answer {
    case action([Double])
    /// A reason why not, in a sentence.
    case unknown(String)
  }

  /// How to call the actions; empty where they are vectors.
  private let names: [String]
  private let box: BoxSpace?
  private let spaceText: String

  init(_ world: some Environment) {
    box = world.actionSpace as? BoxSpace
    spaceText = "\(world.actionSpace)"
    let count = (world.actionSpace as? DiscreteSpace)?.count ?? 0
    names =
      world.actionNames.count == count ? world.actionNames : (0..<count).map { "action \($0)" }
  }

  /// Whether a digit is an action at once, without Return.
  var takesDigits: Bool { !names.isEmpty && names.count <= 10 }

  /// The actions, each with its key, for a line below the picture.
  var legend: String {
    if let box {
      return box.count == 1
        ? "← \(Self.text(box.low[0])), ↓ \(NumberText.trimmed(middle[0])), → \(Self.text(box.high[0])); "
          + "or \(spaceText), then Return"
        : "type \(spaceText), with spaces between, then Return"
    }
    guard takesDigits else {
      let shown = names.prefix(12).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
      return "type a number or a name, then Return: \(shown)" + (names.count > 12 ? ", …" : "")
    }
    if names.contains(where: { $0.wholeNumberValue != nil }) { return names.joined(separator: ", ") }
    return names.enumerated().map { index, name in
      let arrow = Self.arrows[name].map { "/\($0)" } ?? ""
      return "\(index)\(arrow)\u{A0}\(name.replacing(" ", with: "\u{A0}"))"
    }.joined(separator: ", ")
  }

  private static let arrows = ["up": "↑", "down": "↓", "left": "←", "right": "→"]

  private static func text(_ value: Float) -> String { NumberText.trimmed(Double(value)) }

  private var middle: [Double] {
    (box.map { zip($0.low, $0.high).map { (Double($0) + Double($1)) / 2 } } ?? []).map {
      $0.isFinite ? $0 : 0
    }
  }

  /// The action of a single key; `nil` where the key is none.
  func action(for key: Key) -> [Double]? {
    let word: String? =
      switch key {
      case .up: "up"
      case .down: "down"
      case .left: "left"
      case .right: "right"
      default: nil
      }
    if let word, let index = names.firstIndex(of: word) { return [Double(index)] }
    if let box, box.count == 1 {
      switch key {
      case .left where box.low[0].isFinite: return [Double(box.low[0])]
      case .right where box.high[0].isFinite: return [Double(box.high[0])]
      case .down: return middle
      default: break
      }
    }
    guard takesDigits, case .character(let character) = key, character.isWholeNumber,
      case .action(let numbers) = action(for: String(character))
    else { return nil }
    return numbers
  }

  /// The action of a typed line.
  func action(for line: String) -> Answer {
    let words = line.split(separator: " ").map(String.init)
    if box != nil {
      let numbers = words.compactMap(Double.init)
      return numbers.count == words.count ? .action(numbers) : .unknown("'\(line)' is not \(spaceText)")
    }
    // A name goes first: where actions are called 1 to 7, 1 is the first.
    if let index = names.firstIndex(of: line) { return .action([Double(index)]) }
    let hasNumbers = names.contains { $0.wholeNumberValue != nil }
    if !hasNumbers, let number = Int(line), names.indices.contains(number) {
      return .action([Double(number)])
    }
    return .unknown("'\(line)' is no action; allowed: \(spaceText), or a name")
  }
}

extension String {
  /// The whole number that the text is; `nil` for other texts.
  fileprivate var wholeNumberValue: Int? { Int(self) }
}
