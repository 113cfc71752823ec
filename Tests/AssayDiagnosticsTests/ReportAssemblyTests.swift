import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

@Suite("Report assembly: several agents together")
struct ReportAssemblyTests {
  let process = SmallWorlds.random
  let truth: ProcessTruth
  let healthy: Script
  let scaled: Script
  let undecided: Script

  init() throws {
    truth = try ProcessTruth(process)
    let dense = DenseTruth(process)
    let claim = Claim(.actionValue, of: .part("actor"), discount: process.discount)
    let best = dense.bestPolicy()
    healthy = Script(claim: claim, values: dense.actionValues(of: best), policy: best)
    scaled = Script(claim: claim, values: healthy.values.map { 3 * $0 }, policy: best)
    undecided = Script(
      claim: claim, values: dense.actionValues(of: process.uniformPolicy), policy: process.uniformPolicy)
  }

  private func report(_ scripts: [Script]) throws -> AuditReport {
    let records = try scripts.enumerated().map { seed, script in
      var record = AgentRecord(seed: UInt64(seed))
      record.add(try AgentAudit(of: script.agent(believing: process), truth: truth))
      return record
    }
    return try ReportAssembly(
      truth: truth, records: records, agentName: "oracles", steps: 1, faults: []
    ).report()
  }

  @Test("agents that agree have one diagnosis, with the tally as its last evidence")
  func unanimous() throws {
    for count in [2, 3] {
      let report = try report(.init(repeating: scaled, count: count))
      #expect(report.diagnosis.name == "critic-scaled-reward")
      #expect(report.diagnosis.evidence.last?.metric == "agents.diagnosis")
      #expect(report.diagnosis.evidence.last?.value == Estimate(share: count, of: count))
    }
  }

  @Test("a majority counts when the Wilson interval lies above one half: 7 of 8 do, 6 of 7 do not")
  func majority() throws {
    let eight = try report(.init(repeating: scaled, count: 7) + [healthy])
    #expect(eight.diagnosis.name == "critic-scaled-reward")
    let seven = try report(.init(repeating: scaled, count: 6) + [healthy])
    #expect(seven.diagnosis.name == "inconclusive" && seven.diagnosis.also == [])
    #expect(
      seven.diagnosis.evidence.map(\.statement) == [
        "6 of 7 agents: critic-scaled-reward; 1 of 7 agents: healthy."
      ])
  }

  @Test("a healthy majority is not called healthy together while a verdict over all of them is open")
  func openTogether() throws {
    let report = try report(.init(repeating: healthy, count: 7) + [scaled])
    #expect(report.agents.count { $0.diagnosis == "healthy" } == 7)
    let critic = try #require(report.critic)
    #expect(critic.verdict.name == .inconclusive)
    #expect(report.diagnosis.name == "inconclusive")
    #expect(report.diagnosis.evidence.first?.statement == critic.verdict.statement)
  }

  @Test("each agent keeps its own diagnosis")
  func each() throws {
    let report = try report([healthy, scaled, undecided])
    #expect(report.agents.map(\.diagnosis) == ["healthy", "critic-scaled-reward", "actor-not-maximising"])
    #expect(report.diagnosis.name == "inconclusive")
    #expect(report.agents.map(\.seed) == [0, 1, 2])
  }

  @Test("the report's decompositions sum to the gap, agent by agent and together")
  func sums() throws {
    let report = try report([healthy, scaled, undecided])
    let gap = report.gap
    #expect(abs(gap.total.estimate - gap.identity.sum.estimate) < 1e-12)
    #expect(abs(gap.ladder.reduce(0) { $0 + $1.loss.estimate } - gap.total.estimate) < 1e-12)
    #expect(gap.ladder[0].loss.estimate == 0)
    #expect(abs(gap.optimal - gap.achieved.estimate - gap.total.estimate) < 1e-12)
    let terms = [
      gap.identity.reward, gap.identity.model, gap.identity.critic, gap.identity.actor, gap.identity.slack,
    ]
    #expect(abs(terms.reduce(0) { $0 + $1.estimate } - gap.total.estimate) < 1e-12)
  }

  @Test("what exploration costs is the fall from the actor to what acts")
  func exploration() throws {
    var explorer = healthy
    explorer.exploration = 0.5
    let dense = DenseTruth(process)
    let cost =
      dense.startValue(of: healthy.policy)
      - dense.startValue(of: healthy.policy.softened(by: 0.5, in: process))
    #expect(abs(try report([explorer]).gap.exploration.estimate - cost) < 1e-12)
    #expect(cost > 0.1)
  }

  @Test("the claims of the parts are the anatomy's graph")
  func references() throws {
    let references = try report([healthy]).anatomy.references
    #expect(
      references == [
        .init(from: "critic", to: "actor", relation: "estimates the value of"),
        .init(from: "actor", to: "critic", relation: "maximises"),
      ])
  }

  @Test("a fixed policy is judged by what it claims: to maximise nothing")
  func fixedPolicy() throws {
    var fixed = undecided
    fixed.objective = Objective(maximising: nil)
    let report = try report([fixed])
    #expect(report.actor.verdict.name == .healthy && report.diagnosis.name == "healthy")
    #expect(report.actor.normalisedGap.estimate == 1)
  }

  @Test(
    "an actor that maximises another table of its agent's is found out, a table without differences is not")
  func followed() throws {
    let negated = healthy.values.map { Float(-$0) }
    func name(_ values: [Float]) throws -> String {
      var wayward = healthy
      wayward.policy = PolicyTable(
        actionCount: process.actionCount,
        actions: (0..<process.stateCount).map { state in
          let row = negated[state * process.actionCount..<(state + 1) * process.actionCount]
          return row.firstIndex(of: row.max() ?? 0).map { $0 - row.startIndex } ?? 0
        })
      wayward.values = DenseTruth(process).actionValues(of: wayward.policy)
      var agent = wayward.agent()
      let block = agent.parameters.allocate(
        "other.values", owner: "other", role: .critic, shape: [process.stateCount, process.actionCount],
        updateRule: "none", writers: ["nobody"])
      let permit = agent.parameters.interventionPermit("test", toWrite: block)
      agent.parameters.setAll(values, with: permit)
      var record = AgentRecord(seed: 0)
      record.add(try AgentAudit(of: agent, truth: truth))
      return try ReportAssembly(truth: truth, records: [record], agentName: "wayward", steps: 1, faults: [])
        .report().diagnosis.name
    }
    #expect(try name(negated) == "actor-other-critic")
    #expect(try name(negated.map { _ in 0 }) == "actor-other-objective")
    #expect(try name(negated.map { -$0 }) == "actor-other-objective")
  }
}
