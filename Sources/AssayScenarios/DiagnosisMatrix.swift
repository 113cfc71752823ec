import AssayDiagnostics

/// How well the audit diagnoses: planted faults, and none, against what it said of each agent.
public struct DiagnosisMatrix: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.matrix/1"

  /// One fault in one world.
  public struct Cell: Sendable, Hashable, Codable {
    public var environment: String
    public var agent: String
    /// The planted fault; `healthy` where none was planted.
    public var fault: String
    /// How often each diagnosis was given.
    public var diagnoses: [String: Int]
    /// How many agents were called what they are, as a share with its Wilson interval.
    public var named: Estimate
    /// How many were found inconclusive.
    public var inconclusive: Estimate

    public init(environment: String, agent: String, fault: String, report: AuditReport) {
      self.environment = environment
      self.agent = agent
      self.fault = fault
      diagnoses = Dictionary(report.agents.map { ($0.diagnosis, 1) }, uniquingKeysWith: +)
      named = Estimate(share: diagnoses[fault] ?? 0, of: report.agents.count)
      inconclusive = Estimate(
        share: diagnoses[DiagnosisName.inconclusive.rawValue] ?? 0, of: report.agents.count)
    }
  }

  public var schema = Self.schema
  public var steps: Int
  public var seeds: [UInt64]
  public var cells: [Cell]

  public init(steps: Int, seeds: [UInt64], cells: [Cell]) {
    self.steps = steps
    self.seeds = seeds
    self.cells = cells
  }
}
