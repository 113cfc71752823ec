import Assay

/// A world in which the previous action is sometimes carried out again, in place of the one that is chosen.
///
/// With probability p, at every step but the first of an episode, what was carried out last is carried out
/// again:
///
///     a′ₜ = a′ₜ₋₁ with p, aₜ with 1 − p
///
/// unless it is no longer available. It keeps agents from learning a sequence of actions by heart. Nobody is
/// told what was carried out, so what is seen no longer tells the state; ``ShownStickyActions`` does.
///
/// - SeeAlso: Machado et al. (2018), *Revisiting the arcade learning environment*, who suggest p = 0.25;
///   `StickyAction` of Gymnasium 1.4.
public struct StickyActions<Base: Environment>: Environment {
  /// p, how likely the previous action is carried out again.
  public let probability: Double
  /// The world that does as it is told.
  @inlinable public var base: Base { world }

  @usableFromInline var world: Base
  /// What was carried out last; `nil` at the start of an episode.
  @usableFromInline var last: Base.Action?
  /// How many numbers an action is made of.
  private let actionWidth: Int

  /// Makes a world of sticky actions.
  ///
  /// - Parameters:
  ///   - base: the world that does as it is told.
  ///   - probability: p, in [0, 1]: how likely the previous action is carried out again.
  public init(_ base: Base, probability: Double = 0.25) {
    precondition(probability >= 0 && probability <= 1, "probability must be in [0, 1], but is \(probability)")
    world = base
    self.probability = probability
    var random = RandomStream(seed: 0)
    actionWidth = base.actionSpace.numbers(of: base.actionSpace.sample(using: &random)).count
  }

  @inlinable public var observationSpace: Base.ObservationSpace { world.observationSpace }
  @inlinable public var actionSpace: Base.ActionSpace { world.actionSpace }
  @inlinable public var isOver: Bool { world.isOver }
  @inlinable public var memory: [Double] {
    get { world.memory }
    set { world.memory = newValue }
  }
  public var name: String { world.name }
  public var rewardRange: ClosedRange<Double> { world.rewardRange }
  public var timeLimit: Int? { world.timeLimit }
  public var actionNames: [String] { world.actionNames }
  public var picture: Picture { world.picture }

  @inlinable
  public func isAvailable(_ action: Base.Action) -> Bool { world.isAvailable(action) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    last = nil
    return world.reset(using: &random)
  }

  @inlinable
  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    var carriedOut = action
    // A chosen action that is not available is for the base to refuse.
    if let last, random.unit() < probability, world.isAvailable(last), world.isAvailable(action) {
      carriedOut = last
    }
    last = carriedOut
    return world.step(carriedOut, using: &random)
  }
}

extension StickyActions: PlaceableEnvironment where Base: PlaceableEnvironment {
  /// The base's numbers; 1 where an action was carried out and else 0; and the numbers of that action.
  public var stateNumbers: [Double] {
    let action = last.map(actionSpace.numbers) ?? [Double](repeating: 0, count: actionWidth)
    return world.stateNumbers + [last == nil ? 0 : 1] + action
  }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let own = Array(numbers.suffix(actionWidth + 1))
    let action = own.isEmpty ? nil : actionSpace.element(from: Array(own.dropFirst()))
    guard own.count == actionWidth + 1, own[0] == 0 || own[0] == 1, let action, actionSpace.contains(action)
    else {
      throw DataError(
        field: "state", value: "\(numbers)",
        allowed: "the numbers of the base's state, 0 or 1, and an action: \(actionSpace)")
    }
    try world.place(at: Array(numbers.dropLast(actionWidth + 1)))
    last = own[0] == 1 ? action : nil
  }
}
