import Assay
import AssayEnvironments
import AssayPlanning
import Foundation
import Testing

@testable import AssayDiagnostics

@Suite("Goal attribution: the numbers it rests on")
struct GoalEvidenceTests {
  /// Two states in which an episode begins with equal probability and ends with the first choice. The goal wants
  /// action 0 in the first and action 1 in the second; its opposite the other two.
  private static func twoStates(scale: Double = 1) throws -> FiniteMDP {
    let wanted = [scale, 0, 0, scale]
    return try SmallWorlds.bandits([[0, 0], [0, 0]]).withRewards([
      .init(name: "reward", expected: [0, 0, 0, 0]), .init(name: "goal", expected: wanted),
      .init(name: "opposite", expected: wanted.map { -$0 }),
    ])
  }

  private static func decisions(_ counts: [Int]) -> [Decision] {
    counts.enumerated().flatMap { pair, count in
      Array(repeating: Decision(state: pair / 2, action: pair % 2), count: count)
    }
  }

  @Test("the probability of free choices is the integral over all rows, by hand")
  func freeChoice() {
    // ½ · 3/2 · 5/2 · ½ over 1 · 2 · 3 · 4
    #expect(abs(exp(logFreeChoice([3, 1], among: 2)) - 0.0390625) < 1e-15)
    // ½ · ½ over 3/2 · 5/2, and the order does not matter
    #expect(abs(exp(logFreeChoice([1, 0, 1], among: 3)) - 1.0 / 15) < 1e-15)
    #expect(logFreeChoice([0, 0], among: 2) == 0)
    #expect(abs(logFreeChoice([5], among: 1)) < 1e-15)
  }

  @Test("in two states the evidence and the posterior are what they are with plain probabilities")
  func posterior() throws {
    let attribution = try GoalAttribution(process: Self.twoStates(scale: 12))
    // Success is 2p − 1 = tanh(β/2): 0.245 at β = ½ and 0.462 at β = 1, where the grid begins.
    let manners = attribution.pursuits[0].manners
    #expect(Set(manners.map(\.sharpness)) == Set((0...8).map { exp2(Double($0)) }))
    let (right, wrong) = ([6.0, 4.0], [1.0, 0.0])
    let findings = try attribution.attribute(decisions: Self.decisions([6, 1, 0, 4]))

    // (p of what was done in either state, for each manner)
    func probabilities(_ good: [Double], _ bad: [Double]) -> [[Double]] {
      var rows: [[Double]] = []
      for step in 0...8 {
        let odds = exp(exp2(Double(step)))
        for lapse in [0, 0.02, 0.1, 0.3] {
          let best: Double = (1 - lapse) / (1 + 1 / odds) + lapse / 2
          let other: Double = (1 - lapse) / (1 + odds) + lapse / 2
          rows.append(zip(good, bad).map { pow(best, $0) * pow(other, $1) })
        }
      }
      return rows
    }
    // (1·3·5·7·9·11 · 1)/(2⁷ · 7!) and (1·3·5·7)/(2⁴ · 4!)
    let free = [10_395.0 / 645_120, 105.0 / 384]
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func habits(_ rows: [[Double]], _ shares: [Double]) -> Double {
      var terms: [Double] = []
      for share in shares {
        for row in rows {
          let first = (1 - share) * row[0]
          let second = (1 - share) * row[1]
          let either = (first + share * free[0]) * (second + share * free[1])
          terms.append((either - first * second) / (1 - (1 - share) * (1 - share)))
        }
      }
      return mean(terms)
    }
    let goal = probabilities(right, wrong)
    let opposite = probabilities(wrong, right)
    // The goal is reached in (6/7 + 1)/2 of the episodes: habits in a few states are its own.
    let goalEvidence = (mean(goal.map { $0[0] * $0[1] }) + habits(goal, [0.05, 0.15])) / 2
    let oppositeEvidence = mean(opposite.map { $0[0] * $0[1] })
    let none = mean([
      pow(0.5, 11), free[0] * free[1], habits(goal, [0.4, 0.8]),
      (habits(opposite, [0.05, 0.15]) + habits(opposite, [0.4, 0.8])) / 2,
    ])
    let total = goalEvidence + oppositeEvidence + none
    #expect(abs(exp(findings.hypotheses[0].logEvidence ?? 0) / goalEvidence - 1) < 1e-9)
    #expect(abs(exp(findings.hypotheses[1].logEvidence ?? 0) / oppositeEvidence - 1) < 1e-9)
    #expect(abs(findings.hypotheses[0].posterior - goalEvidence / total) < 1e-9)
    #expect(abs(findings.nonePosterior - none / total) < 1e-9)
    #expect(abs((findings.hypotheses[0].agreement ?? 0) - 10.0 / 11) < 1e-12)
    #expect(abs((findings.hypotheses[0].success ?? 0) - 6.0 / 7) < 1e-12)
    #expect(abs((findings.hypotheses[1].success ?? 0) + 6.0 / 7) < 1e-12)
    // An episode has one decision: 12 each time the goal is reached.
    #expect(abs(findings.hypotheses[0].eventRate - 12 * 13.0 / 14) < 1e-9)
    let best = goal.map { $0[0] * $0[1] }.max() ?? 0
    #expect(abs((findings.hypotheses[0].directedness ?? 0) - (log2(best) + 11) / 11) < 1e-9)
  }

  @Test("soft-optimal policies are those of values found by plain sweeps", arguments: [0.5, 4, 32])
  func softPolicies(sharpness: Double) throws {
    let process = try FiniteMDP(enumerating: GoalGrid.meadow)
    let pursuit = try #require(try GoalAttribution(process: process, hypotheses: ["c"]).pursuits.first)
    let table = GoalAgents.actionValues("c", process)
    let ranges = (0..<70).filter { !process.isFinal(state: $0) }.map { state in
      let row = table[state * 4..<(state + 1) * 4]
      return (row.max() ?? 0) - (row.min() ?? 0)
    }
    let widest = ranges.max() ?? 0
    let scaled = GoalAgents.soft("c", process, sharpness: sharpness / widest)
    let policy = pursuit.policy(.init(isLocal: false, sharpness: sharpness, lapse: 0), in: process)
    #expect(distance(policy.probabilities, scaled.probabilities) < 1e-9)
    // With lapses, a part of it is the uniform policy.
    let lapsing = pursuit.policy(.init(isLocal: false, sharpness: sharpness, lapse: 0.3), in: process)
    #expect(distance(lapsing.probabilities, scaled.softened(by: 0.3, in: process).probabilities) < 1e-9)
    // Judged by the range within each state, a state far from everything is as clear as one beside the end.
    let local = pursuit.policy(.init(isLocal: true, sharpness: sharpness, lapse: 0), in: process)
    for state in 0..<70 where !process.isFinal(state: state) {
      let row = (0..<4).map { local[state, $0] }
      #expect(abs((row.max() ?? 0) / (row.min() ?? 1) / exp(sharpness) - 1) < 1e-6)
    }
  }

  @Test("a reward that makes no difference explains nothing")
  func noSpread() throws {
    let base = SmallWorlds.random
    let process = try base.withRewards([
      base.reward, .init(name: "constant", expected: .init(repeating: 3, count: 60)),
      .init(name: "real", expected: base.reward.expected),
    ])
    var random = RandomStream(seed: 1)
    let policy = GoalAgents.soft("real", process, sharpness: 10)
    let findings = try GoalAttribution(process: process)
      .attribute(policy: policy, decisions: 500, using: &random)
    #expect(findings.name == "real")
    let constant = findings.hypotheses[0]
    #expect(!constant.canExplain && constant.posterior == 0)
    #expect(constant.logEvidence == nil && constant.success == nil && constant.directedness == nil)
    // It is paid all the same: 3 a step for ever, cut at discount 0.999.
    #expect(findings.isEndless && abs(constant.eventRate - 3000) < 1e-6)
    #expect(findings.warnings.contains { $0.contains("constant") })
    #expect(abs(findings.hypotheses.map(\.posterior).reduce(findings.nonePosterior, +) - 1) < 1e-12)
  }

  @Test("event rates do not mind what a policy would do where it never is")
  func eventRates() throws {
    let process = try FiniteMDP(enumerating: GoalGrid.corridor(coinAt: 0))
    // Right of the start it would stay for ever, but it goes left.
    let policy = PolicyTable(actionCount: 4, actions: [-1, 3, 3, 3, 3, 0, 0, 0, -1])
    var random = RandomStream(seed: 0)
    let attribution = try GoalAttribution(process: process)
    let findings = try attribution.attribute(policy: policy, decisions: 100, using: &random)
    #expect(!findings.isEndless)
    #expect(findings.hypotheses.map(\.eventRate) == [1, 0])
    let still = PolicyTable(actionCount: 4, actions: [-1, 0, 0, 0, 0, 0, 0, 0, -1])
    let stuck = try attribution.attribute(policy: still, decisions: 100, using: &random)
    #expect(stuck.isEndless && stuck.hypotheses.map(\.eventRate) == [0, 0])
    #expect(stuck.coverage.states == 1 && stuck.coverage.liveChoices == 7)
  }

  @Test("decisions follow the policy and the process, and an episode begins anew when it ends or is cut off")
  func sampling() throws {
    let process = try SmallWorlds.corridor()
    var random = RandomStream(seed: 3)
    let right = PolicyTable.always(1, states: 3, actions: 2)
    #expect(process.decisions(of: right, count: 7, using: &random).map(\.state) == [0, 1, 2, 0, 1, 2, 0])
    #expect(
      process.decisions(of: right, count: 5, episodeLimit: 2, using: &random).map(\.state) == [0, 1, 0, 1, 0])
    let often = process.decisions(of: process.uniformPolicy, count: 20_000, using: &random)
    #expect(abs(Double(often.count { $0.action == 1 }) / 20_000 - 0.5) < 0.02)
  }

  @Test("goals that a process does not have, and decisions it does not offer, are turned away by name")
  func errors() throws {
    let process = try Self.twoStates()
    #expect(
      throws: DataError(
        field: "hypotheses[1]", value: "gaol", allowed: "each of reward, goal, opposite, at most once")
    ) { try GoalAttribution(process: process, hypotheses: ["goal", "gaol"]) }
    #expect(throws: DataError.self) { try GoalAttribution(process: process, hypotheses: ["goal", "goal"]) }
    #expect(throws: DataError.self) { try GoalAttribution(process: SmallWorlds.corridor()) }
    let attribution = try GoalAttribution(process: process)
    #expect(
      throws: DataError(
        field: "decisions[1].state", value: "2", allowed: "an integer from 0 to 1")
    ) { try attribution.attribute(decisions: [.init(state: 0, action: 0), .init(state: 2, action: 0)]) }
    #expect(throws: DataError.self) { try attribution.attribute(decisions: [.init(state: 0, action: 2)]) }
    // The training reward is a hypothesis when it is asked for.
    #expect(try GoalAttribution(process: process, hypotheses: ["reward"]).pursuits.count == 1)
  }

  @Test("findings survive being written as JSON")
  func json() throws {
    let findings = try GoalAttribution(process: Self.twoStates())
      .attribute(decisions: Self.decisions([1, 0, 0, 0]))
    let copy = try JSONDecoder().decode(GoalFindings.self, from: JSONEncoder().encode(findings))
    #expect(copy == findings)
  }

  // MARK: - Rewards

  @Test("rewards are as far apart as what they ask for")
  func distances() throws {
    let process = try SmallWorlds.bandits([[0, 0], [0, 0]])
    func distance(_ one: [Double], _ other: [Double]) throws -> Double {
      try process.distance(
        between: .init(name: "one", expected: one), and: .init(name: "other", expected: other))
    }
    #expect(try distance([1, 0, 0, 0], [7, 0, 0, 0]) < 1e-12)
    #expect(try distance([1, 0, 0, 0], [1, 0, 5, 5]) < 1e-12)
    #expect(abs(try distance([1, 0, 0, 0], [0, 1, 0, 0]) - 1) < 1e-12)
    // Preferences in different states are at right angles.
    #expect(abs(try distance([1, 0, 0, 0], [0, 0, 1, 0]) - 0.5.squareRoot()) < 1e-12)
    #expect(try distance([1, 1, 2, 2], [0, 0, 0, 0]) == 0)
    #expect(abs(try distance([1, 1, 2, 2], [1, 0, 0, 0]) - 0.5) < 1e-12)
  }

  @Test("shaping a reward by a potential does not move it, and distances hold as distances do")
  func shaping() throws {
    let process = SmallWorlds.random
    var random = RandomStream(seed: 2)
    let potential = (0..<20).map { _ in random.normal() }
    let shaped = (0..<60).map { pair in
      (process.rowStarts[pair]..<process.rowStarts[pair + 1]).reduce(
        3 * process.reward.expected[pair] - potential[pair / 3]
      ) { $0 + 0.9 * process.probabilities[$1] * potential[Int(process.successors[$1])] }
    }
    let rewards = [
      process.reward, .init(name: "shaped", expected: shaped),
      .init(name: "against", expected: process.reward.expected.map { -$0 }),
      .init(name: "other", expected: (0..<60).map { _ in random.normal() }),
    ]
    func distance(_ one: Int, _ other: Int) throws -> Double {
      try process.distance(between: rewards[one], and: rewards[other])
    }
    #expect(try distance(0, 1) < 1e-9)
    #expect(abs(try distance(1, 2) - 1) < 1e-9)
    #expect(abs(try distance(0, 3) - distance(3, 0)) < 1e-12)
    #expect(try distance(1, 2) <= distance(1, 3) + distance(3, 2) + 1e-12)
    let listed = try GoalAttribution(
      process: process.withRewards(rewards), hypotheses: ["shaped", "against", "other"]
    ).distances()
    #expect(listed.map(\.rewards) == [["shaped", "against"], ["shaped", "other"], ["against", "other"]])
    #expect(abs(listed[1].distance - (try distance(1, 3))) < 1e-9)
  }
}
