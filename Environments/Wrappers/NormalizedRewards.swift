import Assay

/// A world whose training rewards are scaled, as far as is known, so that returns vary by about 1.
///
/// Each reward r goes into the return so far, that into the running statistics, and then the training reward
/// is
///
///     G ← γ G + r, from 0 at the start of an episode,   r′ = r / σ(G), cut off at ±limit
///
/// Only the scale changes, not the sign; as long as returns do not vary at all, it is 1. The performance
/// stays what it was. The statistics go on from episode to episode, and can be frozen and stored
/// (``statistics``). Since they are no part of the state, a world with them cannot be placed in one.
///
/// - SeeAlso: Engstrom et al. (2020), *Implementation matters in deep policy gradients*; `NormalizeReward` of
///   Gymnasium 1.4, which starts from a variance of 1 that counts as 10⁻⁴ of a return.
public struct NormalizedRewards<Base: Environment>: Environment {
  /// γ, in [0, 1].
  public let discount: Double
  /// Beyond what absolute value rewards are cut off.
  public let limit: Double
  /// What is known of returns so far.
  public var statistics = RunningStatistics(width: 1) {
    didSet {
      precondition(
        statistics.width == 1, "a return is one number, but the statistics have \(statistics.width)")
    }
  }
  /// The world that pays its rewards as they are.
  public private(set) var base: Base

  /// G.
  private var discountedReturn = 0.0

  /// Makes a world that normalises what is paid.
  ///
  /// - Parameters:
  ///   - base: the world that pays its rewards as they are.
  ///   - discount: γ, in [0, 1].
  ///   - limit: beyond what absolute value rewards are cut off, positive and finite.
  public init(_ base: Base, discount: Double, limit: Double = 10) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    precondition(limit > 0 && limit.isFinite, "limit must be positive and finite, but is \(limit)")
    self.base = base
    self.discount = discount
    self.limit = limit
  }

  public var observationSpace: Base.ObservationSpace { base.observationSpace }
  public var actionSpace: Base.ActionSpace { base.actionSpace }
  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { statistics.numbers + base.memory }
    set {
      statistics.numbers = Array(newValue.prefix(statistics.numbers.count))
      base.memory = Array(newValue.dropFirst(statistics.numbers.count))
    }
  }
  public var name: String { base.name }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  /// Between the limits; on one side of 0 where the base's rewards are.
  public var rewardRange: ClosedRange<Double> {
    let range = base.rewardRange
    return (range.lowerBound >= 0 ? 0 : -limit)...(range.upperBound <= 0 ? 0 : limit)
  }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    discountedReturn = 0
    return base.reset(using: &random)
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    var step = base.step(action, using: &random)
    discountedReturn = discount * discountedReturn + step.reward.value
    statistics.update(with: CollectionOfOne(discountedReturn))
    let variance = statistics.variance(of: 0)
    let scaled = variance > 0 ? step.reward.value / variance.squareRoot() : step.reward.value
    step.reward = Reward(min(limit, max(-limit, scaled)))
    return step
  }
}
