import Assay
import Testing

@testable import AssayNetworks

/// Fusion, accumulation in place and the reuse of memory must not change a number. Hand-made cases do not show how they
/// meet, so graphs are made at random: what is used once, twice, in parts, repeated, and as an output.
@Suite("Random computations, in every way of running them")
struct RandomGraphTests {
  @Test(
    "They agree with double precision, and their gradients with differences", arguments: Array(0..<24) + [589]
  )
  func randomGraphs(seed: Int) {
    var fixture = Fixture([[3, 4], [3, 4], [4, 4], [4], [3, 1], [4, 6]], seed: UInt64(seed)) {
      Float($0.normal() * 0.5)
    }
    let found = fixture.compare { trace, fixture in Self.grow(trace, fixture, seed: UInt64(seed)) }
    // A graph of 24 operations loses a few roundings of 6e-8 at each.
    #expect(found.valueError < 2e-5)
    #expect(found.gradientError < 1e-4)
    #expect(found.probes > 30)
  }

  private static func grow(_ trace: Trace, _ fixture: Fixture, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed).substream(1)
    var pool: [Matrix] = [fixture.tensor(0, trace), fixture.tensor(1, trace)]
    let (weight, bias): (Matrix, Vector) = (fixture.tensor(2, trace), fixture.tensor(3, trace))
    let (column, wide): (Matrix, Matrix) = (fixture.tensor(4, trace), fixture.tensor(5, trace))
    for step in 0..<24 {
      // Recent tensors are likelier, so that chains grow long.
      func pick() -> Matrix {
        pool[pool.count - 1 - min(stream.integer(below: pool.count), stream.integer(below: pool.count))]
      }
      let (x, y) = (pick(), pick())
      let next: Matrix =
        switch stream.integer(below: 18) {
        case 0: tanh(x)
        case 1: sigmoid(x) * y
        case 2: x + y
        case 3: x - 0.5 * y
        case 4: tanh(matmul(x, weight) + bias)
        case 5: matmul(x, weight) * 0.5 + y
        case 6: y + matmul(tanh(x), weight.transposed())
        case 7: x * column + bias
        case 8: standardized(x)
        case 9: softmax(x) + y.stoppingGradient()
        case 10: (x - x.mean(alongAxis: 0)) * 0.7
        case 11: concatenate([y.slice(alongAxis: 1, 2..<4), x.slice(alongAxis: 1, 0..<2)], alongAxis: 1)
        case 12:
          concatenate([x.slice(alongAxis: 0, 1..<3), tanh(y).slice(alongAxis: 0, 0..<1)], alongAxis: 0)
        case 13: tanh(matmul(x.transposed(), y) * 0.3).slice(alongAxis: 0, 0..<3)
        case 14: gates(matmul(x, wide))
        case 15: x.scalingGradient(by: 1) * column.broadcast(to: [3, 4])
        case 16: (silu(x).reshaped(to: [4, 3]) as Matrix).transposed() + 0
        default: x / (square(y).sum() + 1)
        }
      pool.append(next)
      if step % 3 == 1 { trace.output("step \(step)", next) }
    }
    // Everything late counts, so that nothing is left out of the gradient.
    return pool.suffix(6).reduce(pool[0]) { $0 + $1 * 0.5 }
  }

  private static func gates(_ x: Matrix) -> Matrix {
    let parts = x.split(alongAxis: 1, into: 3)
    let mixed = sigmoid(parts[0]) * tanh(parts[1]) + parts[2]
    return concatenate([mixed, mixed * parts[0]], alongAxis: 1)
  }
}
