import Assay

extension Trace {
  /// Takes neighbouring axes away. A single extent of 1 is merely dropped, scaled.
  func reduce(_ kind: Operation.Reduction, _ operand: Int, axes: Range<Int>, scale: Float = 1) -> Int {
    let own = shape(operand)
    let rest = Array(own[..<axes.lowerBound] + own[axes.upperBound...])
    if own[axes].allSatisfy({ $0 == 1 }) {
      let dropped = reshape(operand, to: rest)
      return scale == 1 ? dropped : unary(.scale(scale), dropped)
    }
    return add(.reduce(kind, axes: axes, scale: scale), [operand], rest)
  }

  /// Sums a tensor over the axes along which a tensor of another shape was repeated to its shape.
  func sum(_ operand: Int, to target: [Int]) -> Int {
    let own = shape(operand)
    if own == target { return operand }
    var result = operand
    var axis = own.count
    // From the last axis on, runs of neighbouring axes go at once.
    while axis > 0 {
      guard target[axis - 1] == 1, own[axis - 1] != 1 else {
        axis -= 1
        continue
      }
      let end = axis
      while axis > 0, target[axis - 1] == 1 { axis -= 1 }
      result = reduce(.sum, result, axes: axis..<end)
    }
    return reshape(result, to: target)
  }

  /// An axis counted from the end where it is negative.
  func axis(_ axis: Int, rank: Int, of shape: [Int]) -> Int {
    let counted = axis < 0 ? axis + rank : axis
    guard counted >= 0, counted < rank else { fail("a tensor of shape \(shape) has no axis \(axis)") }
    return counted
  }
}

extension Tensor {
  /// The sum of all numbers.
  public func sum() -> Scalar { Scalar(trace, trace.reduce(.sum, node, axes: 0..<R.count)) }

  /// The mean of all numbers.
  public func mean() -> Scalar {
    Scalar(trace, trace.reduce(.sum, node, axes: 0..<R.count, scale: 1 / Float(count)))
  }
}

extension Tensor where R: PositiveRank {
  /// The sum along an axis, which goes.
  ///
  /// - Parameter axis: from 0, or from −1 backwards for the last.
  /// - Returns: a tensor of one axis fewer.
  public func sum(alongAxis axis: Int) -> Tensor<R.Lower> { reduced(.sum, axis) }

  /// The mean along an axis, which goes.
  public func mean(alongAxis axis: Int) -> Tensor<R.Lower> {
    let counted = trace.axis(axis, rank: R.count, of: shape)
    return reduced(.sum, axis, scale: 1 / Float(shape[counted]))
  }

  /// The largest number along an axis, which goes; equal ones share the gradient.
  public func maximum(alongAxis axis: Int) -> Tensor<R.Lower> { reduced(.maximum, axis) }

  /// The smallest number along an axis, which goes; equal ones share the gradient.
  public func minimum(alongAxis axis: Int) -> Tensor<R.Lower> { reduced(.minimum, axis) }

  /// The mean squared distance from the mean along an axis, which goes (divided by n, not n − 1).
  public func variance(alongAxis axis: Int) -> Tensor<R.Lower> {
    square(self - mean(alongAxis: axis).expanded(at: axis)).mean(alongAxis: axis)
  }

  /// Where the last axis has its first largest number.
  public func indexOfMaximum() -> Indices<R.Lower> {
    Indices(trace, trace.add(.indexOfMaximum, [node], Array(shape.dropLast())))
  }

  private func reduced(_ kind: Operation.Reduction, _ axis: Int, scale: Float = 1) -> Tensor<R.Lower> {
    let counted = trace.axis(axis, rank: R.count, of: shape)
    return Tensor<R.Lower>(trace, trace.reduce(kind, node, axes: counted..<counted + 1, scale: scale))
  }
}
