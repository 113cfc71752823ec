import Assay
import Testing

@testable import AssayNetworks

/// Every operation, fused and alone, with memory reused and not, against plain loops in double precision; and its
/// gradient against differences of those. Float32 rounds at 6e-8; 1e-5 leaves room for the sums of a few dozen numbers.
@Suite("Every operation against double precision and differences")
struct OperationTests {
  private func check<R: Rank>(
    _ shapes: [[Int]], seed: UInt64 = 1, positive: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Trace, Fixture) -> Tensor<R>
  ) {
    var fixture = Fixture(shapes, seed: seed) { stream in
      let number = Float(stream.normal())
      return positive ? abs(number) + 0.2 : number
    }
    let found = fixture.compare(body)
    #expect(found.valueError < 1e-5, sourceLocation: sourceLocation)
    #expect(found.gradientError < 1e-5, sourceLocation: sourceLocation)
    #expect(found.kinks * 4 < found.probes, sourceLocation: sourceLocation)
  }

  @Test("Functions of one number")
  func functions() {
    let anywhere: [(Matrix) -> Matrix] = [
      { -$0 }, { abs($0) }, { square($0) }, { exp($0) }, { expMinusOne($0) }, { sin($0) }, { cos($0) },
      { tanh($0) },
      { sigmoid($0) }, { softplus($0) }, { logSigmoid($0) }, { erf($0) }, { relu($0) }, { leakyReLU($0) },
      { elu($0, scale: 1.3) }, { silu($0) }, { gelu($0) }, { symlog($0) }, { symexp($0) }, { 2.5 * $0 },
      { $0 + 1.5 }, { 1.5 - $0 }, { $0 / 3 }, { maximum($0, 0.3) }, { minimum($0, 0.3) },
      { $0.clamped(to: -0.5...0.7) },
      { simNorm($0, groupSize: 2) }, { standardized($0) }, { softmax($0) }, { logSoftmax($0) },
      { $0.transposed().transposed() },
      { $0.scalingGradient(by: 1) }, { $0.scalingGradient(by: 0.5) * $0 }, { $0 * $0.stoppingGradient() },
      { $0 + sign($0) + floor($0) }, { sign($0).straightThrough(gradientOf: tanh($0)) },
    ]
    for function in anywhere {
      check([[3, 4]]) { trace, fixture in function(fixture.tensor(0, trace)) }
    }
    let positive: [(Matrix) -> Matrix] = [
      { log($0) }, { logOnePlus($0) }, { sqrt($0) }, { reciprocal($0) }, { 2 / $0 },
    ]
    for function in positive {
      check([[3, 4]], positive: true) { trace, fixture in function(fixture.tensor(0, trace)) }
    }
  }

  @Test("Functions of two numbers, with every way of repeating")
  func pairs() {
    let functions: [(Tensor3, Tensor3) -> Tensor3] = [
      { $0 + $1 }, { $0 - $1 }, { $0 * $1 }, { $0 / $1 }, { maximum($0, $1) }, { minimum($0, $1) },
      { select($0.isGreater(than: $1), $0, else: $1) }, { select($0.isEqual(to: $1), $0, else: square($1)) },
    ]
    for function in functions {
      for shape in [
        [2, 3, 4], [1, 3, 4], [2, 1, 4], [2, 3, 1], [1, 1, 4], [2, 1, 1], [1, 3, 1], [1, 1, 1],
      ] {
        check([[2, 3, 4], shape], positive: true) { trace, fixture in
          function(fixture.tensor(0, trace), fixture.tensor(1, trace))
        }
      }
    }
    check([[2, 1, 4], [1, 3, 1]]) { trace, fixture in
      (fixture.tensor(0, trace) as Tensor3) * fixture.tensor(1, trace)
    }
  }

  @Test("Scalars and vectors meet tensors of higher rank")
  func ranks() {
    check([[3, 4], []], positive: true) { trace, fixture in
      let (x, s): (Matrix, Scalar) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
      return x * s + s / x - (s - x) * (x / s) + (s + x) + (x - s)
    }
    check([[3, 4], [4]], positive: true) { trace, fixture in
      let (x, v): (Matrix, Vector) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
      return x * v + v / x - (v - x) * (x / v) + (v + x) + (x - v)
    }
  }

  @Test("Reductions along each axis")
  func reductions() {
    for axis in -3..<3 {
      check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).sum(alongAxis: axis) }
      check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).mean(alongAxis: axis) }
      check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).maximum(alongAxis: axis) }
      check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).minimum(alongAxis: axis) }
      check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).variance(alongAxis: axis) }
    }
    check([[3, 4, 5]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).sum() }
    check([[3, 4, 5]]) { trace, fixture in square(fixture.tensor(0, trace) as Tensor3).mean() }
    check([[1, 4, 1]]) { trace, fixture in (fixture.tensor(0, trace) as Tensor3).mean(alongAxis: 0) }
    check([[3, 5]]) { trace, fixture in logSumExp(fixture.tensor(0, trace) as Matrix) }
  }

  @Test("Shapes")
  func shapes() {
    check([[3, 4, 5]]) { trace, fixture in
      let x: Tensor3 = fixture.tensor(0, trace)
      let reshaped: Matrix = x.reshaped(to: [6, -1])
      return square(reshaped) * reshaped.reshaped(to: [6, 10])
    }
    for order in [[0, 2, 1], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      check([[2, 3, 4]]) { trace, fixture in square((fixture.tensor(0, trace) as Tensor3).permuted(order)) }
    }
    for axis in 0..<3 {
      check([[3, 4, 5]]) { trace, fixture in
        let x: Tensor3 = fixture.tensor(0, trace)
        return x.slice(alongAxis: axis, 1..<3) * x.slice(alongAxis: axis, 0..<2)
      }
      check([[2, 4, 2], [2, 4, 2]]) { trace, fixture in
        let (x, y): (Tensor3, Tensor3) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
        return exp(concatenate([x, square(y), x], alongAxis: axis))
      }
      check([[2, 4], [2, 4]]) { trace, fixture in
        let (x, y): (Matrix, Matrix) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
        return stack([x, y * x], alongAxis: axis)
      }
      check([[4, 4, 4]]) { trace, fixture in
        let parts = (fixture.tensor(0, trace) as Tensor3).split(alongAxis: axis, into: 2)
        return parts[0] * parts[1] + parts[1].at(1, alongAxis: axis).expanded(at: axis)
      }
    }
    check([[2, 1, 3]]) { trace, fixture in
      square((fixture.tensor(0, trace) as Tensor3).broadcast(to: [2, 4, 3])).transposed()
    }
  }

  @Test("Products, transposed and in batches")
  func products() {
    check([[3, 4], [4, 5]]) { trace, fixture in
      matmul(fixture.tensor(0, trace) as Matrix, fixture.tensor(1, trace))
    }
    check([[4, 3], [4, 5]]) { trace, fixture in
      matmul((fixture.tensor(0, trace) as Matrix).transposed(), fixture.tensor(1, trace))
    }
    check([[3, 4], [5, 4]]) { trace, fixture in
      matmul(fixture.tensor(0, trace) as Matrix, (fixture.tensor(1, trace) as Matrix).transposed())
    }
    check([[4, 3], [5, 4]]) { trace, fixture in
      matmul(
        (fixture.tensor(0, trace) as Matrix).transposed(), (fixture.tensor(1, trace) as Matrix).transposed())
    }
    check([[2, 3, 4], [2, 4, 5]]) { trace, fixture in
      matmul(fixture.tensor(0, trace) as Tensor3, fixture.tensor(1, trace))
    }
    check([[2, 4, 3], [2, 5, 4]]) { trace, fixture in
      matmul(
        (fixture.tensor(0, trace) as Tensor3).transposed(), (fixture.tensor(1, trace) as Tensor3).transposed()
      )
    }
    for activation in [{ relu($0) }, { tanh($0) }, { silu($0) }] as [(Matrix) -> Matrix] {
      check([[3, 4], [4, 5], [5]]) { trace, fixture in
        activation(
          matmul(fixture.tensor(0, trace) as Matrix, fixture.tensor(1, trace))
            + (fixture.tensor(2, trace) as Vector))
      }
    }
    check([[2, 3, 4], [2, 4, 5], [2, 1, 5]]) { trace, fixture in
      tanh(matmul(fixture.tensor(0, trace) as Tensor3, fixture.tensor(1, trace)) + fixture.tensor(2, trace))
    }
    // One batch for all members of an ensemble.
    check([[3, 4], [2, 4, 5], [2, 1, 5]]) { trace, fixture in
      let x: Matrix = fixture.tensor(0, trace)
      let repeated = x.expanded(at: 0).broadcast(to: [2, 3, 4]) as Tensor3
      return relu(matmul(repeated, fixture.tensor(1, trace)) + fixture.tensor(2, trace))
    }
    // The same weights used over and over: their gradient is added up in place.
    check([[3, 4], [4, 4], [4]]) { trace, fixture in
      var h: Matrix = fixture.tensor(0, trace)
      for _ in 0..<4 {
        h = tanh(matmul(h, fixture.tensor(1, trace)) + (fixture.tensor(2, trace) as Vector)) + h
      }
      return h
    }
  }

  @Test("Convolutions, with strides and paddings")
  func convolutions() {
    for (stride, padding) in [(1, 0), (2, 1), (1, 2), (3, 1)] {
      let geometry = ConvolutionGeometry(stride: (stride, 1), padding: (padding, 1))
      check([[2, 5, 4, 3], [3, 2, 3, 4], [4]]) { trace, fixture in
        tanh(
          convolve(fixture.tensor(0, trace), fixture.tensor(1, trace), geometry)
            + (fixture.tensor(2, trace) as Vector))
      }
      check([[2, 7, 3], [3, 3, 4]]) { trace, fixture in
        convolve(
          fixture.tensor(0, trace) as Tensor3, fixture.tensor(1, trace), stride: stride, padding: padding)
      }
    }
    check([[1, 4, 4, 2], [3, 3, 2, 2]]) { trace, fixture in
      let (x, w): (Tensor4, Tensor4) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
      let value = square(convolve(x, w, .init(padding: (1, 1)))).sum()
      return hessianVectorProduct(of: value, withRespectTo: w, along: square(w)) + w
    }
  }

  @Test("Indices")
  func indices() {
    check([[5, 3]]) { trace, fixture in
      let found = (fixture.tensor(0, trace) as Matrix).transposed().indexOfMaximum()
      return square((fixture.tensor(0, trace) as Matrix).rows(at: found))
    }
    check([[5, 3]]) { trace, fixture in
      let x: Matrix = fixture.tensor(0, trace)
      return exp(x.picking(x.indexOfMaximum())) * 0.5
    }
    check([[4], [4, 5]]) { trace, fixture in
      twoHot(fixture.tensor(0, trace) as Vector, over: -2...2, count: 5) * fixture.tensor(1, trace)
    }
  }

  @Test("Random numbers: their gradient passes through what is made of them")
  func noise() {
    for kind in [Noise.normal, .uniform, .gumbel] {
      check([[3, 4], [3, 4]]) { trace, fixture in
        fixture.tensor(0, trace) + exp(fixture.tensor(1, trace) as Matrix) * trace.noise(kind, [3, 4])
      }
    }
  }

  @Test("Products of Hessians with vectors")
  func hessians() {
    check([[2, 3], [3, 2]]) { trace, fixture in
      let (x, w): (Matrix, Matrix) = (fixture.tensor(0, trace), fixture.tensor(1, trace))
      let value = square(tanh(matmul(x, w))).sum() + softmax(x).picking(x.indexOfMaximum()).sum()
      return hessianVectorProduct(
        of: value, withRespectTo: x, along: trace.constant([1, -2, 0.5, 1, 3, 1], [2, 3]))
    }
  }
}
