import Assay

/// A number or a choice that a configuration leaves to whoever trains: what can be set by name.
public struct Hyperparameter<Configuration: Sendable>: Sendable {
  /// What it is called, in kebab-case: `actor-rate`.
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  public let kind: HyperparameterKind
  /// Reads it.
  public let value: @Sendable (Configuration) -> HyperparameterValue
  /// Sets it to a value of its kind that is allowed.
  public let set: @Sendable (inout Configuration, HyperparameterValue) -> Void

  public static func number(
    _ name: String, _ summary: String, _ range: ClosedRange<Double>,
    _ path: WritableKeyPath<Configuration, Double> & Sendable
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .number(range), value: { .number($0[keyPath: path]) },
      set: { if case .number(let number) = $1 { $0[keyPath: path] = number } })
  }

  public static func integer(
    _ name: String, _ summary: String, _ range: ClosedRange<Int>,
    _ path: WritableKeyPath<Configuration, Int> & Sendable
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .integer(range), value: { .integer($0[keyPath: path]) },
      set: { if case .integer(let number) = $1 { $0[keyPath: path] = number } })
  }

  public static func flag(
    _ name: String, _ summary: String, _ path: WritableKeyPath<Configuration, Bool> & Sendable
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .flag, value: { .flag($0[keyPath: path]) },
      set: { if case .flag(let flag) = $1 { $0[keyPath: path] = flag } })
  }

  public static func integers(
    _ name: String, _ summary: String, count: ClosedRange<Int>, _ range: ClosedRange<Int>,
    _ path: WritableKeyPath<Configuration, [Int]> & Sendable
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .integers(count: count, range),
      value: { .integers($0[keyPath: path]) },
      set: { if case .integers(let numbers) = $1 { $0[keyPath: path] = numbers } })
  }

  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ summary: String, _ path: WritableKeyPath<Configuration, Choice> & Sendable
  ) -> Self where Choice.RawValue == String {
    Self(
      name: name, summary: summary, kind: .choice(Choice.allCases.map(\.rawValue)),
      value: { .word($0[keyPath: path].rawValue) },
      set: {
        if case .word(let word) = $1, let choice = Choice(rawValue: word) { $0[keyPath: path] = choice }
      })
  }
}

/// What may be said of a hyperparameter.
public enum HyperparameterKind: Sendable, Hashable {
  case number(ClosedRange<Double>)
  case integer(ClosedRange<Int>)
  case flag
  case choice([String])
  /// Several whole numbers, such as the sizes of hidden layers: so many of them, each in a range.
  case integers(count: ClosedRange<Int>, ClosedRange<Int>)
}

/// What is said of a hyperparameter.
public enum HyperparameterValue: Sendable, Hashable {
  case number(Double)
  case integer(Int)
  case flag(Bool)
  case word(String)
  case integers([Int])
}

/// How an agent is made: a value with standards for everything, each of which can be set by name.
public protocol AgentConfiguration: Sendable, Hashable {
  /// Everything at its standard.
  init()

  /// What can be set by name.
  static var hyperparameters: [Hyperparameter<Self>] { get }
}
