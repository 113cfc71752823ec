import Assay

/// A world that shows its last observations side by side, so that what moves can be seen to move.
///
/// With k frames of n numbers each, an observation is
///
///     (oₜ₋ₖ₊₁, …, oₜ₋₁, oₜ), [k · n], the oldest first
///
/// and what lies before the start of the episode is its first observation. Everything else is as in the base.
///
/// - SeeAlso: Mnih et al. (2015), *Human-level control through deep reinforcement learning*;
///   `FrameStackObservation` of Gymnasium 1.4, which orders and fills in the same way.
public struct FrameStack<Base: Environment>: Environment
where Base.Observation == [Float], Base.ObservationSpace == BoxSpace {
  /// k, how many observations are shown.
  public let count: Int
  public let observationSpace: BoxSpace
  /// The world that shows one.
  @inlinable public var base: Base { world }

  @usableFromInline var world: Base
  /// What is shown, `[k · n]`.
  @usableFromInline var frames: [Float]

  /// Makes a world that shows its last observations.
  ///
  /// - Parameters:
  ///   - base: the world that shows one.
  ///   - count: k, how many observations are shown, at least 1.
  public init(_ base: Base, count: Int) {
    precondition(count > 0, "count must be positive, but is \(count)")
    world = base
    self.count = count
    let space = base.observationSpace
    observationSpace = BoxSpace(
      low: Array(repeatElement(space.low, count: count).joined()),
      high: Array(repeatElement(space.high, count: count).joined()))
    frames = [Float](repeating: 0, count: count * space.count)
  }

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
  public mutating func reset(using random: inout RandomStream) -> [Float] {
    let first = world.reset(using: &random)
    frames.removeAll(keepingCapacity: true)
    for _ in 0..<count { frames.append(contentsOf: first) }
    return frames
  }

  @inlinable
  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<[Float]> {
    var step = world.step(action, using: &random)
    // In place, so that nothing is allocated where nobody kept the last observation.
    let width = step.observation.count
    let kept = frames.count - width
    for index in 0..<kept { frames[index] = frames[index + width] }
    for index in 0..<width { frames[kept + index] = step.observation[index] }
    step.observation = frames
    return step
  }
}

extension FrameStack: PlaceableEnvironment where Base: PlaceableEnvironment {
  /// The base's numbers, and then the observations that are shown.
  public var stateNumbers: [Double] { world.stateNumbers + frames.map(Double.init) }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let shown = numbers.suffix(frames.count)
    guard numbers.count >= frames.count, let frames = observationSpace.element(from: Array(shown)),
      observationSpace.contains(frames)
    else {
      throw DataError(
        field: "state", value: "\(numbers)",
        allowed: "the numbers of the base's state, and \(count) observations: \(observationSpace)")
    }
    try world.place(at: Array(numbers.dropLast(frames.count)))
    self.frames = frames
  }
}
