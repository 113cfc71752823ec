import Assay

/// Two choices, of which the worse looks better to whoever takes the greatest of noisy estimates for the
/// truth.
///
/// ![Noise that looks like value](maximisation-bias)
///
/// Episodes start in A. There `right` ends the episode with nothing, and `left` leads to B, for nothing too.
/// In B each of the many actions ends the episode with a reward drawn from a normal distribution whose mean
/// is below zero. So `right` is best; but among many estimates in B some are above zero by chance, and their
/// maximum makes `left` look good.
///
/// A has two actions, B as many as one likes. The others, where there are more, are not available: they have
/// no outcomes, and taking one is a programmer's mistake.
///
/// - **Observation**: A is 0, B is 1, the end is 2.
/// - **Action**: in A, left is 0 and right is 1; in B, 0 to 9 unless said otherwise.
/// - **Reward**: 0 in A; in B drawn about −0.1 with deviation 1 unless said otherwise, any number.
/// - **Ending**: terminates after `right`, and after every action in B. γ = 1.
/// - **For**: overestimation by maximising over noise.
/// - **Published**: with α = ε = 0.1, Q-learning goes left in 94 % of episodes at its peak near episode 20
///   and in 11.8 % at episode 300, double Q-learning in 7.2 %; 5 % is the least that ε allows.
/// - SeeAlso: Sutton & Barto (2018), Example 6.7.
public struct MaximisationBias: EnumerableEnvironment {
  /// The action in A that leads to B.
  public static let left = 0
  /// The action in A that ends the episode.
  public static let right = 1
  /// The state in which episodes start.
  public static let stateA = 0
  /// The state with many actions.
  public static let stateB = 1
  /// The state from which nothing follows.
  public static let end = 2

  public let name = "maximisation-bias"
  public let discount = 1.0
  public let observationSpace = DiscreteSpace(count: 3)
  public let actionSpace: DiscreteSpace
  public let stateNames = ["A", "B", "end"]
  /// How many actions B has.
  public let choices: Int
  /// The expected reward of every action in B.
  public let mean: Double
  /// The standard deviation of that reward.
  public let deviation: Double

  @inlinable public var state: Int { place }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var place = Self.stateA
  @usableFromInline var hasEnded = false

  /// Makes the world.
  ///
  /// - Parameters:
  ///   - choices: how many actions B has, at least 1.
  ///   - mean: the expected reward of every action in B.
  ///   - deviation: the standard deviation of that reward, not negative.
  public init(choices: Int = 10, mean: Double = -0.1, deviation: Double = 1) {
    precondition(choices > 0, "choices must be positive, but is \(choices)")
    precondition(deviation >= 0, "deviation must not be negative, but is \(deviation)")
    self.choices = choices
    self.mean = mean
    self.deviation = deviation
    actionSpace = DiscreteSpace(count: max(2, choices))
  }

  public var initialDistribution: [Double] { [1, 0, 0] }

  /// Any number, for rewards in B are drawn from a normal distribution.
  public var rewardRange: ClosedRange<Double> { -.infinity ... .infinity }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    place = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    place = Self.stateA
    return place
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    precondition(
      isAvailable(action, in: place), "action \(action) is not available in \(stateNames[place])")
    if place == Self.stateA, action == Self.left {
      place = Self.stateB
      return Step(observation: place, reward: 0)
    }
    let reward = place == Self.stateA ? 0 : random.normal(mean: mean, deviation: deviation)
    place = Self.end
    hasEnded = true
    return Step(observation: place, reward: Reward(reward), ending: .terminated)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<\(actionCount), but is \(action)")
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    guard isAvailable(action, in: state) else { return [] }
    if state == Self.stateB {
      return [Outcome(next: Self.end, probability: 1, reward: mean, isTerminal: true)]
    }
    return action == Self.left
      ? [Outcome(next: Self.stateB, probability: 1, reward: 0)]
      : [Outcome(next: Self.end, probability: 1, reward: 0, isTerminal: true)]
  }

  public var picture: Picture {
    let drawing = Drawing.states(
      [
        Drawing.State(name: "A", place: Drawing.Point(0, 0), tint: .start),
        Drawing.State(name: "B", place: Drawing.Point(-1.5, 0)),
        Drawing.State(name: "end", place: Drawing.Point(1.5, 0), tint: .wall),
      ], ways: [(0, 1), (0, 2)], agent: place)
    let worth = "\(mean < 0 ? "−" : "")\(abs(mean))"
    let caption =
      place == Self.stateB
      ? "in B, where each action pays \(worth) on average" : "in \(stateNames[place])"
    return Picture(drawing: drawing, caption: caption)
  }

  @inlinable
  func isAvailable(_ action: Int, in state: Int) -> Bool {
    action >= 0 && action < (state == Self.stateA ? 2 : state == Self.stateB ? choices : 0)
  }
}
