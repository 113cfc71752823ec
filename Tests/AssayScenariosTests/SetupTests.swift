import Assay
import AssayEnvironments
import AssayTesting
import Testing

@testable import AssayDiagnostics
@testable import AssayScenarios

@Suite("Setups: faults are planted where they make sense")
struct SetupTests {
  private func world(_ name: String) throws -> EnvironmentEntry {
    try Catalogue.standard.environment(named: name)
  }
  private func agent(_ name: String) throws -> AgentEntry { try Catalogue.standard.agent(named: name) }

  /// Why a fault cannot be planted; `nil` when it can.
  private func obstacle(
    _ fault: Fault, _ strength: Fault.Strength = .medium, agent: String = "q-learning",
    in entry: EnvironmentEntry
  ) throws -> String? {
    do {
      _ = try Setup(planting: [(fault, strength)], agent: try self.agent(agent), environment: entry)
      return nil
    } catch let obstacle as Setup.Obstacle {
      #expect(
        obstacle.fault == fault && obstacle.description.hasPrefix("\(fault.rawValue) makes no sense here: "))
      return obstacle.reason
    }
  }

  /// States in a row; the first action goes on and pays 1 in each state, or ends the last; the second stays.
  private func row(_ states: Int, pay: Double = 1, ends: Bool = false) -> EnvironmentEntry {
    EnvironmentEntry("row", "") { _ in
      var starts = [0]
      var successors: [Int32] = []
      for state in 0..<states {
        for next in [min(state + 1, states - 1), state] {
          successors.append(Int32(next))
          starts.append(successors.count)
        }
      }
      let count = successors.count
      return AnyWorld(
        TabularEnvironment(
          try FiniteMDP(
            name: "row", stateCount: states, actionCount: 2, discount: 0.9,
            initial: (0..<states).map { $0 == 0 ? 1 : 0 }, rowStarts: starts, successors: successors,
            probabilities: .init(repeating: 1, count: count),
            terminals: (0..<count).map { ends && $0 == count - 2 },
            rewards: [.init(name: "reward", expected: (0..<count).map { $0 == count - 2 ? pay : 0 })])))
    }
  }

  @Test("a fault needs an agent with all that it breaks", arguments: Fault.allCases)
  func abilities(fault: Fault) throws {
    for agent in Catalogue.standard.agents where !fault.requirements.isSubset(of: agent.abilities) {
      let reason = try #require(try obstacle(fault, agent: agent.name, in: row(4)))
      #expect(reason.hasPrefix("\(agent.name) does not have "))
      for missing in fault.requirements.subtracting(agent.abilities) {
        #expect(reason.contains(missing.rawValue))
      }
    }
    // Some agent has it all.
    #expect(Catalogue.standard.agents.contains { fault.requirements.isSubset(of: $0.abilities) })
  }

  @Test("where all states are worth the same nothing shows, but a NaN does")
  func flat() throws {
    let flat = row(3, pay: 0)
    #expect(try #require(try obstacle(.criticWrongSign, in: flat)).contains("are worth the same"))
    #expect(try #require(try obstacle(.wrongReward, in: flat)).contains("are worth the same"))
    #expect(try obstacle(.nonFinite, in: flat) == nil)
  }

  @Test("a claim that would hardly differ is no fault: no endings, no chance, too little")
  func harmlessClaims() throws {
    #expect(
      try #require(try obstacle(.criticTerminationIgnored, in: row(4))).contains("would differ by 0.0%"))
    #expect(try obstacle(.criticTerminationIgnored, in: row(4, ends: true)) == nil)
    #expect(try obstacle(.criticWrongDiscount, in: row(4)) == nil)
  }

  @Test("a model of a world without chance has nothing to leak, and the model's errors must matter to a plan")
  func harmlessModels() throws {
    let reason = try obstacle(.modelValueLeak, .strong, agent: "planner", in: row(4))
    #expect(try #require(reason).contains("the value of the plan would be off by 0.0%"))
    #expect(try obstacle(.modelValueLeak, .strong, agent: "planner", in: try world("frozen-lake-4x4")) == nil)
  }

  @Test("divergence needs features with which errors grow: the star has them")
  func divergence() throws {
    #expect(
      try #require(try obstacle(.criticDiverging, agent: "actor-critic", in: row(4))).contains("no features"))
    let star = try Setup(
      planting: [(.criticDiverging, .medium)], agent: try agent("actor-critic"),
      environment: try world("bairds-star"))
    #expect(!star.plantedInterventions.isEmpty && star.settings["behaviour"] == .word("fixed"))
  }

  @Test("shared features need a world without features of its own")
  func sharing() throws {
    let reason = try obstacle(.criticUnrepresentable, agent: "actor-critic", in: try world("coin-corridor"))
    #expect(try #require(reason).contains("has features of its own"))
    let setup = try Setup(
      planting: [(.criticUnrepresentable, .strong)], agent: try agent("actor-critic"), environment: row(6))
    let plain = try Setup(agent: try agent("sarsa"), environment: row(6))
    #expect(setup.world.features?.count == 3 && setup.truth.process == plain.truth.process)
  }

  @Test(
    "a share of the states go two by two, and every state has one feature",
    arguments: [(0.0, 0), (0.34, 3), (0.67, 6), (1, 10)])
  func sharedFeatures(share: Double, pairs: Int) {
    let features = Fault.sharedFeatures(stateCount: 20, share: share)
    #expect(features.stateCount == 20 && features.count == 20 - pairs)
    var members = [Int](repeating: 0, count: features.count)
    for state in 0..<20 {
      let row = Array(features.values[features.range(of: state)])
      #expect(row.reduce(0, +) == 1 && row.max() == 1)
      members[row.firstIndex(of: 1) ?? 0] += 1
    }
    #expect(members.count { $0 == 2 } == pairs && members.allSatisfy { $0 == 1 || $0 == 2 })
    #expect(features == Fault.sharedFeatures(stateCount: 20, share: share))
  }

  @Test("other rewards and goals need a world where they ask for something else")
  func worlds() throws {
    #expect(try obstacle(.wrongReward, in: row(4)) == nil)
    // Where episodes start is where the pay is.
    #expect(
      try #require(try obstacle(.wrongReward, in: row(1)))
        == "all states of row are worth the same, so nothing shows")
    #expect(
      try #require(try obstacle(.rewardTampering, in: try world("grid-world-4x4"))).contains(
        "no reward above zero"))
    let reason = try obstacle(.goalMisgeneralisation, agent: "actor-critic", in: row(4))
    #expect(try #require(reason).contains("no two goals"))
    #expect(try #require(try obstacle(.discountMismatch, in: row(4))).contains("best at every discount"))
    let costly = try obstacle(.actorLocalOptimum, agent: "actor-critic", in: try world("grid-world-4x4"))
    #expect(try #require(costly).contains("below zero"))
    #expect(
      try #require(try obstacle(.actorLocalOptimum, agent: "actor-critic", in: row(4))).contains(
        "no second-best"))
  }

  @Test("what makes another world is planted before what is planted in the agent")
  func order() throws {
    let setup = try Setup(
      planting: [(.criticTruncationTerminal, .strong), (.wrongReward, .medium)],
      agent: try agent("q-learning"),
      environment: row(4))
    // Half a horizon of ten steps; being at home pays.
    #expect(setup.world.timeLimit == 5 && setup.truth.process.reward.expected[1] == 1)
    #expect(setup.truth.process.performance.expected[1] == 0 && setup.truth.timeLimit == 5)
    #expect(setup.plantedInterventions.count == 1 && setup.auditedTruth.process == setup.truth.process)
  }

  // MARK: Tampering

  @Test("a world with a button keeps the contract of environments")
  func contract() throws {
    for name in ["frozen-lake-4x4", "grid-world-5x5", "coin-corridor", "random-walk-5"] {
      let world = TamperableWorld(try world(name).makeListed([:]), pay: 1.5)
      // Pressing takes no step of the world itself, so that its time limit comes that much later than stated.
      let found = EnvironmentChecks(world).run().filter { $0.check != EnvironmentCheck.timeLimit.rawValue }
      #expect(found == [], "\(name)")
    }
  }

  @Test(
    "pressing pays for ever and performs never: the best policy presses, and the untouched channel is right")
  func pressing() throws {
    let base = try row(4).makeListed([:])
    let truth = try ProcessTruth(of: TamperableWorld(base, pay: 2))
    let process = truth.process
    #expect(process.stateCount == 8 && process.actionCount == 3)
    // The button is where episodes start, once.
    for state in 0..<8 { #expect(process.isAvailable(action: 2, in: state) == (state == 0)) }
    // 2 in every step, 20 in all; walking there pays 0.9³ · 10 at most.
    #expect(truth.trainingOptimum.policy[0] == 2 && abs(truth.trainingOptimum.values[0] - 20) < 1e-8)
    #expect(truth.optimum.policy[0] == 0 && abs(truth.optimalPerformance - 7.29) < 1e-8)
    // What is done after pressing still counts as performance: the last state pays.
    #expect(process.performance.expected[7 * 3] == 1 && process.reward.expected[7 * 3] == 2)
    let audit = RewardAudit(truth)
    let untampered = try #require(audit.untamperedRegret)
    // Whoever pressed does not care what it does then, and takes the first action: a step later than wanted.
    #expect(
      abs(audit.regret - 0.1 * 7.29 / (7.29 - truth.uniformPerformance)) < 1e-8 && abs(untampered) < 1e-8)
  }
}
