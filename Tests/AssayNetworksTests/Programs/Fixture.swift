import Assay

@testable import AssayNetworks

/// Parameters of given shapes with random numbers, and one writer, `test`.
struct Fixture {
  var store = ParameterStore()
  var stream: RandomStream
  private(set) var tensors: [ParameterTensor] = []
  let block: BlockHandle

  init(_ shapes: [[Int]], seed: UInt64 = 0, numbers: (inout RandomStream) -> Float = { Float($0.normal()) }) {
    var drawn = RandomStream(seed: seed)
    let declared = shapes.enumerated().map { (name: "tensor\($0.offset)", shape: $0.element) }
    let count = shapes.map { $0.reduce(1, *) }.reduce(0, +)
    let values = (0..<count).map { _ in numbers(&drawn) }
    let handle = store.allocate(
      "test", owner: "test", role: .opaque(0), tensors: declared,
      values: values, updateRule: "none",
      writers: ["test", "other"])
    block = handle
    stream = drawn
    tensors = store.block(handle).tensors.map { ParameterTensor($0, of: handle) }
  }

  func tensor<R: Rank>(_ index: Int, _ trace: Trace, as rank: R.Type = R.self) -> Tensor<R> {
    trace.parameter(tensors[index])
  }
}

/// What a program computed, beside double precision.
struct Comparison {
  /// The largest distance of a number from double precision, over the largest number of its tensor.
  var valueError = 0.0
  /// The same of the gradient, by differences of the double-precision loss.
  var gradientError = 0.0
  var probes = 0
  var kinks = 0
}

extension Fixture {
  /// Runs a computation of these parameters in every way there is.
  mutating func compare<R: Rank>(_ body: (Trace, Fixture) -> Tensor<R>) -> Comparison {
    var result = Comparison()
    let fixture = self
    var first: [Double]?
    for options in [
      PlanOptions(), PlanOptions(fuses: false, reusesMemory: false),
      PlanOptions(fuses: false, reusesMemory: true),
      PlanOptions(fuses: true, reusesMemory: false),
    ] {
      var program = Program(reading: store, options: options) { trace in
        let value = body(trace, fixture)
        trace.output("value", value)
        // Weights of both signs, so that no part of the gradient cancels.
        let numbers = (0..<value.count).map { (index: Int) -> Float in Float((index * 7 + 3) % 11) / 5 - 1.1 }
        let weights: Tensor<R> = trace.constant(numbers, value.shape)
        let weighted: Tensor<R> = value * weights
        trace.loss("test", weighted.sum(), reaching: [fixture.block])
      }
      var noise = RandomStream(seed: 5)
      program.run(reading: store, using: &noise)
      // A second run finds the first one's numbers everywhere in memory.
      program.rerun(reading: store)
      let leaves = program.leaves(reading: store)
      let truth = ReferenceEvaluation(program.graph) { leaves[$0]! }
      // Every output, for what is kept must not be overwritten by what comes later.
      for output in program.graph.outputs {
        let expected = truth.values[output.node]
        // Numbers are of order 1; of what cancels, only rounding is left.
        let scale = max(expected.map(abs).max() ?? 0, 1e-2)
        for (own, other) in zip(program.values(of: output.name), expected) where Double(own) != other {
          let error = abs(Double(own) - other) / scale
          result.valueError = max(result.valueError, error.isNaN ? .infinity : error)
        }
      }
      // Differences take long: the gradients of the other ways are compared with that of the first.
      let gradient = program.gradient(of: "test", withRespectTo: block).map { Double($0) }
      if let first {
        let largest = max(first.map(abs).max() ?? 0, 1e-2)
        for (own, other) in zip(gradient, first) where own != other {
          let error = abs(own - other) / largest
          result.gradientError = max(result.gradientError, error.isNaN ? .infinity : error)
        }
        continue
      }
      first = gradient
      let check = program.checkGradients(reading: store, probes: 8, using: &stream)
      result.gradientError = max(result.gradientError, check.largestError)
      result.probes += check.probes.count
      result.kinks += check.probes.filter(\.isAtKink).count
    }
    return result
  }
}
