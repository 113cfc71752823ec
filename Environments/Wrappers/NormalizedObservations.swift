import Assay

/// A world whose observations are shifted and scaled to mean 0 and variance 1, as far as is known.
///
/// Each coordinate of each observation, the first of an episode included, is taken into the running
/// statistics, and then shown as
///
///     x′ = (x − μ) / √(σ² + 10⁻⁸), cut off at ±limit
///
/// The statistics go on from episode to episode. Freeze them (`statistics.isFrozen`) to evaluate an agent,
/// and store them with it: without them it does not know what it sees. Since they are no part of the state, a
/// world with them cannot be placed in one.
///
/// - SeeAlso: `NormalizeObservation` of Gymnasium 1.4, which starts from a variance of 1 that counts as 10⁻⁴
///   of an observation and cuts nothing off; Andrychowicz et al. (2021), *What matters for on-policy
///   deep actor-critic methods?*
public struct NormalizedObservations<Base: Environment>: Environment
where Base.Observation == [Float], Base.ObservationSpace == BoxSpace {
  public let observationSpace: BoxSpace
  /// Beyond what absolute value observations are cut off.
  public let limit: Float
  /// What is known of observations so far.
  public var statistics: RunningStatistics {
    didSet {
      precondition(
        statistics.width == observationSpace.count,
        "observations have \(observationSpace.count) coordinates, but the statistics \(statistics.width)")
    }
  }
  /// The world that shows its observations as they are.
  public private(set) var base: Base

  /// Makes a world that normalises what is seen.
  ///
  /// - Parameters:
  ///   - base: the world that shows its observations as they are.
  ///   - limit: beyond what absolute value observations are cut off, positive and finite.
  public init(_ base: Base, limit: Float = 10) {
    precondition(limit > 0 && limit.isFinite, "limit must be positive and finite, but is \(limit)")
    self.base = base
    self.limit = limit
    observationSpace = BoxSpace(count: base.observationSpace.count, in: -limit...limit)
    statistics = RunningStatistics(width: base.observationSpace.count)
  }

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
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    var observation = base.reset(using: &random)
    normalize(&observation)
    return observation
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<[Float]> {
    var step = base.step(action, using: &random)
    normalize(&step.observation)
    return step
  }

  private mutating func normalize(_ observation: inout [Float]) {
    statistics.update(with: observation.lazy.map(Double.init))
    for index in observation.indices {
      let scale = (statistics.variance(of: index) + 1e-8).squareRoot()
      let value = (Double(observation[index]) - statistics.mean[index]) / scale
      observation[index] = min(limit, max(-limit, Float(value)))
    }
  }
}
