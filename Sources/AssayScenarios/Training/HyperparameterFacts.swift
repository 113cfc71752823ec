import Assay
import AssayAgents

/// A hyperparameter as people meet it: what it is called, what it is, what it may be, and what it is of itself.
public struct HyperparameterFacts: Sendable, Hashable {
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  public let kind: HyperparameterKind
  /// What it is when nobody sets it.
  public let standard: HyperparameterValue

  init<Configuration: AgentConfiguration>(_ hyperparameter: Hyperparameter<Configuration>) {
    name = hyperparameter.name
    summary = hyperparameter.summary
    kind = hyperparameter.kind
    standard = hyperparameter.value(Configuration())
  }
}

extension HyperparameterKind {
  /// What is allowed, in words: `a number from 0 to 1`.
  public var allowed: String {
    switch self {
    case .number(let range): "a number from \(text(range.lowerBound)) to \(text(range.upperBound))"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "yes or no"
    case .choice(let words): words.count < 2 ? words.joined() : Self.alternatives(words)
    case .integers(let count, let range):
      "\(count.lowerBound) to \(count.upperBound) whole numbers from \(range.lowerBound) to "
        + "\(range.upperBound), such as 64,64"
    }
  }

  private static func alternatives(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }

  private func text(_ number: Double) -> String { HyperparameterValue.number(number).description }

  /// Whether a value is of this kind and in its range.
  public func isAllowed(_ value: HyperparameterValue) -> Bool {
    switch (self, value) {
    case (.number(let range), .number(let number)): range.contains(number)
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.flag, .flag): true
    case (.choice(let words), .word(let word)): words.contains(word)
    case (.integers(let count, let range), .integers(let numbers)):
      count.contains(numbers.count) && numbers.allSatisfy(range.contains)
    default: false
    }
  }

  /// The value as one of this kind: a whole number, as files have it, may stand for any number.
  func converted(_ value: HyperparameterValue) -> HyperparameterValue {
    if case (.number, .integer(let number)) = (self, value) { .number(Double(number)) } else { value }
  }

  /// The value that a text stands for, whether or not it is in the range; `nil` for one of another kind.
  public func value(from text: String) -> HyperparameterValue? {
    switch self {
    case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .integer: Count(text).map { .integer($0.number) }
    case .flag:
      switch text.lowercased() {
      case "yes", "true", "on": .flag(true)
      case "no", "false", "off": .flag(false)
      default: nil
      }
    case .choice: .word(text)
    case .integers: Self.integers(from: text)
    }
  }

  private static func integers(from text: String) -> HyperparameterValue? {
    if text.isEmpty || text == "none" { return .integers([]) }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0.trimmingPrefix(" ")) }
    return numbers.count == words.count ? .integers(numbers) : nil
  }
}

extension HyperparameterValue: CustomStringConvertible {
  /// As it is typed: `0.0003`, `64,64`, `yes`.
  public var description: String {
    switch self {
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .integer(let number): "\(number)"
    case .flag(let flag): flag ? "yes" : "no"
    case .word(let word): word
    case .integers(let numbers): numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: ",")
    }
  }
}

/// A whole number as people write large ones: `100000`, `100_000`, `100,000`, `100k`, `1.5m`, `1e5`.
public struct Count: Sendable, Hashable {
  public let number: Int

  public init(_ number: Int) { self.number = number }

  /// Reads it; `nil` for what is no whole number.
  public init?(_ text: String) {
    var digits = text.lowercased().filter { $0 != "_" && $0 != "," }
    var factor = 1.0
    if let last = digits.last, let scale = ["k": 1e3, "m": 1e6, "g": 1e9][String(last)] {
      factor = scale
      digits.removeLast()
    }
    guard digits.first.map({ $0.isNumber || $0 == "-" || $0 == "." }) == true, !digits.hasPrefix("0x"),
      let mantissa = Double(digits), let number = Int(exactly: (mantissa * factor * 1e6).rounded() / 1e6)
    else { return nil }
    self.number = number
  }
}

extension AgentConfiguration {
  /// All of its hyperparameters as they are set.
  var hyperparameters: Hyperparameters {
    Dictionary(uniqueKeysWithValues: Self.hyperparameters.map { ($0.name, $0.value(self)) })
  }

  /// In how many copies of the world the agent lives.
  var copyCount: Int {
    guard let copies = Self.hyperparameters.first(where: { $0.name == "copies" }),
      case .integer(let count) = copies.value(self)
    else { return 1 }
    return count
  }

  /// Sets some of its hyperparameters.
  ///
  /// - Parameters:
  ///   - given: by name.
  ///   - agent: whose they are, for errors.
  /// - Throws: `DataError` for the first that is unknown or not allowed, in the order of names.
  mutating func set(_ given: Hyperparameters, of agent: String) throws(DataError) {
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let hyperparameter = Self.hyperparameters.first(where: { $0.name == name }) else {
        throw DataError(
          field: name, value: "no hyperparameter of \(agent)",
          allowed: Self.hyperparameters.map(\.name).joined(separator: ", "))
      }
      let converted = hyperparameter.kind.converted(value)
      guard hyperparameter.kind.isAllowed(converted) else {
        throw DataError(field: name, value: "\(value)", allowed: hyperparameter.kind.allowed)
      }
      hyperparameter.set(&self, converted)
    }
  }
}
