import AssayDiagnostics

/// What became of a scenario.
public struct ScenarioResult: Sendable {
  public let plan: ScenarioPlan
  /// What was measured, arm by arm.
  public let arms: [ArmResult]
  /// What became of each expectation, in the order of the scenario.
  public let findings: [Finding]

  public var scenario: Scenario { plan.scenario }

  /// Whether everything that must be found was found.
  public var hasPassed: Bool { findings.allSatisfy { $0.outcome == .passed } }

  /// What was measured in one arm.
  public struct ArmResult: Sendable {
    public let name: String
    /// Moment by moment.
    public let moments: [MomentResult]
  }

  /// What was measured at one moment.
  public struct MomentResult: Sendable {
    public let label: String
    /// How many environment steps were taken.
    public let step: Int
    /// Of all agents together; `nil` for an evaluation.
    public let report: AuditReport?
    /// The agents one by one.
    let agents: [Measurement]

    /// How many agents had stopped at a number that is not finite.
    public var stopped: Int { agents.count { $0.record.stoppedBy != nil } }

    /// The mean return over the agents' whole lives, as far as all of them came.
    var history: (steps: [Int], performance: [Estimate]) {
      let count = agents.map(\.history.count).min() ?? 0
      return (
        (0..<count).map { agents[0].history[$0].step },
        (0..<count).map { index in Estimate(mean: agents.map { $0.history[index].performance }) }
      )
    }

    /// What each agent was found to be after; empty where nobody asked.
    public var goals: [GoalFindings] { agents.compactMap(\.goals) }
  }

  /// What became of an expectation.
  public struct Finding: Sendable, Hashable, Codable {
    /// What must be found, in words: `return at least 0.9`.
    public var expectation: String
    /// The arms it is about, in words.
    public var arm: String
    /// The audit it is about.
    public var at: String
    public var outcome: TestOutcome
    /// What was measured, over the seeds; `nil` where nothing could be.
    public var measured: Estimate?
    /// What it must be; `nil` for what is no number.
    public var bound: Bound?
    /// What was found, in a sentence.
    public var statement: String
    /// Where the expectation stands in its file.
    public var line: Int?
  }
}
