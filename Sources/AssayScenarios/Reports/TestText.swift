import AssayDiagnostics
import AssayReports
import Foundation

/// Results of tests as lines in the Test Anything Protocol, version 14.
///
/// - SeeAlso: The TAP 14 specification, <https://testanything.org/tap-version-14-specification.html>.
public enum TAP {
  /// The lines before all results.
  ///
  /// - Parameter count: how many results there will be.
  /// - Returns: the version and the plan.
  public static func header(count: Int) -> String { "TAP version 14\n1..\(count)\n" }

  /// The lines of one scenario.
  ///
  /// - Parameters:
  ///   - result: what became of it.
  ///   - first: the number of its first result, from 1.
  ///   - file: where it stands.
  /// - Returns: a result for each expectation, each with what was measured.
  public static func lines(of result: ScenarioResult, from first: Int, file: String) -> String {
    var text = "# \(plain(result.scenario.name)): \(plain(result.scenario.claim))\n"
    for (index, finding) in result.findings.enumerated() {
      let word = finding.outcome == .passed ? "ok" : "not ok"
      let description = "\(result.scenario.name) / \(finding.arm) / \(finding.at): \(finding.expectation)"
      text += "\(word) \(first + index) - \(escaped(description))\n  ---\n"
      text += "  outcome: \(finding.outcome.rawValue)\n"
      text += "  statement: \(quoted(finding.statement))\n"
      if let measured = finding.measured {
        text += "  measured: \(Judge.number(measured.estimate))\n"
        text += "  interval: [\(Judge.number(measured.low)), \(Judge.number(measured.high))]\n"
        text += "  count: \(measured.count)\n"
      }
      text += "  required: \(quoted(finding.expectation))\n"
      if !file.isEmpty { text += "  at: \(quoted(file + (finding.line.map { ":\($0)" } ?? "")))\n" }
      text += "  ...\n"
    }
    return text
  }

  private static func plain(_ text: String) -> String { TextLayout.harmless(text) }

  /// Text in which nothing begins a directive.
  private static func escaped(_ text: String) -> String {
    plain(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }

  /// Text as a YAML scalar in double quotes.
  private static func quoted(_ text: String) -> String {
    "\"" + plain(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// Results of tests as JUnit's XML, which CI systems read: a suite for each scenario, a case for each expectation.
public enum JUnit {
  /// The whole file.
  public static func xml(of results: [ScenarioResult]) -> String {
    let findings = results.flatMap(\.findings)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuites name=\"assay\" tests=\"\(findings.count)\" failures=\"\(findings.count { $0.outcome != .passed })\" errors=\"0\">\n"
    for result in results {
      let failures = result.findings.count { $0.outcome != .passed }
      text +=
        "  <testsuite name=\"\(escaped(result.scenario.name))\" tests=\"\(result.findings.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"0\">\n"
      text +=
        "    <properties><property name=\"claim\" value=\"\(escaped(result.scenario.claim))\"/></properties>\n"
      for finding in result.findings {
        let name = "\(finding.expectation) (\(finding.at))"
        text +=
          "    <testcase classname=\"\(escaped("\(result.scenario.name).\(finding.arm)"))\" name=\"\(escaped(name))\""
        if finding.outcome == .passed {
          text += "/>\n"
        } else {
          text +=
            ">\n      <failure type=\"\(finding.outcome.rawValue)\" message=\"\(escaped(finding.statement))\"/>\n    </testcase>\n"
        }
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  /// Text in an attribute, with nothing in it that XML 1.0 has no way to write.
  private static func escaped(_ text: String) -> String {
    TextLayout.harmless(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
      ">", with: "&gt;"
    )
    .replacing("\"", with: "&quot;").replacing("\u{FFFE}", with: "\u{FFFD}").replacing(
      "\u{FFFF}", with: "\u{FFFD}")
  }
}

/// Results of tests as a value that programs read, schema `assay.test/1`.
public struct TestReport: Sendable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.test/1"

  public var schema = Self.schema
  /// How many expectations came out each way.
  public var passed: Int
  public var failed: Int
  public var inconclusive: Int
  public var scenarios: [Entry]

  /// One scenario.
  public struct Entry: Sendable, Codable {
    public var scenario: String
    public var claim: String
    public var tags: [String]
    public var hasPassed: Bool
    public var arms: [Arm]
    public var findings: [ScenarioResult.Finding]
  }

  /// One arm of a scenario.
  public struct Arm: Sendable, Codable {
    public var name: String
    public var environment: String
    public var agent: String
    public var seeds: [UInt64]
    /// Environment steps of each agent.
    public var steps: Int
    public var moments: [Moment]
  }

  /// One moment of an arm.
  public struct Moment: Sendable, Codable {
    public var label: String
    /// How many environment steps were taken.
    public var step: Int
    /// The diagnosis of all agents together; `nil` for an evaluation.
    public var diagnosis: String?
    public var also: [String]
    /// The diagnosis of each agent, in the order of the seeds.
    public var diagnoses: [String]
    /// How many agents had stopped at a number that is not finite.
    public var stopped: Int
    /// The means of all metrics that every agent has, by name.
    public var metrics: [String: Estimate]
    /// What each agent is after, in the order of the seeds; empty where nobody asked.
    public var goals: [String]
  }

  public init(_ results: [ScenarioResult]) {
    let outcomes = results.flatMap(\.findings).map(\.outcome)
    passed = outcomes.count { $0 == .passed }
    failed = outcomes.count { $0 == .failed }
    inconclusive = outcomes.count { $0 == .inconclusive }
    scenarios = results.map { result in
      Entry(
        scenario: result.scenario.name, claim: result.scenario.claim, tags: result.scenario.tags,
        hasPassed: result.hasPassed,
        arms: zip(result.plan.arms, result.arms).map { plan, arm in
          Arm(
            name: arm.name, environment: plan.environment, agent: plan.agent.name, seeds: plan.seeds,
            steps: plan.steps, moments: arm.moments.map(Moment.init))
        }, findings: result.findings)
    }
  }
}

extension TestReport.Moment {
  fileprivate init(_ moment: ScenarioResult.MomentResult) {
    label = moment.label
    step = moment.step
    diagnosis = moment.report?.diagnosis.name
    also = moment.report?.diagnosis.also ?? []
    diagnoses = moment.report?.agents.map(\.diagnosis) ?? []
    stopped = moment.stopped
    goals = moment.goals.map(\.name)
    metrics = [:]
    for metric in Metric.allCases {
      let values = moment.agents.compactMap { agent -> Double? in
        switch metric {
        case .return: agent.performance
        case .capability: agent.goals?.capability ?? nil
        default: agent.report.flatMap(metric.value)
        }
      }
      if values.count == moment.agents.count, values.allSatisfy(\.isFinite) {
        metrics[metric.rawValue] = Estimate(mean: values)
      }
    }
  }
}
