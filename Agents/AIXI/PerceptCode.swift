import Assay

/// How actions, observations and rewards are written as bits, which is all that a history is made of.
///
/// An action's bits come first, then those of the reward and those of the observation that followed; of each number the
/// highest bit comes first. A *percept* is a reward and an observation as one number: (number of the reward) ·
/// 2^(bits of an observation) + observation. A reward's number is what it is above the smallest or, where the rewards that
/// there are were listed, its place among them.
///
/// Listing them pays: whatever was paid lies between what is seen now and what was seen before, and every bit of it is one
/// more that a tree has to look past.
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
  /// The smallest and the largest reward; all of them are whole numbers. The smallest is written as zeros. Where they are
  /// not listed, a model may make up larger ones, as far as the bits go.
  public let rewards: ClosedRange<Int>
  /// The rewards that there are, rising; `nil` where any whole number in ``rewards`` may be.
  public let listedRewards: [Int]?

  /// Makes a code with a number for each reward in a range.
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
    self.init(
      actionCount: actionCount, observationCount: observationCount, rewards: rewards, listedRewards: nil,
      rewardCount: rewards.count, actionBits: actionBits, observationBits: observationBits,
      rewardBits: rewardBits)
  }

  /// Makes a code with a number for each of some rewards.
  ///
  /// - Parameters:
  ///   - actionCount: how many actions there are.
  ///   - observationCount: how many observations there are.
  ///   - listedRewards: the rewards that there are, one at least, rising; bits of none of them are read as the last.
  ///   - actionBits: how many bits an action takes; `nil` for as few as do, but one at least.
  ///   - observationBits: how many bits an observation takes, likewise.
  ///   - rewardBits: how many bits a reward takes, likewise.
  public init(
    actionCount: Int, observationCount: Int, listedRewards: [Int], actionBits: Int? = nil,
    observationBits: Int? = nil, rewardBits: Int? = nil
  ) {
    guard let least = listedRewards.first, let most = listedRewards.last,
      zip(listedRewards, listedRewards.dropFirst()).allSatisfy({ $0 < $1 })
    else { preconditionFailure("listed rewards must be rising, and one at least, but are \(listedRewards)") }
    self.init(
      actionCount: actionCount, observationCount: observationCount, rewards: least...most,
      listedRewards: listedRewards, rewardCount: listedRewards.count, actionBits: actionBits,
      observationBits: observationBits, rewardBits: rewardBits)
  }

  private init(
    actionCount: Int, observationCount: Int, rewards: ClosedRange<Int>, listedRewards: [Int]?,
    rewardCount: Int, actionBits: Int?, observationBits: Int?, rewardBits: Int?
  ) {
    precondition(actionCount > 0, "actionCount must be positive, but is \(actionCount)")
    precondition(observationCount > 0, "observationCount must be positive, but is \(observationCount)")
    self.actionCount = actionCount
    self.observationCount = observationCount
    self.actionBits = actionBits ?? Self.bits(for: actionCount)
    self.observationBits = observationBits ?? Self.bits(for: observationCount)
    self.rewardBits = rewardBits ?? Self.bits(for: rewardCount)
    self.rewards = rewards
    self.listedRewards = listedRewards
    for (name, count, bits) in [
      ("actions", actionCount, self.actionBits), ("observations", observationCount, self.observationBits),
      ("rewards", rewardCount, self.rewardBits),
    ] {
      precondition(
        bits >= 0 && bits <= 31 && count <= 1 << bits, "\(count) \(name) do not go into \(bits) bits")
    }
    precondition(
      perceptBits > 0 && perceptBits <= 31, "a percept takes 1 to 31 bits, but this one \(perceptBits)")
  }

  /// The same code with a number for each of some rewards instead, and as few bits for them as do.
  public func listing(_ rewards: [Int]) -> PerceptCode {
    PerceptCode(
      actionCount: actionCount, observationCount: observationCount, listedRewards: rewards,
      actionBits: actionBits, observationBits: observationBits)
  }

  private static func bits(for count: Int) -> Int {
    max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// How many bits a percept takes.
  public var perceptBits: Int { observationBits + rewardBits }

  /// The reward that is nearest to 0; of two the smaller. Histories begin with it, before anything was paid.
  public var rewardNearestToNone: Int {
    listedRewards?.min { ($0.magnitude, $0) < ($1.magnitude, $1) }
      ?? min(max(0, rewards.lowerBound), rewards.upperBound)
  }

  /// The percept of an observation and a reward, a whole number in range and listed, if any is.
  public func percept(observation: Int, reward: Reward) -> Int {
    precondition(
      observation >= 0 && observation < observationCount,
      "an observation must be in 0..<\(observationCount), but is \(observation)")
    let whole = Int(exactly: reward.value)
    if let listedRewards {
      guard let number = listedRewards.firstIndex(where: { $0 == whole }) else {
        preconditionFailure("a reward must be one of \(listedRewards), but is \(reward.value)")
      }
      return number << observationBits | observation
    }
    guard let whole, rewards.contains(whole) else {
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
    let number = percept >> observationBits
    guard let listedRewards else { return PredictedReward(Double(rewards.lowerBound + number)) }
    return PredictedReward(Double(listedRewards[min(number, listedRewards.count - 1)]))
  }
}
