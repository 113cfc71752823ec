import Assay
import COpenBLAS
import Synchronization
import Testing

@testable import AssayNetworks

@Suite("Programs")
struct ProgramTests {
  /// A trunk that two losses share, and a head for each.
  struct TwoHeads {
    var store = ParameterStore()
    let trunk: Network<Linear>
    let policy: Network<Linear>
    let value: Network<Linear>

    init() {
      var stream = RandomStream(seed: 3)
      trunk = store.add(
        "trunk", owner: "agent", role: .opaque(0), writers: ["policy", "value"], using: &stream
      ) { Linear(3, 5, named: "layer", in: &$0) }
      policy = store.add("policy", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
        Linear(5, 2, named: "layer", in: &$0)
      }
      value = store.add("value", owner: "critic", role: .critic, writers: ["value"], using: &stream) {
        Linear(5, 1, named: "layer", in: &$0)
      }
    }

    func program(valueReaches blocks: [BlockHandle]? = nil) -> Program {
      Program(reading: store) { trace in
        let x = trace.input("x", 4, 3)
        let h = tanh(trunk.layer(x))
        trace.output("logits", policy.layer(h))
        trace.loss("policy", square(policy.layer(h)).mean(), reaching: [trunk.block, policy.block])
        trace.loss("value", value.layer(h).mean(), reaching: blocks ?? [trunk.block, value.block])
      }
    }
  }

  private static let numbers = (0..<12).map { Float($0) / 6 - 1 }

  @Test("Which loss reaches which block is data, and gradients of a shared block are kept apart")
  func edges() {
    let both = TwoHeads()
    var program = both.program()
    #expect(
      program.edges.map { "\($0.loss) to \(both.store.block($0.block).name)" } == [
        "policy to trunk", "policy to policy", "value to trunk", "value to value",
      ])
    program.set("x", to: Self.numbers)
    program.run(reading: both.store)
    var alone = both.program(valueReaches: [both.value.block])
    alone.set("x", to: Self.numbers)
    alone.run(reading: both.store)
    let shared = program.gradient(of: "policy", withRespectTo: both.trunk.block)
    #expect(shared == alone.gradient(of: "policy", withRespectTo: both.trunk.block))
    #expect(shared != program.gradient(of: "value", withRespectTo: both.trunk.block))
    #expect(!alone.edges.contains { $0.loss == "value" && $0.block == both.trunk.block })
  }

  @Test("Each loss's share of a shared block's gradient is in the ledger")
  func shares() throws {
    var both = TwoHeads()
    var program = both.program()
    program.set("x", to: Self.numbers)
    program.run(reading: both.store)
    var optimizer = Optimizer(
      .adam(), rate: .constant(1e-3), of: [both.trunk.block], following: ["policy", "value"],
      usesReward: true,
      in: &both.store)
    optimizer.step(&both.store, following: program)
    for share in both.store.ledger.shares {
      let gradient = program.gradient(of: share.writer, withRespectTo: both.trunk.block)
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(share.squaredNorm - norm) < 1e-6 * norm)
    }
    #expect(both.store.ledger.shares.count == 2)
    let write = try #require(both.store.ledger.lastWrite(ofBlock: both.trunk.block.index))
    #expect(write.writer == "policy + value")
    #expect(write.usesReward)
    #expect(both.store.ledger.lastWrite(ofBlock: both.policy.block.index) == nil)
  }

  @Test(
    "A second run gives the same bits, and so does a copy, on another thread or with other numbers in between"
  )
  func repeated() async {
    let both = TwoHeads()
    var program = both.program()
    program.set("x", to: Self.numbers)
    program.run(reading: both.store)
    let first = program.gradient(of: "policy", withRespectTo: both.trunk.block)
    var copy = program
    copy.set("x", to: Self.numbers.reversed())
    copy.run(reading: both.store)
    #expect(copy.gradient(of: "policy", withRespectTo: both.trunk.block) != first)
    #expect(program.gradient(of: "policy", withRespectTo: both.trunk.block) == first)
    let others = await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<8 {
        group.addTask { [program, store = both.store, block = both.trunk.block] in
          var own = program
          for _ in 0..<20 { own.run(reading: store) }
          return own.gradient(of: "policy", withRespectTo: block)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(others.allSatisfy { $0 == first })
  }

  @Test("The number of OpenBLAS threads changes no bit", arguments: [1, 2])
  func threads(count: Int32) {
    openblas_set_num_threads(count)
    defer { openblas_set_num_threads(1) }
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    let network = store.add("net", owner: "net", role: .opaque(0), writers: ["fit"], using: &stream) {
      MLP([40, 70, 70, 3], in: &$0)
    }
    var program = Program(reading: store) { trace in
      trace.loss("fit", square(network.layer(trace.input("x", 90, 40))).mean(), reaching: [network.block])
    }
    program.set("x", to: (0..<3600).map { Float($0 % 17) / 17 })
    program.run(reading: store)
    let digest = program.gradient(of: "fit", withRespectTo: network.block).reduce(
      UInt64(0xCBF2_9CE4_8422_2325)
    ) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01B3
    }
    Self.digests.withLock { _ = $0.insert(digest) }
    #expect(Self.digests.withLock { $0.count } == 1)
  }

  private static let digests = Mutex<Set<UInt64>>([])

  @Test("A program reads whichever store it is given")
  func stores() {
    var both = TwoHeads()
    var program = both.program()
    program.set("x", to: Self.numbers)
    program.run(reading: both.store)
    let before = program.values(of: "logits")
    let old = both.store
    let permit = both.store.interventionPermit("test", toWrite: both.policy.block)
    both.store.set(7, at: 0, with: permit)
    program.run(reading: both.store)
    #expect(program.values(of: "logits") != before)
    program.run(reading: old)
    #expect(program.values(of: "logits") == before)
  }

  @Test("Inputs that nothing depends on can be set, and outputs may be inputs, parameters and constants")
  func plainOutputs() {
    let both = TwoHeads()
    var program = Program(reading: both.store) { trace in
      _ = trace.input("unused", 2)
      let x = trace.input("x", 3)
      trace.output("x", x)
      trace.output("part", x.slice(alongAxis: 0, 1..<3))
      trace.output("weight", trace.parameter(both.value.weight) as Matrix)
      trace.output(
        "row", (trace.parameter(both.value.weight) as Matrix).transposed().slice(alongAxis: 1, 2..<3))
      trace.output("constant", trace.constant(4.5))
      trace.output("indices", trace.indices("i", 2))
    }
    program.set("unused", to: [.nan, 1])
    program.set("x", to: [1, 2, 3] as [Float])
    program.set("i", to: [8, -9])
    program.run(reading: both.store)
    #expect(program.values(of: "x") == [1, 2, 3])
    #expect(program.values(of: "part") == [2, 3])
    #expect(program.values(of: "weight") == Array(both.store.values(of: both.value.weight)))
    #expect(program.values(of: "row") == [Array(both.store.values(of: both.value.weight))[2]])
    #expect(program.value(of: "constant") == 4.5)
    #expect(program.indices(of: "indices") == [8, -9])
    #expect(program.firstNonFinite(reading: both.store) == nil)
  }

  @Test("A gradient that a loss declares and another output are the same tensor without harm")
  func gradientAsOutput() {
    var fixture = Fixture([[2, 2]])
    let block = fixture.block
    var program = Program(reading: fixture.store) { trace in
      let w: Matrix = fixture.tensor(0, trace)
      let value = square(w).sum()
      trace.output("gradient", gradient(of: value, withRespectTo: w))
      trace.loss("test", value, reaching: [block])
      trace.loss("other", w.sum(), reaching: [block])
    }
    program.run(reading: fixture.store)
    let expected = fixture.store.values(of: fixture.tensors[0]).map { 2 * $0 }
    #expect(program.values(of: "gradient") == expected)
    #expect(Array(program.gradient(of: "test", withRespectTo: block).prefix(4)) == expected)
    #expect(Array(program.gradient(of: "other", withRespectTo: block).prefix(4)) == [1, 1, 1, 1])
    fixture.store.step = 1
  }

  @Test("Noise comes from the stream of the run alone")
  func noise() {
    let both = TwoHeads()
    var program = Program(reading: both.store) { trace in
      trace.output("normal", trace.noise(.normal, [1000]) as Vector)
      trace.output("uniform", trace.noise(.uniform, [1000]) as Vector)
      trace.output("gumbel", trace.noise(.gumbel, [1000]) as Vector)
    }
    var one = RandomStream(seed: 1)
    var same = RandomStream(seed: 1)
    program.run(reading: both.store, using: &one)
    let first = program.values(of: "normal")
    program.run(reading: both.store, using: &one)
    #expect(program.values(of: "normal") != first)
    program.run(reading: both.store, using: &same)
    #expect(program.values(of: "normal") == first)
    func mean(_ name: String) -> Float { program.values(of: name).reduce(0, +) / 1000 }
    // Five standard errors: less than once in a million seeds.
    #expect(abs(mean("normal")) < 5 / 1000.0.squareRoot().float)
    #expect(abs(mean("uniform") - 0.5) < 5 * (1 / 12000.0).squareRoot().float)
    #expect(abs(mean("gumbel") - 0.577_215_7) < 5 * (Double.pi * .pi / 6000).squareRoot().float)
    #expect(program.values(of: "uniform").allSatisfy { (0..<1).contains($0) })
  }

  @Test("Memory is used again: far less is needed than all tensors take")
  func memory() {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    let network = store.add("net", owner: "net", role: .opaque(0), writers: ["fit"], using: &stream) {
      MLP([8] + Array(repeating: 32, count: 12) + [1], in: &$0)
    }
    func program(_ options: PlanOptions) -> Program {
      Program(reading: store, options: options) { trace in
        trace.output("y", network.layer(trace.input("x", 128, 8)))
      }
    }
    // Two layers' results at a time, instead of twelve.
    #expect(program(PlanOptions()).byteCount * 3 < program(PlanOptions(reusesMemory: false)).byteCount)
  }

  @Test("Operations are joined: a layer is one call, and its activation with it")
  func fusion() {
    let both = TwoHeads()
    let program = Program(reading: both.store) { trace in
      let h = tanh(both.trunk.layer(trace.input("x", 4, 3)))
      trace.output("y", relu(h * 2 + 1) * h)
    }
    #expect(
      program.calls == [
        "product with bias and activation to [4, 5]", "loop of 4 steps over 1 operands to [4, 5]",
      ])
  }
}

extension Double {
  fileprivate var float: Float { Float(self) }
}
