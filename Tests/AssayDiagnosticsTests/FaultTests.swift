import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayScenarios
import Testing

/// Every fault, planted in trained agents and found again: so few states and steps that a debug build is quick.
@Suite("Planted faults")
struct FaultTests {
  private static let seeds: [UInt64] = [1, 2, 3]

  /// Where a fault is planted, and for how many steps the agent is trained.
  struct Ground: Sendable {
    var agent = "dyna"
    var world = FaultTests.random
    var steps = 6000
    var settings: Settings = [:]
  }

  static let random = EnvironmentEntry("random", "20 states, 3 actions") { _ in
    AnyWorld(TabularEnvironment(SmallWorlds.random))
  }

  /// A corridor with a coin at its right end, and the same with the coin at the left one.
  static let coins: EnvironmentEntry? = Catalogue.standardEnvironments.first { $0.name == "coin-corridor" }
    .map { entry in
      EnvironmentEntry(
        "coins", "", shift: GoalShift(agreeing: ["coin": .word("right")], parting: ["coin": .word("left")]),
        make: entry.make)
    }

  static func standard(_ name: String) throws -> EnvironmentEntry {
    try Catalogue.standard.environment(named: name)
  }

  /// Six states in a ring; the first action goes on, the second goes back. Entering state 0 pays, more from behind.
  static let ring = EnvironmentEntry("ring", "6 states, 2 actions") { _ in
    AnyWorld(
      TabularEnvironment(
        try SmallWorlds.make(
          states: 6, actions: 2, discount: 0.9, initial: [0, 0, 0, 1, 0, 0],
          rows: (0..<6).flatMap { [[(($0 + 1) % 6, 1, false)], [(($0 + 5) % 6, 1, false)]] },
          reward: [0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 1, 0])))
  }

  static func ground(for fault: Fault) throws -> Ground {
    let exact: Settings = ["model": .word("exact")]
    return switch fault {
    case .discountMismatch: Ground(agent: "planner", world: try standard("discounting-chain"), steps: 4000)
    case .modelShortcut: Ground(agent: "planner", world: try standard("frozen-lake-4x4"), steps: 8000)
    case .modelExploited: Ground(agent: "planner", world: try standard("shortcut-maze"), steps: 8000)
    case .criticOffByOne: Ground(agent: "planner", world: try standard("grid-world-5x5"), steps: 8000)
    case .criticTerminationIgnored:
      Ground(agent: "planner", world: try standard("frozen-lake-4x4"), steps: 2000, settings: exact)
    case .actorOtherCritic: Ground(agent: "planner", steps: 2000, settings: exact)
    case .criticDiverging: Ground(agent: "actor-critic", world: try standard("bairds-star"))
    case .criticUnrepresentable: Ground(agent: "actor-critic")
    case .criticTruncationTerminal: Ground(agent: "sarsa", world: ring, steps: 20_000)
    case .actorCollapsed: Ground(agent: "actor-critic", world: ring)
    case .actorLocalOptimum: Ground(agent: "reinforce", world: try standard("shortcut-maze"), steps: 12_000)
    case .goalMisgeneralisation: Ground(agent: "actor-critic", world: try #require(coins), steps: 20_000)
    default: Ground()
    }
  }

  private func report(_ faults: [Fault], on ground: Ground) async throws -> AuditReport {
    let setup = try Setup(
      planting: faults.map { ($0, .medium) }, agent: try Catalogue.standard.agent(named: ground.agent),
      environment: ground.world, settings: ground.settings)
    return try await setup.audit(seeds: Self.seeds, steps: ground.steps)
  }

  /// What noise does to a critic takes too many steps, and too much luck, to be named here every time.
  static let dependable = Fault.allCases.filter { $0 != .criticOverestimating }

  @Test("a planted fault is named, in every agent", arguments: dependable)
  func named(fault: Fault) async throws {
    let report = try await report([fault], on: try Self.ground(for: fault))
    #expect(
      report.diagnosis.name == fault.rawValue,
      "\(report.diagnosis) \(String(describing: report.critic?.alternatives))")
    #expect(report.agents.map(\.diagnosis) == Self.seeds.map { _ in fault.rawValue }, "\(report.agents)")
    #expect(report.subject.faults == [fault.rawValue])
    #expect(abs(report.gap.identity.sum.estimate - report.gap.total.estimate) < 1e-9)
  }

  @Test("without a fault the same agents are healthy")
  func healthy() async throws {
    let report = try await report([], on: Ground())
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
    let truth = try ProcessTruth(try FiniteMDP(enumerating: lake))
    for strength in Fault.Strength.allCases {
      #expect(Fault.wrongReward.interventions(in: truth, strength: strength).isEmpty)
    }
    // Left at the start stays or slips up (which stays) with probability ⅔, down with ⅓.
    let instead = try FiniteMDP(enumerating: Fault.rewardingHome(lake, bonus: nil))
    #expect(instead.rewards.map(\.name) == ["reward", "performance"])
    #expect(abs(instead.reward.expected[0] - 2 / 3.0) < 1e-15 && instead.performance.expected[0] == 0)
    // On top of what the lake pays: the reward beside the goal stays, ⅓ for going right.
    let onTop = try FiniteMDP(enumerating: Fault.rewardingHome(lake, bonus: 0.5))
    #expect(abs(onTop.reward.expected[0] - 1 / 3.0) < 1e-15)
    #expect(abs(onTop.reward.expected[14 * 4 + 2] - 1 / 3.0) < 1e-15)
    #expect(instead.reward.expected[14 * 4 + 2] == 0)
    #expect(onTop.performance.expected == instead.performance.expected)
  }
}
