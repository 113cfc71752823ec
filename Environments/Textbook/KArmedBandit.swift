import Assay

/// Arms whose rewards vary as much as what the arms are worth: the testbed on which ways to explore are
/// compared.
///
/// ![Noisy arms of normal worth; an episode is one pull](k-armed-bandit)
///
/// What each of the k arms is worth on average is drawn from the standard normal distribution, once, from a
/// seed. A pull is an episode, and its reward is drawn from the normal distribution about the arm's worth
/// with deviation 1. The arms do not depend on how pulls are drawn: as many seeds make as many bandits of the
/// same kind.
///
/// - **Observation**: always 0.
/// - **Action**: the arm, 0 to k − 1; k is 10 unless said otherwise.
/// - **Reward**: any number; the outcomes list what it is on average.
/// - **Ending**: terminates with every pull. γ = 1.
/// - **For**: exploration where nothing else is to be learned.
/// - **Published**: the best of ten arms is worth 1.54 on average over seeds; after 1000 pulls with averages
///   of what was seen, ε-greedy choice takes it in 80 % of the pulls with ε = 0.1, in 60 % with 0.01 and in
///   35 % with 0.
/// - SeeAlso: Sutton & Barto (2018), Section 2.3, Figures 2.1 and 2.2.
public struct KArmedBandit: EnumerableEnvironment {
  public let name = "k-armed-bandit"
  public let discount = 1.0
  public let observationSpace = DiscreteSpace(count: 1)
  public let actionSpace: DiscreteSpace
  /// What a pull of each arm is worth on average, `[k]`.
  public let worths: [Double]

  public var state: Int { 0 }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var hasEnded = false

  /// Makes a bandit.
  ///
  /// - Parameters:
  ///   - arms: k, at least 1.
  ///   - seed: what the arms are worth follows from it.
  public init(arms: Int = 10, seed: UInt64 = 0) {
    precondition(arms > 0, "arms must be positive, but are \(arms)")
    var random = RandomStream(seed: seed)
    self.init(worths: (0..<arms).map { _ in random.normal() })
  }

  /// Makes a bandit of arms whose worth is given.
  public init(worths: [Double]) {
    precondition(!worths.isEmpty, "a bandit needs at least one arm")
    precondition(worths.allSatisfy(\.isFinite), "worths must be finite, but are \(worths)")
    self.worths = worths
    actionSpace = DiscreteSpace(count: worths.count)
  }

  public var initialDistribution: [Double] { [1] }

  /// Any number, for rewards are drawn from normal distributions.
  public var rewardRange: ClosedRange<Double> { -.infinity ... .infinity }

  public mutating func place(in state: Int) {
    precondition(state == 0, "state must be 0, but is \(state)")
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    return 0
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    hasEnded = true
    return Step(
      observation: 0, reward: Reward(random.normal(mean: worths[action])), ending: .terminated)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<\(actionCount), but is \(action)")
    precondition(state == 0, "state must be 0, but is \(state)")
    return [Outcome(next: 0, probability: 1, reward: worths[action], isTerminal: true)]
  }

  /// What each arm is worth.
  public var picture: Picture {
    let best = worths.indices.max { worths[$0] < worths[$1] } ?? 0
    let worth = (worths[best] * 100).rounded() / 100
    return Picture(drawing: .bars(worths), caption: "arm \(best) is best, worth \(worth) on average")
  }
}
