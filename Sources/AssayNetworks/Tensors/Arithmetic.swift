import Assay

// Axes of extent 1 are repeated to meet the other operand's; a vector meets the last axis
// and is repeated along the others; a scalar meets all.

extension Trace {
  func unary(_ function: Operation.Unary, _ operand: Int) -> Int {
    add(.unary(function), [operand], shape(operand))
  }

  /// A function of two tensors of the same rank, whose extents must be equal or 1.
  ///
  /// - Parameters:
  ///   - function: the function.
  ///   - first: a tensor.
  ///   - second: another.
  ///   - own: the shapes that the two had before they were raised to the same rank, for people.
  /// - Returns: of their common shape.
  func binary(_ function: Operation.Binary, _ first: Int, _ second: Int, of own: ([Int], [Int])? = nil) -> Int
  {
    let common = commonShape(shape(first), shape(second), of: own, in: "\(function)")
    return add(.binary(function), [broadcast(first, to: common), broadcast(second, to: common)], common)
  }

  func commonShape(
    _ first: [Int], _ second: [Int], of own: ([Int], [Int])? = nil, in what: String
  ) -> [Int] {
    guard first.count == second.count, zip(first, second).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 })
    else {
      let (one, other) = own ?? (first, second)
      fail("\(what) cannot bring the shapes \(one) and \(other) together: extents must be equal or 1")
    }
    return zip(first, second).map(max)
  }

  func broadcast(_ operand: Int, to target: [Int]) -> Int {
    let own = shape(operand)
    if own == target { return operand }
    guard own.count == target.count, zip(own, target).allSatisfy({ $0 == $1 || $0 == 1 }) else {
      fail("a tensor of shape \(own) cannot be repeated to \(target)")
    }
    return add(.broadcast, [operand], target)
  }

  func reshape(_ operand: Int, to target: [Int]) -> Int {
    if shape(operand) == target { return operand }
    guard shape(operand).reduce(1, *) == target.reduce(1, *), target.allSatisfy({ $0 > 0 }) else {
      fail("a tensor of shape \(shape(operand)) cannot take the shape \(target)")
    }
    // A reshape of a reshape is one.
    let source = nodes[operand].operation == .reshape ? nodes[operand].operands[0] : operand
    return shape(source) == target ? source : add(.reshape, [source], target)
  }

  /// Gives a tensor leading axes of extent 1 until it has a rank.
  func raise(_ operand: Int, toRank rank: Int) -> Int {
    let own = shape(operand)
    return reshape(operand, to: Array(repeating: 1, count: rank - own.count) + own)
  }
}

extension Tensor {
  func mapped(_ function: Operation.Unary) -> Tensor { Tensor(trace, trace.unary(function, node)) }

  func combined(_ function: Operation.Binary, _ other: Tensor) -> Tensor {
    Tensor(trace, trace.binary(function, node, trace.own(other)))
  }

  func combined<S: Rank>(_ function: Operation.Binary, lower other: Tensor<S>) -> Tensor {
    let raised = raised(other, in: function)
    return Tensor(trace, trace.binary(function, node, raised, of: (shape, other.shape)))
  }

  func preceded<S: Rank>(_ function: Operation.Binary, byLower other: Tensor<S>) -> Tensor {
    let raised = raised(other, in: function)
    return Tensor(trace, trace.binary(function, raised, node, of: (other.shape, shape)))
  }

  /// A tensor of a lower rank with leading axes of extent 1.
  ///
  /// It is repeated, never this one: a column less a vector is not meant to be a table of all differences.
  private func raised<S: Rank>(_ other: Tensor<S>, in function: Operation.Binary) -> Int {
    let raised = trace.raise(trace.own(other), toRank: R.count)
    if zip(shape, trace.shape(raised)).contains(where: { $0 == 1 && $1 != 1 }) {
      trace.fail(
        "\(function) cannot repeat a vector of shape \(other.shape) to \(shape): it meets the last axis; "
          + "expanded(at: -1) makes it a column")
    }
    return raised
  }

  public static func + (one: Tensor, other: Tensor) -> Tensor { one.combined(.add, other) }
  public static func - (one: Tensor, other: Tensor) -> Tensor { one.combined(.subtract, other) }
  public static func * (one: Tensor, other: Tensor) -> Tensor { one.combined(.multiply, other) }
  public static func / (one: Tensor, other: Tensor) -> Tensor { one.combined(.divide, other) }

  public static func + (one: Tensor, other: Float) -> Tensor { other == 0 ? one : one.mapped(.offset(other)) }
  public static func + (one: Float, other: Tensor) -> Tensor { other + one }
  public static func - (one: Tensor, other: Float) -> Tensor { one + -other }
  public static func - (one: Float, other: Tensor) -> Tensor { -other + one }
  public static func * (one: Tensor, other: Float) -> Tensor { other == 1 ? one : one.mapped(.scale(other)) }
  public static func * (one: Float, other: Tensor) -> Tensor { other * one }
  public static func / (one: Tensor, other: Float) -> Tensor { one * (1 / other) }
  public static func / (one: Float, other: Tensor) -> Tensor { reciprocal(other) * one }

  public static prefix func - (operand: Tensor) -> Tensor { operand.mapped(.negate) }
}

extension Tensor where R: PositiveRank {
  public static func + (one: Tensor, other: Scalar) -> Tensor { one.combined(.add, lower: other) }
  public static func + (one: Scalar, other: Tensor) -> Tensor { other.combined(.add, lower: one) }
  public static func - (one: Tensor, other: Scalar) -> Tensor { one.combined(.subtract, lower: other) }
  public static func - (one: Scalar, other: Tensor) -> Tensor { other.preceded(.subtract, byLower: one) }
  public static func * (one: Tensor, other: Scalar) -> Tensor { one.combined(.multiply, lower: other) }
  public static func * (one: Scalar, other: Tensor) -> Tensor { other.combined(.multiply, lower: one) }
  public static func / (one: Tensor, other: Scalar) -> Tensor { one.combined(.divide, lower: other) }
  public static func / (one: Scalar, other: Tensor) -> Tensor { other.preceded(.divide, byLower: one) }
}

extension Tensor where R: RankAboveOne {
  public static func + (one: Tensor, other: Vector) -> Tensor { one.combined(.add, lower: other) }
  public static func + (one: Vector, other: Tensor) -> Tensor { other.combined(.add, lower: one) }
  public static func - (one: Tensor, other: Vector) -> Tensor { one.combined(.subtract, lower: other) }
  public static func - (one: Vector, other: Tensor) -> Tensor { other.preceded(.subtract, byLower: one) }
  public static func * (one: Tensor, other: Vector) -> Tensor { one.combined(.multiply, lower: other) }
  public static func * (one: Vector, other: Tensor) -> Tensor { other.combined(.multiply, lower: one) }
  public static func / (one: Tensor, other: Vector) -> Tensor { one.combined(.divide, lower: other) }
  public static func / (one: Vector, other: Tensor) -> Tensor { other.preceded(.divide, byLower: one) }
}

/// The larger of two numbers, at each place; where they are equal, the gradient is shared.
public func maximum<R>(_ one: Tensor<R>, _ other: Tensor<R>) -> Tensor<R> { one.combined(.maximum, other) }

/// The larger of each number and a bound.
public func maximum<R>(_ one: Tensor<R>, _ bound: Float) -> Tensor<R> {
  maximum(one, one.filled(with: bound))
}

/// The smaller of two numbers, at each place; where they are equal, the gradient is shared.
public func minimum<R>(_ one: Tensor<R>, _ other: Tensor<R>) -> Tensor<R> { one.combined(.minimum, other) }

/// The smaller of each number and a bound.
public func minimum<R>(_ one: Tensor<R>, _ bound: Float) -> Tensor<R> {
  minimum(one, one.filled(with: bound))
}

extension Tensor {
  /// A tensor of the same shape with one number everywhere.
  func filled(with value: Float) -> Tensor {
    let scalar = trace.raise(trace.constant(value).node, toRank: R.count)
    return Tensor(trace, trace.broadcast(scalar, to: shape))
  }

  /// 1 where a number is larger than the other, else 0. No gradient passes.
  public func isGreater(than other: Tensor) -> Tensor { combined(.greater, other) }

  /// 1 where a number is larger than a bound, else 0. No gradient passes.
  public func isGreater(than bound: Float) -> Tensor { combined(.greater, filled(with: bound)) }

  /// 1 where two numbers are equal, else 0. No gradient passes.
  public func isEqual(to other: Tensor) -> Tensor { combined(.equal, other) }

  /// Each number, or the nearest bound.
  ///
  /// The gradient is 1 between the bounds and 0 beyond them; at a bound itself it is ½, for both are as near.
  public func clamped(to bounds: ClosedRange<Float>) -> Tensor {
    combined(.maximum, filled(with: bounds.lowerBound)).combined(.minimum, filled(with: bounds.upperBound))
  }
}

/// The second where the first is not zero, else the third.
///
/// - Parameters:
///   - condition: 0 or another number at each place; no gradient passes to it.
///   - one: taken where the condition is not 0.
///   - other: taken where it is.
/// - Returns: of the common shape of all three.
public func select<R>(_ condition: Tensor<R>, _ one: Tensor<R>, else other: Tensor<R>) -> Tensor<R> {
  let trace = condition.trace
  var common = trace.commonShape(condition.shape, one.shape, in: "select")
  common = trace.commonShape(common, other.shape, in: "select")
  let operands = [condition, one, other].map { trace.broadcast(trace.own($0), to: common) }
  return Tensor(trace, trace.add(.select, operands, common))
}
