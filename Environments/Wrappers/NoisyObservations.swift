import Assay

/// A world that is not seen quite as it is.
///
/// To each coordinate of an observation of numbers, independent normal noise is added; an observation that is
/// one of a list is, with a probability, replaced by any of the list, each equally likely:
///
///     x′ᵢ = xᵢ + σᵢ ε, ε ~ N(0, 1);   o′ = o with 1 − p + p / count, any other with p / count
///
/// What happens stays as it was, and so does the picture, which shows the truth. Noise may lead beyond the
/// limits of the base's observations, so that coordinates with noise have none. Without noise the world is
/// the base, bit for bit.
///
/// - SeeAlso: Åström (1965), *Optimal control of Markov processes with incomplete state information*.
public struct NoisyObservations<Base: Environment>: Environment {
  public let observationSpace: Base.ObservationSpace
  /// The world as it is.
  public private(set) var base: Base

  private let disturbed: @Sendable (Base.Observation, inout RandomStream) -> Base.Observation

  /// Makes a world that is seen with normal noise.
  ///
  /// - Parameters:
  ///   - base: the world as it is.
  ///   - deviations: σ of each coordinate, in its unit; finite, at least 0.
  public init(_ base: Base, deviations: [Float])
  where Base.Observation == [Float], Base.ObservationSpace == BoxSpace {
    let space = base.observationSpace
    precondition(
      deviations.count == space.count,
      "\(space.count) coordinates need as many deviations, not \(deviations.count)")
    for (index, deviation) in deviations.enumerated() {
      precondition(
        deviation >= 0 && deviation.isFinite,
        "the deviation of coordinate \(index) must be finite and not negative, but is \(deviation)")
    }
    self.base = base
    observationSpace = BoxSpace(
      low: zip(space.low, deviations).map { $1 > 0 ? -.infinity : $0 },
      high: zip(space.high, deviations).map { $1 > 0 ? .infinity : $0 })
    disturbed = { observation, random in
      var shown = observation
      for (index, deviation) in deviations.enumerated() where deviation > 0 {
        shown[index] += Float(random.normal(deviation: Double(deviation)))
      }
      return shown
    }
  }

  /// Makes a world that is seen with normal noise of the same deviation in each coordinate.
  public init(_ base: Base, deviation: Float)
  where Base.Observation == [Float], Base.ObservationSpace == BoxSpace {
    self.init(base, deviations: [Float](repeating: deviation, count: base.observationSpace.count))
  }

  /// Makes a world of which one sometimes sees anything.
  ///
  /// - Parameters:
  ///   - base: the world as it is.
  ///   - probability: p, in [0, 1]: how likely an observation is replaced.
  public init(_ base: Base, probability: Double)
  where Base.Observation == Int, Base.ObservationSpace == DiscreteSpace {
    precondition(probability >= 0 && probability <= 1, "probability must be in [0, 1], but is \(probability)")
    self.base = base
    let space = base.observationSpace
    observationSpace = space
    disturbed = { observation, random in
      probability > 0 && random.unit() < probability ? space.sample(using: &random) : observation
    }
  }

  public var actionSpace: Base.ActionSpace { base.actionSpace }
  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { base.memory }
    set { base.memory = newValue }
  }
  public var name: String { base.name }
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    let observation = base.reset(using: &random)
    return disturbed(observation, &random)
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    var step = base.step(action, using: &random)
    step.observation = disturbed(step.observation, &random)
    return step
  }
}

extension NoisyObservations: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { base.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) { try base.place(at: numbers) }
}
