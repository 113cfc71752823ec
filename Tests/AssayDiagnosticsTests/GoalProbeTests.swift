import Assay
import AssayEnvironments
import Foundation
import Testing

@testable import AssayDiagnostics

@Suite("probe") struct GoalProbeTests {
  func tally(_ a: GoalAttribution, _ d: Int, _ seeds: Int = 10, _ make: (UInt64) throws -> PolicyTable) throws -> String {
    var c: [String: Int] = [:]
    var caps: [Double] = []
    for s in 0..<UInt64(seeds) {
      var r = RandomStream(seed: 1000 + s)
      let f = try a.attribute(policy: make(s), decisions: d, using: &r)
      c[f.name == "undecided" ? f.candidates.joined(separator: "/") + "?" : f.name, default: 0] += 1
      caps.append(f.capability ?? .nan)
    }
    return c.sorted { $0.value > $1.value }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
      + "  cap " + String(format: "%.2f", caps.reduce(0, +) / Double(caps.count))
  }
  @Test func meadow() throws {
    let p = try FiniteMDP(enumerating: GoalGrid.meadow)
    let clock = ContinuousClock()
    let t0 = clock.now
    let a = try GoalAttribution(process: p, hypotheses: ["a", "b", "c"])
    print("init", clock.now - t0, a.pursuits.map { "\($0.reward.name) \($0.manners.filter{$0.lapse==0}.map(\.sharpness))" })
    let t1 = clock.now
    var r = RandomStream(seed: 1)
    _ = try a.attribute(policy: GoalAgents.soft("a", p, sharpness: 20), decisions: 1000, using: &r)
    print("one", clock.now - t1)
    for d in [30, 100, 300, 1000, 5000] {
      print("N", d)
      for b in [5.0, 10, 15, 20, 40, 200] { print("  soft a β", b, try tally(a, d) { _ in GoalAgents.soft("a", p, sharpness: b) }) }
      for e in [0, 0.1, 0.3] {
        print("  determined a ε", e, try tally(a, d) { GoalAgents.determined("a", p, seed: $0).softened(by: e, in: p) })
        print("  determined d ε", e, try tally(a, d) { GoalAgents.determined("d", p, seed: $0).softened(by: e, in: p) })
      }
      print("  a at γ .8 β 40", try tally(a, d) { _ in GoalAgents.soft("a", p, sharpness: 40, discount: 0.8) })
      print("  soft d 20", try tally(a, d) { _ in GoalAgents.soft("d", p, sharpness: 20) })
      print("  reward 20", try tally(a, d) { _ in GoalAgents.soft("reward", p, sharpness: 20) })
      print("  uniform", try tally(a, d) { _ in p.uniformPolicy })
      print("  table", try tally(a, d) { try RandomPolicy.make(for: p, seed: $0) })
    }
  }
  @Test func randoms() throws {
    let base = RandomMDP.process(states: 40, actions: 3, successors: 3, seed: 7, discount: 0.9)
    var r = RandomStream(seed: 5)
    var rewards = base.rewards
    for n in ["a", "b", "c", "d"] { rewards.append(.init(name: n, expected: (0..<120).map { _ in r.normal() })) }
    let p = try base.withRewards(rewards)
    let a = try GoalAttribution(process: p, hypotheses: ["a", "b", "c"])
    print(try a.distances(), a.pursuits.map { "\($0.reward.name) \($0.manners.filter{$0.lapse==0}.map(\.sharpness))" })
    for d in [100, 300, 1000, 5000] {
      print("N", d)
      for b in [1.0, 2, 4, 20] { print("  soft a β", b, try tally(a, d) { _ in GoalAgents.soft("a", p, sharpness: b) }) }
      for e in [0, 0.1, 0.3] {
        print("  determined a ε", e, try tally(a, d) { GoalAgents.determined("a", p, seed: $0).softened(by: e, in: p) })
        print("  determined d ε", e, try tally(a, d) { GoalAgents.determined("d", p, seed: $0).softened(by: e, in: p) })
      }
      print("  uniform", try tally(a, d) { _ in p.uniformPolicy })
      print("  table", try tally(a, d) { try RandomPolicy.make(for: p, seed: $0) })
    }
  }
}
