import Assay
import AssayEnvironments
import Foundation

/// A world that shows a list of rewards one by one, for tests to foresee every number of it.
///
/// The observation is how many steps were taken and which action was taken last (−1 for none); the reward of
/// step t is the t-th of the list, the performance ten times as much. The last of the list terminates the
/// episode. It needs a reset first.
struct Reel: PlaceableEnvironment {
  let rewards: [Double]
  let actionSpace = DiscreteSpace(count: 2)
  let observationSpace = BoxSpace(low: [0, -1], high: [1000, 1])
  let name = "reel"
  let actionNames = ["zero", "one"]
  private(set) var taken: Int
  private(set) var last = -1

  init(_ rewards: [Double]) {
    self.rewards = rewards
    taken = rewards.count
  }

  var isOver: Bool { taken == rewards.count }
  var rewardRange: ClosedRange<Double> { (rewards.min() ?? 0)...(rewards.max() ?? 0) }
  var stateNumbers: [Double] { [Double(taken), Double(last)] }
  var picture: Picture { Picture(caption: "\(taken) taken") }

  mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 2, let taken = Int(exactly: numbers[0]), let last = Int(exactly: numbers[1]),
      rewards.indices.contains(taken)
    else {
      throw DataError(field: "state", value: "\(numbers)", allowed: "a place on the reel, and an action")
    }
    (self.taken, self.last) = (taken, last)
  }

  mutating func reset(using random: inout RandomStream) -> [Float] {
    (taken, last) = (0, -1)
    return shown
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    let reward = rewards[taken]
    taken += 1
    last = action
    return Step(
      observation: shown, reward: Reward(reward), performance: Reward(10 * reward),
      ending: isOver ? .terminated : nil)
  }

  private var shown: [Float] { [Float(taken), Float(last)] }
}

/// A block that is pushed along a line until it is 2 off the middle: a world of numbers with room for chance
/// at its starts alone.
///
/// The state is place and speed, the action a push in −1…1: v ← v + a / 4, x ← x + v / 4; the reward is −x².
struct SlidingBlock: PlaceableEnvironment {
  let observationSpace = BoxSpace(count: 2, in: -100...100)
  let actionSpace = BoxSpace(count: 1, in: -1...1)
  let name = "sliding-block"
  private(set) var place = 0.0
  private(set) var speed = 0.0
  private(set) var isOver = true

  var rewardRange: ClosedRange<Double> { -.infinity...0 }
  var stateNumbers: [Double] { [place, speed] }

  mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 2, abs(numbers[0]) < 2, numbers[1].isFinite else {
      throw DataError(
        field: "state", value: "\(numbers)", allowed: "a place within 2 of the middle, and a speed")
    }
    (place, speed, isOver) = (numbers[0], numbers[1], false)
  }

  mutating func reset(using random: inout RandomStream) -> [Float] {
    (place, speed, isOver) = (random.unit() - 0.5, 0, false)
    return [Float(place), 0]
  }

  mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    speed += Double(action[0]) / 4
    place += speed / 4
    isOver = abs(place) >= 2
    return Step(
      observation: [Float(place), Float(speed)], reward: Reward(-place * place),
      ending: isOver ? .terminated : nil)
  }
}

/// Two states, of which one has only one action: from 0, action 0 leads to 1 with reward 3 and action 1 back
/// to 0 with −1; from 1, only action 1 is there, and leads to 0 or ends, each with probability ½ and reward
/// 5.
func narrowWorld() throws -> TabularEnvironment {
  let file = """
    {"schema": "assay.mdp/1", "name": "narrow", "states": 2, "actions": 2, "discount": 0.5, "initial": [1, 0],
     "transitions": {"state": [0, 0, 1, 1], "action": [0, 1, 1, 1], "next": [1, 0, 0, 0],
     "probability": [1, 1, 0.5, 0.5], "reward": [3, -1, 5, 5], "terminal": [false, false, false, true]}}
    """
  return TabularEnvironment(try FiniteMDP(json: Data(file.utf8)))
}

extension Environment {
  /// Every step of an episode that takes some actions.
  mutating func steps(_ actions: [Action], seed: UInt64 = 1) -> [Step<Observation>] {
    var random = RandomStream(seed: seed)
    _ = reset(using: &random)
    return actions.map { step($0, using: &random) }
  }
}
