import Assay

/// Copies of a world as agents with networks meet it: observations are vectors, actions are choices or vectors.
public enum WorldBatch: Sendable {
  /// Actions are whole numbers.
  case discrete(any EnvironmentBatch<BoxSpace, DiscreteSpace>)
  /// Actions are vectors.
  case continuous(any EnvironmentBatch<BoxSpace, BoxSpace>)

  /// Copies any world whose observations are vectors or whole numbers, which are shown one-hot.
  ///
  /// - Parameters:
  ///   - world: the world.
  ///   - count: how many copies to make, at least 1.
  ///   - stream: what each copy draws from a substream of.
  /// - Throws: `DataError` where observations or actions are of another kind.
  public init(_ world: any Environment, count: Int, stream: RandomStream) throws(DataError) {
    guard let batch = Self.opened(world, count, stream) else {
      throw DataError(
        field: "world",
        value: "\(world.name), which shows \(world.observationSpace) and takes \(world.actionSpace)",
        allowed: "a world that shows vectors or whole numbers, and takes such")
    }
    self = batch
  }

  /// How many copies there are.
  public var count: Int {
    switch self {
    case .discrete(let batch): batch.count
    case .continuous(let batch): batch.count
    }
  }

  /// Where observations come from.
  public var observationSpace: BoxSpace {
    switch self {
    case .discrete(let batch): batch.observationSpace
    case .continuous(let batch): batch.observationSpace
    }
  }

  private static func opened<World: Environment>(
    _ world: World, _ count: Int, _ stream: RandomStream
  ) -> WorldBatch? {
    if let world = world as? any LockstepEnvironment, let batch = lockstep(world, count, stream) {
      return batch
    }
    if let view = VectorView<World, DiscreteSpace>(world) {
      return .discrete(EnvironmentCopies(view, count: count, stream: stream))
    }
    if let view = VectorView<World, BoxSpace>(world) {
      return .continuous(EnvironmentCopies(view, count: count, stream: stream))
    }
    return nil
  }

  private static func lockstep<World: LockstepEnvironment>(
    _ world: World, _ count: Int, _ stream: RandomStream
  ) -> WorldBatch? {
    let copies = world.copies(count, stream: stream)
    if let batch = copies as? any EnvironmentBatch<BoxSpace, DiscreteSpace> { return .discrete(batch) }
    if let batch = copies as? any EnvironmentBatch<BoxSpace, BoxSpace> { return .continuous(batch) }
    return nil
  }
}
