import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

@Suite("Goal attribution: which goal does the agent pursue?")
struct GoalAttributionTests {
  private let meadow: FiniteMDP
  private let listed: GoalAttribution

  init() throws {
    meadow = try FiniteMDP(enumerating: GoalGrid.meadow)
    listed = try GoalAttribution(process: meadow, hypotheses: ["a", "b", "c"])
  }

  /// What is found of agents with other seeds.
  private func answers(
    _ attribution: GoalAttribution, decisions: Int = 1000, seeds: Range<UInt64>,
    _ policy: (UInt64) throws -> PolicyTable
  ) throws -> [GoalFindings] {
    try seeds.map { seed in
      var random = RandomStream(seed: seed)
      return try attribution.attribute(policy: policy(seed), decisions: decisions, using: &random)
    }
  }

  // MARK: - Found

  @Test("agents that pursue a goal with noise of either kind are found to, 50 of each")
  func calibration() throws {
    let soft = try answers(listed, seeds: 0..<50) { _ in
      GoalAgents.soft("a", meadow, sharpness: 20)
    }
    #expect(soft.count { $0.name == "a" } >= 48)
    let clumsy = try answers(listed, seeds: 50..<100) {
      GoalAgents.determined("a", meadow, seed: $0).softened(by: 0.2, in: meadow)
    }
    #expect(clumsy.count { $0.name == "a" } >= 48)
    for findings in soft + clumsy { #expect(findings.name == "a" || findings.candidates.contains("a")) }
  }

  @Test("so are noisy agents in worlds without ends, where every goal is spread over all states")
  func calibrationAtRandom() throws {
    var found = 0
    for seed in 0..<UInt64(50) {
      let base = RandomMDP.process(states: 40, actions: 3, successors: 3, seed: seed, discount: 0.9)
      var random = RandomStream(seed: seed)
      let goals = ["a", "b", "c"].map { name in
        FiniteMDP.RewardFunction(name: name, expected: (0..<120).map { _ in random.normal() })
      }
      let process = try base.withRewards(base.rewards + goals)
      let attribution = try GoalAttribution(process: process)
      let policy = GoalAgents.soft("b", process, sharpness: 2)
      let findings = try attribution.attribute(policy: policy, decisions: 500, using: &random)
      if findings.name == "b" { found += 1 }
    }
    #expect(found >= 48, "\(found) of 50")
  }

  @Test("habits among equally good actions are no other goal, however long one watches")
  func habits() throws {
    for decisions in [100, 5000] {
      let findings = try answers(listed, decisions: decisions, seeds: 0..<5) {
        GoalAgents.determined("b", meadow, seed: $0)
      }
      #expect(findings.allSatisfy { $0.name == "b" && $0.candidates == ["b"] })
      #expect(findings.allSatisfy { $0.hypotheses[1].agreement == 1 })
      #expect(findings.allSatisfy { abs(($0.hypotheses[1].success ?? 0) - 1) < 1e-9 })
    }
  }

  @Test("an agent that makes one detour on its way still pursues its goal")
  func detour() throws {
    // Right along the start's row; near its end a step up, and half of the time back down.
    var policy = PolicyTable(
      actionCount: 4,
      actions: (0..<70).map { meadow.isFinal(state: $0) ? -1 : $0 % 10 < 9 ? 1 : 0 })
    for action in 0..<4 { policy[38, action] = action == 0 ? 1 : 0 }
    for action in 0..<4 { policy[28, action] = [0, 0.5, 0.5, 0][action] }
    let findings = try answers(listed, decisions: 3000, seeds: 0..<5) { _ in policy }
    #expect(findings.allSatisfy { $0.name == "a" }, "\(findings.map(\.statement))")
  }

  // MARK: - None of these

  @Test("an agent that chooses at random pursues nothing")
  func random() throws {
    let findings = try answers(listed, seeds: 0..<50) { _ in meadow.uniformPolicy }
    #expect(findings.count { $0.name == "none" } >= 48)
    #expect(findings.allSatisfy { abs($0.hypotheses[0].success ?? 1) < 1e-9 })
  }

  @Test("an agent after a goal that is not listed pursues none of these", arguments: [0, 0.1, 0.3])
  func unlisted(noise: Double) throws {
    let findings = try answers(listed, seeds: 0..<20) {
      GoalAgents.determined("d", meadow, seed: $0).softened(by: noise, in: meadow)
    }
    #expect(findings.allSatisfy { $0.name == "none" }, "\(findings.map(\.statement))")
    // Left or right of the start it is as well able to: the goal is all it has wrong.
    let all = try GoalAttribution(process: meadow)
    let found = try answers(all, seeds: 0..<20) {
      GoalAgents.determined("d", meadow, seed: $0).softened(by: noise, in: meadow)
    }
    #expect(found.allSatisfy { $0.name == "d" && ($0.capability ?? 0) > 0.8 })
  }

  @Test("a goal that agrees with all but one decision in thirty does not win, however long one watches")
  func partlyRight() throws {
    // Thirty states in a row where "on" is best for both; from the last, left and right end the episode.
    let stem = 30
    let rows = (0..<stem).flatMap { state in
      (0..<4).map { action -> [SmallWorlds.Entry] in
        if state == stem - 1 { return action < 2 ? [(0, 1, true)] : [(state, 1, false)] }
        return [(action == 2 ? state + 1 : state, 1, false)]
      }
    }
    let nothing = [Double](repeating: 0, count: stem * 4)
    var (left, right) = (nothing, nothing)
    left[(stem - 1) * 4] = 1
    right[(stem - 1) * 4 + 1] = 1
    let process = try SmallWorlds.make(
      states: stem, actions: 4, discount: 0.97, initial: [1] + .init(repeating: 0, count: stem - 1),
      rows: rows, reward: right
    ).withRewards([
      .init(name: "reward", expected: right), .init(name: "left", expected: left),
      .init(name: "right", expected: right),
    ])
    let policy = GoalAgents.determined("right", process, seed: 0)
    for noise in [0, 0.1] {
      for decisions in [300, 3000, 10_000] {
        let one = try GoalAttribution(process: process, hypotheses: ["left"])
        let wrong = try answers(one, decisions: decisions, seeds: 0..<2) { _ in
          policy.softened(by: noise, in: process)
        }
        #expect(wrong.allSatisfy { $0.name != "left" }, "\(wrong.map(\.statement))")
        if decisions > 300 { #expect(wrong.allSatisfy { $0.name == "none" }) }
        let both = try GoalAttribution(process: process)
        let found = try answers(both, decisions: decisions, seeds: 0..<2) { _ in
          policy.softened(by: noise, in: process)
        }
        #expect(found.allSatisfy { $0.name == "right" }, "\(found.map(\.statement))")
      }
    }
  }

  // MARK: - Undecided

  @Test("where two goals coincide neither is the answer and both are named; where they part, one is")
  func corridor() throws {
    let training = try FiniteMDP(enumerating: GoalGrid.corridor(coinAt: 8))
    let moved = try FiniteMDP(enumerating: GoalGrid.corridor(coinAt: 0))
    let policy = GoalAgents.determined("right", training, seed: 0).softened(by: 0.1, in: training)
    var random = RandomStream(seed: 0)
    let before = try GoalAttribution(process: training)
      .attribute(policy: policy, decisions: 1000, using: &random)
    #expect(before.name == "undecided")
    #expect(Set(before.candidates) == ["coin", "right"])
    #expect(before.indistinguishable.first?.tellingState == nil)
    #expect(before.statement.contains("cannot be told apart in this world"))

    let after = try GoalAttribution(process: moved).attribute(policy: policy, decisions: 1000, using: &random)
    #expect(after.name == "right")
    #expect(after.indistinguishable == [])
    #expect((after.hypotheses[1].success ?? 0) > 0.9 && (after.hypotheses[0].success ?? 1) < 0)
    // Capability is kept while the goal of the coin is lost.
    #expect((after.capability ?? 0) > 0.9)
  }

  @Test("goals that only coincide where the agent went are named, with the state that would tell")
  func tellingState() throws {
    // From the left end of the middle row; the coin is at its right end, and the whole last column is right.
    let grid = GoalGrid(
      3, 5, start: 5, ends: [4, 9, 14], wanted: [("coin", [9]), ("right", [4, 9, 14])])
    let process = try FiniteMDP(enumerating: grid)
    let straight = PolicyTable(actionCount: 4, actions: (0..<15).map { grid.ends.contains($0) ? -1 : 1 })
    var random = RandomStream(seed: 0)
    let findings = try GoalAttribution(process: process)
      .attribute(policy: straight, decisions: 500, using: &random)
    #expect(findings.name == "undecided" && Set(findings.candidates) == ["coin", "right"])
    let confusion = try #require(findings.indistinguishable.first)
    #expect(confusion.goals == ["coin", "right"] && confusion.difference == 0)
    // Above the last cell before the coin, one goes down and the other right.
    #expect(confusion.tellingState == 3 && confusion.tellingStateName == "0,3")
    #expect(confusion.tellingDifference == 1 && confusion.isTellingStateLive)
    #expect(findings.coverage.states == 5 - 1 && findings.coverage.liveChoices == 12)
    #expect(findings.warnings.count == 1)

    // Started there, the agent decides it.
    let elsewhere = try FiniteMDP(
      enumerating: GoalGrid(3, 5, start: 0, ends: grid.ends, wanted: grid.wanted))
    let decided = try GoalAttribution(process: elsewhere)
      .attribute(policy: straight, decisions: 500, using: &random)
    #expect(decided.name == "right", "\(decided.statement)")
  }

  @Test("without decisions nothing is decided, and everything is a candidate")
  func nothingSeen() throws {
    let findings = try listed.attribute(decisions: [])
    #expect(findings.name == "undecided")
    #expect(Set(findings.candidates) == ["a", "b", "c", "none"])
    #expect(abs(findings.nonePosterior - 0.25) < 1e-12)
  }

  // MARK: - Invariance

  @Test("neither the scale of a reward nor what every step adds to it matters in an endless world")
  func invariance() throws {
    let base = RandomMDP.process(states: 30, actions: 3, successors: 3, seed: 3, discount: 0.9)
    var random = RandomStream(seed: 4)
    let plain = (0..<90).map { _ in random.normal() }
    let process = try base.withRewards([
      base.reward, .init(name: "plain", expected: plain),
      .init(name: "scaled", expected: plain.map { 1000 * $0 }),
      .init(name: "shifted", expected: plain.map { 0.01 * $0 - 7 }),
    ])
    let policy = GoalAgents.soft("plain", process, sharpness: 3)
    let sample = process.decisions(of: policy, count: 800, using: &random)
    let each = try ["plain", "scaled", "shifted"].map { name in
      try GoalAttribution(process: process, hypotheses: [name]).attribute(decisions: sample)
    }
    for findings in each {
      #expect(findings.name == findings.hypotheses[0].name)
      let difference =
        (findings.hypotheses[0].logEvidence ?? 0) - (each[0].hypotheses[0].logEvidence ?? .infinity)
      #expect(abs(difference) < 1e-5)
      let successes = (findings.hypotheses[0].success ?? 0) - (each[0].hypotheses[0].success ?? 9)
      #expect(abs(successes) < 1e-9)
    }
    let together = try GoalAttribution(process: process).attribute(decisions: sample)
    #expect(together.name == "undecided" && Set(together.candidates) == ["plain", "scaled", "shifted"])
  }

  @Test("the same stream gives the same findings, and several agents do not depend on each other")
  func reproducible() throws {
    let policies = (0..<4).map { GoalAgents.determined($0 < 3 ? "a" : "d", meadow, seed: $0) }
    let stream = RandomStream(seed: 9)
    let group = try listed.attribute(policies: policies, seeds: [0, 1, 2, 3], decisions: 400, using: stream)
    let alone = try listed.attribute(policies: [policies[2]], seeds: [2], decisions: 400, using: stream)
    #expect(group.agents[2] == alone.agents[0])
    #expect(group.agents.map(\.findings.name) == ["a", "a", "a", "none"])
    // The Wilson interval of three in four is [0.3, 0.95]: no majority yet.
    #expect(group.name == "undecided" && group.answers[0].share == Estimate(share: 3, of: 4))
    #expect(group.statement == "Of 4 agents: 3 a, 1 none.")
    #expect(alone.name == "a")
    let wilson = try #require(group.answers.first { $0.name == "none" })
    #expect(wilson.share == Estimate(share: 1, of: 4))
  }
}
