import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Attribution: the gap identity and the ladder")
struct GapIdentityTests {
  @Test("on 1,000 random processes both sum to J(π*) − J(π), to 1e-10")
  func sums() throws {
    var seen = (endings: 0, missing: 0, otherPerformance: 0, models: 0, states: 0)
    for seed in 0..<UInt64(1000) {
      let random = try RandomCase(seed: seed)
      if random.process.hasTerminals { seen.endings += 1 }
      if random.script.values.contains(-.infinity) { seen.missing += 1 }
      if random.process.rewards.count > 1 { seen.otherPerformance += 1 }
      if random.model != nil { seen.models += 1 }
      if random.script.claim.quantity == .stateValue { seen.states += 1 }
      // One counterexample says as much as a thousand.
      let failures = try Self.failures(of: random)
      try #require(failures == [], "seed \(seed)")
    }
    // Everything that was to be in some of the processes is in enough of them.
    #expect(seen.endings > 300 && seen.missing > 200 && seen.otherPerformance > 300)
    #expect(seen.models > 400 && seen.states > 150)
  }

  /// What should hold and does not.
  private static func failures(of random: RandomCase) throws -> [String] {
    let process = random.process
    let reading = try random.script.reading(on: process, believing: random.model)
    let dense = DenseTruth(process)
    let optimum = dense.bestPolicy()
    let best = dense.startValue(of: optimum)
    let gap = best - dense.startValue(of: random.script.policy)
    var failures: [String] = []
    func check(_ holds: Bool, _ what: String) { if !holds { failures.append(what) } }

    // Any best policy will do; the terms depend on which, the sum does not.
    let identity = try GapIdentity(
      process: process, model: reading.model, actionValues: reading.actionValues, policy: reading.policy,
      optimum: optimum)
    check(abs(identity.sum - gap) < 1e-10, "identity \(identity.sum), gap \(gap)")
    check(reading.model != nil || identity.model == 0, "a model term without a model")
    check(process.rewards.count > 1 || identity.reward == 0, "a reward term without another reward")

    let ladder = try Ladder(reading, truth: try ProcessTruth(process))
    let values = ladder.rungs.map(\.value)
    check(abs(ladder.total - gap) < 1e-10, "ladder \(ladder.total), gap \(gap)")
    let losses = zip(values, values.dropFirst()).map { $0 - $1 }
    check(abs(losses.reduce(0, +) - gap) < 1e-10, "losses \(losses), gap \(gap)")
    check(values.count == (random.model == nil ? 5 : 7), "\(values.count) rungs")
    check(values.allSatisfy { $0 <= best + 1e-10 }, "a rung above the best")
    let actions = process.actionCount
    let greedy = (0..<process.stateCount).map { state in
      let row = Array(reading.actionValues[state * actions..<(state + 1) * actions])
      guard let highest = row.max(), highest > -.infinity else { return -1 }
      return row.firstIndex(of: highest) ?? -1
    }
    let greedyValue = dense.startValue(of: PolicyTable(actionCount: actions, actions: greedy))
    check(abs(values[values.count - 2] - greedyValue) < 1e-10, "the rung of greed is not \(greedyValue)")
    return failures
  }

  /// Two states, "stay" and "go" to the other; γ = ½; the start is state 0.
  ///
  /// For the performance π* goes to state 1 and stays: J = ½·8 = 4. The policy that tosses a coin has V = (1, 3), so
  /// the gap is 3. Visits are ρ* = (1, 1) and ρπ = (3/2, 1/2), so (state, action) pairs weigh
  /// ρ*π* − ρππ = (−3/4, 1/4, 3/4, −1/4).
  private struct ByHand {
    let process: FiniteMDP
    let model: FiniteMDP
    let reading: PartsReading

    init() throws {
      process = try SmallWorlds.make(
        states: 2, actions: 2, discount: 0.5, initial: [1, 0],
        rows: [[(0, 1, false)], [(1, 1, false)], [(1, 1, false)], [(0, 1, false)]], reward: [0, 1, 2, 0],
        performance: [0, 0, 4, 0])
      model = try SmallWorlds.make(
        states: 2, actions: 2, discount: 0.5, initial: [1, 0],
        rows: [[(0, 1, false)], [(0, 0.5, false), (1, 0.5, false)], [(1, 1, false)], [(0, 1, true)]],
        reward: [0, 2, 1, 0])
      reading = try Script(
        claim: Claim(.actionValue, of: .part("actor"), discount: 0.5), values: [1, 3, 2, 5],
        policy: PolicyTable(actionCount: 2, probabilities: [0.5, 0.5, 0.5, 0.5])
      ).reading(on: process, believing: model)
    }
  }

  @Test("each term of the identity is what it is by hand")
  func terms() throws {
    let example = try ByHand()
    let identity = try GapIdentity(
      process: example.process, model: example.reading.model, actionValues: example.reading.actionValues,
      policy: example.reading.policy, optimum: PolicyTable(actionCount: 2, actions: [1, 0]))
    // ε_R = (0, −1, 2, 0)
    #expect(abs(identity.reward - 1.25) < 1e-14)
    // ε_M = (0, −1 + ½(5 − 4), 1, ½·3)
    #expect(abs(identity.model - 0.25) < 1e-14)
    // ε_C = (½·3 − 1, 2 + ½·4 − 3, 1 + ½·5 − 2, −5)
    #expect(abs(identity.critic - 2.25) < 1e-14)
    // g = (1, 3/2)
    #expect(abs(identity.actor - 2.25) < 1e-14)
    // g* = (0, 3)
    #expect(abs(identity.slack + 3) < 1e-14)
    #expect(abs(identity.sum - 3) < 1e-14)
  }

  @Test("each rung of the ladder is what it is by hand")
  func rungs() throws {
    let example = try ByHand()
    let ladder = try Ladder(example.reading, truth: try ProcessTruth(example.process))
    // Only greed on the critic goes wrong: it leaves state 1 for ever, and the coin does a little better.
    #expect(
      ladder.rungs.map(\.name) == [
        "optimal policy", "optimal for the training reward", "optimal at the training discount",
        "optimal in the learned model", "one step of lookahead in the model", "greedy on the critic",
        "the actor",
      ])
    #expect(distance(ladder.rungs.map(\.value), [4, 4, 4, 4, 4, 0, 1]) < 1e-12)
    #expect(abs(ladder.total - 3) < 1e-12)
  }
}
