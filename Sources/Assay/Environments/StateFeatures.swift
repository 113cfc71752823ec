/// Numbers that describe each state: all that an agent with features sees of it.
///
/// States with the same features look the same to such an agent, and what it learns in one state it carries over
/// to those that share features with it.
public struct StateFeatures: Sendable, Hashable {
  /// F, how many numbers describe a state.
  public let count: Int
  /// The numbers, state by state, `[S × F]`.
  public let values: [Float]

  /// Makes features.
  ///
  /// - Parameters:
  ///   - count: F, from 1.
  ///   - values: state by state, `[S × F]`, all finite.
  public init(count: Int, values: [Float]) {
    precondition(count > 0, "count must be positive, but is \(count)")
    precondition(
      values.count.isMultiple(of: count), "\(values.count) numbers are not a multiple of \(count) features")
    precondition(values.allSatisfy(\.isFinite), "every feature must be finite")
    self.count = count
    self.values = values
  }

  /// One feature for each state: the features of a table.
  public static func table(stateCount: Int) -> StateFeatures {
    StateFeatures(
      count: stateCount,
      values: (0..<stateCount * stateCount).map { $0 / stateCount == $0 % stateCount ? 1 : 0 })
  }

  /// S, how many states are described.
  public var stateCount: Int { values.count / count }

  /// Where a state's numbers lie in ``values``.
  @inlinable
  public func range(of state: Int) -> Range<Int> { state &* count..<(state &+ 1) &* count }
}
