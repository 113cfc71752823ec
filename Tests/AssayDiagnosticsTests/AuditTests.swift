import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import AssayScenarios
import Foundation
import Synchronization
import Testing

/// Whole audits, small: training included.
@Suite("Audits, end to end")
struct AuditTests {
  private func trained(
    steps: Int, seeds: [UInt64], interventions: [Intervention] = []
  ) async throws -> AuditReport {
    let world = TabularEnvironment(SmallWorlds.random)
    let audit = Audit(
      environment: world, agentName: "dyna", steps: steps, seeds: seeds, interventions: interventions)
    return try await audit.run { _ in
      Dyna.make(shape: TableShape(of: world), configuration: .init(discount: 0.9, runLength: steps))
    }
  }

  private func bytes(_ report: AuditReport) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(report)
  }

  @Test("the same audit gives the same bytes, and reading them gives the same report")
  func determinism() async throws {
    let first = try await trained(steps: 600, seeds: [0, 1, 2])
    let second = try await trained(steps: 600, seeds: [0, 1, 2])
    #expect(try bytes(first) == bytes(second))
    #expect(try JSONDecoder().decode(AuditReport.self, from: try bytes(first)) == first)
    let other = try await trained(steps: 600, seeds: [0, 1, 3])
    #expect(try bytes(first) != bytes(other))
  }

  @Test("an agent's findings do not depend on who is trained beside it")
  func company() async throws {
    let alone = try await trained(steps: 600, seeds: [3])
    let among = try await trained(steps: 600, seeds: [5, 3, 1, 8])
    #expect(among.agents[1] == alone.agents[0])
    #expect(among.agents.map(\.seed) == [5, 3, 1, 8])
    let first = try await trained(steps: 600, seeds: [3, 5])
    #expect(first.states == alone.states && first.anatomy == alone.anatomy)
  }

  @Test("agents are measured before they are trained, and forty times, evenly spaced, up to the end")
  func checkpoints() async throws {
    let report = try await trained(steps: 400, seeds: [0])
    #expect(report.training.steps == (0...40).map { $0 * 10 })
    #expect(report.training.criticError.last?.estimate == report.agents[0].criticError)
    #expect(report.training.performance.last?.estimate == report.agents[0].performance)
    // Fewer steps than measurements: one after each.
    #expect(try await trained(steps: 3, seeds: [0]).training.steps == [0, 1, 2, 3])
  }

  private final class Diary: Sendable {
    let steps = Mutex<[Int]>([])
    func note(_ step: Int) { steps.withLock { $0.append(step) } }
  }

  @Test("interventions happen at their time, in their order")
  func times() async throws {
    let diary = Diary()
    // 0.29 · 100 is a little less than 29 in floating point.
    _ = try await trained(
      steps: 100, seeds: [0],
      interventions: [1, 0.29, 0, 0.5].map { time in
        Intervention(at: time) { diary.note($0.parameters.step) }
      })
    #expect(diary.steps.withLock { $0 } == [0, 29, 50, 100])
  }

  @Test("the anatomy tells interventions, freezing and learning apart")
  func anatomy() async throws {
    let report = try await trained(
      steps: 400, seeds: [0],
      interventions: [
        Intervention(at: 0.5) { target in
          for block in target.parameters.blocks(ownedBy: target.actor) {
            target.parameters.freeze(block.handle)
          }
        },
        Intervention(at: 1) { target in
          guard let values = target.parameters.block(named: "critic.values") else { return }
          let permit = target.parameters.interventionPermit("a visitor", toWrite: values.handle)
          target.parameters.set(0.5, at: 3, with: permit)
        },
      ])
    func block(_ name: String) -> AnatomyFindings.BlockFindings? {
      report.anatomy.blocks.first { $0.name == name }
    }
    let critic = try #require(block("critic.values"))
    #expect(critic.lastCause == "intervention" && critic.lastWriter == "a visitor" && critic.lastStep == 400)
    let actor = try #require(block("actor.preferences"))
    #expect(actor.isFrozen && actor.refused > 0 && actor.lastCause == "learning")
    #expect(try #require(actor.lastStep) <= 200 && actor.usedReward == false)
    let model = try #require(block("model.rewards"))
    #expect(model.lastCause == "learning" && model.lastStep == 400 && model.usedReward && !model.isFrozen)
    #expect(model.refused == 0 && model.writes == 400)
  }

  @Test("an intervention changes what comes after it, and nothing before")
  func causality() async throws {
    let plain = try await trained(steps: 400, seeds: [2])
    let changed = try await trained(
      steps: 400, seeds: [2],
      interventions: [Intervention(at: 0.5) { $0.aims.critic.rewardScale = 3 }])
    let half = try #require(plain.training.steps.firstIndex(of: 200))
    #expect(plain.training.criticError[...half] == changed.training.criticError[...half])
    #expect(plain.training.criticError[half + 1] != changed.training.criticError[half + 1])
    let idle = try await trained(steps: 400, seeds: [2], interventions: [Intervention(at: 0.5) { _ in }])
    #expect(idle == plain)
  }

  @Test("a time outside the run, no steps and no seeds trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = Intervention(at: 1.5) { _ in } }
    await #expect(processExitsWith: .failure) {
      _ = Audit(environment: FrozenLake.fourByFour, agentName: "", steps: 0, seeds: [0])
    }
    await #expect(processExitsWith: .failure) {
      _ = Audit(environment: FrozenLake.fourByFour, agentName: "", steps: 1, seeds: [])
    }
  }

  @Test("an agent that was never trained can be audited")
  func untrained() throws {
    let lake = FrozenLake.fourByFour
    let shape = TableShape(of: lake)
    let dyna = try lake.audit(
      Dyna.make(shape: shape, configuration: .init(discount: 0.99, runLength: 1)).agent, named: "dyna")
    // It knows nothing: a critic without differences, a model that expects nothing.
    #expect(dyna.actor.verdict.name == .inconclusive && dyna.subject.steps == 0)
    #expect(dyna.states.learnedValues.allSatisfy { $0 == 0 } && dyna.model?.exploitation.estimate != nil)
    #expect(dyna.diagnosis.name != "healthy")
    let walker = try lake.audit(
      OneStepActorCritic.make(shape: shape, configuration: .init(discount: 0.99)).agent, named: "walker")
    #expect(
      walker.model == nil && walker.subject.agent == "walker" && walker.subject.environment == lake.name)
    _ = try lake.audit(
      QLearning.make(shape: shape, configuration: .init(discount: 0.99)).agent, named: "q-learning")
    _ = try bytes(walker)
  }
}
