import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import AssayScenarios
import Testing

/// Every fault, planted in trained agents and found again: twenty states, so few steps that a debug build is quick.
@Suite("Planted faults")
struct FaultTests {
  private static let steps = 6000
  private static let seeds: [UInt64] = [1, 2, 3]

  private func report(_ fault: Fault?) async throws -> AuditReport {
    let world = TabularEnvironment(SmallWorlds.random)
    if fault == .wrongReward { return try await report(fault, in: Fault.rewardingHome(world)) }
    return try await report(fault, in: world)
  }

  private func report(_ fault: Fault?, in world: some EnumerableEnvironment) async throws -> AuditReport {
    let truth = try ProcessTruth(try FiniteMDP(enumerating: world))
    let audit = Audit(
      environment: world, agentName: "dyna", steps: Self.steps, seeds: Self.seeds,
      interventions: fault?.interventions(in: truth) ?? [], faults: fault.map { [$0.rawValue] } ?? [])
    let shape = TableShape(of: world)
    let discount = world.discount
    return try await audit.run { _ in
      Dyna.make(shape: shape, configuration: .init(discount: discount, runLength: Self.steps))
    }
  }

  @Test("a planted fault is named, in every agent", arguments: Fault.allCases)
  func named(fault: Fault) async throws {
    let report = try await report(fault)
    #expect(report.diagnosis.name == fault.rawValue, "\(report.diagnosis)")
    #expect(report.agents.map(\.diagnosis) == Self.seeds.map { _ in fault.rawValue }, "\(report.agents)")
    #expect(report.subject.faults == [fault.rawValue])
    #expect(abs(report.gap.identity.sum.estimate - report.gap.total.estimate) < 1e-9)
  }

  @Test("without a fault the same agents are healthy")
  func healthy() async throws {
    let report = try await report(nil)
    #expect(report.diagnosis.name == "healthy", "\(report.diagnosis)")
    #expect(report.agents.allSatisfy { $0.diagnosis == "healthy" })
  }

  @Test("every fault has the name of a diagnosis")
  func names() {
    for fault in Fault.allCases {
      #expect(DiagnosisName(rawValue: fault.rawValue) != nil && !fault.summary.isEmpty)
    }
  }

  @Test("a wrong reward is another world, and needs no intervention")
  func wrongReward() throws {
    let lake = FrozenLake.fourByFour
    let home = Fault.rewardingHome(lake)
    #expect(Fault.wrongReward.interventions(in: try ProcessTruth(try FiniteMDP(enumerating: lake))).isEmpty)
    let process = try FiniteMDP(enumerating: home)
    #expect(process.rewards.map(\.name) == ["reward", "performance"])
    // Left at the start stays or slips up (which stays) with probability ⅔, down with ⅓.
    #expect(abs(process.reward.expected[0] - 2 / 3.0) < 1e-15 && process.performance.expected[0] == 0)
  }
}
