/// Something a check found wrong.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  /// What was checked.
  public let check: String
  /// What was found, with the first place where it shows.
  public let message: String

  /// Makes a finding.
  public init(check: String, message: String) {
    self.check = check
    self.message = message
  }

  /// One line: the check, and what it found.
  public var description: String { "\(check): \(message)" }
}
