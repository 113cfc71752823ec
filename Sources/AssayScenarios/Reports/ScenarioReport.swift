import AssayDiagnostics
import AssayReports

/// What became of scenarios as one HTML file that needs nothing else.
public struct ScenarioReport: Sendable {
  private let results: [ScenarioResult]

  public init(_ results: [ScenarioResult]) { self.results = results }

  /// The whole file.
  public var html: String { "" }
}
