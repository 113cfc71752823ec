import Assay

/// Predicts what sequences of actions lead to: what trajectory optimisers plan in.
///
/// A model stands in one or several start states. Given the same stream it predicts the same, and every candidate of a
/// batch meets the same chance, so that candidates differ by what they do alone.
public protocol TrajectoryModel: Sendable {
  /// What actions are chosen from: a box with limits. Optimisers hand over no action beyond them.
  var actionSpace: BoxSpace { get }

  /// How many start states there are.
  var startCount: Int { get }

  /// Follows each candidate to its end, and fills in rewards and terminal values.
  ///
  /// - Parameters:
  ///   - batch: the candidates.
  ///   - clock: looked at before each step.
  ///   - random: what chance there is comes from here.
  /// - Returns: whether all was followed; `false` where the clock stopped it, and the batch means nothing.
  /// - Throws: ``TrajectoryError`` where it finds a number that is not finite. It need not look at rewards and terminal
  ///   values, which are checked later.
  func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool

  /// Does what ``rollOut(_:within:using:)`` does, and fills in gradients.
  ///
  /// Models that know no better take central differences, with the same chance on both sides:
  ///
  ///     dR/da ≈ (R(a + h) − R(a − h)) / 2h,  h = 2⁻⁹ of half the range of a, less at its limits
  ///
  /// - Parameters:
  ///   - batch: the candidates.
  ///   - discount: γ of the return, in [0, 1].
  ///   - clock: looked at before each step.
  ///   - random: what chance there is comes from here.
  /// - Returns: whether all was followed.
  /// - Throws: ``TrajectoryError`` as ``rollOut(_:within:using:)``.
  func differentiate(
    _ batch: inout TrajectoryBatch, discount: Double, within clock: TrajectoryClock,
    using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool
}

extension TrajectoryModel {
  public var startCount: Int { 1 }

  public func differentiate(
    _ batch: inout TrajectoryBatch, discount: Double, within clock: TrajectoryClock,
    using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool {
    let before = random
    guard try rollOut(&batch, within: clock, using: &random) else { return false }
    let size = batch.horizon * batch.width
    batch.gradients = [Double](repeating: 0, count: batch.count * size)
    for candidate in 0..<batch.count {
      let sequence = batch.sequence(candidate)
      var actions: [Float] = []
      actions.reserveCapacity(2 * size * size)
      for index in 0..<size {
        let low = actionSpace.low[index % batch.width]
        let high = actionSpace.high[index % batch.width]
        let step = (high - low) * 0x1p-10
        for side in [min(sequence[index] + step, high), max(sequence[index] - step, low)] {
          actions += sequence
          actions[actions.count - size + index] = side
        }
      }
      var probes = TrajectoryBatch(
        actions: actions, horizon: batch.horizon, width: batch.width, start: batch.starts[candidate])
      var stream = before
      guard try rollOut(&probes, within: clock, using: &stream) else { return false }
      let returns: [Double]
      do { returns = try probes.returns(discount: discount) } catch {
        // Which probe it was says nothing; whose it was does.
        throw TrajectoryError(
          quantity: error.quantity, candidate: candidate, step: error.step, value: error.value)
      }
      for index in 0..<size {
        let range = actions[2 * index * size + index] - actions[(2 * index + 1) * size + index]
        if range > 0 {
          batch.gradients[candidate * size + index] =
            (returns[2 * index] - returns[2 * index + 1]) / Double(range)
        }
      }
    }
    return true
  }
}

/// A box of actions with limits, seen from its middle.
struct ActionLimits: Sendable {
  let low: [Float]
  let high: [Float]
  let width: Int
  /// Half of what each coordinate ranges over.
  let halfWidths: [Double]

  init(_ space: BoxSpace) {
    for (index, (low, high)) in zip(space.low, space.high).enumerated() {
      precondition(
        low.isFinite && high.isFinite,
        "actions to plan with need limits, but coordinate \(index) has \(low)...\(high)")
    }
    low = space.low
    high = space.high
    width = space.count
    halfWidths = zip(low, high).map { (Double($1) - Double($0)) / 2 }
  }

  /// The middle of the box, over and over.
  func middle(horizon: Int) -> [Double] {
    (0..<horizon * width).map { (Double(low[$0 % width]) + Double(high[$0 % width])) / 2 }
  }

  /// A share of half the range of each coordinate, over and over.
  func deviations(_ share: Double, horizon: Int) -> [Double] {
    (0..<horizon * width).map { share * halfWidths[$0 % width] }
  }

  /// The nearest numbers within the limits. NaN stays NaN.
  func clip(_ actions: [Float]) -> [Float] {
    var result = actions
    for index in result.indices {
      let (lowest, highest) = (low[index % width], high[index % width])
      if result[index] < lowest { result[index] = lowest }
      if result[index] > highest { result[index] = highest }
    }
    return result
  }

  func clip(_ actions: [Double]) -> [Float] { clip(actions.map { Float($0) }) }
}
