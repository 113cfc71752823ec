/// The training signal: what selects parameters. The acting policy never sees it.
///
/// A type of its own, so that a reward cannot be mistaken for an observation, an action or a
/// ``PredictedReward``: code that hands a reward to an ``Actor`` does not compile.
public struct Reward: Sendable, Hashable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// In reward units.
  public var value: Double

  @inlinable
  public init(_ value: Double) { self.value = value }

  @inlinable
  public init(floatLiteral value: Double) { self.value = value }

  @inlinable
  public init(integerLiteral value: Int) { self.value = Double(value) }
}

/// A reward that a world model or planner *predicts*: an output of a part, not a signal from the world.
public struct PredictedReward: Sendable, Hashable {
  /// In reward units.
  public var value: Double

  @inlinable
  public init(_ value: Double) { self.value = value }
}

/// How an episode ended.
public enum Ending: UInt8, Sendable, Hashable, Codable {
  /// The world reached an end: nothing follows, so the value after it is zero.
  case terminated
  /// Somebody stopped watching: the world goes on, so the value after it is not zero.
  case truncated
}

/// What one step of an environment yields.
public struct Step<Observation: Sendable>: Sendable {
  /// The observation after the action; at an ending, the final one.
  public var observation: Observation
  /// The training signal.
  public var reward: Reward
  /// What the designer wanted; equal to `reward` unless the environment says otherwise.
  public var performance: Reward
  /// How the episode ended with this step, or `nil` while it goes on.
  public var ending: Ending?

  @inlinable
  public init(observation: Observation, reward: Reward, performance: Reward? = nil, ending: Ending? = nil) {
    self.observation = observation
    self.reward = reward
    self.performance = performance ?? reward
    self.ending = ending
  }
}

/// What an agent is given to act on. It has no reward, and no way to reach one.
public struct Percept<Observation: Sendable>: Sendable {
  /// What the environment shows.
  public var observation: Observation
  /// Whether this is the first observation of an episode.
  public var isFirst: Bool

  @inlinable
  public init(observation: Observation, isFirst: Bool) {
    self.observation = observation
    self.isFirst = isFirst
  }
}
