import Assay
import Testing

@testable import AssayNetworks

@Suite("Where NaNs begin")
struct NonFiniteTests {
  private var store = ParameterStore()
  private let critic: Network<MLP>

  init() {
    var stream = RandomStream(seed: 2)
    critic = store.add("critic", owner: "critic", role: .critic, writers: ["td"], using: &stream) {
      MLP([2, 3, 1], named: "hidden", in: &$0)
    }
    store.step = 1200
  }

  /// log of the critic's value plus an offset: not finite where that is not positive.
  private func program() -> Program {
    Program(reading: store) { trace in
      let value = critic.layer(trace.input("observations", 4, 2))
      let shifted = value * 0 + trace.input("offsets", 4, 1)
      // Nothing is seen of the infinity in the loss: the maximum swallows it.
      trace.loss("td", maximum(log(shifted), -1).mean() + value.mean(), reaching: [critic.block])
    }
  }

  private let numbers: [Float] = [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, 0.8]

  @Test("All finite: nothing is found")
  func finite() {
    var program = program()
    program.set("observations", to: numbers)
    program.set("offsets", to: [1, 2, 3, 4] as [Float])
    program.run(reading: store)
    #expect(program.firstNonFinite(reading: store) == nil)
    #expect(throws: Never.self) { try program.runChecked(reading: store) }
  }

  @Test("An operation outside of layers, which a later one hides from the loss")
  func swallowed() throws {
    var program = program()
    program.set("observations", to: numbers)
    program.set("offsets", to: [1, 2, 0, 4] as [Float])
    program.run(reading: store)
    #expect(program.value(of: "td").isFinite)
    let found = try #require(program.firstNonFinite(reading: store))
    #expect(found.description == "logarithm: -inf in row 2 of [4, 1], at step 1200")
    #expect(throws: found) { try program.runChecked(reading: store) }
  }

  @Test("An input")
  func input() throws {
    var program = program()
    var broken = numbers
    broken[5] = .nan
    program.set("observations", to: broken)
    program.set("offsets", to: [1, 2, 3, 4] as [Float])
    program.run(reading: store)
    #expect(
      program.firstNonFinite(reading: store)?.description
        == "input observations: nan in row 2 of [4, 2], at step 1200")
  }

  @Test("A parameter, with its block")
  mutating func parameter() throws {
    let permit = store.interventionPermit("test", toWrite: critic.block)
    store.set(.infinity, at: critic.layers[1].weight.offset + 1, with: permit)
    var program = program()
    program.set("observations", to: numbers)
    program.set("offsets", to: [1, 2, 3, 4] as [Float])
    program.run(reading: store)
    #expect(
      program.firstNonFinite(reading: store)?.description
        == "parameter hidden.1.weight in critic.hidden.1 (block critic): inf in row 1 of [3, 1], at step 1200"
    )
  }

  @Test("A layer that overflows, with its block")
  mutating func layer() throws {
    let permit = store.interventionPermit("test", toWrite: critic.block)
    for index in 0..<3 { store.set(3e38, at: critic.layers[1].weight.offset + index, with: permit) }
    for index in 0..<3 { store.set(5, at: critic.layers[0].bias!.offset + index, with: permit) }
    var program = program()
    program.set("observations", to: numbers)
    program.set("offsets", to: [1, 2, 3, 4] as [Float])
    program.run(reading: store)
    #expect(
      program.firstNonFinite(reading: store)?.description
        == "matrix product in critic.hidden.1 (block critic): inf in row 0 of [4, 1], at step 1200")
  }

  @Test("The way back: a root at zero has an infinite slope")
  func gradient() throws {
    var program = Program(reading: store) { trace in
      let value = critic.layer(trace.input("observations", 4, 2))
      trace.loss("td", sqrt(square(value) * 0).mean(), reaching: [critic.block])
    }
    program.set("observations", to: numbers)
    program.run(reading: store)
    #expect(program.value(of: "td") == 0)
    let found = try #require(program.firstNonFinite(reading: store))
    #expect(found.isGradient)
    #expect(found.description == "reciprocal, gradient: inf in row 0 of [4, 1], at step 1200")
  }

  @Test("Random numbers are those of the run")
  func noise() throws {
    var program = Program(reading: store) { trace in
      trace.output("y", log(trace.noise(.normal, [64]) as Vector))
    }
    var stream = RandomStream(seed: 4)
    program.run(reading: store, using: &stream)
    let first = try #require(program.values(of: "y").firstIndex { !$0.isFinite })
    #expect(program.firstNonFinite(reading: store)?.index == first)
  }

  /// Logits whose last class cannot be, and then the same with a NaN among the others.
  private func masked() -> Program {
    Program(reading: store) { trace in
      let impossible: Matrix = trace.constant([-.infinity], [1, 1])
      let logits = trace.input("logits", 2, 3)
      let policy = Categorical(logits: select(trace.input("masks", 2, 3), logits, else: impossible))
      trace.output("entropy", policy.entropy)
      trace.output("cross entropy", policy.crossEntropy(with: trace.input("targets", 2, 3)))
      trace.output("action", policy.sample())
      trace.output("slope", AssayNetworks.gradient(of: policy.entropy.sum(), withRespectTo: logits))
    }
  }

  @Test("The −∞ of a class that cannot be was meant, and a NaN beside it was not")
  func meantInfinity() throws {
    var program = masked()
    var stream = RandomStream(seed: 3)
    program.set("logits", to: [0, 0, 5, 1, 1, 1] as [Float])
    program.set("masks", to: [1, 1, 0, 1, 1, 1])
    program.set("targets", to: [0.25, 0.75, 0, 0.5, 0.25, 0.25] as [Float])
    #expect(throws: Never.self) { try program.runChecked(reading: store, using: &stream) }
    // Of two equal logits log 2, of three log 3.
    let expected: [Float] = [0.6931472, 1.0986123]
    for name in ["entropy", "cross entropy"] {
      #expect(zip(program.values(of: name), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    program.set("logits", to: [0, 0, 5, 1, -.infinity, 1] as [Float])
    program.run(reading: store, using: &stream)
    #expect(program.firstNonFinite(reading: store)?.operation == "input logits")
    program.set("logits", to: [0, 0, 5, 1, 1, 1] as [Float])
    program.set("targets", to: [0.25, 0.75, 1, 0.5, 0.25, 0.25] as [Float])
    program.run(reading: store, using: &stream)
    #expect(program.values(of: "cross entropy")[0] == .infinity)
  }

  @Test("A NaN that comes of a meant infinity is found")
  func nanOfInfinity() throws {
    var program = Program(reading: store) { trace in
      let x = trace.input("x", 3)
      let endless: Vector = trace.constant([-.infinity, 0, .infinity], [3])
      trace.output("product", x + x * endless)
    }
    program.set("x", to: [1, 1, 0])
    program.run(reading: store)
    let found = try #require(program.firstNonFinite(reading: store))
    #expect(found.description == "multiply: nan in row 2 of [3], at step 1200")
  }
}
