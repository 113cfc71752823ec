import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation
import Testing

/// Reports of audits that were run, not read from a file: of agents with goals, without critics, and stopped.
@Suite struct GoalReportTests {
  private static func audit(
    _ environment: String, agent: String, planting faults: [Fault] = [], seeds: Int = 2, steps: Int = 2000
  ) async throws -> AuditReport {
    let catalogue = Catalogue.standard
    let setup = try Setup(
      planting: faults.map { ($0, .medium) }, agent: try catalogue.agent(named: agent),
      environment: try catalogue.environment(named: environment))
    return try await setup.audit(seeds: (0..<UInt64(seeds)).map { $0 }, steps: steps)
  }

  private static func goal() async throws -> AuditReport {
    try await audit("coin-corridor", agent: "actor-critic")
  }

  /// The ids of a page's sections, in order.
  private func sections(_ html: String) -> [String] {
    html.matches(of: #/<section id="([^"]+)"/#).map { String($0.1) }
  }

  @Test func `goals have a section and a question where the world names some, and neither where it does not`()
    async throws
  {
    let report = try await Self.goal()
    let html = HTMLReport(report).html
    #expect(sections(html).prefix(2) == ["verdicts", "goal"])
    #expect(html.contains("Which goal does the agent pursue?"))
    for goal in try #require(report.goal).goals {
      #expect(html.contains("<th scope=\"row\">\(goal.name)</th>"))
    }
    #expect(TerminalReport(report).text.contains("Which goal is pursued\n  goal"))
    var without = report
    without.goal = nil
    #expect(!sections(HTMLReport(without).html).contains("goal"))
    #expect(!HTMLReport(without).html.contains("Which goal"))
    #expect(!TerminalReport(without).text.contains("goal"))
  }

  @Test func `goals that cannot be told apart are named with the place that would tell`() async throws {
    let report = try await Self.goal()
    let confusion = try #require(report.goal?.agents[0].findings.indistinguishable.first)
    let state = try #require(confusion.tellingStateName)
    let sentence = "\(confusion.goals.joined(separator: " and ")) cannot be told apart by what is done here"
    #expect(HTMLReport(report).html.contains(sentence))
    let text = TerminalReport(report, width: 400).text
    #expect(text.contains(sentence))
    #expect(text.contains("'\(state)': that would tell most (total variation 1)."))
  }

  @Test func `the posterior is the mean over the agents, and rounding shows as nothing`() async throws {
    var report = try await Self.goal()
    var goal = try #require(report.goal)
    for (agent, posterior) in [0.25, 0.75].enumerated() {
      for index in goal.agents[agent].findings.hypotheses.indices {
        goal.agents[agent].findings.hypotheses[index].posterior = index == 0 ? posterior : 1e-30
      }
      goal.agents[agent].findings.nonePosterior = 1 - posterior
    }
    report.goal = goal
    let lines = TerminalReport(report).text.split(separator: "\n").map(String.init)
    let row = try #require(lines.first { $0.hasPrefix("  \(goal.goals[0].name) ") })
    #expect(row.split(separator: " ")[2] == "0.500")
    let other = try #require(lines.first { $0.hasPrefix("  \(goal.goals[1].name) ") })
    #expect(other.split(separator: " ")[2] == "0")
    #expect(HTMLReport(report).html.contains("<span style=\"width:50%\"></span>"))
  }

  @Test func `another goal than the one that was trained is bad, an open one is open`() async throws {
    var report = try await Self.goal()
    report.goal?.name = "right"
    #expect(TerminalReport(report).text.contains("→ goal     right        "))
    report.diagnosis.name = "goal-misgeneralisation"
    #expect(TerminalReport(report).text.contains("✗ goal     right        "))
    report.goal?.name = "undecided"
    report.diagnosis.name = "healthy"
    #expect(TerminalReport(report).text.contains("? goal     undecided    "))
  }

  @Test func `names of goals and of their states cannot break out`() async throws {
    let attack = "<img src=x onerror='alert(1)'>\"&\u{1B}[31m\u{202E}]]>"
    var report = try await Self.goal()
    var goal = try #require(report.goal)
    goal.name = attack
    goal.statement = attack
    for index in goal.answers.indices { goal.answers[index].name = attack }
    for index in goal.goals.indices { goal.goals[index].name = attack }
    for agent in goal.agents.indices {
      goal.agents[agent].findings.name = attack
      goal.agents[agent].findings.statement = attack
      goal.agents[agent].findings.warnings = [attack]
      for index in goal.agents[agent].findings.indistinguishable.indices {
        goal.agents[agent].findings.indistinguishable[index].goals = [attack, attack]
        goal.agents[agent].findings.indistinguishable[index].tellingStateName = attack
      }
    }
    report.goal = goal
    report.agents[0].also = [attack]
    report.agents[0].stoppedBy = attack
    let html = HTMLReport(report).html
    #expect(!html.contains("<img") && html.contains("&lt;img src=x"))
    let text = TerminalReport(report).text
    #expect(text.contains("<img"))
    for place in [html, text] {
      #expect(!place.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
      #expect(!place.unicodeScalars.contains("\u{202E}"))
    }
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test func `without a critic nothing is said to be learned`() async throws {
    let report = try await Self.audit("two-armed-bandit", agent: "evolution")
    #expect(report.critic == nil)
    let html = HTMLReport(report).html
    #expect(!sections(html).contains("scatter-section"))
    #expect(html.contains("True values") && !html.contains("Learned and true values"))
    #expect(!html.contains("learned V̂") && !html.contains("training-critic"))
    #expect(html.contains("The agent has no critic."))
    #expect(TerminalReport(report).text.contains("– critic   none         The agent has no critic."))
  }

  @Test func `an agent that was stopped is told of first: who, where and when`() async throws {
    var report = try await Self.audit("frozen-lake-4x4", agent: "dyna", planting: [.nonFinite], seeds: 3)
    let reason = try #require(report.agents[0].stoppedBy)
    #expect(reason.contains("step 1000"))
    // Agents that stopped alike are told of together.
    for index in report.agents.indices { report.agents[index].stoppedBy = reason }
    let html = HTMLReport(report).html
    let notice = try #require(html.firstRange(of: "3 of 3 agents were stopped before the end of training"))
    let cards = try #require(html.firstRange(of: "class=\"cards\""))
    #expect(notice.lowerBound < cards.lowerBound)
    #expect(html.contains("seeds 0–2: \(reason)."))
    let text = TerminalReport(report, width: 400).text
    #expect(text.contains("3 of 3 agents were stopped") && text.contains("seeds 0–2: \(reason)."))
    var other = report
    other.agents[1].stoppedBy = nil
    other.agents[2].stoppedBy = nil
    #expect(TerminalReport(other, width: 400).text.contains("1 of 3 agents was stopped"))
    other.agents[0].stoppedBy = nil
    #expect(!TerminalReport(other).text.contains("stopped before"))
    #expect(!HTMLReport(other).html.contains("class=\"notice\""))
  }

  @Test
  func `the discount is a question only where the agent is trained at another one than it is judged at`()
    async throws
  {
    var report = try await Self.goal()
    #expect(!TerminalReport(report).text.contains("✓ discount"))
    #expect(!HTMLReport(report).html.contains("verdict-discount"))
    report.discount.trained = 0.5
    #expect(TerminalReport(report).text.contains("✓ discount healthy"))
    #expect(HTMLReport(report).html.contains("verdict-discount"))
  }

  @Test func `what a verdict says is not said twice in a terminal`() async throws {
    let text = TerminalReport(try await Self.goal(), width: 400).text
    let report = try await Self.goal()
    #expect(text.components(separatedBy: report.actor.verdict.statement).count == 2)
    #expect(text.contains("the verdicts on reward, discount, critic, actor, outcome\n"))
  }

  @Test func `what else is wrong with an agent stands beside its diagnosis`() async throws {
    var report = try await Self.goal()
    #expect(!HTMLReport(report).html.contains("<th scope=\"col\" class=\"words\">also</th>"))
    report.agents[0].also = ["actor-frozen", "model-error"]
    let html = HTMLReport(report).html
    #expect(html.contains("<th scope=\"col\" class=\"words\">also</th>"))
    #expect(html.contains("actor-frozen, model-error"))
    #expect(TerminalReport(report).text.contains("healthy\n  also: 1 actor-frozen, 1 model-error\n"))
  }
}
