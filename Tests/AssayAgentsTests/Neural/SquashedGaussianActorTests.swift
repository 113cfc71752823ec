import Assay
import AssayNetworks
import Foundation
import Testing

@testable import AssayAgents

@Suite("Squashed Gaussian actor")
struct SquashedGaussianActorTests {
  /// Two coordinates in boxes of different size and place.
  private let space = BoxSpace(low: [-2, 1], high: [2, 4])

  private func made(warmUp: Int = 0) -> (ParameterStore, SquashedGaussianActor) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    let networks = SoftActorCriticNetworks(
      observationCount: 3, actionCount: 2, hidden: [8], temperature: 1, in: &store, using: &stream)
    return (store, networks.actor(observationCount: 3, actionSpace: space, warmUp: warmUp))
  }

  @Test("a density over the box sums to 1")
  func density() {
    let policy = SquashedGaussianActions(means: [0.3], deviations: [0.6], centres: [2.5], halfWidths: [1.5])
    // The midpoint rule on 4000 cells of a smooth density that vanishes at the ends; Float32 actions are good to
    // about 10⁻⁷ of the box, so the sum is to about 10⁻⁴.
    let cell = 3.0 / 4000
    let sum = (0..<4000).reduce(0) {
      $0 + exp(policy.logProbability(of: [Float(1 + (Double($1) + 0.5) * cell)])) * cell
    }
    #expect(abs(sum - 1) < 1e-3)
    #expect(policy.logProbability(of: [4]) == -.infinity)
    #expect(policy.logProbability(of: [0.9]) == -.infinity)
    // At u = 0, a = 2.5: N(0; 0.3, 0.6²) = 0.586775…, over half-width 1.5.
    #expect(abs(exp(policy.logProbability(of: [2.5])) - 0.586775 / 1.5) < 1e-5)
  }

  @Test("acts in its box: evenly at first, from its distribution, or at the squeezed mean")
  func conduct() {
    var (store, actor) = made(warmUp: 10)
    var random = RandomStream(seed: 5)
    var observations = VectorColumn(count: 400, width: 3)
    for row in 0..<400 { observations[row] = [0.5, -1, 2] }
    let policy = actor.distributions(at: [[0.5, -1, 2]], reading: store)[0]
    let greedy = actor.actions(at: observations, as: .greedy, reading: store, using: &random)
    for index in 0..<2 {
      let expected = policy.centres[index] + policy.halfWidths[index] * tanh(policy.means[index])
      // Float32.
      #expect(abs(Double(greedy[7][index]) - expected) < 1e-5)
    }
    // The mean of 400 even draws is off by more than 4.9 standard errors for one seed in a million.
    let even = actor.actions(at: observations, as: .exploring, reading: store, using: &random)
    #expect((0..<400).allSatisfy { space.contains(even[$0]) })
    for (index, (middle, width)) in [(0.0, 4.0), (2.5, 3)].enumerated() {
      let mean = (0..<400).reduce(0) { $0 + Double(even[$1][index]) } / 400
      #expect(abs(mean - middle) < 4.9 * width / 12.0.squareRoot() / 20)
    }
    store.step = 10
    let drawn = actor.actions(at: observations, as: .exploring, reading: store, using: &random)
    for index in 0..<2 {
      // u is normal: its mean over 400 draws is within 4.9 standard errors.
      let mean =
        (0..<400).reduce(0) {
          $0 + atanh((Double(drawn[$1][index]) - policy.centres[index]) / policy.halfWidths[index])
        } / 400
      #expect(abs(mean - policy.means[index]) < 4.9 * policy.deviations[index] / 20)
    }
  }
}
