import Assay
import Testing

@testable import AssayNetworks

/// What a program does that is used in a way it was not made for: one sentence, not wrong numbers.
@Suite("Programs used wrongly")
struct MisuseTests {
  private static func store(_ name: String = "critic", width: Int = 3) -> (ParameterStore, Network<Linear>) {
    var stream = RandomStream(seed: 1)
    var store = ParameterStore()
    let network = store.add(name, owner: "critic", role: .critic, writers: ["td"], using: &stream) {
      Linear(2, width, named: "out", in: &$0)
    }
    return (store, network)
  }

  private static func program(_ store: ParameterStore, _ network: Network<Linear>) -> Program {
    Program(reading: store) { trace in
      trace.output("values", network.layer(trace.input("x", 1, 2)))
    }
  }

  private static func errors(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test("A store with other blocks is refused by name")
  func otherStore() async {
    let name = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (store, network) = Self.store()
      var program = Self.program(store, network)
      program.run(reading: Self.store("actor").0)
    }
    #expect(
      Self.errors(name).contains("reads block critic of 32 numbers at index 0, where this one has actor"))
    let layout = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (store, network) = Self.store()
      var program = Self.program(store, network)
      program.run(reading: Self.store(width: 9).0)
    }
    #expect(Self.errors(layout).contains("where this one has critic of 48 numbers"))
    let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (store, network) = Self.store()
      var program = Self.program(store, network)
      program.run(reading: ParameterStore())
    }
    #expect(Self.errors(empty).contains("where this one has none"))
  }

  @Test("A store that has grown is still the same")
  func grown() {
    var (store, network) = Self.store()
    var program = Self.program(store, network)
    program.set("x", to: [1, 2] as [Float])
    program.run(reading: store)
    let values = program.values(of: "values")
    var stream = RandomStream(seed: 2)
    _ = store.add("actor", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
      MLP([4, 500], in: &$0)
    }
    program.run(reading: store)
    #expect(program.values(of: "values") == values)
  }

  @Test("A tensor of another program's trace is refused")
  func otherTrace() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let store = ParameterStore()
      var kept: Matrix?
      _ = Program(reading: store) { kept = $0.input("x", 4, 2) }
      _ = Program(reading: store) { trace in trace.output("sum", trace.input("y", 4, 2) + kept!) }
    }
    #expect(Self.errors(result).contains("a tensor of shape [4, 2] was made on the trace of another program"))
  }

  @Test("Whole numbers are numbers to an input of numbers")
  func wholeNumbers() {
    var program = Program(reading: ParameterStore()) { trace in
      trace.output("twice", trace.input("x", 3) * 2)
      trace.output("classes", trace.indices("classes", 2))
    }
    program.set("x", to: [1, -2, 300])
    program.set("classes", to: [5, -7])
    program.run(reading: ParameterStore())
    #expect(program.values(of: "twice") == [2, -4, 600])
    #expect(program.indices(of: "classes") == [5, -7])
  }

  @Test("An integer that does not fit, numbers for integers, and noise without a stream say so")
  func wrongInputs() async {
    let tooLarge = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var program = Program(reading: ParameterStore()) { $0.output("i", $0.indices("i", 1)) }
      program.set("i", to: [1 << 40])
    }
    #expect(Self.errors(tooLarge).contains("input i takes integers of 32 bits, not 1099511627776"))
    let numbers = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var program = Program(reading: ParameterStore()) { $0.output("i", $0.indices("i", 1)) }
      program.set("i", to: [0.5] as [Float])
    }
    #expect(Self.errors(numbers).contains("input i takes integers, not numbers"))
    let noise = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var program = Program(reading: ParameterStore()) { trace in
        trace.output("x", trace.noise(.normal, [2], as: Rank1.self))
      }
      program.run(reading: ParameterStore())
    }
    #expect(Self.errors(noise).contains("a program with noise needs a random stream to run"))
  }

  /// Its time was the square of the number of loops: 4,000 of them would then take more than ten times as long as
  /// 1,000, and now take about four times. Between the two, 9 leaves room for a busy machine; the quickest of three.
}
