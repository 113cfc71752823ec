import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

/// The critics here are tables made by elimination, behind the protocol alone: outsiders that an audit can read.
@Suite("Claim matching: which claim does the critic in fact match?")
struct ClaimMatchingTests {
  static let worlds: [FiniteMDP] = {
    guard let lake = try? FiniteMDP(enumerating: FrozenLake.fourByFour) else { return [] }
    return [SmallWorlds.random, lake]
  }()

  let policies: [PolicyTable]

  init() throws { policies = try Self.worlds.map { try RandomPolicy.make(for: $0, seed: 3) } }

  /// Matches of a critic that claims the values of the actor's policy at the world's discount.
  private func matches(
    _ values: [Double], in world: Int, quantity: Claim.Quantity = .actionValue, exploration: Double = 0,
    earlier: [(step: Int, policy: PolicyTable)] = []
  ) throws -> [ClaimMatching.Match] {
    let process = Self.worlds[world]
    var script = Script(
      claim: Claim(quantity, of: .part("actor"), discount: process.discount), values: values,
      policy: policies[world])
    script.exploration = exploration
    return try ClaimMatching(
      script.reading(on: process), in: process, range: ProcessTruth(process).range, timeLimit: nil,
      visits: process.occupancy(of: script.policy).normalized()
    ).matches(earlierPolicies: earlier)
  }

  @Test("an honest critic matches its own claim", arguments: 0..<2)
  func honest(world: Int) throws {
    let dense = DenseTruth(Self.worlds[world])
    let actions = try matches(dense.actionValues(of: policies[world]), in: world)
    #expect(actions[0].diagnosis == "healthy" && actions[0].error < 1e-12)
    #expect(actions[0].claim.hasPrefix("Q(s, a) of the actor's policy"))
    let states = try matches(dense.values(of: policies[world]), in: world, quantity: .stateValue)
    #expect(states[0].error < 1e-12)
  }

  @Test(
    "values at another discount are found, and the discount with them", arguments: 0..<2, [0.5, 0.8, 0.97])
  func discount(world: Int, discount: Double) throws {
    let dense = DenseTruth(Self.worlds[world], discount: discount)
    for quantity in [Claim.Quantity.actionValue, .stateValue] {
      let values =
        quantity == .stateValue ? dense.values(of: policies[world]) : dense.actionValues(of: policies[world])
      let matches = try matches(values, in: world, quantity: quantity)
      let best = matches[1]
      #expect(best.diagnosis == "critic-wrong-discount")
      // The search goes in steps of a thousandth of the horizon.
      #expect(best.error < 0.02 * matches[0].error, "\(best)")
      let named = best.claim.split(separator: " ")[3].dropLast().description
      #expect(abs(try #require(Double(named)) - discount) < 0.002, "\(best.claim)")
    }
  }

  @Test(
    "values of a multiple of the reward are found, and the factor with them", arguments: 0..<2, [3, 0.25, -1])
  func scale(world: Int, scale: Double) throws {
    let values = DenseTruth(Self.worlds[world]).actionValues(of: policies[world]).map { scale * $0 }
    let best = try matches(values.map { $0.isFinite ? $0 : -.infinity }, in: world)[1]
    #expect(
      best.diagnosis == (scale > 0 ? "critic-scaled-reward" : "critic-wrong-sign") && best.error < 1e-12)
    #expect(best.claim.hasSuffix(["3": "3.000", "0.25": "0.250", "-1": "-1.000"][scale.formatted] ?? "?"))
  }

  @Test("values of the uniform, the optimal and the behaviour policy are found", arguments: 0..<2)
  func otherPolicies(world: Int) throws {
    let process = Self.worlds[world]
    let dense = DenseTruth(process)
    let others = [
      ("Q of the uniform policy", process.uniformPolicy), ("Q of the optimal policy", dense.bestPolicy()),
      ("Q of the behaviour policy", policies[world].softened(by: 0.4, in: process)),
    ]
    for (name, policy) in others {
      let best = try matches(dense.actionValues(of: policy), in: world, exploration: 0.4)[1]
      #expect(best.diagnosis == "critic-other-policy" && best.claim == name && best.error < 1e-10)
    }
  }

  @Test("values of a policy that the actor once had are found, and when it was", arguments: 0..<2)
  func earlier(world: Int) throws {
    let process = Self.worlds[world]
    let history = try (1...3).map {
      (step: 100 * $0, policy: try RandomPolicy.make(for: process, seed: UInt64($0)))
    }
    let matches = try matches(
      DenseTruth(process).actionValues(of: history[1].policy), in: world, earlier: history)
    #expect(matches[1].diagnosis == "critic-frozen" && matches[1].error < 1e-12)
    #expect(matches[1].claim == "Q of the policy the actor had at step 200")
    // It is not blamed on the policy of today, which is in the history too (seed 3).
    #expect(matches[0].error > 0.01)
  }

  @Test("alternatives are sorted by error, and the claim itself is not among them")
  func order() throws {
    let values = DenseTruth(Self.worlds[0]).actionValues(of: policies[0]).map { 3 * $0 }
    let matches = try matches(values, in: 0)
    let errors = matches.dropFirst().map(\.error)
    #expect(errors == errors.sorted())
    #expect(matches.filter { $0.diagnosis == "healthy" }.count == 1)
    // Other discount, scale, place, and three other policies; no history, no ends, no limit, and no sign that fits.
    #expect(matches.count == 7)
  }
}

extension Double {
  fileprivate var formatted: String { self == rounded() ? String(Int(self)) : String(self) }
}

/// Critics that are right about something else than they claim, in a corridor that ends and a ring that is cut off.
@Suite("Claim matching: each mistake by its name")
struct ClaimMistakesTests {
  /// Three states in a row that pay 0, ½ and 1 on the way, and an end; the actor goes right nine times in ten.
  private func corridor() throws -> (process: FiniteMDP, policy: PolicyTable) {
    let process = try SmallWorlds.corridor(reward: [1: 0.25, 3: 0.5])
    return (process, PolicyTable(actionCount: 2, probabilities: [0.1, 0.9, 0.1, 0.9, 0.1, 0.9]))
  }

  private func matches(
    _ values: [Double], in process: FiniteMDP, policy: PolicyTable, limit: Int? = nil
  ) throws -> [ClaimMatching.Match] {
    var script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: process.discount), values: values,
      policy: policy)
    script.exploration = 0.2
    return try ClaimMatching(
      script.reading(on: process), in: process, range: ProcessTruth(process).range, timeLimit: limit,
      visits: process.occupancy(of: policy).normalized()
    ).matches(earlierPolicies: [])
  }

  @Test(
    "the opposite sign, bootstrapping in place and termination ignored are each the best match of exactly that table")
  func mistakes() throws {
    let (process, policy) = try corridor()
    let dense = DenseTruth(process)
    let right = dense.actionValues(of: policy)
    // Bootstrapped in place, V = r̄ / (1 − 0.9) in states 0 and 1, and v = 0.9 + 0.09 v in state 2.
    let still = [2.25, 2.25, 4.5, 4.5, 0.9 / 0.91, 0]
    let late = zip(still, [0, 0.25, 0, 0.5, 0, 1]).map { 0.9 * $0 + $1 }
    // An episode that went on begins again at state 0.
    let endless = DenseTruth(
      try SmallWorlds.corridor(replacing: [5: [(0, 1, false)]], reward: [1: 0.25, 3: 0.5])
    ).actionValues(of: policy)
    for (table, name) in [
      (right.map { -$0 }, "critic-wrong-sign"), (right.map { -0.5 * $0 }, "critic-wrong-sign"),
      (right.map { 2 * $0 }, "critic-scaled-reward"), (late, "critic-off-by-one"),
      (endless, "critic-termination-ignored"),
    ] {
      let matches = try matches(table, in: process, policy: policy)
      #expect(matches[1].diagnosis == name && matches[1].error < 1e-10, "\(matches[1])")
      #expect(matches[0].error > 0.1)
    }
  }

  @Test("a limit taken for an end is the best match of exactly that table, and only where there is a limit")
  func truncation() throws {
    let process = SmallWorlds.random
    let policy = try RandomPolicy.make(for: process, seed: 3)
    let behaviour = policy.softened(by: 0.2, in: process)
    let table = DenseTruth(process.terminating(after: 5, under: behaviour)).actionValues(of: policy)
    let limited = try matches(table, in: process, policy: policy, limit: 5)
    #expect(limited[1].diagnosis == "critic-truncation-terminal" && limited[1].error < 1e-10)
    let unlimited = try matches(table, in: process, policy: policy)
    #expect(!unlimited.contains { $0.diagnosis == "critic-truncation-terminal" })
  }

  @Test("a scale that is almost the claimed one is no explanation")
  func almost() throws {
    let (process, policy) = try corridor()
    let values = DenseTruth(process).actionValues(of: policy)
    let matches = try matches(values.map { 1.01 * $0 }, in: process, policy: policy)
    let scaled = try #require(matches.first { $0.diagnosis == "critic-scaled-reward" })
    #expect(scaled.error > matches[0].error)
  }

  @Test("each fitted claim says so")
  func fitted() throws {
    let (process, policy) = try corridor()
    let values = DenseTruth(process).actionValues(of: policy)
    for match in try matches(values, in: process, policy: policy, limit: 5) {
      let fits = ["critic-wrong-discount", "critic-scaled-reward", "critic-wrong-sign"].contains(
        match.diagnosis)
      #expect(match.isFitted == fits, "\(match)")
    }
  }
}
