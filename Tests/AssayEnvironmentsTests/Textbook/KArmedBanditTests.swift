import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("k-armed bandit")
struct KArmedBanditTests {
  @Test("the best of ten arms is worth 1.54 on average over seeds")
  func best() {
    // ∫ x · 10 φ(x) Φ(x)⁹ dx by the trapezoid rule, which such a smooth integrand takes to many digits.
    let step = 0.01
    var expected = 0.0
    for index in -800...800 {
      let x = step * Double(index)
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      let below = erfc(-x / 2.0.squareRoot()) / 2
      expected += step * x * 10 * density * pow(below, 9)
    }
    #expect(abs(expected - 1.54) < 0.005)
    let seeds = 3000
    let mean = (0..<seeds).reduce(0) { sum, seed in
      sum + (KArmedBandit(seed: UInt64(seed)).worths.max() ?? 0) / Double(seeds)
    }
    // The largest of ten normal numbers has deviation 0.587; five standard errors, a false alarm in 1.7 million.
    #expect(abs(mean - expected) < 5 * 0.587 / Double(seeds).squareRoot())
  }

  @Test("rewards are normal about what the arm is worth, with deviation 1")
  func rewards() {
    var world = KArmedBandit(worths: [-3, 2])
    var random = RandomStream(seed: 5)
    let count = 2000
    let rewards = (0..<count).map { _ in
      _ = world.reset(using: &random)
      let step = world.step(1, using: &random)
      #expect(step.ending == .terminated && step.observation == 0)
      return step.reward.value
    }
    let mean = rewards.reduce(0, +) / Double(count)
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    // Five standard errors each: 1/√n of the mean, √(2/n) of the variance; two false alarms in 1.7 million.
    #expect(abs(mean - 2) < 5 / Double(count).squareRoot())
    #expect(abs(variance - 1) < 5 * (2 / Double(count)).squareRoot())
    #expect(world.outcomes(of: 0, in: 0) == [Outcome(next: 0, probability: 1, reward: -3, isTerminal: true)])
    #expect(world.rewardRange == -.infinity ... .infinity)
  }

  /// How often the best arm was taken in the last 50 of 1000 pulls, by ε-greedy choice among averages.
  private func share(optimal runs: Int, exploration: Double, seed: UInt64) -> Double {
    var random = RandomStream(seed: seed)
    var hits = 0
    for run in 0..<runs {
      var world = KArmedBandit(seed: seed &* 100_000 &+ UInt64(run))
      let best = world.worths.indices.max { world.worths[$0] < world.worths[$1] } ?? 0
      var averages = [Double](repeating: 0, count: 10)
      var counts = [Double](repeating: 0, count: 10)
      // The first greedy choice is among equals.
      var greedy = random.integer(below: 10)
      for pull in 0..<1000 {
        let arm = random.unit() < exploration ? random.integer(below: 10) : greedy
        if pull >= 950, arm == best { hits += 1 }
        _ = world.reset(using: &random)
        let reward = world.step(arm, using: &random).reward.value
        counts[arm] += 1
        averages[arm] += (reward - averages[arm]) / counts[arm]
        if arm == greedy || averages[arm] > averages[greedy] {
          greedy = Self.largest(averages, using: &random)
        }
      }
    }
    return Double(hits) / Double(50 * runs)
  }

  /// The index of the largest number, drawn among equals.
  private static func largest(_ numbers: [Double], using random: inout RandomStream) -> Int {
    var best = 0
    var equals = 1
    for index in 1..<numbers.count {
      if numbers[index] > numbers[best] {
        best = index
        equals = 1
      } else if numbers[index] == numbers[best] {
        equals += 1
        if random.integer(below: equals) == 0 { best = index }
      }
    }
    return best
  }

  @Test(
    "after 1000 pulls the best arm is taken in 80, 60 and 35 % of them, as in the book's figure 2.2",
    arguments: [(0.1, 0.80), (0.01, 0.59), (0, 0.354)])
  func learning(exploration: Double, expected: Double) {
    // The expected shares are those of 20,000 runs in another language; the figure shows the same. A run's own
    // share varies no more than a coin's with that chance, so this is at most 4.5 standard errors: three false
    // alarms in 150,000.
    let runs = 250
    let error = (expected * (1 - expected) / Double(runs)).squareRoot()
    let share = share(optimal: runs, exploration: exploration, seed: 11)
    #expect(abs(share - expected) < 4.5 * error, "\(share)")
  }

  @Test("the contract holds")
  func contract() { #expect(EnvironmentChecks(KArmedBandit()).run().isEmpty) }

  @Test("a second pull without a reset, and an arm that is not there, are programmer's mistakes")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = KArmedBandit()
      var random = RandomStream(seed: 1)
      _ = world.step(0, using: &random)
      _ = world.step(0, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = KArmedBandit(arms: 3)
      var random = RandomStream(seed: 1)
      _ = world.step(3, using: &random)
    }
  }
}
