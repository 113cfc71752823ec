import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

@Suite("Critic audit: does the critic approximate the value it claims to?")
struct CriticAuditTests {
  /// Four states worth 0, 2, 4 and 6, of which a critic of states thinks 1, 2, 3 and 10.
  private func audit(visits: [Double]) throws -> CriticAudit {
    let process = try SmallWorlds.bandits([[0], [2], [4], [6]])
    let reading = try Script(
      claim: Claim(.stateValue, of: .part("actor"), discount: 0.9), values: [1, 2, 3, 10],
      policy: .always(0, states: 4, actions: 1)
    ).reading(on: process)
    return try CriticAudit(reading, truth: try ProcessTruth(process), visits: visits)
  }

  @Test("bias, errors, explained variance and slope are those worked out by hand")
  func byHand() throws {
    let audit = try audit(visits: [0.25, 0.25, 0.25, 0.25])
    // Errors 1, 0, −1, 4.
    #expect(audit.bias == 1)
    #expect(abs(audit.rmse - 4.5.squareRoot()) < 1e-15 && abs(audit.uniformRMSE - 4.5.squareRoot()) < 1e-15)
    #expect(audit.largestError == 4)
    // Var V = 5, Var(V − V̂) = 4.5 − 1. With the arguments swapped it would be 1 − 3.5 / 12.5 = 0.72.
    #expect(abs(try #require(audit.explainedVariance) - 0.3) < 1e-15)
    // Cov(V, V̂) = 7, Var V̂ = 12.5. The other way round it would be 1.4.
    #expect(abs(try #require(audit.calibrationSlope) - 0.56) < 1e-15)
    #expect(audit.kendallTau == nil)
    #expect(audit.trueValues == [0, 2, 4, 6] && audit.learnedValues == [1, 2, 3, 10])
  }

  @Test("bias and error are weighted by visits, the uniform and the largest error are not")
  func weights() throws {
    let audit = try audit(visits: [0.5, 0.5, 0, 0])
    #expect(audit.bias == 0.5)
    #expect(abs(audit.rmse - 0.5.squareRoot()) < 1e-15)
    #expect(abs(audit.uniformRMSE - 4.5.squareRoot()) < 1e-15)
    #expect(audit.largestError == 4)
    // On two states V = (0, 2) and V̂ = (1, 2): Var(V − V̂) = ¼ of Var V = 1; slope ½ / ¼.
    #expect(abs(try #require(audit.explainedVariance) - 0.75) < 1e-15)
    #expect(abs(try #require(audit.calibrationSlope) - 2) < 1e-15)
  }

  @Test("where values do not vary there is neither explained variance nor slope")
  func constantValues() throws {
    let audit = try audit(visits: [0, 0, 0, 1])
    #expect(audit.explainedVariance == nil && audit.calibrationSlope == nil)
  }

  @Test("Kendall's τ weighs the pairs of a state by how far apart they are")
  func kendall() {
    let infinite = -Double.infinity
    // Gaps 1 and 3 in the right order, 2 in the wrong one.
    #expect(CriticAudit.kendallTau([0, 2, 1], [0, 1, 3], 3, weights: [1]) == 1 / 3.0)
    #expect(CriticAudit.kendallTau([5, 6, 7], [0, 1, 3], 3, weights: [1]) == 1)
    #expect(CriticAudit.kendallTau([7, 6, 5], [0, 1, 3], 3, weights: [1]) == -1)
    // A tie in what was learned counts for neither.
    #expect(CriticAudit.kendallTau([1, 1], [0, 1], 2, weights: [1]) == 0)
    #expect(CriticAudit.kendallTau([0, 1], [2, 2], 2, weights: [1]) == nil)
    // An unavailable action is in no pair; an unvisited state has no weight.
    #expect(CriticAudit.kendallTau([0, 1, infinite], [0, 1, infinite], 3, weights: [1]) == 1)
    #expect(CriticAudit.kendallTau([0, 1, 1, 0], [0, 1, 0, 3], 2, weights: [0.75, 0.25]) == 0)
    #expect(CriticAudit.kendallTau([0, 1, 1, 0], [0, 1, 0, 3], 2, weights: [1, 0]) == 1)
  }

  /// Every kind of claim, with the policy that it is about.
  private static let claims: [Claim.PolicyReference] = [.part("actor"), .behaviour, .optimal, .uniform]

  @Test(
    "what is true by elimination has no error and no Bellman residual, whatever the claim", arguments: 0..<4)
  func truth(index: Int) throws {
    let process = SmallWorlds.random
    let truth = try ProcessTruth(process)
    let policy = try RandomPolicy.make(for: process, seed: 5)
    for (discount, scale) in [(0.9, 1.0), (0.6, 1), (0.9, 3)] {
      let dense = DenseTruth(process, discount: discount)
      let subject =
        switch Self.claims[index] {
        case .part: policy
        case .behaviour: policy.softened(by: 0.3, in: process)
        case .optimal: dense.bestPolicy()
        case .uniform: process.uniformPolicy
        }
      for quantity in [Claim.Quantity.actionValue, .stateValue] {
        let values = quantity == .stateValue ? dense.values(of: subject) : dense.actionValues(of: subject)
        var script = Script(
          claim: Claim(quantity, of: Self.claims[index], discount: discount, rewardScale: scale),
          values: values.map { scale * $0 }, policy: policy)
        script.exploration = 0.3
        let audit = try CriticAudit(
          script.reading(on: process), truth: truth, visits: .init(repeating: 0.05, count: 20))
        #expect(audit.bellmanResidual < 1e-12)
        #expect(audit.largestError < 1e-12 && audit.rmse < 1e-12 && abs(audit.bias) < 1e-12)
        #expect(abs(try #require(audit.explainedVariance) - 1) < 1e-12)
        #expect(abs(try #require(audit.calibrationSlope) - 1) < 1e-10)
        if quantity == .actionValue { #expect(audit.kendallTau == 1) }
      }
    }
  }

  @Test("values that are all too high by c have residual (1 − γ)c where nothing ends")
  func shifted() throws {
    let process = SmallWorlds.random
    let policy = process.uniformPolicy
    let values = DenseTruth(process).actionValues(of: policy).map { $0 + 2 }
    let reading = try Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: values, policy: policy
    ).reading(on: process)
    let audit = try CriticAudit(
      reading, truth: try ProcessTruth(process), visits: .init(repeating: 0.05, count: 20))
    #expect(abs(audit.bellmanResidual - 0.2) < 1e-12)
    #expect(abs(audit.bias - 2) < 1e-12 && audit.kendallTau == 1)
  }
}

/// Policies that are nothing in particular.
enum RandomPolicy {
  static func make(for process: FiniteMDP, seed: UInt64) throws -> PolicyTable {
    var random = RandomStream(seed: seed)
    var policy = process.uniformPolicy
    for state in 0..<process.stateCount {
      var total = 0.0
      for action in 0..<process.actionCount where policy[state, action] > 0 {
        policy[state, action] = random.unit() + 0.02
        total += policy[state, action]
      }
      for action in 0..<process.actionCount where total > 0 { policy[state, action] /= total }
    }
    return policy
  }
}
