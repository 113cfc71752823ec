import Assay

/// 1 at each index and 0 elsewhere, along a new last axis.
///
/// - Parameters:
///   - indices: each in `0..<count`; a run with another traps.
///   - count: extent of the new axis.
/// - Returns: a tensor of one axis more.
public func oneHot<R: Rank>(_ indices: Indices<R>, count: Int) -> Tensor<R.Higher> {
  let trace = indices.trace
  guard count > 0 else { trace.fail("oneHot must have a positive count, but it is \(count)") }
  return Tensor(trace, trace.add(.oneHot, [indices.node], indices.shape + [count]))
}

extension Tensor where R == Rank2 {
  /// Rows of a table: row i of the result is row `indices[i]` of this.
  ///
  /// - Parameter indices: each in `0..<rows`; a run with another traps.
  /// - Returns: `[indices, columns]`.
  public func rows(at indices: Indices<Rank1>) -> Matrix {
    Matrix(trace, trace.add(.gatherRows, [node, trace.own(indices)], [indices.shape[0], shape[1]]))
  }
}

extension Tensor where R: PositiveRank {
  /// One number of each vector of the last axis: the value of the action taken, the log-probability of the class.
  ///
  /// - Parameter indices: one for each vector.
  /// - Returns: a tensor of one axis fewer.
  public func picking(_ indices: Indices<R.Lower>) -> Tensor<R.Lower> {
    guard Array(shape.dropLast()) == indices.shape else {
      trace.fail("indices of shape \(indices.shape) cannot pick from the last axis of \(shape)")
    }
    let mask = oneHot(indices, count: shape[R.count - 1])
    // What is not picked does not matter, even if it is infinite.
    return select(mask, self, else: filled(with: 0)).sum(alongAxis: -1)
  }
}

/// A number as weights of the two nearest points of an even grid: their weighted mean is the number.
///
///     w[j] = max(0, 1 − |p − j|),  p = (x − low)/(high − low) · (count − 1)
///
/// Numbers beyond the grid count as its ends.
///
/// - Parameters:
///   - x: numbers.
///   - bounds: the grid's first and last point.
///   - count: how many points, at least two.
/// - Returns: weights along a new last axis, of sum 1.
/// - SeeAlso: Schrittwieser et al. (2020), appendix F; Hafner et al. (2023).
public func twoHot<R: Rank>(_ x: Tensor<R>, over bounds: ClosedRange<Float>, count: Int) -> Tensor<R.Higher> {
  guard count >= 2, bounds.lowerBound < bounds.upperBound else {
    x.trace.fail("twoHot needs at least two points between different bounds, not \(count) in \(bounds)")
  }
  let step = (bounds.upperBound - bounds.lowerBound) / Float(count - 1)
  let position = (x.clamped(to: bounds) - bounds.lowerBound) / step
  let grid = x.trace.constant((0..<count).map(Float.init), [count], as: Rank1.self)
  let points = Tensor<R.Higher>(x.trace, x.trace.raise(grid.node, toRank: R.count + 1))
  return relu(1 - abs(position.expanded(at: -1) - points))
}
