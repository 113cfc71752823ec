import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Model audit: is the world model right where it is used?")
struct ModelAuditTests {
  private let right = PolicyTable.always(1, states: 3, actions: 2)

  private func audit(
    _ process: FiniteMDP, believing model: FiniteMDP?, policy: PolicyTable, learnedValues: [Double]
  ) throws -> ModelAudit? {
    let reading = try Script(
      claim: Claim(.stateValue, of: .part("actor"), discount: process.discount), values: learnedValues,
      policy: policy
    ).reading(on: process, believing: model)
    let occupancy = try process.occupancy(of: policy)
    return try ModelAudit(
      reading, truth: try ProcessTruth(process), visits: occupancy.normalized(), occupancy: occupancy,
      learnedValues: learnedValues, isLive: ProcessTruth(process).isLive)
  }

  @Test("the exact model has no errors, and planning in it exploits nothing", arguments: [false, true])
  func exact(isRandom: Bool) throws {
    let process = isRandom ? SmallWorlds.random : try SmallWorlds.corridor()
    for policy in [process.uniformPolicy, try RandomPolicy.make(for: process, seed: 2)] {
      let values = DenseTruth(process).values(of: policy)
      let audit = try #require(
        try audit(process, believing: process, policy: policy, learnedValues: values))
      #expect(
        audit.valueError == 0 && audit.bias == 0 && audit.transitionError == 0 && audit.rewardError == 0)
      #expect(audit.valueEquivalenceError == 0 && abs(audit.exploitation) < 1e-12)
      #expect(audit.worst.promise == 0 && audit.worst.share == 0 && audit.worst.excess == 0)
      #expect(audit.criticErrorInModel < 1e-12)
    }
  }

  @Test("a model-free agent has no model to audit")
  func modelFree() throws {
    let process = try SmallWorlds.corridor()
    #expect(try audit(process, believing: nil, policy: right, learnedValues: [0.81, 0.9, 1]) == nil)
  }

  /// Staying in state 0 is believed to lead to state 2; the actor relies on it, and stays for ever.
  @Test("a hallucinated shortcut is found, named, and exploited by planning")
  func shortcut() throws {
    let process = try SmallWorlds.corridor()
    let model = try SmallWorlds.corridor(replacing: [0: [(2, 1, false)]])
    let audit = try #require(
      try audit(
        process, believing: model, policy: PolicyTable(actionCount: 2, actions: [0, 1, 1]),
        learnedValues: [0.9, 0.9, 1]))
    #expect(abs(audit.valueError - 0.9) < 1e-12 && abs(audit.bias - 0.9) < 1e-12)
    #expect(audit.transitionError == 1 && audit.rewardError == 0)
    // γ (V̂(2) − V̂(0))
    #expect(abs(audit.valueEquivalenceError - 0.09) < 1e-12)
    // Planning promises 0.9 and gets 0. At random, u₂ = 0.5/0.55, u₁ = 0.45/0.55 u₂ and u₀ = 0.45/0.55 u₁, but
    // 0.45 (u₁ + u₂) in the model: 0.743802 − 0.608565 too much.
    #expect(abs(audit.exploitation - 0.764763) < 1e-6)
    #expect(audit.worst.state == 0 && audit.worst.action == 0 && audit.worst.successor == 2)
    #expect(audit.worst.excess == 1 && audit.worst.likelihood == 0 && audit.worst.share == 1)
    // Ten discounted visits, each promising 0.09 for nothing: the whole of Ĵ − J.
    #expect(abs(audit.worst.promise - 0.9) < 1e-12)
    #expect(audit.criticErrorInModel < 1e-12)
  }

  /// Going right, states 0, 1, 2 are visited 1, 0.9 and 0.81 times.
  @Test("transition and reward errors are weighted by visits")
  func weighted() throws {
    let process = try SmallWorlds.corridor()
    let blurred = try SmallWorlds.corridor(replacing: [3: [(2, 0.5, false), (1, 0.2, false), (2, 0.3, true)]])
    let dynamics = try #require(
      try audit(process, believing: blurred, policy: right, learnedValues: [0.81, 0.9, 1]))
    #expect(abs(dynamics.transitionError - 0.5 * 0.9 / 2.71) < 1e-14 && dynamics.rewardError == 0)
    // V̂₁ = 0.45 + 0.18 V̂₁ in the model.
    let (first, zeroth) = (0.45 / 0.82 - 0.9, 0.9 * 0.45 / 0.82 - 0.81)
    #expect(abs(dynamics.bias - (zeroth + 0.9 * first) / 2.71) < 1e-12)
    #expect(
      abs(dynamics.valueError - ((zeroth * zeroth + 0.9 * first * first) / 2.71).squareRoot()) < 1e-12)
    #expect(dynamics.worst.promise <= 0)

    let generous = try SmallWorlds.corridor(reward: [1: 0.2])
    let reward = try #require(
      try audit(process, believing: generous, policy: right, learnedValues: [0.81, 0.9, 1]))
    #expect(reward.transitionError == 0)
    #expect(abs(reward.rewardError - 0.2 / 2.71.squareRoot()) < 1e-14)
    #expect(abs(reward.bias - 0.2 / 2.71) < 1e-12)
    #expect(reward.worst.state == 0 && reward.worst.action == 1 && reward.worst.successor == nil)
    #expect(abs(reward.worst.promise - 0.2) < 1e-12)
    // The error lies where only this policy goes: one that stays does not notice.
    let staying = try #require(
      try audit(
        process, believing: generous, policy: .always(0, states: 3, actions: 2), learnedValues: [0, 0, 0]))
    #expect(staying.valueError == 0 && staying.rewardError == 0)
  }

  @Test("an overestimated transition that does exist is told from an impossible one")
  func overestimated() throws {
    let process = try SmallWorlds.corridor(replacing: [0: [(0, 0.9, false), (2, 0.1, false)]])
    let model = try SmallWorlds.corridor(replacing: [0: [(0, 0.1, false), (2, 0.9, false)]])
    let audit = try #require(
      try audit(
        process, believing: model, policy: PolicyTable(actionCount: 2, actions: [0, 1, 1]),
        learnedValues: [0.9, 0.9, 1]))
    #expect(audit.worst.successor == 2 && audit.worst.likelihood == 0.1)
    #expect(abs(audit.worst.excess - 0.8) < 1e-15)
    // State 2 is visited 0.9 · 0.1 times for each visit of state 0, and what is believed of it is right.
    #expect(abs(audit.transitionError - 0.8 / 1.09) < 1e-14)
  }
}
