import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Two-bump bandit")
struct TwoBumpBanditTests {
  @Test("there are two tops, 0.5 at −0.4 and 1 at 0.7, and the slopes part at 0.42")
  func tops() {
    let grid = (0...2000).map { Double($0) / 1000 - 1 }
    let rewards = grid.map(TwoBumpBandit.expectedReward)
    let inner = 1..<grid.count - 1
    let tops = inner.filter { rewards[$0] > rewards[$0 - 1] && rewards[$0] > rewards[$0 + 1] }
    let valleys = inner.filter { rewards[$0] < rewards[$0 - 1] && rewards[$0] < rewards[$0 + 1] }
    #expect(tops.map { grid[$0] } == [-0.4, 0.7])
    #expect(abs(rewards[tops[0]] - 0.5) < 1e-4 && abs(rewards[tops[1]] - 1) < 1e-3)
    #expect(valleys.count == 1 && abs(grid[valleys[0]] - 0.423) < 1e-3)
    #expect(rewards.allSatisfy(TwoBumpBandit().rewardRange.contains))
  }

  @Test("blurred by a deviation of 0.16 the narrow bump is the higher one, by 0.17 the wide one")
  func blurred() {
    /// The expected reward of a normal distribution about a mean, limits aside, by a sum over its densities.
    func value(_ mean: Double, _ deviation: Double) -> Double {
      let offsets = (-600...600).map { Double($0) / 100 }
      let weights = offsets.map { exp(-$0 * $0 / 2) }
      return zip(offsets, weights).reduce(0) {
        $0 + $1.1 * TwoBumpBandit.expectedReward(of: mean + deviation * $1.0)
      } / weights.reduce(0, +)
    }
    func top(_ means: ClosedRange<Double>, _ deviation: Double) -> Double {
      stride(from: means.lowerBound, through: means.upperBound, by: 0.01).map { value($0, deviation) }.max()
        ?? 0
    }
    #expect(top(0.6...0.8, 0.16) > top(-0.5 ... -0.3, 0.16))
    #expect(top(0.6...0.8, 0.17) < top(-0.5 ... -0.3, 0.17))
  }

  @Test("a choice is an episode, and pays what it is worth")
  func choosing() throws {
    var world = TwoBumpBandit()
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == [1])
    let step = world.step([0.7], using: &random)
    // The narrow top, and the tail of the wide bump 1.1/0.3 deviations away.
    #expect(abs(step.reward.value - (1 + 0.5 * exp(-0.5 * (1.1 / 0.3) * (1.1 / 0.3)))) < 1e-6)
    #expect(step.ending == .terminated && world.isOver)
    try world.place(at: world.stateNumbers)
    #expect(!world.isOver)
    #expect(throws: DataError.self) { try world.place(at: [1]) }
  }

  @Test("noise is about what the choice is worth")
  func noise() {
    var world = TwoBumpBandit(noise: 0.5)
    var random = RandomStream(seed: 2)
    let count = 2000
    let mean = (0..<count).reduce(0) { sum, _ in
      _ = world.reset(using: &random)
      return sum + world.step([-0.4], using: &random).reward.value / Double(count)
    }
    // Five standard errors: a false alarm in 1.7 million.
    #expect(abs(mean - 0.5) < 5 * 0.5 / Double(count).squareRoot())
    #expect(world.rewardRange == -.infinity ... .infinity)
  }

  @Test("the contract holds")
  func contract() {
    #expect(EnvironmentChecks(TwoBumpBandit()).run().isEmpty)
    #expect(EnvironmentChecks(TwoBumpBandit(noise: 1)).run().isEmpty)
  }

  @Test("an action outside the limits, or none at all, is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = TwoBumpBandit()
      var random = RandomStream(seed: 1)
      _ = world.step([1.01], using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = TwoBumpBandit()
      var random = RandomStream(seed: 1)
      _ = world.step([.nan], using: &random)
    }
  }
}
