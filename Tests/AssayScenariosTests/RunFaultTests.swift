import AssayDiagnostics
import AssayScenarios
import Testing

@Suite("Faults planted in agents with networks")
struct RunFaultTests {
  private static func study(_ subject: RunFaultSubject, _ faults: [RunFault], seeds: [UInt64] = [1])
    -> RunFaultStudy
  {
    var study = RunFaultStudy(subject, seeds: seeds)
    study.faults = faults
    study.steps = subject == .ppo ? 4096 : subject == .sac ? 192 : 320
    study.settings.states = 12
    study.settings.detours = 2
    study.settings.truncatedShare = 0.5
    study.settings.restarts = 2
    study.settings.longestLife = 20
    study.settings.modelSteps = 2
    return study
  }

  private static func block(_ name: String, of audit: RunAudit) throws -> AnatomyFindings.BlockFindings {
    try #require(audit.anatomy.blocks.first { $0.name == name })
  }

  @Test(
    "A frozen block is written by nobody after a sixteenth of the run, and the others are",
    arguments: [
      RunFaultSubject.ppo, .sac,
    ])
  func frozen(_ subject: RunFaultSubject) async throws {
    let study = Self.study(subject, [])
    let time = study.steps / 16
    let critic = try await study.audit(.criticFrozen, seed: 1)
    let actor = try await study.audit(.actorFrozen, seed: 1)
    #expect(try Self.block("critic", of: critic).lastStep ?? 0 <= time)
    #expect(try Self.block("critic", of: critic).isFrozen && Self.block("critic", of: critic).refused > 0)
    #expect(try #require(Self.block("actor", of: critic).lastStep) > time)
    #expect(try Self.block("actor", of: actor).lastStep ?? 0 <= time)
    #expect(try #require(Self.block("critic", of: actor).lastStep) > time)
    #expect(critic.subject.faults == ["critic-frozen"] && actor.subject.faults == ["actor-frozen"])
  }

  @Test("A model that nobody may write to stays as it was made")
  func frozenModel() async throws {
    let study = Self.study(.mbpo, [])
    let broken = try await study.audit(.modelError, seed: 1)
    let block = try Self.block("dynamics", of: broken)
    #expect(block.isFrozen && block.refused > 0 && block.changeNorm == 0)
    #expect(broken.model != nil)
  }

  @Test("Each fault of what is trained changes the critic or the actor, and nothing says so but the audit")
  func trained() async throws {
    let study = Self.study(.ppo, [])
    let healthy = try await study.audit(.none, seed: 1)
    #expect(healthy.subject.faults.isEmpty)
    for name in ["critic", "actor"] {
      let block = try Self.block(name, of: healthy)
      #expect(!block.isFrozen && block.refused == 0 && block.lastStep == study.steps)
    }
    for fault in [RunFault.criticWrongDiscount, .criticScaledReward] {
      let audit = try await study.audit(fault, seed: 1)
      #expect(try Self.block("critic", of: audit).digest != Self.block("critic", of: healthy).digest)
      #expect(audit.critic?.claim == healthy.critic?.claim)
    }
    let other = try await study.audit(.actorOtherCritic, seed: 1)
    #expect(try Self.block("actor", of: other).digest != Self.block("actor", of: healthy).digest)
    #expect(other.actor?.objective == healthy.actor?.objective)
  }

  @Test("A table counts every agent once, and is the same with two at a time")
  func table() async throws {
    let study = Self.study(.ppo, [.none, .criticFrozen])
    let table = try await study.run(jobs: 1)
    #expect(try await study.run(jobs: 2) == table)
    #expect(table.rows.map(\.fault) == ["healthy", "critic-frozen"])
    for row in table.rows {
      #expect(row.diagnoses.values.reduce(0, +) == 1)
      #expect(row.right == row.diagnoses[row.fault] ?? 0)
      #expect(row.inconclusive == row.diagnoses["inconclusive"] ?? 0)
    }
    #expect(table.text.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains("critic") })
    #expect(table.schema == "assay.run-faults/1" && table.steps == 4096)
  }
}
