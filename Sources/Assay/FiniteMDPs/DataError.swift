import Foundation

/// Something that came from outside (a file, a table, a script) is not as it must be.
public struct DataError: Error, Hashable, CustomStringConvertible {
  /// Where it came from: a file's name, or `nil` for data made in the program.
  public var source: String?
  /// The field, with the index of the entry where there is one: `transitions.probability[3]`.
  public var field: String
  /// The value that was found, or what was wrong with it.
  public var value: String
  /// What is allowed.
  public var allowed: String

  public init(source: String? = nil, field: String, value: String, allowed: String) {
    self.source = source
    self.field = field
    self.value = value
    self.allowed = allowed
  }

  /// One line: `file: field is value; allowed: …`.
  public var description: String {
    (source.map { "\($0): " } ?? "") + "\(field) is \(value); allowed: \(allowed)"
  }

  /// A number as it stands in files, where Swift's own `nan` and `inf` would not be found.
  static func text(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
  }

  /// Refuses what is no text: Foundation's readers of JSON trap on some of it.
  package static func checkText(_ data: Data) throws(DataError) {
    guard String(validating: data, as: UTF8.self) != nil else {
      throw DataError(field: "the file", value: "not valid UTF-8", allowed: "one JSON object")
    }
  }

  /// The same error, known to come from `source`.
  public func from(_ source: String) -> DataError {
    var copy = self
    copy.source = source
    return copy
  }
}
