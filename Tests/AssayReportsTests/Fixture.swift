import AssayDiagnostics
import Foundation
import Testing

/// The reports that the tests render: one from a file, and what can happen to it.
enum Fixture {
  /// The bytes of `report.json`: ten agents on a 4×4 lake whose critic learned at another discount than it claims.
  static func data() throws -> Data {
    let file = Bundle.module.url(forResource: "report", withExtension: "json", subdirectory: "Resources")
    return try Data(contentsOf: #require(file))
  }

  static func report() throws -> AuditReport { try JSONDecoder().decode(AuditReport.self, from: data()) }

  /// Every kind of report that a renderer must survive, by name.
  static func all() throws -> [(name: String, report: AuditReport)] {
    [
      ("as it is", try report()),
      ("without a map", try report { $0.states.map = nil }),
      ("without a model", try report(modelFree)),
      ("without a critic", try report(criticFree)),
      ("stopped", try report(stop)),
      ("hostile names", try hostile()),
      ("long names", try report { rename(&$0) { $0 + String(repeating: "-and-so-on", count: 30) } }),
      ("wide names", try report { rename(&$0) { $0 + String(repeating: "湖面の氷🧊", count: 20) } }),
      ("diverged", try report(diverge)),
      ("empty", try report(clear)),
      ("torn", try report(tear)),
      ("many states", try report(multiply)),
    ]
  }

  static func report(_ change: (inout AuditReport) -> Void) throws -> AuditReport {
    var report = try report()
    change(&report)
    return report
  }

  /// What a file could say to break out of a page or to command a terminal.
  static let attack = "<img src=x onerror='alert(1)'>\"&\u{1B}[31m\u{202E}]]>"

  static func hostile() throws -> AuditReport { try report { rename(&$0) { _ in attack } } }

  /// Changes every text of a report that a file, an agent or a world can choose.
  static func rename(_ report: inout AuditReport, _ name: (String) -> String) {
    report.subject.environment = name(report.subject.environment)
    report.subject.agent = name(report.subject.agent)
    report.subject.faults = report.subject.faults.map(name)
    report.diagnosis.name = name(report.diagnosis.name)
    report.diagnosis.also = report.diagnosis.also.map(name)
    report.diagnosis.summary = name(report.diagnosis.summary)
    for index in report.diagnosis.evidence.indices {
      report.diagnosis.evidence[index].metric = name(report.diagnosis.evidence[index].metric)
      report.diagnosis.evidence[index].statement = name(report.diagnosis.evidence[index].statement)
    }
    if let claim = report.critic?.claim { report.critic?.claim = name(claim) }
    report.actor.objective = name(report.actor.objective)
    if let worst = report.model?.worst { report.model?.worst = name(worst) }
    if var critic = report.critic {
      for index in critic.alternatives.indices {
        critic.alternatives[index].claim = name(critic.alternatives[index].claim)
        critic.alternatives[index].diagnosis = name(critic.alternatives[index].diagnosis)
      }
      critic.verdict.statement = name(critic.verdict.statement)
      critic.verdict.wouldChange = name(critic.verdict.wouldChange)
      report.critic = critic
    }
    for index in report.gap.ladder.indices {
      report.gap.ladder[index].name = name(report.gap.ladder[index].name)
    }
    for index in report.agents.indices {
      report.agents[index].diagnosis = name(report.agents[index].diagnosis)
      report.agents[index].also = report.agents[index].also.map(name)
      report.agents[index].stoppedBy = report.agents[index].stoppedBy.map(name)
    }
    report.states.stateNames = report.states.stateNames.map(name)
    report.states.actionNames = report.states.actionNames.map(name)
    if let marks = report.states.map?.marks {
      report.states.map?.marks = marks.map { $0.isEmpty ? "" : name($0) }
    }
    for index in report.anatomy.blocks.indices {
      report.anatomy.blocks[index].name = name(report.anatomy.blocks[index].name)
      report.anatomy.blocks[index].owner = name(report.anatomy.blocks[index].owner)
      report.anatomy.blocks[index].role = name(report.anatomy.blocks[index].role)
      report.anatomy.blocks[index].updateRule = name(report.anatomy.blocks[index].updateRule)
      report.anatomy.blocks[index].lastWriter = report.anatomy.blocks[index].lastWriter.map(name)
      report.anatomy.blocks[index].lastCause = report.anatomy.blocks[index].lastCause.map(name)
      report.anatomy.blocks[index].digest = name(report.anatomy.blocks[index].digest)
    }
    for index in report.anatomy.references.indices {
      report.anatomy.references[index].from = name(report.anatomy.references[index].from)
      report.anatomy.references[index].to = name(report.anatomy.references[index].to)
      report.anatomy.references[index].relation = name(report.anatomy.references[index].relation)
    }
  }

  static func modelFree(_ report: inout AuditReport) {
    report.model = nil
    report.training.modelError = []
    for index in report.agents.indices { report.agents[index].modelError = nil }
  }

  static func criticFree(_ report: inout AuditReport) {
    report.critic = nil
    for index in report.agents.indices { report.agents[index].criticError = nil }
    report.anatomy.references = []
  }

  /// An agent whose training ended early, in a world where there is nothing to lose.
  static func stop(_ report: inout AuditReport) {
    report.diagnosis.name = "non-finite"
    report.outcome = nil
    for index in report.agents.indices { report.agents[index].regret = nil }
    report.agents[0].stoppedBy = "critic.values: a TD(0) update that is not finite at step 17"
    report.agents[0].diagnosis = "non-finite"
  }

  /// What is left of the numbers when a critic diverges.
  static func diverge(_ report: inout AuditReport) {
    let broken = Estimate(estimate: .nan, low: -.infinity, high: .infinity, count: 10)
    let huge = Estimate(estimate: 3e200, low: -1e308, high: 1e308, count: 10)
    report.critic?.rmse = broken
    report.critic?.largestError = Estimate(estimate: .infinity, low: .infinity, high: .infinity, count: 1)
    report.critic?.verdict.measured = broken
    report.actor.verdict.measured = huge
    report.subject.range = .nan
    report.critic?.actionRMSE = broken
    report.outcome?.regret = broken
    report.critic?.alternatives[0].error = broken
    report.gap.identity.critic = broken
    report.gap.identity.slack = huge
    report.gap.total = broken
    report.gap.ladder[1].value = huge
    report.gap.ladder[2].value = broken
    report.gap.ladder[2].loss = broken
    report.training.criticError[1] = broken
    report.training.criticError[2] = huge
    report.agents[0].criticError = .nan
    report.agents[1].modelError = .infinity
    report.states.learnedValues[1] = .nan
    report.states.learnedValues[2] = 1e300
    report.states.learnedValues[3] = -.infinity
    report.states.actorGaps[0] = .nan
    report.states.policy[0] = [.nan, .nan, .nan, .nan]
    report.anatomy.blocks[0].changeNorm = .infinity
  }

  static func clear(_ report: inout AuditReport) {
    report.subject.seeds = []
    report.diagnosis.evidence = []
    report.critic?.alternatives = []
    report.gap.ladder = []
    report.training.steps = []
    report.training.criticError = []
    report.training.actorGap = []
    report.training.modelError = []
    report.training.performance = []
    report.agents = []
    report.states.stateNames = []
    report.anatomy.blocks = []
    report.anatomy.references = []
  }

  /// Arrays that do not fit each other, as in a file that somebody edited.
  static func tear(_ report: inout AuditReport) {
    report.states.trueValues.removeLast(9)
    report.states.learnedValues.removeLast(3)
    report.states.visits = []
    report.states.actorGaps = [1]
    report.states.policy.removeLast(12)
    report.states.isLive.removeLast(2)
    report.states.actionNames = []
    report.states.map?.directions = [nil]
    report.states.map?.cells = [3, 3, nil, 99, -1, 4]
    report.training.criticError.removeLast()
    report.training.steps[0] = -5
    report.anatomy.blocks[1].offset = 7
    report.anatomy.bytes = 1
  }

  /// A world without a map that is too large to name each state.
  static func multiply(_ report: inout AuditReport) {
    let count = 3000
    report.states.map = nil
    report.states.stateNames = (0..<count).map { "state \($0)" }
    report.states.trueValues = (0..<count).map { Double($0 % 97) }
    report.states.learnedValues = (0..<count).map { Double($0 % 89) }
    report.states.visits = (0..<count).map { _ in 1 / Double(count) }
    report.states.actorGaps = (0..<count).map { Double($0 % 7) }
    report.states.policy = [[Double]](repeating: [0.7, 0.1, 0.1, 0.1], count: count)
    report.states.isLive = [Bool](repeating: true, count: count)
  }
}
