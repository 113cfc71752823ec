import Assay
import AssayNetworks
import Foundation
import Testing

@testable import AssayAgents

@Suite("Twin critic")
struct TwinCriticTests {
  /// Two linear critics of one number seen and one done in −2 … 2, and a linear policy:
  /// Q₁ = 1 + 2 s + 3 a/2,  Q₂ = 2 − s + 4 a/2;  u ~ N(½ s, e⁻²).
  private func made() -> (ParameterStore, SoftActorCriticNetworks, TwinCritic) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    let space = BoxSpace(count: 1, in: -2...2)
    let networks = SoftActorCriticNetworks(
      observationCount: 1, actionCount: 1, hidden: [], temperature: 1, in: &store, using: &stream)
    func set(_ block: BlockHandle, _ numbers: [[Float]]) {
      let permit = store.interventionPermit("test", toWrite: block)
      for (tensor, values) in zip(store.block(block).tensors, numbers) {
        for (index, value) in values.enumerated() {
          store.set(value, at: tensor.offset + index, with: permit)
        }
      }
    }
    set(networks.critic.block, [[2, 3, -1, 4], [1, 2]])
    set(networks.actor.block, [[0.5, 0], [0, -1]])
    let critic = networks.critic(
      claim: networks.claim(discount: 0.9), observationCount: 1, actionSpace: space)
    return (store, networks, critic)
  }

  @Test("the lesser of two values is believed")
  func lesser() {
    let (store, _, critic) = made()
    // s = 1, a = 1: 1 + 2 + 1.5 and 2 − 1 + 2;  s = 0, a = −2: 1 − 3 and 2 − 4;  s = −1, a = 0: −1 and 3.
    let (latents, actions): ([[Float]], [[Float]]) = ([[1], [0], [-1]], [[1], [-2], [0]])
    #expect(
      critic.memberValues(of: latents, taking: actions, reading: store) == [[4.5, 3], [-2, -2], [-1, 3]])
    #expect(critic.values(of: latents, taking: actions, reading: store) == [3, -2, -1])
  }

  @Test("a state is worth the mean over what the policy might do")
  func stateValues() {
    let (store, _, critic) = made()
    guard case .stateValues(let values) = critic.estimates(of: [[-1], [2]], reading: store) else {
      Issue.record("a critic of vectors cannot list action values")
      return
    }
    // At s = −1 the first is the lesser, −1 + 3 tanh u, for every action; at s = 2 the second, 4 tanh u.
    // By the trapezium rule on 2001 points of u within 8 σ, good to far below what 32 draws are.
    func mean(_ s: Double) -> Double {
      let step = 16.0 / 2000
      return (0...2000).reduce(0) {
        let z = -8 + Double($1) * step
        return $0 + tanh(0.5 * s + exp(-1) * z) * exp(-0.5 * z * z) * step
      } / (2 * .pi).squareRoot()
    }
    // σ of tanh u is at most e⁻¹; of a mean of 32, 0.065. The draws are fixed: the bound is 4 standard errors.
    #expect(abs(values[0] - (-1 + 3 * mean(-1))) < 4 * 3 * 0.065)
    #expect(abs(values[1] - 4 * mean(2)) < 4 * 4 * 0.065)
    #expect(critic.estimates(of: [[-1], [2]], reading: store) == .stateValues(values))
  }

  @Test("claims the soft action values of the actor's policy")
  func claim() {
    let (_, networks, critic) = made()
    #expect(critic.claim.quantity == .actionValue)
    #expect(critic.claim.softness == .entropy(logTemperature: networks.temperature.block))
    #expect(
      critic.claim.description == "Q(s, a) of the actor's policy, discount 0.9, with an entropy bonus")
  }
}
