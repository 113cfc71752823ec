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

  @Test("What is set and read by port is what is set and read by name, in copies too")
  func ports() {
    var program = Program(reading: ParameterStore()) { trace in
      trace.output("twice", trace.input("x", 3) * 2)
      trace.output("classes", trace.indices("classes", 2))
    }
    let (x, classes, twice) = (
      program.port(of: "x"), program.port(of: "classes"), program.port(of: "twice")
    )
    program.fill(x) { span in for index in 0..<3 { span[index] = Float(index) } }
    program.fillIntegers(classes) { span in for index in 0..<2 { span[index] = Int32(7 - 9 * index) } }
    program.run(reading: ParameterStore())
    #expect(program.values(of: "twice") == [0, 2, 4])
    #expect(program.indices(of: "classes") == [7, -2])
    var copy = program
    copy.fill(x) { span in span[1] = 50 }
    copy.run(reading: ParameterStore())
    #expect(copy.withValues(of: twice) { $0[1] } == 100)
    #expect(program.withValues(of: twice) { $0[1] } == 2)
  }

  @Test("A port of something else, or of another program, is refused")
  func wrongPorts() async {
    let output = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var program = Program(reading: ParameterStore()) { $0.output("y", $0.input("x", 3) * 2) }
      let port = program.port(of: "y")
      program.fill(port) { span in span[0] = 1 }
    }
    #expect(Self.errors(output).contains("the port must be one of an input of numbers"))
    let numbers = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var program = Program(reading: ParameterStore()) { $0.output("y", $0.input("x", 3) * 2) }
      let port = program.port(of: "x")
      program.fillIntegers(port) { span in span[0] = 1 }
    }
    #expect(Self.errors(numbers).contains("the port must be one of an input of integers"))
    let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let large = Program(reading: ParameterStore()) { $0.output("y", $0.input("x", 3000) * 2) }
      var small = Program(reading: ParameterStore()) { $0.output("y", $0.input("x", 3) * 2) }
      small.fill(large.port(of: "x")) { span in span[0] = 1 }
    }
    #expect(Self.errors(other).contains("the port must be one of this program"))
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

  @Test("A column and a vector do not make a table of all differences")
  func column() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Program(reading: ParameterStore()) { trace in
        trace.output("errors", trace.input("values", 3, 1) - trace.input("targets", 3))
      }
    }
    #expect(
      Self.errors(result).contains(
        "subtract cannot repeat a vector of shape [3] to [3, 1]: it meets the last axis"))
  }

  @Test("A layer of another store is refused by name")
  func otherLayer() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (store, _) = Self.store("actor")
      _ = Self.program(store, Self.store(width: 9).1)
    }
    #expect(
      Self.errors(result).contains(
        "parameter out.weight of shape [2, 9] is not in the store that the program reads, which has block actor"
      ))
  }

  @Test(
    "Integers are not read as numbers, nothing is added to a trace later, and no step follows a program never run"
  )
  func tooEarlyOrTooLate() async {
    let integers = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Program(reading: ParameterStore()) { $0.output("i", $0.indices("i", 1)) }.values(of: "i")
    }
    #expect(Self.errors(integers).contains("output i has integers: read them with indices(of:)"))
    let late = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var kept: Trace?
      _ = Program(reading: ParameterStore()) { kept = $0 }
      _ = kept?.input("x", 4)
    }
    #expect(Self.errors(late).contains("the program is made already"))
    let step = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var (store, network) = Self.store()
      let program = Program(reading: store) { trace in
        trace.loss("td", network.layer(trace.input("x", 1, 2)).mean(), reaching: [network.block])
      }
      var optimizer = Optimizer(
        .adam(), rate: 0.1, of: [network.block], following: ["td"], usesReward: true, in: &store)
      optimizer.step(&store, following: program)
    }
    #expect(Self.errors(step).contains("an optimiser cannot follow a program that was never run"))
  }
}
