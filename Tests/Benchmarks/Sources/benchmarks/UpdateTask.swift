import Assay
import AssayNetworks
import Foundation

/// An update of a small network: forward, backward and Adam, on a batch that stays the same.
struct UpdateTask: Codable {
  var sizes: [Int]
  var isTanh: Bool
  var batch: Int
  /// How many networks of the shape, trained at once on the same batch.
  var members: Int

  static let rate = 3e-4
  /// How many updates one sample has. The same for all, so that all are at the same place in training.
  static let updates = 200
  static let most = 10

  static let all = [1, 5].flatMap { members in
    [(sizes: [4, 64, 64, 2], isTanh: true), ([17, 64, 64, 6], true), ([24, 256, 256, 1], false)].flatMap {
      net in
      [64, 256].map { UpdateTask(sizes: net.sizes, isTanh: net.isTanh, batch: $0, members: members) }
    }
  }

  var name: String {
    (members > 1 ? "\(members) × " : "") + sizes.map(String.init).joined(separator: "-") + ", batch \(batch)"
  }

  /// Additions and multiplications in the products of an update. The gradient of the batch itself is not needed.
  var operations: Double {
    let products = zip(sizes, sizes.dropFirst()).map { Double($0 * $1) }
    return Double(2 * batch * members) * (3 * products.reduce(0, +) - products[0])
  }

  /// How many times as fast as the library ours has to be.
  func target(against library: String) -> Double {
    guard library == "torch", members == 1 else { return 1 }
    return sizes[1] > 64 ? 1.5 : batch > 64 ? 6 : 12
  }

  // MARK: Ours

  /// The network, its loss and its optimiser.
  struct Training: ~Copyable {
    var store: ParameterStore
    var program: Program
    var optimizer: Optimizer
    let tensors: [ParameterTensor]
    let inputs: [Float]
    let targets: [Float]

    mutating func update() {
      program.run(reading: store)
      optimizer.step(&store, following: program)
    }
  }

  func training() -> Training {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let activation: Activation = isTanh ? .tanh : .relu
    let block: BlockHandle
    let tensors: [ParameterTensor]
    var program: Program
    if members == 1 {
      let network = store.add("net", owner: "net", role: .critic, writers: ["fit"], using: &stream) {
        MLP(sizes, in: &$0, activation: activation)
      }
      (block, tensors) = (network.block, network.layer.layers.flatMap { [$0.weight, $0.bias!] })
      program = Program(reading: store) { trace in
        let x = trace.input("x", batch, sizes.first!)
        let y = trace.input("y", batch, sizes.last!)
        trace.loss("fit", square(network.layer(x) - y).mean(), reaching: [network.block])
      }
    } else {
      let network = store.add("net", owner: "net", role: .critic, writers: ["fit"], using: &stream) {
        Ensemble(members, of: sizes, in: &$0, activation: activation)
      }
      (block, tensors) = (network.block, network.layer.layers.flatMap { [$0.weight, $0.bias] })
      program = Program(reading: store) { trace in
        let x = trace.input("x", batch, sizes.first!)
        let y: Tensor3 = trace.input("y", [1, batch, sizes.last!])
        trace.loss("fit", square(network.layer(x) - y).mean(), reaching: [network.block])
      }
    }
    let optimizer = Optimizer(
      .adam(), rate: .constant(Self.rate), of: [block], following: ["fit"], usesReward: false, in: &store)
    let inputs = (0..<batch * sizes.first!).map { _ in Float(stream.normal()) }
    let targets = (0..<batch * sizes.last!).map { _ in Float(stream.normal()) }
    program.set("x", to: inputs)
    program.set("y", to: targets)
    return Training(
      store: store, program: program, optimizer: optimizer, tensors: tensors, inputs: inputs, targets: targets
    )
  }

  /// Ours. The outcome is the loss after the first updates.
  func pace() -> Pace {
    var training = training()
    for _ in 0..<Self.updates { training.update() }
    let outcome = Double(training.program.value(of: "fit"))
    var samples: [Double] = []
    while samples.count < 3 || (samples.count < Self.most && samples.reduce(0, +) * Double(Self.updates) < 1)
    {
      let taken = processorSeconds { for _ in 0..<Self.updates { training.update() } }
      samples.append(taken / Double(Self.updates))
    }
    return Pace(samples: samples, outcome: outcome)
  }

  /// Writes what peers start from: the batch, and the parameters layer by layer, weights before biases.
  func write(to folder: URL) throws {
    let training = training()
    var parameters: [Float] = []
    for tensor in training.tensors { parameters += training.store.values(of: tensor) }
    for (name, numbers) in [
      ("inputs", training.inputs), ("targets", training.targets), ("parameters", parameters),
    ] {
      try numbers.withUnsafeBytes { try Data($0).write(to: folder.appendingPathComponent(name)) }
    }
    try JSONEncoder().encode(self).write(to: folder.appendingPathComponent("task"))
  }
}
