import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Two-state divergence")
struct TwoStateDivergenceTests {
  /// The feature of each state, and what `forward` is expected to lead to, as a multiple of w.
  private func parts(
    of world: TwoStateDivergence
  ) throws -> (features: [Double], targets: [Double]) {
    let features = try #require(world.features).values.map(Double.init)
    let targets = (0..<2).map { state in
      world.outcomes(of: TwoStateDivergence.forward, in: state).reduce(0) { sum, outcome in
        sum + (outcome.isTerminal ? 0 : outcome.probability * world.discount * features[outcome.next])
      }
    }
    return (features, targets)
  }

  @Test("updates of the first state alone multiply the weight by 1 + α(2γ − 1)", arguments: [0.4, 0.5, 0.99])
  func firstState(discount: Double) throws {
    let (features, targets) = try parts(of: TwoStateDivergence(discount: discount))
    var weight = 10.0
    for _ in 0..<50 { weight += 0.1 * (targets[0] * weight - features[0] * weight) * features[0] }
    #expect(abs(weight / (10 * pow(1 + 0.1 * (2 * discount - 1), 50)) - 1) < 1e-9)
    if discount == 0.99 { #expect(weight > 1000) }
  }

  @Test(
    "least squares over both states multiplies it by γ(6 − 4ε)/5",
    arguments: [(0.01, 0.99), (0.5, 0.99), (0.01, 0.8)])
  func leastSquares(ending: Double, discount: Double) throws {
    let (features, targets) = try parts(of: TwoStateDivergence(ending: ending, discount: discount))
    let factor = dot(features, targets) / dot(features, features)
    #expect(abs(factor - discount * (6 - 4 * ending) / 5) < 1e-12)
    #expect((factor > 1) == (discount > 5 / (6 - 4 * ending)))
  }

  @Test("from what forward itself visits, learning converges")
  func onPolicy() throws {
    let (features, targets) = try parts(of: TwoStateDivergence())
    // Half of the episodes visit the first state, once; all stay in the second for 1/ε = 100 steps.
    let visits = [0.5, 100]
    var weight = 10.0
    for _ in 0..<2000 {
      weight +=
        0.001 * (0..<2).reduce(0) { $0 + visits[$1] * (targets[$1] - features[$1]) * features[$1] } * weight
    }
    #expect(abs(weight) < 1e-3)
  }

  @Test("everything is worth nothing")
  func values() {
    #expect(bestActionValues(of: TwoStateDivergence()).joined().allSatisfy { $0 == 0 })
    #expect(
      TwoStateDivergence().outcomes(of: TwoStateDivergence.back, in: 1) == [
        Outcome(next: 0, probability: 1, reward: 0)
      ])
  }

  @Test("the contract holds, with and without an ending")
  func contract() {
    #expect(EnvironmentChecks(TwoStateDivergence()).run().isEmpty)
    #expect(EnvironmentChecks(TwoStateDivergence(ending: 0)).run().isEmpty)
  }

  @Test("an ending above 1 and an action that is neither are a programmer's mistakes")
  func outside() async {
    await #expect(processExitsWith: .failure) { _ = TwoStateDivergence(ending: 2) }
    await #expect(processExitsWith: .failure) {
      var world = TwoStateDivergence()
      var random = RandomStream(seed: 1)
      _ = world.step(2, using: &random)
    }
  }
}
