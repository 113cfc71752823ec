import Assay

/// How actions, observations and rewards are written as bits, which is all that a history is made of.
///
/// An action's bits come first, then those of the reward and those of the observation that followed; of each number the
/// highest bit comes first. A *percept* is a reward and an observation as one number: (reward − smallest reward) ·
/// 2^(bits of an observation) + observation.
///
/// The order matters: trees tell contexts apart from the latest bit on, and what is observed tells more of what follows
/// than what was paid, so it comes last.
///
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
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
  /// The smallest and the largest reward; all of them are whole numbers. The smallest is written as zeros. A model may
  /// make up larger ones, as far as the bits go.
  public let rewards: ClosedRange<Int>

  /// Makes a code.
  ///
  /// - Parameters:
  ///   - actionCount: how many actions there are.
  ///   - observationCount: how many observations there are.
  ///   - rewards: the smallest and the largest reward; all of them are whole numbers.
  ///   - actionBits: how many bits an action takes; `nil` for as few as do, but one at least.
  ///   - observationBits: how many bits an observation takes, likewise.
  ///   - rewardBits: how many bits a reward takes, likewise.
  public init(
    actionCount: Int, observationCount: Int, rewards: ClosedRange<Int>, actionBits: Int? = nil,
    observationBits: Int? = nil, rewardBits: Int? = nil
  ) {
    precondition(actionCount > 0, "actionCount must be positive, but is \(actionCount)")
    precondition(observationCount > 0, "observationCount must be positive, but is \(observationCount)")
    self.actionCount = actionCount
    self.observationCount = observationCount
    self.actionBits = actionBits ?? Self.bits(for: actionCount)
    self.observationBits = observationBits ?? Self.bits(for: observationCount)
    self.rewardBits = rewardBits ?? Self.bits(for: rewards.count)
    self.rewards = rewards
    for (name, count, bits) in [
      ("actions", actionCount, self.actionBits), ("observations", observationCount, self.observationBits),
      ("rewards", rewards.count, self.rewardBits),
    ] {
      precondition(
        bits >= 0 && bits <= 31 && count <= 1 << bits, "\(count) \(name) do not go into \(bits) bits")
    }
    precondition(
      perceptBits > 0 && perceptBits <= 31, "a percept takes 1 to 31 bits, but this one \(perceptBits)")
  }

  private static func bits(for count: Int) -> Int {
    max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// How many bits a percept takes.
  public var perceptBits: Int { observationBits + rewardBits }

  /// The percept of an observation and a reward, a whole number in range.
  public func percept(observation: Int, reward: Reward) -> Int {
    precondition(
      observation >= 0 && observation < observationCount,
      "an observation must be in 0..<\(observationCount), but is \(observation)")
    guard let whole = Int(exactly: reward.value), rewards.contains(whole) else {
      preconditionFailure("a reward must be a whole number in \(rewards), but is \(reward.value)")
    }
    return (whole - rewards.lowerBound) << observationBits | observation
  }

  /// The observation of a percept. What a model makes up may be none of the world's.
  @inlinable
  public func observation(of percept: Int) -> Int { percept & (1 << observationBits - 1) }

  /// The reward of a percept, as a model predicts it.
  @inlinable
  public func reward(of percept: Int) -> PredictedReward {
    PredictedReward(Double(rewards.lowerBound + percept >> observationBits))
  }
}
