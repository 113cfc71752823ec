import Assay
import Foundation

/// The numbers of a computation in double precision, found by plain loops: slow, and a check on the kernels.
///
/// It shares nothing with them but the description of the computation.
struct ReferenceEvaluation {
  /// The numbers of each node, by node.
  private(set) var values: [[Double]] = []

  /// Evaluates every node.
  ///
  /// - Parameters:
  ///   - graph: the computation.
  ///   - base: another evaluation of the same computation. What is stopped has its numbers there, and what
  ///     is scaled moves away from them by that much: so that differences show the gradients that were asked for.
  ///   - leaf: the numbers of an input, parameter or draw, in double precision.
  init(_ graph: Graph, base: ReferenceEvaluation? = nil, leaf: (Int) -> [Double]) {
    values.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      switch node.operation {
      case .input, .indexInput, .parameter, .noise: values.append(leaf(index))
      case .constant(let bits): values.append(bits.map { Double(Float(bitPattern: $0)) })
      case .stopGradient: values.append(base?.values[index] ?? values[node.operands[0]])
      case .scaleGradient(let factor):
        let own = values[node.operands[0]]
        values.append(
          base.map { zip(own, $0.values[index]).map { $1 + Double(factor) * ($0 - $1) } } ?? own)
      default: values.append(evaluate(node, graph))
      }
    }
  }

  private func evaluate(_ node: Trace.Node, _ graph: Graph) -> [Double] {
    let x = values[node.operands[0]]
    let shape = graph.nodes[node.operands[0]].shape
    func other(_ position: Int) -> [Double] { values[node.operands[position]] }
    func otherShape(_ position: Int) -> [Int] { graph.nodes[node.operands[position]].shape }
    switch node.operation {
    case .unary(let function): return x.map { Self.value(function, $0) }
    case .binary(let function): return zip(x, other(1)).map { Self.value(function, $0, $1) }
    case .select: return x.indices.map { x[$0] != 0 ? other(1)[$0] : other(2)[$0] }
    case .reshape: return x
    case .broadcast:
      return Self.places(node.shape).map { place in
        x[Self.index(zip(place, shape).map { $1 == 1 ? 0 : $0 }, shape)]
      }
    case .permute(let order):
      return Self.places(node.shape).map { place in
        var source = place
        for (axis, from) in order.enumerated() { source[from] = place[axis] }
        return x[Self.index(source, shape)]
      }
    case .slice(let axis, let start):
      return Self.places(node.shape).map { place in
        var source = place
        source[axis] += start
        return x[Self.index(source, shape)]
      }
    case .pad(let axis, let start):
      return Self.places(node.shape).map { place in
        var source = place
        source[axis] -= start
        return source[axis] >= 0 && source[axis] < shape[axis] ? x[Self.index(source, shape)] : 0
      }
    case .concatenate(let axis):
      return Self.places(node.shape).map { place in
        var source = place
        for position in node.operands.indices {
          let own = otherShape(position)
          if source[axis] < own[axis] { return other(position)[Self.index(source, own)] }
          source[axis] -= own[axis]
        }
        preconditionFailure("place \(place) lies in none of the operands")
      }
    case .reduce(let kind, let axes, let scale):
      var groups = [[Double]](repeating: [], count: node.count)
      for (number, place) in zip(x, Self.places(shape)) {
        groups[Self.index(Array(place[..<axes.lowerBound] + place[axes.upperBound...]), node.shape)].append(
          number)
      }
      return groups.map { group in
        if group.contains(where: \.isNaN) { return .nan }
        switch kind {
        case .sum: return group.reduce(0, +) * Double(scale)
        case .maximum: return group.max()!
        case .minimum: return group.min()!
        }
      }
    case .softmax(let logarithm):
      return rows(x, shape.last!).flatMap { row in
        let largest = row.max()!
        let total = row.reduce(0) { $0 + exp($1 - largest) }
        return row.map { logarithm ? $0 - largest - log(total) : exp($0 - largest) / total }
      }
    case .indexOfMaximum:
      return rows(x, shape.last!).map { row in Double(row.indices.first { row[$0] == row.max()! } ?? 0) }
    case .product(let transposeFirst, let transposeSecond):
      return Self.product(x, shape, transposeFirst, other(1), otherShape(1), transposeSecond, node.shape)
    case .convolve(let geometry):
      var result = [Double](repeating: 0, count: node.count)
      let w = other(1)
      Self.slide(geometry, shape, otherShape(1), node.shape) { result[$2] += x[$0] * w[$1] }
      return result
    case .convolveImageGradient(let geometry):
      var result = [Double](repeating: 0, count: node.count)
      let w = other(1)
      Self.slide(geometry, node.shape, otherShape(1), shape) { result[$0] += x[$2] * w[$1] }
      return result
    case .convolveFilterGradient(let geometry):
      var result = [Double](repeating: 0, count: node.count)
      let g = other(1)
      Self.slide(geometry, shape, node.shape, otherShape(1)) { result[$1] += x[$0] * g[$2] }
      return result
    case .gatherRows:
      let table = rows(x, shape[1])
      return other(1).flatMap { table[Int($0)] }
    case .scatterRows:
      var result = [Double](repeating: 0, count: node.count)
      for (row, index) in zip(rows(x, shape[1]), other(1)) {
        for (column, number) in row.enumerated() { result[Int(index) * shape[1] + column] += number }
      }
      return result
    case .oneHot:
      return x.flatMap { index in (0..<node.shape.last!).map { Double($0) == index ? 1 : 0 } }
    case .input, .indexInput, .parameter, .constant, .noise, .stopGradient, .scaleGradient:
      preconditionFailure("\(node.operation.name) is not evaluated from operands")
    }
  }

  private func rows(_ x: [Double], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: x.count, by: columns).map { Array(x[$0..<$0 + columns]) }
  }

  // MARK: Element by element

  private static func value(_ function: Operation.Unary, _ x: Double) -> Double {
    switch function {
    case .negate: -x
    case .absolute: abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .square: x * x
    case .exponential: exp(x)
    case .exponentialMinusOne: expm1(x)
    case .logarithm: log(x)
    case .logarithmOfOnePlus: log1p(x)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    case .errorFunction: erf(x)
    case .relu: x.isNaN ? x : max(x, 0)
    case .step: x.isNaN ? x : x > 0 ? 1 : 0
    case .floor: x.rounded(.down)
    case .scale(let factor): Double(factor) * x
    case .offset(let summand): Double(summand) + x
    }
  }

  private static func value(_ function: Operation.Binary, _ x: Double, _ y: Double) -> Double {
    switch function {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .maximum: x.isNaN || y.isNaN ? .nan : max(x, y)
    case .minimum: x.isNaN || y.isNaN ? .nan : min(x, y)
    case .greater: x > y ? 1 : 0
    case .equal: x == y ? 1 : 0
    }
  }

  // MARK: Places

  /// Every place of a shape, in row-major order.
  private static func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
  }

  private static func index(_ place: [Int], _ shape: [Int]) -> Int {
    zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private static func product(
    _ a: [Double], _ shapeA: [Int], _ transposeA: Bool, _ b: [Double], _ shapeB: [Int], _ transposeB: Bool,
    _ shape: [Int]
  ) -> [Double] {
    let rank = shape.count
    let depth = transposeA ? shapeA[rank - 2] : shapeA[rank - 1]
    return places(shape).map { place in
      let (batch, row, column) = (Array(place.dropLast(2)), place[rank - 2], place[rank - 1])
      return (0..<depth).reduce(0) { sum, k in
        sum + a[index(batch + (transposeA ? [k, row] : [row, k]), shapeA)]
          * b[index(batch + (transposeB ? [column, k] : [k, column]), shapeB)]
      }
    }
  }

  /// Visits every product of a convolution: index in the images, in the filters, in the output.
  private static func slide(
    _ geometry: ConvolutionGeometry, _ images: [Int], _ filters: [Int], _ output: [Int],
    _ visit: (Int, Int, Int) -> Void
  ) {
    for batch in 0..<output[0] {
      for (y, p) in pairs(output[1], filters[0]) {
        for (x, q) in pairs(output[2], filters[1]) {
          let row = y * geometry.strideHeight + p - geometry.paddingHeight
          let column = x * geometry.strideWidth + q - geometry.paddingWidth
          guard row >= 0, row < images[1], column >= 0, column < images[2] else { continue }
          let image = ((batch * images[1] + row) * images[2] + column) * images[3]
          let filter = (p * filters[1] + q) * filters[2]
          let result = ((batch * output[1] + y) * output[2] + x) * output[3]
          for (channel, kind) in pairs(images[3], filters[3]) {
            visit(image + channel, (filter + channel) * filters[3] + kind, result + kind)
          }
        }
      }
    }
  }

  private static func pairs(_ one: Int, _ other: Int) -> [(Int, Int)] {
    (0..<one).flatMap { first in (0..<other).map { (first, $0) } }
  }
}
