import Assay

/// The points of a distribution over values.
public struct ValueSupport: Sendable, Hashable {
  /// How values are squeezed before they meet the grid.
  public enum Transform: Sendable, Hashable {
    case none
    /// See ``AssayNetworks/symlog(_:)``.
    case symlog
  }

  /// The first and the last point, after the transform.
  public let bounds: ClosedRange<Float>
  /// How many points, evenly spaced.
  public let count: Int
  public let transform: Transform

  public init(_ bounds: ClosedRange<Float>, count: Int, transform: Transform = .none) {
    precondition(count >= 2, "a support needs at least two points, but has \(count)")
    precondition(bounds.lowerBound < bounds.upperBound, "a support's bounds must differ, but are \(bounds)")
    self.bounds = bounds
    self.count = count
    self.transform = transform
  }

  /// The points, after the transform.
  public var points: [Float] {
    let step = (Double(bounds.upperBound) - Double(bounds.lowerBound)) / Double(count - 1)
    return (0..<count).map { Float(Double(bounds.lowerBound) + step * Double($0)) }
  }
}

/// Probabilities of the points of a support, along the last axis.
public struct ValueDistribution<R: PositiveRank> {
  /// Before the softmax.
  public let logits: Tensor<R>
  public let support: ValueSupport

  public init(logits: Tensor<R>, support: ValueSupport) {
    guard logits.shape.last == support.count else {
      logits.trace.fail("logits of shape \(logits.shape) do not fit a support of \(support.count) points")
    }
    self.logits = logits
    self.support = support
  }

  /// p, one for each point.
  public var probabilities: Tensor<R> { softmax(logits) }

  /// The expected value, untransformed: the transform's inverse of the mean point.
  public var mean: Tensor<R.Lower> {
    let points: Vector = logits.trace.constant(support.points, [support.count])
    let spread = Tensor<R>(logits.trace, logits.trace.raise(points.node, toRank: R.count))
    let mean = (probabilities * spread).sum(alongAxis: -1)
    return support.transform == .symlog ? symexp(mean) : mean
  }

  /// The cross entropy with target probabilities, −Σ q log p; no gradient passes to the targets.
  public func crossEntropy(with targets: Tensor<R>) -> Tensor<R.Lower> {
    -(targets.stoppingGradient() * logSoftmax(logits)).sum(alongAxis: -1)
  }

  /// The cross entropy with target values, as weights of their two nearest points.
  public func crossEntropy(withValues values: Tensor<R.Lower>) -> Tensor<R.Lower> {
    let transformed = support.transform == .symlog ? symlog(values) : values
    return crossEntropy(with: twoHot(transformed, over: support.bounds, count: support.count))
  }
}

extension ValueDistribution where R == Rank3 {
  /// The distribution of one action of each row: of the action taken, or the best one.
  ///
  /// - Parameter actions: `[batch]`.
  /// - Returns: of logits `[batch, points]`.
  public func picking(_ actions: Indices<Rank1>) -> ValueDistribution<Rank2> {
    let shape = logits.shape
    guard actions.shape == [shape[0]] else {
      logits.trace.fail("actions of shape \(actions.shape) cannot pick from distributions of shape \(shape)")
    }
    let mask = oneHot(actions, count: shape[1]).expanded(at: -1)
    let picked = select(mask, logits, else: logits.filled(with: 0)).sum(alongAxis: 1)
    return ValueDistribution<Rank2>(logits: picked, support: support)
  }
}
