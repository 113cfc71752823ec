/// Values by the names of variables.
public typealias Settings = [String: Setting]

/// The value of a variable.
public enum Setting: Sendable, Hashable, CustomStringConvertible {
  case word(String)
  case number(Double)

  public var description: String {
    switch self {
    case .word(let word): word
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    }
  }

  /// The word; `nil` for a number.
  public var word: String? { if case .word(let word) = self { word } else { nil } }

  /// The number; `nil` for a word.
  public var number: Double? { if case .number(let number) = self { number } else { nil } }
}

/// Something that can be set in a world or an agent.
public struct Variable: Sendable, Hashable {
  /// What it may be set to.
  public enum Domain: Sendable, Hashable {
    /// One of some words.
    case choice([String])
    /// A number between two others, these included.
    case number(ClosedRange<Double>)
    /// A whole number between two others, these included.
    case integer(ClosedRange<Int>)
  }

  public let name: String
  /// What it is, in a line.
  public let summary: String
  public let domain: Domain
  /// What it is when nobody sets it.
  public let standard: Setting
  /// Whether it can be changed under an agent that lives in the world.
  public let isChangeable: Bool

  public init(
    _ name: String, _ summary: String, _ domain: Domain, standard: Setting, isChangeable: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.domain = domain
    self.standard = standard
    self.isChangeable = isChangeable
    precondition(isAllowed(standard), "\(name) cannot be \(standard) when nobody sets it")
  }

  /// What is allowed, in words: `right, left or random`, `a number from 0 to 1`.
  public var allowed: String {
    switch domain {
    case .choice(let words):
      words.count < 2
        ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    case .number(let range):
      "a number from \(Setting.number(range.lowerBound)) to \(Setting.number(range.upperBound))"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// Whether a value is in the domain.
  public func isAllowed(_ value: Setting) -> Bool {
    switch (domain, value) {
    case (.choice(let words), .word(let word)): words.contains(word)
    case (.number(let range), .number(let number)): range.contains(number)
    case (.integer(let range), .number(let number)):
      number == number.rounded() && number >= Double(range.lowerBound) && number <= Double(range.upperBound)
    default: false
    }
  }

  /// The setting that a text stands for; `nil` for one that is not in the domain.
  public func setting(from text: String) -> Setting? {
    let setting: Setting? =
      switch domain {
      case .choice: .word(text)
      case .number, .integer: Double(text).map(Setting.number)
      }
    return setting.flatMap { isAllowed($0) ? $0 : nil }
  }

  /// Its value among settings, or what it is when nobody sets it.
  public func value(in settings: Settings) -> Setting { settings[name] ?? standard }
}
