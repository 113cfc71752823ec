import Assay

/// How actions, observations and rewards are written as bits, which is all that a history is made of.
///
/// An action's bits come first, then those of the observation and those of the reward that followed; of each number the
/// highest bit comes first. A *percept* is an observation and a reward as one number: observation · 2^(bits of reward) +
/// reward − smallest reward.
///
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, §3.2 and §4.
public struct PerceptCode: Sendable, Hashable {
  /// How many actions there are.
  public let actionCount: Int
  /// How many observations there are.
  public let observationCount: Int
  /// How many bits an action takes.
  public let actionBits: Int
  /// How many bits an observation takes.
  public let observationBits: Int
  /// How many bits a reward takes.
  public let rewardBits: Int
  /// The smallest reward, which is written as zeros. Rewards are whole numbers from here.
  public let smallestReward: Int

  /// Makes a code.
  ///
  /// - Parameters:
  ///   - actionCount: how many actions there are.
  ///   - observationCount: how many observations there are.
  ///   - rewards: the smallest and the largest reward; all of them are whole numbers.
  ///   - observationBits: how many bits an observation takes; `nil` for as few as do, but one at least.
  ///   - rewardBits: how many bits a reward takes; `nil` for as few as do, but one at least.
  public init(
    actionCount: Int, observationCount: Int, rewards: ClosedRange<Int>, observationBits: Int? = nil,
    rewardBits: Int? = nil
  ) {
    precondition(actionCount > 0, "actionCount must be positive, but is \(actionCount)")
    precondition(observationCount > 0, "observationCount must be positive, but is \(observationCount)")
    self.actionCount = actionCount
    self.observationCount = observationCount
    actionBits = Self.bits(for: actionCount)
    self.observationBits = observationBits ?? Self.bits(for: observationCount)
    self.rewardBits = rewardBits ?? Self.bits(for: rewards.count)
    smallestReward = rewards.lowerBound
    precondition(
      observationCount <= 1 << self.observationBits && rewards.count <= 1 << self.rewardBits,
      "\(observationCount) observations and \(rewards.count) rewards do not go into \(self.observationBits) and "
        + "\(self.rewardBits) bits")
    precondition(perceptBits <= 31, "a percept takes 31 bits at most, but this one \(perceptBits)")
  }

  private static func bits(for count: Int) -> Int {
    max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// How many bits a percept takes.
  public var perceptBits: Int { observationBits + rewardBits }

  /// How many bits an action and what follows it take.
  public var cycleBits: Int { actionBits + perceptBits }

  /// The percept of an observation and a reward, a whole number in range.
  public func percept(observation: Int, reward: Reward) -> Int {
    precondition(
      observation >= 0 && observation < observationCount,
      "an observation must be in 0..<\(observationCount), but is \(observation)")
    let code = Int(exactly: reward.value - Double(smallestReward)) ?? -1
    precondition(
      code >= 0 && code < 1 << rewardBits,
      "a reward must be a whole number in \(smallestReward)...\(smallestReward + (1 << rewardBits) - 1), "
        + "but is \(reward.value)")
    return observation << rewardBits | code
  }

  /// The observation of a percept. What a model makes up may be none of the world's.
  @inlinable
  public func observation(of percept: Int) -> Int { percept >> rewardBits }

  /// The reward of a percept, as a model predicts it.
  @inlinable
  public func reward(of percept: Int) -> PredictedReward {
    PredictedReward(Double(smallestReward + percept & (1 << rewardBits - 1)))
  }

  /// The largest reward that can be written.
  public var largestReward: Int { smallestReward + 1 << rewardBits - 1 }
}
