import Assay

/// A world that does not quite do as it is told.
///
/// To each number of an action that consists of numbers, independent normal noise is added, and the sum is
/// kept within the limits of the action; an action that is one of a list is, with a probability, replaced by
/// any that is available, each equally likely:
///
///     a′ᵢ = min(highᵢ, max(lowᵢ, aᵢ + σ ε)), ε ~ N(0, 1);   a′ = a with 1 − p + p / n, any other with p / n
///
/// Nobody is told what was carried out. A finite world stays one: its outcomes are those of all actions that
/// may be carried out, and a goal of its own is worth what it is worth on average over those. Without noise
/// the world is the base, bit for bit.
///
/// - SeeAlso: Leike et al. (2017), *AI safety gridworlds*, for actions replaced at random; Lillicrap et al.
///   (2016), *Continuous control with deep reinforcement learning*, for noise added to them.
public struct NoisyActions<Base: Environment>: Environment {
  /// p, how likely an action is replaced; 0 where actions consist of numbers.
  public let probability: Double
  /// The world that does as it is told.
  public private(set) var base: Base

  private let disturbed: @Sendable (Base.Action, Base, inout RandomStream) -> Base.Action

  /// Makes a world that adds normal noise to actions.
  ///
  /// - Parameters:
  ///   - base: the world that does as it is told.
  ///   - deviation: σ, in the unit of the actions; finite, at least 0.
  public init(_ base: Base, deviation: Float) where Base.Action == [Float], Base.ActionSpace == BoxSpace {
    precondition(
      deviation >= 0 && deviation.isFinite, "deviation must be finite and not negative, but is \(deviation)")
    self.base = base
    probability = 0
    disturbed = { action, world, random in
      let space = world.actionSpace
      // What is no action is for the base to refuse.
      guard deviation > 0, space.contains(action) else { return action }
      var carriedOut = action
      for index in action.indices {
        let noise = Float(random.normal(deviation: Double(deviation)))
        carriedOut[index] = min(space.high[index], max(space.low[index], action[index] + noise))
      }
      return carriedOut
    }
  }

  /// Makes a world that sometimes does anything.
  ///
  /// - Parameters:
  ///   - base: the world that does as it is told.
  ///   - probability: p, in [0, 1]: how likely an action is replaced.
  public init(_ base: Base, probability: Double) where Base.Action == Int, Base.ActionSpace == DiscreteSpace {
    precondition(probability >= 0 && probability <= 1, "probability must be in [0, 1], but is \(probability)")
    self.base = base
    self.probability = probability
    disturbed = { action, world, random in
      guard probability > 0, random.unit() < probability else { return action }
      let available = (0..<world.actionSpace.count).filter(world.isAvailable)
      // What is not available is for the base to refuse.
      return available.contains(action) ? available[random.integer(below: available.count)] : action
    }
  }

  public var observationSpace: Base.ObservationSpace { base.observationSpace }
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
    base.reset(using: &random)
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    base.step(disturbed(action, base, &random), using: &random)
  }
}

extension NoisyActions: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { base.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) { try base.place(at: numbers) }
}

extension NoisyActions: EnumerableEnvironment where Base: EnumerableEnvironment {
  public var discount: Double { base.discount }
  public var state: Int { base.state }
  public var initialDistribution: [Double] { base.initialDistribution }
  public var stateNames: [String] { base.stateNames }
  public var map: GridMap? { base.map }
  public var features: StateFeatures? { base.features }

  public var goals: [GoalHypothesis] {
    base.goals.map { goal in
      GoalHypothesis(goal.name) { [self] state, action, outcome in
        mixture(of: action, in: state).worth(of: goal, in: state, outcome)
      }
    }
  }

  public mutating func place(in state: Int) { base.place(in: state) }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    let outcomes = base.outcomes(of: action, in: state)
    if outcomes.isEmpty || probability == 0 { return outcomes }
    return mixture(of: action, in: state).outcomes(in: state)
  }

  private func mixture(of action: Int, in state: Int) -> ActionMixture<Base> {
    let available = (0..<actionCount).filter { !base.outcomes(of: $0, in: state).isEmpty }
    var weights = [Double](repeating: 0, count: actionCount)
    for other in available { weights[other] = probability / Double(available.count) }
    weights[action] += 1 - probability
    return ActionMixture(base: base, weights: weights)
  }
}
