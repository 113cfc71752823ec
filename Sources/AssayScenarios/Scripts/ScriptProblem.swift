import AssayReports

/// A mistake in a scenario, and where it stands.
public struct ScriptProblem: Error, Hashable, CustomStringConvertible {
  /// The file; `nil` for a scenario written in Swift.
  public var file: String?
  /// The line in the file, from 1.
  public var line: Int?
  /// The scenario's name, where there is no file to point into.
  public var scenario: String?
  /// Where in the scenario: `script[1].change.coin`; empty for all of it.
  public var field: String
  /// What stands there; `nil` where something is missing.
  public var value: String?
  /// What is allowed, in words.
  public var allowed: String
  /// What was probably meant.
  public var suggestion: String?

  init(_ field: String, _ value: String?, allowed: String, suggestion: String? = nil) {
    self.field = field
    self.value = value
    self.allowed = allowed
    self.suggestion = suggestion
  }

  /// What stands where nothing of that name is allowed.
  static let unknown = "unknown"

  /// A name that is not known.
  init(_ field: String, unknown name: String, of kind: String, known: [String]) {
    let unknown = UnknownName(kind: kind, name: name, known: known)
    self.init(
      field, name, allowed: known.isEmpty ? "nothing: there is no \(kind)" : known.joined(separator: ", "),
      suggestion: unknown.nearest)
  }

  /// One line: `file:line: field 'x' is 'y'; allowed: …; did you mean 'z'?`.
  public var description: String {
    let place = file.map { "\($0):\(line.map { "\($0): " } ?? " ")" } ?? scenario.map { "\($0): " } ?? ""
    let subject = field.isEmpty ? "the file" : "field '\(field)'"
    let found =
      value.map {
        $0 == Self.unknown ? "is unknown" : "is '\(TextLayout.clipped(TextLayout.harmless($0), columns: 60))'"
      } ?? "is missing"
    let meant = suggestion.map { "; did you mean '\($0)'?" } ?? ""
    return TextLayout.harmless("\(place)\(subject) \(found); allowed: \(allowed)\(meant)")
  }
}

/// Everything that is wrong with some scenarios; nothing was run.
public struct ScriptError: Error, Hashable, CustomStringConvertible {
  public var problems: [ScriptProblem]

  public init(problems: [ScriptProblem]) { self.problems = problems }

  /// One line for each problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
