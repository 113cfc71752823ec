import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Boyan chain")
struct BoyanChainTests {
  @Test("the value of a state is −2 times its number")
  func values() {
    let values = uniformPolicyValues(of: BoyanChain())
    for state in 0..<13 { #expect(abs(values[state] + 2 * Double(state)) < 1e-9, "state \(state)") }
  }

  @Test("the weights (−24, −16, −8, 0) leave no error anywhere, and are the only ones that do")
  func weights() throws {
    let world = BoyanChain()
    let features = try #require(world.features)
    let rows = (0..<13).map { features.values[features.range(of: $0)].map(Double.init) }
    let weights = [-24.0, -16, -8, 0]
    for state in 1..<13 {
      let target = world.outcomes(of: 0, in: state).reduce(0) { sum, outcome in
        sum + outcome.probability
          * (outcome.reward + (outcome.isTerminal ? 0 : dot(rows[outcome.next], weights)))
      }
      #expect(abs(target - dot(rows[state], weights)) < 1e-12, "state \(state)")
    }
    // Each weight is the value of one of the states 12, 8, 4 and 0, so that no other weights have these values.
    for (feature, state) in [12, 8, 4, 0].enumerated() {
      #expect(rows[state] == (0..<4).map { $0 == feature ? 1 : 0 })
    }
    #expect(rows[11] == [0.75, 0.25, 0, 0] && rows[1] == [0, 0, 0.25, 0.75])
    let fitted = leastSquaresWeights(features: rows, targets: (0..<13).map { -2 * Double($0) })
    #expect(zip(fitted, weights).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("steps lead one or two states down")
  func steps() {
    let world = BoyanChain()
    #expect(
      world.outcomes(of: 0, in: 7) == [
        Outcome(next: 6, probability: 0.5, reward: -3), Outcome(next: 5, probability: 0.5, reward: -3),
      ])
    #expect(
      world.outcomes(of: 0, in: 2) == [
        Outcome(next: 1, probability: 0.5, reward: -3),
        Outcome(next: 0, probability: 0.5, reward: -3, isTerminal: true),
      ])
    #expect(world.outcomes(of: 0, in: 1) == [Outcome(next: 0, probability: 1, reward: -2, isTerminal: true)])
    #expect(world.initialDistribution[12] == 1)
    #expect(world.map?.cells[12] == 0 && world.map?.cells[0] == 12)
  }

  @Test("the contract holds")
  func contract() { #expect(EnvironmentChecks(BoyanChain()).run().isEmpty) }

  @Test("stepping on from the end is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = BoyanChain()
      var random = RandomStream(seed: 1)
      world.place(in: 0)
      _ = world.step(0, using: &random)
    }
  }
}
