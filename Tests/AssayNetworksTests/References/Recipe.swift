import Assay
import AssayNetworks
import Testing

/// How a case of the reference file is computed here, with what the package makes public.
struct Recipe: Sendable {
  /// What came out.
  struct Result: Sendable {
    var shape: [Int]
    var output: [Float]
    /// By the name of the input or parameter.
    var gradients: [String: [Float]]
  }

  /// Runs the case.
  let result: @Sendable (Reference) throws -> Result
}

/// What a case is given, as inputs of a trace.
final class Given {
  private let trace: Trace
  private let reference: Reference
  private(set) var names: [String] = []
  /// Each adds the gradient of a number with respect to one input to the outputs.
  private var gradients: [(Scalar) -> Void] = []

  init(_ trace: Trace, _ reference: Reference) {
    self.trace = trace
    self.reference = reference
  }

  /// An input; to be asked for once.
  subscript<R: Rank>(name: String) -> Tensor<R> {
    let tensor: Tensor<R> = trace.input(name, reference.inputs[name]?.shape ?? [])
    names.append(name)
    gradients.append { [trace] value in
      trace.output(Self.gradientName(name), gradient(of: value, withRespectTo: tensor))
    }
    return tensor
  }

  /// Indices; to be asked for once.
  func indices<R: Rank>(_ name: String) -> Indices<R> {
    trace.indices(name, reference.indices?[name]?.shape ?? [])
  }

  /// Declares the output, and its weighted sum's gradients.
  func finish<R: Rank>(_ output: Tensor<R>, reaching block: BlockHandle?) {
    trace.output("output", output)
    let weights: Tensor<R> = trace.constant(Reference.weights(count: output.count), output.shape)
    let sum = (output * weights).sum()
    for gradient in gradients { gradient(sum) }
    if let block { trace.loss("weighted sum", sum, reaching: [block]) }
  }

  static func gradientName(_ input: String) -> String { "gradient by \(input)" }
}

extension Recipe {
  /// Of what has no parameters.
  init<R: Rank>(given body: @escaping @Sendable (Given) -> Tensor<R>) {
    result = { reference in try Self.run(reference, ParameterStore(), nil, body) }
  }

  /// Of a function of `x`.
  init<A: Rank, R: Rank>(_ body: @escaping @Sendable (Tensor<A>) -> Tensor<R>) {
    self.init(given: { body($0["x"]) })
  }

  /// Of a function of `x` and `y`.
  init<A: Rank, B: Rank, R: Rank>(_ body: @escaping @Sendable (Tensor<A>, Tensor<B>) -> Tensor<R>) {
    self.init(given: { body($0["x"], $0["y"]) })
  }

  /// Of a function of `x`, `y` and `z`.
  init<A: Rank, B: Rank, C: Rank, R: Rank>(
    _ body: @escaping @Sendable (Tensor<A>, Tensor<B>, Tensor<C>) -> Tensor<R>
  ) {
    self.init(given: { body($0["x"], $0["y"], $0["z"]) })
  }

  static func run<R: Rank>(
    _ reference: Reference, _ store: ParameterStore, _ block: BlockHandle?, _ body: (Given) -> Tensor<R>
  ) throws -> Result {
    var names: [String] = []
    var program = Program(reading: store) { trace in
      let given = Given(trace, reference)
      given.finish(body(given), reaching: block)
      names = given.names
    }
    for name in program.inputNames {
      if let numbers = reference.inputs[name]?.floats {
        program.set(name, to: numbers)
      } else {
        program.set(name, to: try #require(reference.indices?[name]?.numbers, "nothing is given for \(name)"))
      }
    }
    program.run(reading: store)
    var gradients = Dictionary(
      uniqueKeysWithValues: names.map { ($0, program.values(of: Given.gradientName($0))) })
    if let block {
      let gradient = program.gradient(of: "weighted sum", withRespectTo: block)
      for tensor in store.block(block).tensors {
        gradients[tensor.name] = Array(gradient[tensor.offset..<tensor.offset + tensor.count])
      }
    }
    return Result(
      shape: program.shape(of: "output"), output: program.values(of: "output"), gradients: gradients)
  }
}

/// A layer whose parameters take the reference's numbers by name.
struct Layered<Layer>: Sendable {
  let make: @Sendable (inout BlockBuilder) -> Layer

  /// What is computed with the layer.
  func recipe<R: Rank>(_ body: @escaping @Sendable (Layer, Given) -> Tensor<R>) -> Recipe {
    Recipe(result: { [make] reference in
      var store = ParameterStore()
      var stream = RandomStream(seed: 0)
      let network = store.add(
        "network", owner: "network", role: .critic, writers: ["weighted sum"], using: &stream, make)
      try store.fill(network.block, with: reference.parameters ?? [:])
      return try Recipe.run(reference, store, network.block) { body(network.layer, $0) }
    })
  }
}

extension ParameterStore {
  /// Sets every tensor of a block, and fails unless names and shapes are those of the block.
  mutating func fill(_ block: BlockHandle, with parameters: [String: Reference.Numbers]) throws {
    let tensors = self.block(block).tensors
    try #require(Set(tensors.map(\.name)) == Set(parameters.keys))
    var values = Array(self.values(of: block))
    for tensor in tensors {
      let numbers = try #require(parameters[tensor.name])
      try #require(numbers.shape == tensor.shape, "\(tensor.name)")
      values.replaceSubrange(tensor.offset..<tensor.offset + tensor.count, with: numbers.floats)
    }
    let permit = interventionPermit("test", toWrite: block)
    setAll(values, with: permit)
  }
}
