import Assay
import Testing

@testable import AssayNetworks

@Suite("Gradient checks")
struct GradientCheckTests {
  @Test("A right gradient passes, within rounding")
  func right() {
    let fixture = Fixture([[3, 4], [4, 2]])
    let program = Program(reading: fixture.store) { trace in
      let product = matmul(tanh(fixture.tensor(0, trace) as Matrix), fixture.tensor(1, trace))
      trace.loss("test", square(product).mean(), reaching: [fixture.block])
    }
    var stream = RandomStream(seed: 0)
    let check = program.checkGradients(reading: fixture.store, using: &stream)
    #expect(check.probes.count == 12 + 8)
    #expect(check.largestError < 1e-5)
    #expect(check.largestLossError < 1e-6)
  }

  @Test("A wrong gradient is found, by tensor and place")
  func wrong() throws {
    let fixture = Fixture([[3, 4], [5]])
    let program = Program(reading: fixture.store) { trace in
      let stopped = (fixture.tensor(0, trace) as Matrix).stoppingGradient()
      let value =
        square(fixture.tensor(1, trace) as Vector).sum() + sin(fixture.tensor(0, trace) as Matrix).sum()
      trace.loss("test", value + stopped.sum(), reaching: [fixture.block])
    }
    var stream = RandomStream(seed: 0)
    // What is stopped is stopped in the differences too.
    #expect(program.checkGradients(reading: fixture.store, using: &stream).largestError < 1e-5)

    // The same computation, but for a slip in the gradient of the square: 2.01 x.
    var graph = program.graph
    let slip = try #require(
      graph.nodes.firstIndex { $0.operation == .unary(.scale(2)) && $0.place.isGradient })
    graph.nodes[slip].operation = .unary(.scale(2.01))
    let check = Program(graph, PlanOptions()).checkGradients(reading: fixture.store, using: &stream)
    let worst = try #require(check.worst)
    #expect(worst.tensor == "tensor1")
    #expect(abs(worst.relativeError - 0.01 / 2.01) < 1e-4)
    #expect(check.probes.filter { $0.tensor == "tensor0" }.allSatisfy { $0.relativeError < 1e-5 })
  }

  @Test("At a kink a difference says nothing, and the probe says so")
  func kink() throws {
    var fixture = Fixture([[3]])
    let permit = fixture.store.interventionPermit("test", toWrite: fixture.block)
    fixture.store.set(0, at: 1, with: permit)
    let program = Program(reading: fixture.store) { trace in
      trace.loss("test", abs(fixture.tensor(0, trace) as Vector).sum(), reaching: [fixture.block])
    }
    var stream = RandomStream(seed: 0)
    let check = program.checkGradients(reading: fixture.store, using: &stream)
    #expect(check.probes.map(\.isAtKink) == [false, true, false])
    #expect(check.largestError < 1e-6)
  }
}
