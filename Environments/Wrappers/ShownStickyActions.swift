import Assay

/// ``StickyActions`` in a finite world, with what was carried out last as a part of the state, so that exact
/// truth can be computed.
///
/// A world of S states and A actions becomes one of S · (A + 1): in state s after action a it is in state s ·
/// (A + 1) + a + 1, at the start of an episode in s · (A + 1). An agent with features sees those of s alone.
///
/// - SeeAlso: Machado et al. (2018), *Revisiting the arcade learning environment*.
public struct ShownStickyActions<Base: EnumerableEnvironment>: EnumerableEnvironment {
  /// p, how likely the previous action is carried out again.
  public let probability: Double
  /// The world that does as it is told.
  public private(set) var base: Base

  /// What was carried out last; `nil` at the start of an episode.
  private var last: Int?

  /// Makes a world of sticky actions.
  ///
  /// - Parameters:
  ///   - base: the world that does as it is told.
  ///   - probability: p, in [0, 1]: how likely the previous action is carried out again.
  public init(_ base: Base, probability: Double = 0.25) {
    precondition(probability >= 0 && probability <= 1, "probability must be in [0, 1], but is \(probability)")
    self.base = base
    self.probability = probability
  }

  public var observationSpace: DiscreteSpace {
    DiscreteSpace(count: base.stateCount * (base.actionCount + 1))
  }
  public var actionSpace: DiscreteSpace { base.actionSpace }
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
  public var discount: Double { base.discount }
  public var state: Int { index(of: base.state, after: last) }

  public var initialDistribution: [Double] {
    base.initialDistribution.flatMap { [$0] + [Double](repeating: 0, count: base.actionCount) }
  }

  public var stateNames: [String] {
    base.stateNames.flatMap { name in
      (0...base.actionCount).map { slot in
        guard slot > 0 else { return name }
        return "\(name), after \(base.actionNames.isEmpty ? "\(slot - 1)" : base.actionNames[slot - 1])"
      }
    }
  }

  public var map: GridMap? {
    var map = base.map
    if let cells = map?.cells {
      map?.cells = cells.flatMap { [Int?](repeating: $0, count: base.actionCount + 1) }
    }
    return map
  }

  public var features: StateFeatures? {
    base.features.map { features in
      StateFeatures(
        count: features.count,
        values: (0..<observationSpace.count).flatMap { state in
          features.values[features.range(of: state / (base.actionCount + 1))]
        })
    }
  }

  public var goals: [GoalHypothesis] {
    base.goals.map { goal in
      GoalHypothesis(goal.name) { [self] state, action, outcome in
        let (next, after) = parts(of: outcome.next)
        var happened = outcome
        happened.next = next
        return mixture(of: after ?? action, after: nil).worth(of: goal, in: parts(of: state).base, happened)
      }
    }
  }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    let parts = parts(of: state)
    base.place(in: parts.base)
    last = parts.last
  }

  public mutating func reset(using random: inout RandomStream) -> Int {
    last = nil
    return index(of: base.reset(using: &random), after: nil)
  }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    var carriedOut = action
    // A chosen action that is not available is for the base to refuse.
    if let last, random.unit() < probability, base.isAvailable(last), base.isAvailable(action) {
      carriedOut = last
    }
    last = carriedOut
    var step = base.step(carriedOut, using: &random)
    step.observation = index(of: step.observation, after: last)
    return step
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    let (state, last) = parts(of: state)
    if base.outcomes(of: action, in: state).isEmpty { return [] }
    let sticks = last.map { !base.outcomes(of: $0, in: state).isEmpty } ?? false
    let mixture = mixture(of: action, after: sticks ? last : nil)
    return mixture.weights.enumerated().flatMap { carriedOut, weight in
      weight == 0
        ? []
        : base.outcomes(of: carriedOut, in: state).map { outcome in
          var outcome = outcome
          outcome.next = index(of: outcome.next, after: carriedOut)
          outcome.probability *= weight
          return outcome
        }
    }
  }

  private func mixture(of action: Int, after last: Int?) -> ActionMixture<Base> {
    var weights = [Double](repeating: 0, count: base.actionCount)
    weights[action] = 1
    if let last, last != action { (weights[action], weights[last]) = (1 - probability, probability) }
    return ActionMixture(base: base, weights: weights)
  }

  private func index(of state: Int, after action: Int?) -> Int {
    state * (base.actionCount + 1) + (action.map { $0 + 1 } ?? 0)
  }

  private func parts(of state: Int) -> (base: Int, last: Int?) {
    let (base, slot) = state.quotientAndRemainder(dividingBy: base.actionCount + 1)
    return (base, slot == 0 ? nil : slot - 1)
  }
}
