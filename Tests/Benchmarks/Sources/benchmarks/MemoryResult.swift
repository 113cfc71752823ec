import Assay
import AssayNetworks
import CMachine
import Foundation

/// How often a computation asks for memory once it has run.
struct MemoryResult: Encodable {
  var name: String
  /// In 20 rounds of giving inputs, running, and taking a step.
  var allocations: Int

  static var isCounted: Bool { assay_allocation_count() >= 0 }

  static func measured() -> [MemoryResult] {
    var results: [MemoryResult] = []
    for task in UpdateTask.all where task.batch == 64 {
      var training = task.training()
      results.append(
        MemoryResult(
          name: task.name,
          allocations: count {
            training.program.set("x", to: training.inputs)
            training.program.set("y", to: training.targets)
            training.update()
          }))
    }
    results.append(recurrent())
    results.append(policy())
    results.append(convolutional())
    return results
  }

  /// Everything is done a few times before, so that all that is made once was made.
  private static func count(_ body: () -> Void) -> Int {
    for _ in 0..<3 { body() }
    let before = assay_allocation_count()
    for _ in 0..<20 { body() }
    return Int(assay_allocation_count() - before)
  }

  /// A recurrent cell with normalisation, whose loss is clipped by the norm of its gradient.
  private static func recurrent() -> MemoryResult {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let network = store.add("net", owner: "net", role: .worldModel, writers: ["fit"], using: &stream) {
      (
        MLP([6, 16, 16], named: "encoder", in: &$0, activation: .silu, isNormalized: true),
        GRU(16, 12, named: "cell", in: &$0)
      )
    }
    var program = Program(reading: store) { trace in
      let x = trace.input("x", 8, 6)
      let h = trace.input("h", 8, 12)
      trace.loss("fit", square(network.layer.1(network.layer.0(x), h)).mean(), reaching: [network.block])
    }
    var optimizer = Optimizer(
      .adam(), rate: .constant(1e-3), clipping: .globalNorm(1), of: [network.block], following: ["fit"],
      usesReward: false, in: &store)
    program.set("h", to: [Float](repeating: 0.1, count: 8 * 12))
    return MemoryResult(
      name: "a recurrent network",
      allocations: count {
        program.fill("x") { numbers in for index in numbers.indices { numbers[index] = 0.5 } }
        program.run(reading: store)
        optimizer.step(&store, following: program)
      })
  }

  /// A categorical policy with two losses on one trunk, and noise.
  private static func policy() -> MemoryResult {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let trunk = store.add(
      "trunk", owner: "agent", role: .worldModel, writers: ["policy", "value"], using: &stream
    ) {
      MLP([4, 32, 32], in: &$0)
    }
    let heads = store.add(
      "heads", owner: "agent", role: .actor, writers: ["policy", "value"], using: &stream
    ) {
      (Linear(32, 3, named: "logits", in: &$0), Linear(32, 1, named: "value", in: &$0))
    }
    var program = Program(reading: store) { trace in
      let features = trunk.layer(trace.input("x", 16, 4) + trace.noise(.normal, [16, 4]) * 0.01)
      let chosen = logSoftmax(heads.layer.0(features)).picking(trace.indices("actions", 16))
      let value: Vector = heads.layer.1(features).reshaped(to: [16])
      trace.loss("policy", -chosen.mean(), reaching: [trunk.block, heads.block])
      trace.loss(
        "value", square(value - trace.input("returns", 16)).mean(), reaching: [trunk.block, heads.block])
    }
    var optimizer = Optimizer(
      .adam(), rate: .constant(1e-3), of: [trunk.block, heads.block], following: ["policy", "value"],
      usesReward: true, in: &store)
    let actions = (0..<16).map { $0 % 3 }
    return MemoryResult(
      name: "a policy and its critic",
      allocations: count {
        program.set("actions", to: actions)
        program.run(reading: store, using: &stream)
        optimizer.step(&store, following: program)
      })
  }

  private static func convolutional() -> MemoryResult {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let network = store.add("net", owner: "net", role: .worldModel, writers: ["fit"], using: &stream) {
      (
        Convolution(2, 8, kernel: (3, 3), geometry: .init(stride: (2, 2)), named: "first", in: &$0),
        Convolution(8, 8, kernel: (3, 3), named: "second", in: &$0)
      )
    }
    var program = Program(reading: store) { trace in
      let images: Tensor4 = trace.input("x", [4, 10, 10, 2])
      trace.loss(
        "fit", square(network.layer.1(relu(network.layer.0(images)))).mean(), reaching: [network.block])
    }
    var optimizer = Optimizer(
      .gradientDescent(momentum: 0.9), rate: .constant(1e-3), of: [network.block], following: ["fit"],
      usesReward: false, in: &store)
    let images = (0..<4 * 10 * 10 * 2).map { _ in Float(stream.normal()) }
    return MemoryResult(
      name: "a convolutional network",
      allocations: count {
        program.set("x", to: images)
        program.run(reading: store)
        optimizer.step(&store, following: program)
      })
  }

  static let heading = "\nRequests for memory in 20 rounds of running and stepping: none is the target\n"

  var text: String { Table.line("  " + name, ["\(allocations)", allocations == 0 ? "reached" : "MISSED"]) }
}
