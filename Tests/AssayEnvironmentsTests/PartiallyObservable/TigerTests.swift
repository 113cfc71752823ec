import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Foundation
import Testing

@Suite("Tiger")
struct TigerTests {
  @Test("the world does what it lists, with any accuracy", arguments: [0.5, 0.85, 1])
  func contract(accuracy: Double) { #expect(faults(of: Tiger(accuracy: accuracy)) == []) }

  /// The world by the difference of how often each door was heard, cut off at ±30: what it is worth to know
  /// nothing, and what is best on average. Written from the rules, with nothing of the package in it.
  static func byDifference(discount: Double, sweeps: Int) -> (value: Double, gain: ClosedRange<Double>) {
    let limit = 30
    var values = [Double](repeating: 0, count: 2 * limit + 1)
    var gain = 0.0...0
    for _ in 0..<sweeps {
      let backed = values.indices.map { index -> Double in
        let left = 1 / (1 + pow(0.15 / 0.85, Double(index - limit)))
        let hearsLeft = 0.85 * left + 0.15 * (1 - left)
        let listening =
          -1 + discount
          * (hearsLeft * values[min(index + 1, 2 * limit)] + (1 - hearsLeft) * values[max(index - 1, 0)])
        let opening = 110 * max(left, 1 - left) - 100 + discount * values[limit]
        return max(listening, opening)
      }
      let gains = zip(backed, values).map { $0 - $1 }
      gain = (gains.min() ?? 0)...(gains.max() ?? 0)
      values = discount < 1 ? backed : zip(backed, values).map { 0.5 * ($0 + $1) }
    }
    return (values[limit], gain)
  }

  @Test(
    "knowing nothing is worth what is published: 1.9334 at γ = 0.75, 19.3714 at γ = 0.95",
    arguments: [(0.75, 1.9334), (0.95, 19.3714)])
  func values(discount: Double, published: Double) {
    let byHand = Self.byDifference(discount: discount, sweeps: 600).value
    // Four digits were published; 600 sweeps are off by less than 100 · 0.95⁶⁰⁰ / 0.05 < 1e-9.
    #expect(abs(byHand - published) < 5e-5)
    // Beliefs within 1e-9 are taken for one, which moves a value by no more than 1e-9 · 110 / (1 − γ)².
    #expect(abs(BeliefGraph(Tiger().process).bestValue(discount: discount) - byHand) < 1e-4)
  }

  @Test("1.0838 a step is best on average")
  func average() {
    let byHand = Self.byDifference(discount: 1, sweeps: 2000).gain
    #expect(byHand.upperBound - byHand.lowerBound < 1e-6)
    #expect(abs(byHand.lowerBound - 1.0838) < 5e-5)
    let gain = BeliefGraph(Tiger().process).bestAverageReward()
    #expect(abs(gain.lowerBound - byHand.lowerBound) < 1e-6)
    #expect(abs(gain.upperBound - byHand.lowerBound) < 1e-6)
  }

  /// A planner that looks so many steps ahead and knows the world listens until one door was heard so much more often.
  /// The numbers are of a recursion over that difference that was worked out apart from the package.
  @Test(
    "who looks five steps ahead listens once too often",
    arguments: [(1, 2), (4, 2), (5, 3), (6, 2), (8, 2)])
  func horizons(horizon: Int, difference: Int) throws {
    let plans = try Tiger().process.finiteHorizonSolution(horizon: horizon, discount: 1)
    let opens = (0..<10).first { difference in
      let left = 1 / (1 + pow(0.15 / 0.85, Double(difference)))
      return plans.action(in: [left, 1 - left]) == Tiger.openRight
    }
    #expect(opens == difference)
  }

  /// How long it takes until one door was heard so much more often, and how often it is the wrong one, are those of a
  /// gambler who wins with 0.85 and stops at ±n.
  @Test("to open after a difference of three earns 0.985 a step", arguments: [(2, 1.0838), (3, 0.9849)])
  func differences(difference: Int, reward: Double) {
    let odds = pow(0.15 / 0.85, Double(difference))
    let listens = Double(difference) / 0.7 * (1 - odds) / (1 + odds)
    let byHand = (10 - 110 * odds / (1 + odds) - listens) / (listens + 1)
    #expect(abs(byHand - reward) < 5e-5)
    var world = Tiger()
    var random = RandomStream(seed: 5)
    _ = world.reset(using: &random)
    var (heard, sum) = (0, 0.0)
    let steps = 400_000
    for _ in 0..<steps {
      let action =
        heard >= difference ? Tiger.openRight : heard <= -difference ? Tiger.openLeft : Tiger.listen
      let step = world.step(action, using: &random)
      sum += step.reward.value
      heard = action == Tiger.listen ? heard + (step.observation == 0 ? 1 : -1) : 0
    }
    // A step's reward strays by less than 15, so the mean by less than 0.024.
    #expect(abs(sum / Double(steps) - byHand) < 0.08)
  }

  @Test("episodes start with nothing heard, and never go on so")
  func first() {
    var world = Tiger()
    var random = RandomStream(seed: 1)
    #expect(world.observationSpace.count == 3)
    #expect(world.reset(using: &random) == 2)
    for _ in 0..<100 { #expect(world.step(Tiger.listen, using: &random).observation < 2) }
  }

  @Test("a world from the same file is the same")
  func tabular() throws {
    let text = try Tiger().process.cassandraText()
    let read = try FinitePOMDP(cassandra: Array(text.utf8), name: "tiger")
    let world = HiddenTabularEnvironment(read)
    #expect(world.name == "tiger" && world.discount == 0.95 && world.rewardRange == -100...10)
    #expect(world.actionNames == ["listen", "open-left", "open-right"])
    var one = Tiger()
    var other = world
    var random = (RandomStream(seed: 3), RandomStream(seed: 3))
    #expect(one.reset(using: &random.0) == other.reset(using: &random.1))
    for action in [0, 0, 1, 2, 0, 1, 1, 0] {
      let steps = (one.step(action, using: &random.0), other.step(action, using: &random.1))
      #expect(steps.0.observation == steps.1.observation && steps.0.reward == steps.1.reward)
      #expect(one.state == other.state)
    }
  }

  @Test("what cannot come is in no range of rewards")
  func impossibleReward() throws {
    let dynamics = try FiniteMDP(
      name: "lottery", stateCount: 1, actionCount: 1, discount: 0.5, initial: [1], rowStarts: [0, 2],
      successors: [0, 0], probabilities: [1, 0], terminals: [],
      rewards: [.init(name: "reward", expected: [-1], outcomes: [-1, 1000])])
    let process = try FinitePOMDP(
      process: dynamics, observationCount: 1, observations: .init(rowCount: 1) { _ in [(0, 1)] })
    #expect(HiddenTabularEnvironment(process).rewardRange == -1 ... -1)
  }

  @Test("a table may want something else than it pays")
  func performance() throws {
    let tiger = Tiger().process
    let wanted = FiniteMDP.RewardFunction(
      name: "performance", expected: tiger.process.reward.expected.map { -2 * $0 })
    let process = try FinitePOMDP(
      process: tiger.process.withRewards([tiger.process.reward, wanted]), observationCount: 2,
      observations: tiger.observations)
    var world = HiddenTabularEnvironment(process)
    #expect(EnvironmentChecks(world).run() == [])
    var random = RandomStream(seed: 2)
    _ = world.reset(using: &random)
    let step = world.step(Tiger.listen, using: &random)
    #expect(step.reward == -1 && step.performance == 2)
  }

  @Test("with a time limit it lists the same, and is cut off")
  func limit() {
    var world = TimeLimit(Tiger(), steps: 3)
    #expect(world.process == Tiger().process)
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    world.place(in: 1)
    let endings = (0..<3).map { _ in world.step(Tiger.listen, using: &random).ending }
    #expect(endings == [nil, nil, .truncated])
    #expect(world.state == 1 && world.stateNumbers == [1])
  }

  @Test("numbers that are no state are refused, and an action there is none of traps")
  func misuse() async {
    #expect(throws: DataError.self) {
      var world = Tiger()
      try world.place(at: [2])
    }
    #expect(throws: DataError.self) {
      var world = Tiger()
      try world.place(at: [.nan])
    }
    await #expect(processExitsWith: .failure) {
      var world = Tiger()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(3, using: &random)
    }
  }
}
