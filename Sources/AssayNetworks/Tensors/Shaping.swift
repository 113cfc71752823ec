import Assay

extension Tensor {
  /// The same numbers in the same order with another shape.
  ///
  /// - Parameters:
  ///   - shape: extents whose product is the count; one may be −1, and is what remains.
  ///   - rank: as many axes as the shape has.
  /// - Returns: the tensor.
  public func reshaped<S: Rank>(to shape: [Int], as rank: S.Type = S.self) -> Tensor<S> {
    var target = shape
    if let open = shape.firstIndex(of: -1) {
      let others = shape.enumerated().filter { $0.offset != open }.reduce(1) { $0 * $1.element }
      guard others > 0, count % others == 0 else {
        trace.fail("a tensor of shape \(self.shape) cannot take the shape \(shape)")
      }
      target[open] = count / others
    }
    guard target.count == S.count else { trace.fail("shape \(shape) is not of rank \(S.count)") }
    return Tensor<S>(trace, trace.reshape(node, to: target))
  }

  /// With a new axis of extent 1.
  ///
  /// - Parameter axis: where it will be, from 0, or from −1 backwards for the last.
  /// - Returns: a tensor of one axis more.
  public func expanded(at axis: Int) -> Tensor<R.Higher> {
    let counted = trace.axis(axis, rank: R.count + 1, of: shape)
    var target = shape
    target.insert(1, at: counted)
    return Tensor<R.Higher>(trace, trace.reshape(node, to: target))
  }

  /// Repeated along the axes whose extent is 1.
  public func broadcast(to shape: [Int]) -> Tensor { Tensor(trace, trace.broadcast(node, to: shape)) }

  /// With its axes in another order: axis i of the result is axis `order[i]` of this.
  public func permuted(_ order: [Int]) -> Tensor {
    guard order.sorted() == Array(0..<R.count) else {
      trace.fail("\(order) is not an order of the axes of \(shape)")
    }
    if order == Array(0..<R.count) { return self }
    return Tensor(trace, trace.add(.permute(order), [node], order.map { shape[$0] }))
  }

  /// The same numbers; no gradient passes through.
  public func stoppingGradient() -> Tensor { Tensor(trace, trace.add(.stopGradient, [node], shape)) }

  /// The same numbers; the gradient that passes is multiplied by a factor.
  public func scalingGradient(by factor: Float) -> Tensor {
    Tensor(trace, trace.add(.scaleGradient(factor), [node], shape))
  }

  /// These numbers forwards, and the gradient of another tensor backwards: the straight-through estimator.
  ///
  /// - SeeAlso: Bengio, Léonard & Courville (2013).
  public func straightThrough(gradientOf soft: Tensor) -> Tensor {
    // The difference is 0, so that these numbers come through without a rounding.
    (soft - soft.stoppingGradient()) + stoppingGradient()
  }
}

extension Tensor where R: PositiveRank {
  /// All axes but the first as one: images as the vectors that a ``Linear`` takes.
  ///
  /// - Returns: `[first extent, all others' product]`.
  public func flattened() -> Matrix { reshaped(to: [shape[0], count / shape[0]]) }

  /// A range of an axis.
  public func slice(alongAxis axis: Int, _ range: Range<Int>) -> Tensor {
    let counted = trace.axis(axis, rank: R.count, of: shape)
    guard range.lowerBound >= 0, range.upperBound <= shape[counted], !range.isEmpty else {
      trace.fail("range \(range) is not within axis \(axis) of \(shape)")
    }
    if range.count == shape[counted] { return self }
    var target = shape
    target[counted] = range.count
    return Tensor(trace, trace.add(.slice(axis: counted, start: range.lowerBound), [node], target))
  }

  /// One place of an axis, which goes.
  public func at(_ index: Int, alongAxis axis: Int) -> Tensor<R.Lower> {
    let counted = trace.axis(axis, rank: R.count, of: shape)
    var target = shape
    target.remove(at: counted)
    return Tensor<R.Lower>(
      trace, trace.reshape(slice(alongAxis: counted, index..<index + 1).node, to: target))
  }

  /// An axis cut into as many parts of equal extent.
  public func split(alongAxis axis: Int, into parts: Int) -> [Tensor] {
    let counted = trace.axis(axis, rank: R.count, of: shape)
    guard parts > 0, shape[counted] % parts == 0 else {
      trace.fail("axis \(axis) of \(shape) cannot be cut into \(parts) equal parts")
    }
    let extent = shape[counted] / parts
    return (0..<parts).map { slice(alongAxis: counted, $0 * extent..<($0 + 1) * extent) }
  }
}

extension Tensor where R: RankAboveOne {
  /// With its last two axes exchanged.
  public func transposed() -> Tensor {
    var order = Array(0..<R.count)
    order.swapAt(R.count - 1, R.count - 2)
    return permuted(order)
  }
}

/// Tensors one after the other along an axis.
///
/// - Parameters:
///   - tensors: at least one; their shapes must be equal but for the axis.
///   - axis: from 0, or from −1 backwards for the last.
/// - Returns: a tensor whose extent along the axis is the sum of theirs.
public func concatenate<R: PositiveRank>(_ tensors: [Tensor<R>], alongAxis axis: Int) -> Tensor<R> {
  precondition(!tensors.isEmpty, "there must be at least one tensor to concatenate")
  let trace = tensors[0].trace
  let counted = trace.axis(axis, rank: R.count, of: tensors[0].shape)
  var target = tensors[0].shape
  for tensor in tensors.dropFirst() {
    var other = tensor.shape
    other[counted] = target[counted]
    guard other == target else {
      trace.fail("shapes \(tensors[0].shape) and \(tensor.shape) cannot be joined along axis \(axis)")
    }
    target[counted] += tensor.shape[counted]
  }
  if tensors.count == 1 { return tensors[0] }
  return Tensor(trace, trace.add(.concatenate(axis: counted), tensors.map(trace.own), target))
}

/// Tensors of one shape side by side along a new axis.
public func stack<R: Rank>(_ tensors: [Tensor<R>], alongAxis axis: Int) -> Tensor<R.Higher> {
  if let other = tensors.first(where: { $0.shape != tensors[0].shape }) {
    other.trace.fail("shapes \(tensors[0].shape) and \(other.shape) cannot be stacked")
  }
  return concatenate(tensors.map { $0.expanded(at: axis) }, alongAxis: axis)
}
