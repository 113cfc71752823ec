import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Short corridor")
struct ShortCorridorTests {
  /// The value of the start where `right` is taken with the same probability everywhere, by sweeps.
  private func value(right: Double) -> Double {
    let world = ShortCorridor()
    let outcomes = (0..<3).map { cell in (0..<2).map { world.outcomes(of: $0, in: cell)[0] } }
    // The goal is worth nothing, and stays so.
    var values = [0.0, 0, 0, 0]
    for _ in 0..<3000 {
      for cell in 0..<3 {
        let (left, other) = (outcomes[cell][0], outcomes[cell][1])
        let leftValue = left.reward + values[left.next]
        values[cell] = (1 - right) * leftValue + right * (other.reward + values[other.next])
      }
    }
    return values[0]
  }

  @Test("the best probability of right is 0.59, for −11.6; the ε-greedy policies get −44 and −82")
  func book() {
    let values = (50...70).map { (right: Double($0) / 100, value: value(right: Double($0) / 100)) }
    #expect(values.max { $0.value < $1.value }?.right == 0.59)
    // 6 + 4√2, at 2 − √2.
    #expect(abs(value(right: 2 - 2.0.squareRoot()) + 6 + 4 * 2.0.squareRoot()) < 1e-9)
    // With ε = 0.1, right is taken with probability 0.95 or 0.05.
    #expect(abs(value(right: 0.95) + 44.2) < 0.05)
    #expect(abs(value(right: 0.05) + 82.1) < 0.05)
  }

  @Test("the value is the closed form of the documentation", arguments: [0.1, 0.3, 0.5, 0.7, 0.9])
  func closedForm(right: Double) {
    #expect(abs(value(right: right) + (4 - 2 * right) / (right * (1 - right))) < 1e-9)
  }

  @Test("who sees the cells goes right, left, right; the features tell nobody")
  func seeing() throws {
    let values = bestActionValues(of: ShortCorridor(), discount: 1)
    #expect((0..<3).map { bestActions(values, in: $0) } == [[1], [0], [1]])
    #expect(bestValue(values, in: 0) == -3)
    let features = try #require(ShortCorridor().features)
    #expect(features.count == 1 && Set(features.values) == [1])
    #expect(ShortCorridor().outcomes(of: 0, in: 0) == [Outcome(next: 0, probability: 1, reward: -1)])
  }

  @Test("the contract holds")
  func contract() { #expect(EnvironmentChecks(ShortCorridor()).run().isEmpty) }

  @Test("stepping on after the goal is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = ShortCorridor()
      var random = RandomStream(seed: 1)
      world.place(in: 2)
      _ = world.step(1, using: &random)
      _ = world.step(1, using: &random)
    }
  }
}
