import Assay

// Reverse-mode differentiation: for each operation, which operations give the gradient with respect to its operands.
// The gradient is part of the trace like everything else, so it can be differentiated again.

extension Trace {
  /// The gradient of a number with respect to tensors.
  ///
  /// - Parameters:
  ///   - node: a scalar.
  ///   - targets: tensors it may depend on.
  /// - Returns: a tensor of each target's shape, or `nil` where no gradient reaches it.
  func gradient(of node: Int, withRespectTo targets: [Int]) -> [Int?] {
    let outer = place
    defer { place = outer }
    // What depends on a target by a way that a gradient can go.
    var depends = [Bool](repeating: false, count: node + 1)
    for target in targets where target <= node { depends[target] = true }
    for index in 0...node where !depends[index] {
      depends[index] = differentiableOperands(of: nodes[index]).contains { depends[$0] }
    }
    var parts: [Int: [Int]] = [node: [constant(1).node]]
    var adjoints: [Int: Int] = [:]
    for index in stride(from: node, through: 0, by: -1) where depends[index] {
      guard let own = parts[index] else { continue }
      place = nodes[index].place
      place.isGradient = true
      let adjoint = total(own)
      adjoints[index] = adjoint
      let source = nodes[index]
      place = source.place
      place.isGradient = true
      for operand in differentiableOperands(of: source).enumerated() where depends[operand.element] {
        parts[operand.element, default: []].append(
          contribution(adjoint, to: operand.offset, of: source, result: index))
      }
    }
    return targets.map { adjoints[$0] }
  }

  /// The sum of gradients: side by side where they are those of a tensor's parts.
  private func total(_ parts: [Int]) -> Int {
    var ranges: [(start: Int, end: Int, operand: Int)] = []
    var along: Int?
    for part in parts {
      guard case .pad(let axis, let start) = nodes[part].operation, along == nil || along == axis else {
        return parts.dropFirst().reduce(parts[0]) { binary(.add, $0, $1) }
      }
      along = axis
      let operand = nodes[part].operands[0]
      ranges.append((start, start + shape(operand)[axis], operand))
    }
    ranges.sort { $0.start < $1.start }
    let whole = shape(parts[0])
    guard let along, ranges[0].start == 0, ranges[ranges.count - 1].end == whole[along],
      zip(ranges, ranges.dropFirst()).allSatisfy({ $0.end == $1.start })
    else { return parts.dropFirst().reduce(parts[0]) { binary(.add, $0, $1) } }
    if ranges.count == 1 { return ranges[0].operand }
    return add(.concatenate(axis: along), ranges.map(\.operand), whole)
  }

  /// The operands a gradient may pass to: always the first ones.
  private func differentiableOperands(of node: Node) -> ArraySlice<Int> {
    switch node.operation {
    case .input, .indexInput, .parameter, .constant, .noise, .oneHot, .indexOfMaximum, .stopGradient: []
    case .unary(.sign), .unary(.step), .unary(.floor), .binary(.greater), .binary(.equal): []
    case .gatherRows, .scatterRows: node.operands.prefix(1)
    default: node.operands[...]
    }
  }

  private func multiply(_ one: Int, _ other: Int) -> Int { binary(.multiply, one, other) }

  private func zeros(_ shape: [Int]) -> Int {
    broadcast(raise(constant(0).node, toRank: shape.count), to: shape)
  }

  /// What an operation's gradient adds to the gradient of one of its operands.
  private func contribution(_ g: Int, to position: Int, of node: Node, result y: Int) -> Int {
    let operands = node.operands
    let x = operands[position]
    switch node.operation {
    case .unary(let function): return contribution(g, through: function, x, y)
    case .binary(let function):
      return contribution(g, to: position, through: function, operands[0], operands[1], y)
    case .select:
      guard position > 0 else { return zeros(shape(x)) }
      let nothing = zeros(node.shape)
      return add(
        .select, [operands[0], position == 1 ? g : nothing, position == 1 ? nothing : g], node.shape)
    case .broadcast: return sum(g, to: shape(x))
    case .reshape: return reshape(g, to: shape(x))
    case .permute(let order):
      let inverse = order.indices.map { order.firstIndex(of: $0)! }
      return add(.permute(inverse), [g], shape(x))
    case .slice(let axis, let start): return add(.pad(axis: axis, start: start), [g], shape(x))
    case .pad(let axis, let start): return add(.slice(axis: axis, start: start), [g], shape(x))
    case .concatenate(let axis):
      let start = operands[..<position].reduce(0) { $0 + shape($1)[axis] }
      return add(.slice(axis: axis, start: start), [g], shape(x))
    case .reduce(let kind, let axes, let scale):
      return contribution(g, throughReduction: kind, over: axes, scale: scale, x, y)
    case .softmax(let logarithm):
      func total(_ operand: Int) -> Int {
        broadcast(sum(operand, to: node.shape.dropLast() + [1]), to: shape(operand))
      }
      return logarithm
        ? binary(.subtract, g, multiply(unary(.exponential, y), total(g)))
        : multiply(y, binary(.subtract, g, total(multiply(g, y))))
    case .product(let transposeFirst, let transposeSecond):
      return contribution(g, to: position, throughProductOf: operands, transposeFirst, transposeSecond)
    case .convolve(let geometry):
      return position == 0
        ? add(.convolveImageGradient(geometry), [g, operands[1]], shape(x))
        : add(.convolveFilterGradient(geometry), [operands[0], g], shape(x))
    case .convolveImageGradient(let geometry):
      return position == 0
        ? add(.convolve(geometry), [g, operands[1]], shape(x))
        : add(.convolveFilterGradient(geometry), [g, operands[0]], shape(x))
    case .convolveFilterGradient(let geometry):
      return position == 0
        ? add(.convolveImageGradient(geometry), [operands[1], g], shape(x))
        : add(.convolve(geometry), [operands[0], g], shape(x))
    case .gatherRows: return add(.scatterRows, [g, operands[1]], shape(x))
    case .scatterRows: return add(.gatherRows, [g, operands[1]], shape(x))
    case .scaleGradient(let factor): return unary(.scale(factor), g)
    case .input, .indexInput, .parameter, .constant, .noise, .oneHot, .indexOfMaximum, .stopGradient:
      preconditionFailure("no gradient passes \(node.operation.name)")
    }
  }

  private func contribution(_ g: Int, through function: Operation.Unary, _ x: Int, _ y: Int) -> Int {
    switch function {
    case .negate: return unary(.negate, g)
    case .absolute: return multiply(g, unary(.sign, x))
    case .squareRoot: return multiply(g, unary(.scale(0.5), unary(.reciprocal, y)))
    case .reciprocal: return unary(.negate, multiply(g, unary(.square, y)))
    case .square: return multiply(g, unary(.scale(2), x))
    case .exponential: return multiply(g, y)
    case .exponentialMinusOne: return multiply(g, unary(.offset(1), y))
    case .logarithm: return binary(.divide, g, x)
    case .logarithmOfOnePlus: return binary(.divide, g, unary(.offset(1), x))
    case .sine: return multiply(g, unary(.cosine, x))
    case .cosine: return unary(.negate, multiply(g, unary(.sine, x)))
    case .tanh: return multiply(g, oneMinus(unary(.square, y)))
    case .sigmoid: return multiply(g, multiply(y, oneMinus(y)))
    case .softplus: return multiply(g, unary(.sigmoid, x))
    case .errorFunction:
      let bell = unary(.exponential, unary(.negate, unary(.square, x)))
      return multiply(g, unary(.scale(Float(2 / Double.pi.squareRoot())), bell))
    // By the result, so that what went into it need not be kept.
    case .relu: return multiply(g, unary(.step, y))
    case .scale(let factor): return unary(.scale(factor), g)
    case .offset: return g
    case .sign, .step, .floor: preconditionFailure("no gradient passes \(function)")
    }
  }

  private func oneMinus(_ operand: Int) -> Int { unary(.offset(1), unary(.negate, operand)) }

  private func contribution(
    _ g: Int, to position: Int, through function: Operation.Binary, _ a: Int, _ b: Int, _ y: Int
  ) -> Int {
    switch function {
    case .add: return g
    case .subtract: return position == 0 ? g : unary(.negate, g)
    case .multiply: return multiply(g, position == 0 ? b : a)
    case .divide:
      let quotient = binary(.divide, g, b)
      return position == 0 ? quotient : unary(.negate, multiply(quotient, y))
    case .maximum, .minimum:
      let (one, other) = position == 0 ? (a, b) : (b, a)
      let wins = function == .maximum ? binary(.greater, one, other) : binary(.greater, other, one)
      let ties = unary(.scale(0.5), binary(.equal, one, other))
      return multiply(g, binary(.add, wins, ties))
    case .greater, .equal: preconditionFailure("no gradient passes \(function)")
    }
  }

  private func contribution(
    _ g: Int, throughReduction kind: Operation.Reduction, over axes: Range<Int>, scale: Float, _ x: Int,
    _ y: Int
  ) -> Int {
    var kept = shape(x)
    for axis in axes { kept[axis] = 1 }
    let spread = broadcast(reshape(g, to: kept), to: shape(x))
    switch kind {
    case .sum: return scale == 1 ? spread : unary(.scale(scale), spread)
    case .maximum, .minimum:
      let extremes = broadcast(reshape(y, to: kept), to: shape(x))
      let ties = binary(.equal, x, extremes)
      let count = broadcast(sum(ties, to: kept), to: shape(x))
      return multiply(spread, binary(.divide, ties, count))
    }
  }

  private func contribution(
    _ g: Int, to position: Int, throughProductOf operands: [Int], _ transposeFirst: Bool,
    _ transposeSecond: Bool
  ) -> Int {
    let (a, b) = (operands[0], operands[1])
    if position == 0 {
      // Of op(A): g · op(B)ᵀ, transposed again where A is.
      return transposeFirst
        ? product(b, g, transposeFirst: transposeSecond, transposeSecond: true)
        : product(g, b, transposeSecond: !transposeSecond)
    }
    return transposeSecond
      ? product(g, a, transposeFirst: true, transposeSecond: transposeFirst)
      : product(a, g, transposeFirst: !transposeFirst)
  }
}

/// The gradient of a number with respect to a tensor of the same computation, as a tensor.
///
/// It can be used like any other, and differentiated again.
///
/// - Parameters:
///   - value: the number.
///   - tensor: what it depends on: an input, a parameter, or something in between.
/// - Returns: of the tensor's shape; zeros where the number does not depend on it.
public func gradient<R>(of value: Scalar, withRespectTo tensor: Tensor<R>) -> Tensor<R> {
  let found = value.trace.gradient(of: value.node, withRespectTo: [value.trace.own(tensor)])[0]
  return found.map { Tensor(value.trace, $0) } ?? tensor.filled(with: 0)
}

/// The Hessian of a number times a vector, ∇(∇f · v), without the Hessian.
///
/// - Parameters:
///   - value: the number f.
///   - tensor: what it is differentiated by.
///   - direction: v, of the tensor's shape; held constant.
/// - Returns: of the tensor's shape.
/// - SeeAlso: Pearlmutter (1994), *Fast exact multiplication by the Hessian*.
public func hessianVectorProduct<R>(
  of value: Scalar, withRespectTo tensor: Tensor<R>, along direction: Tensor<R>
) -> Tensor<R> {
  let slope = (gradient(of: value, withRespectTo: tensor) * direction.stoppingGradient()).sum()
  return gradient(of: slope, withRespectTo: tensor)
}
