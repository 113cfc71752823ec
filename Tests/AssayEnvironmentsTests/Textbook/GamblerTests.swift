import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Gambler")
struct GamblerTests {
  /// Index of the action that stakes an amount.
  static func stake(_ amount: Int) -> Int { amount - 1 }

  @Test("with an unfair coin the values are those of bold play, and the book's 0.16, 0.4 and 0.64")
  func bold() {
    let values = bestActionValues(of: Gambler())
    // Bold play doubles what is in hand or what is missing: an equation of its own for its value.
    var bold = [Double](repeating: 0, count: 101)
    bold[100] = 1
    for _ in 0..<200 {
      for money in 1..<100 {
        bold[money] = money <= 50 ? 0.4 * bold[2 * money] : 0.4 + 0.6 * bold[2 * money - 100]
      }
    }
    for money in 1..<100 { #expect(abs(bestValue(values, in: money) - bold[money]) < 1e-9, "\(money)") }
    for (money, value) in [(25, 0.16), (50, 0.4), (75, 0.64)] {
      #expect(abs(bestValue(values, in: money) - value) < 1e-9)
    }
  }

  @Test("the best stakes are the book's: all of 50, one or 49 of 51, and bold ones anywhere")
  func stakes() {
    let values = bestActionValues(of: Gambler())
    #expect(bestActions(values, in: 50) == [Self.stake(50)])
    #expect(bestActions(values, in: 25) == [Self.stake(25)])
    #expect(bestActions(values, in: 75) == [Self.stake(25)])
    #expect(bestActions(values, in: 51) == [Self.stake(1), Self.stake(49)])
    for money in 1..<100 {
      #expect(bestActions(values, in: money).contains(Self.stake(min(money, 100 - money))), "\(money)")
    }
  }

  @Test("with a coin in one's favour one stakes 1, and the value is that of the ruin problem")
  func timid() {
    let values = bestActionValues(of: Gambler(heads: 0.55, goal: 20))
    let odds = 0.45 / 0.55
    for money in 1..<20 {
      let value = (1 - pow(odds, Double(money))) / (1 - pow(odds, 20))
      #expect(abs(bestValue(values, in: money) - value) < 1e-9)
      #expect(bestActions(values, in: money).contains(Self.stake(1)))
    }
  }

  @Test("one stakes no more than is in hand or missing")
  func limits() {
    var world = Gambler()
    #expect(world.outcomes(of: Self.stake(31), in: 30).isEmpty)
    #expect(world.outcomes(of: Self.stake(31), in: 70).isEmpty)
    #expect(
      world.outcomes(of: Self.stake(30), in: 70) == [
        Outcome(next: 100, probability: 0.4, reward: 1, isTerminal: true),
        Outcome(next: 40, probability: 0.6, reward: 0),
      ])
    world.place(in: 3)
    #expect(world.isAvailable(Self.stake(3)) && !world.isAvailable(Self.stake(4)))
    #expect(world.initialDistribution[0] == 0 && world.initialDistribution[100] == 0)
  }

  @Test("the contract holds")
  func contract() {
    var checks = EnvironmentChecks(Gambler())
    checks.samples = 100
    checks.pairLimit = 300
    #expect(checks.run().isEmpty)
  }

  @Test("a stake that is not in hand is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = Gambler()
      var random = RandomStream(seed: 1)
      world.place(in: 3)
      _ = world.step(3, using: &random)
    }
  }
}
