import Assay
import AssayNetworks
import Foundation
import Testing

/// Networks that `exchange.py` has a PyTorch module for each of.
private struct ExchangedNetworks {
  private(set) var store = ParameterStore()
  let perceptron: Network<MLP>
  let memory: Network<GRU>
  let filters: Network<Convolution>

  static let inputs = [
    "input.observations": [6, 4], "input.sequence": [5, 2, 3], "input.state": [2, 8],
    "input.images": [2, 6, 5, 2],
  ]

  init(seed: UInt64) {
    var stream = RandomStream(seed: seed)
    perceptron = store.add("perceptron", owner: "critic", role: .critic, writers: ["loss"], using: &stream) {
      MLP([4, 16, 16, 2], in: &$0, activation: .silu, isNormalized: true)
    }
    memory = store.add("memory", owner: "critic", role: .critic, writers: ["loss"], using: &stream) {
      GRU(3, 8, named: "layer", in: &$0)
    }
    filters = store.add("filters", owner: "critic", role: .critic, writers: ["loss"], using: &stream) {
      Convolution(
        2, 4, kernel: (3, 2), geometry: .init(stride: (2, 1), padding: (1, 0)), named: "layer", in: &$0)
    }
    // Biases and norms start at zeros and ones, which would hide a mistake.
    for block in store.blocks {
      let permit = store.interventionPermit("test", toWrite: block.handle)
      for tensor in block.tensors where tensor.shape.count == 1 {
        for index in tensor.offset..<tensor.offset + tensor.count {
          store.add(Float(stream.unit() - 0.5), at: index, with: permit)
        }
      }
    }
  }

  /// Takes the parameters from a file that holds nothing else but inputs and outputs.
  mutating func load(_ file: Safetensors) throws {
    let parameters = file.tensors.filter {
      !$0.name.hasPrefix("input.") && !$0.name.hasPrefix("output.")
    }
    try store.load(parameters, by: "test")
  }

  static func drawnInputs(seed: UInt64) -> [StoredTensor] {
    var stream = RandomStream(seed: seed)
    return inputs.sorted { $0.key < $1.key }.map { name, shape in
      let numbers = (0..<shape.reduce(1, *)).map { _ in Float(stream.normal()) }
      return StoredTensor(name: name, shape: shape, floats: numbers)
    }
  }

  /// What the networks give for inputs of a file.
  func outputs(for given: [StoredTensor]) throws -> [StoredTensor] {
    var program = Program(reading: store) { trace in
      trace.output("output.perceptron", perceptron.layer(trace.input("input.observations", [6, 4])))
      trace.output(
        "output.memory",
        memory.layer.unrolled(
          over: trace.input("input.sequence", [5, 2, 3]), from: trace.input("input.state", [2, 8])))
      trace.output("output.filters", filters.layer(trace.input("input.images", [2, 6, 5, 2]) as Tensor4))
    }
    for name in program.inputNames {
      let tensor = try #require(given.first { $0.name == name }, "\(name) is not in the file")
      try #require(tensor.shape == program.shape(of: name))
      program.set(name, to: try tensor.floats())
    }
    program.run(reading: store)
    return program.outputNames.map { name in
      StoredTensor(name: name, shape: program.shape(of: name), floats: program.values(of: name))
    }
  }

  /// Everything that `exchange.py` needs to compute the same.
  func file(inputs: [StoredTensor], outputs: [StoredTensor]) -> Safetensors {
    Safetensors(store.storedTensors() + inputs + outputs, metadata: ["made by": "Assay"])
  }
}

/// Files hold parameters, inputs and outputs; what one program computed in Float32 or better, the other must find again
/// to 1e-6 of the largest number, which leaves a dozen roundings to sums of up to sixteen numbers.
@Suite("Networks exchanged with PyTorch")
struct ExchangeTests {
  private static let tolerance = 1e-6
  /// Set to a Python with torch, for the test that runs it.
  private static let python = ProcessInfo.processInfo.environment["ASSAY_PYTHON"]

  private func expectSameOutputs(_ file: Safetensors) throws {
    var networks = ExchangedNetworks(seed: 1)
    let before = networks.store
    try networks.load(file)
    for block in networks.store.blocks {
      #expect(networks.store.values(of: block.handle) != before.values(of: block.handle), "\(block.name)")
    }
    for output in try networks.outputs(for: file.tensors) {
      let expected = try #require(file[output.name])
      #expect(output.shape == expected.shape)
      let error = relativeError(try output.floats(), try expected.floats().map { Double($0) })
      #expect(error <= Self.tolerance, "\(output.name)")
    }
  }

  @Test("A file that PyTorch wrote is loaded, and its outputs are found again")
  func fromPyTorch() throws {
    try expectSameOutputs(Safetensors(contentsOf: TensorFiles.url("from-pytorch.safetensors")))
  }

  @Test("A file of another network is refused, and nothing is loaded")
  func others() throws {
    let file = try Safetensors(contentsOf: TensorFiles.url("from-pytorch.safetensors"))
    var networks = ExchangedNetworks(seed: 1)
    let before = networks.store
    for name in ["memory.layer.state.bias", "filters.layer.filters"] {
      let without = Safetensors(file.tensors.filter { $0.name != name })
      let error = #expect(throws: DataError.self) { try networks.load(without) }
      #expect(error?.description.contains(name) == true)
      #expect(networks.store == before)
    }
  }

  /// The outputs are compared as numbers, for their last bits depend on the processor; all else byte by byte.
  @Test("The file that Assay writes stays as it is")
  func fromAssay() throws {
    let networks = ExchangedNetworks(seed: 20)
    let inputs = ExchangedNetworks.drawnInputs(seed: 21)
    let outputs = try networks.outputs(for: inputs)
    // Where the form changes on purpose, the file is written anew with ASSAY_RECORD=1.
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] != nil {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      try networks.file(inputs: inputs, outputs: outputs)
        .write(to: folder.appending(path: "Resources/from-assay.safetensors"))
    }
    let committed = try Safetensors(contentsOf: TensorFiles.url("from-assay.safetensors"))
    let found = try outputs.map { output in
      let stored = try #require(committed[output.name])
      let error = relativeError(try output.floats(), try stored.floats().map { Double($0) })
      #expect(error <= Self.tolerance, "\(output.name)")
      return stored
    }
    let bytes = networks.file(inputs: inputs, outputs: found).bytes()
    #expect(bytes == (try TensorFiles.bytes("from-assay.safetensors")))
    try expectSameOutputs(committed)
  }

  @Test("PyTorch computes the same from Assay's files, and Assay from PyTorch's", .enabled(if: python != nil))
  func both() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func run(_ command: String, _ file: URL) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: try #require(Self.python))
      process.arguments = [try TensorFiles.url("exchange.py").path, command, file.path]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    let own = folder.appending(path: "from-assay.safetensors")
    for seed in 1...3 as ClosedRange<UInt64> {
      let networks = ExchangedNetworks(seed: seed)
      let inputs = ExchangedNetworks.drawnInputs(seed: 10 + seed)
      var outputs = try networks.outputs(for: inputs)
      try networks.file(inputs: inputs, outputs: outputs).write(to: own)
      #expect(try run("check", own) == 0)
      // An output that is off is noticed.
      var numbers = try outputs[0].floats()
      numbers[0] += 0.001
      outputs[0] = StoredTensor(name: outputs[0].name, shape: outputs[0].shape, floats: numbers)
      try networks.file(inputs: inputs, outputs: outputs).write(to: own)
      #expect(try run("check", own) == 1)
    }
    let other = folder.appending(path: "from-pytorch.safetensors")
    #expect(try run("write", other) == 0)
    try expectSameOutputs(Safetensors(contentsOf: other))
  }
}
