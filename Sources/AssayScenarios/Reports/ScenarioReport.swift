import AssayDiagnostics
import AssayReports

/// What became of scenarios as one HTML file that needs nothing else: each claim, what was done, what must be found
/// and what was measured.
public struct ScenarioReport: Sendable {
  private let results: [ScenarioResult]

  public init(_ results: [ScenarioResult]) { self.results = results }

  /// The whole file.
  public var html: String { StoryPage(results.map(Story.init)).html }
}

extension Story {
  fileprivate init(_ result: ScenarioResult) {
    let plan = result.plan
    self.init(
      name: result.scenario.name, claim: result.scenario.claim, hasPassed: result.hasPassed,
      facts: [
        ("Arms", "\(plan.arms.count)"), ("Agents", "\(plan.agentCount)"),
        ("Environment steps", "\(plan.stepCount)"),
        ("Tags", result.scenario.tags.isEmpty ? "none" : result.scenario.tags.joined(separator: ", ")),
      ],
      arms: zip(plan.arms, result.arms).map { Arm($0, $1) },
      checks: result.findings.map { finding in
        Check(
          arm: finding.arm, moment: finding.at, expectation: finding.expectation,
          outcome: finding.outcome.rawValue,
          statement: finding.statement, measured: finding.measured, low: finding.bound?.low,
          high: finding.bound?.high)
      })
  }
}

extension Story.Arm {
  fileprivate init(_ plan: ScenarioPlan.Arm, _ result: ScenarioResult.ArmResult) {
    self.init(
      name: plan.name,
      subject: "\(plan.agent.name) in \(plan.environment)\(Self.text(plan.worlds[0].settings)), "
        + "\(plan.seeds.count) seed\(plan.seeds.count == 1 ? "" : "s")",
      steps: plan.setup.faults.map { Story.Step("fault", "\($0.fault.rawValue), \($0.strength.rawValue)") }
        + plan.events.prefix(40).map { Story.Step($0, in: plan) }
        + (plan.events.count > 40 ? [Story.Step("…", "and \(plan.events.count - 40) more")] : []),
      plots: result.moments.filter { $0.report != nil }.suffix(6).compactMap { moment in
        moment.report.map { report in
          let history = moment.history
          return Story.Plot(
            label: moment.label, diagnosis: report.diagnosis.name, steps: history.steps,
            values: history.performance,
            optimum: report.gap.optimal)
        }
      })
  }

  fileprivate static func text(_ settings: Settings) -> String {
    guard !settings.isEmpty else { return "" }
    return " (" + settings.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
      + ")"
  }
}

extension Story.Step {
  fileprivate init(_ event: ScenarioPlan.Event, in plan: ScenarioPlan.Arm) {
    switch event {
    case .train(let steps): self.init("train", "\(steps)")
    case .enter(let index):
      let settings = plan.worlds[index].settings.sorted { $0.key < $1.key }
      self.init("change", settings.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
    case .intervene(let intervention, let duration):
      self.init("intervene", intervention.description + (duration.map { ", for \($0)" } ?? ""))
    case .snapshot(let name): self.init("snapshot", name)
    case .restore(let name): self.init("restore", name)
    case .measure(let index):
      let moment = plan.moments[index]
      if moment.isEvaluation {
        self.init("evaluate", moment.label)
      } else {
        let parts = AuditedPart.allCases.filter(moment.parts.contains).map(\.rawValue)
        self.init("audit", parts.count == AuditedPart.allCases.count ? "all" : parts.joined(separator: ", "))
      }
    }
  }
}

extension ScriptIntervention: CustomStringConvertible {
  /// What is done, in words.
  public var description: String {
    switch self {
    case .freeze(let part): "freeze \(part.rawValue)"
    case .thaw(let part): "thaw \(part?.rawValue ?? "all")"
    case .swap(let part, let name): "swap \(part.rawValue) with \(name)"
    case .restore(let part, let name): "restore \(part?.rawValue ?? "all") from \(name)"
    case .oracle(let part): "oracle for the \(part.rawValue)"
    case .relabel(.scaled(let factor)): "rewards times \(Setting.number(factor))"
    case .relabel(let labels): "rewards \(labels)"
    case .renameOpaque: "rename opaque"
    case .perturb(let part, let noise): "perturb \(part.rawValue) by \(Setting.number(noise))"
    }
  }
}
