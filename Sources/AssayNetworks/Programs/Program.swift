import Assay
import Foundation

/// A computation that was described once, with its gradients, and runs any number of times without taking memory.
///
/// ```swift
/// var fit = Program(reading: store) { trace in
///   let x = trace.input("x", 64, 4)
///   let y = trace.input("y", 64, 1)
///   trace.loss("fit", square(network(x) - y).mean(), reaching: [network.block])
/// }
/// fit.set("x", to: observations)
/// fit.set("y", to: targets)
/// fit.run(reading: store)
/// optimizer.step(&store, following: fit)
/// ```
///
/// A program is a value: a copy has memory of its own from its first change on. It holds no parameters: every run reads
/// them from the store that it is given, and writes none.
public struct Program: Sendable {
  let graph: Graph
  private let plan: Plan
  private let slots: [String: Plan.Input]
  private let results: [String: Plan.Output]
  private var memory: Memory
  private(set) var hasRun = false

  /// What has been computed, shared by copies until one of them changes.
  ///
  /// Unchecked, for memory is written only by a program that is its one owner.
  private struct Memory: @unchecked Sendable {
    var executable: Executable
  }

  /// Describes a computation.
  ///
  /// Wrong shapes, unknown writers and losses that do not reach a block they declare trap here, with the names of the
  /// layer and of what is wrong.
  ///
  /// - Parameters:
  ///   - store: the store the parameters are in; runs may read this one, copies of it, and later states.
  ///   - describe: makes inputs, calls layers, declares outputs and losses on the trace that it is given.
  public init(reading store: ParameterStore, _ describe: (Trace) -> Void) {
    self.init(reading: store, options: PlanOptions(), describe)
  }

  init(reading store: ParameterStore, options: PlanOptions, _ describe: (Trace) -> Void) {
    let trace = Trace()
    describe(trace)
    let graph = Graph(trace, reading: store)
    trace.finish()
    self.init(graph, options)
  }

  init(_ graph: Graph, _ options: PlanOptions) {
    self.graph = graph
    plan = Planner(graph, options: options).finished()
    slots = Dictionary(uniqueKeysWithValues: plan.inputs.map { ($0.name, $0) })
    results = Dictionary(uniqueKeysWithValues: plan.outputs.map { ($0.name, $0) })
    memory = Memory(executable: Executable(plan))
  }

  // MARK: Inputs

  /// The names of the inputs, in the order they were made.
  public var inputNames: [String] { plan.inputs.map(\.name) }

  /// The shape of an input or output.
  public func shape(of name: String) -> [Int] { slots[name]?.shape ?? result(name).shape }

  /// Gives an input its numbers, in row-major order, until they are set again.
  ///
  /// - Parameters:
  ///   - name: the input's name.
  ///   - values: as many as the input has.
  public mutating func set(_ name: String, to values: some Collection<Float>) {
    let slot = slot(name, isIndex: false, count: values.count)
    let target = UnsafeMutableBufferPointer(start: owned().workspace + slot.offset, count: slot.count)
    _ = target.update(fromContentsOf: values)
  }

  /// Gives an input integers, until they are set again; an input of numbers takes them as numbers.
  ///
  /// - Parameters:
  ///   - name: the input's name.
  ///   - values: as many as the input has, each one that fits 32 bits.
  public mutating func set(_ name: String, to values: some Collection<Int>) {
    let slot = slot(name, isIndex: nil, count: values.count)
    let target = owned().workspace + slot.offset
    func store(_ value: Int, at index: Int) {
      if !slot.isIndex {
        target[index] = Float(value)
      } else if let integer = Int32(exactly: value) {
        target[index] = Float(bitPattern: UInt32(bitPattern: integer))
      } else {
        fatalError("input \(name) takes integers of 32 bits, not \(value)")
      }
    }
    // A collection of any kind takes memory for each element that it hands out; an array's storage does not.
    let isStored: Void? = values.withContiguousStorageIfAvailable { values in
      for index in 0..<slot.count { store(values[index], at: index) }
    }
    if isStored == nil {
      for (index, value) in values.enumerated() { store(value, at: index) }
    }
  }

  /// Fills an input in place.
  ///
  /// - Parameters:
  ///   - name: the input's name.
  ///   - body: is given the input's numbers as they are, in row-major order.
  public mutating func fill(_ name: String, _ body: (inout MutableSpan<Float>) -> Void) {
    guard let slot = slots[name], !slot.isIndex else { fatalError("no input of numbers is named \(name)") }
    fill(Port(offset: slot.offset, count: slot.count, kind: .numbers), body)
  }

  // MARK: Ports

  /// An input or an output that was looked up by its name once, for programs so small and run so often that looking up
  /// takes as long as they do. It is one of its program, and of copies of that.
  public struct Port: Sendable {
    enum Kind: Sendable { case numbers, integers, output }
    let offset: Int
    let count: Int
    let kind: Kind
  }

  /// Looks up an input, or an output of numbers.
  public func port(of name: String) -> Port {
    if let slot = slots[name] {
      return Port(offset: slot.offset, count: slot.count, kind: slot.isIndex ? .integers : .numbers)
    }
    let output = result(name)
    checkIsNumbers(output)
    return Port(offset: offset(of: output), count: output.count, kind: .output)
  }

  /// Fills an input of numbers in place.
  ///
  /// - Parameters:
  ///   - port: the input.
  ///   - body: is given its numbers as they are, in row-major order.
  public mutating func fill(_ port: Port, _ body: (inout MutableSpan<Float>) -> Void) {
    guard port.kind == .numbers else { fatalError("the port must be one of an input of numbers") }
    let numbers = UnsafeMutableBufferPointer(start: owned(port) + port.offset, count: port.count)
    var span = numbers.mutableSpan
    body(&span)
  }

  /// Fills an input of integers in place.
  ///
  /// - Parameters:
  ///   - port: the input.
  ///   - body: is given its integers as they are, in row-major order.
  public mutating func fillIntegers(_ port: Port, _ body: (inout MutableSpan<Int32>) -> Void) {
    guard port.kind == .integers else { fatalError("the port must be one of an input of integers") }
    // Integers lie in the workspace as their own bits.
    UnsafeMutableRawPointer(owned(port) + port.offset).withMemoryRebound(to: Int32.self, capacity: port.count)
    {
      var span = UnsafeMutableBufferPointer(start: $0, count: port.count).mutableSpan
      body(&span)
    }
  }

  /// Reads an output of the last run where it lies.
  public func withValues<Result>(of port: Port, _ body: (borrowing Span<Float>) -> Result) -> Result {
    guard port.kind == .output else { fatalError("the port must be one of an output") }
    guard port.offset + port.count <= plan.workspaceCount else {
      fatalError("the port must be one of this program")
    }
    return withExtendedLifetime(memory.executable) {
      body(UnsafeBufferPointer(start: memory.executable.workspace + port.offset, count: port.count).span)
    }
  }

  /// The memory that a port of an input lies in, ready to be written.
  private mutating func owned(_ port: Port) -> UnsafeMutablePointer<Float> {
    guard port.offset + port.count <= plan.workspaceCount else {
      fatalError("the port must be one of this program")
    }
    return owned().workspace
  }

  /// An input that takes so many numbers; of either kind where `isIndex` is `nil`.
  private func slot(_ name: String, isIndex: Bool?, count: Int) -> Plan.Input {
    guard let slot = slots[name] else {
      fatalError("no input is named \(name), only \(plan.inputs.map(\.name)) are")
    }
    guard isIndex == nil || slot.isIndex == isIndex else {
      fatalError("input \(name) takes \(slot.isIndex ? "integers, not numbers" : "numbers, not integers")")
    }
    guard slot.count == count else {
      fatalError("input \(name) of shape \(slot.shape) takes \(slot.count) numbers, not \(count)")
    }
    return slot
  }

  // MARK: Running

  /// Computes everything from the inputs and a store's parameters.
  ///
  /// A program with noise needs ``run(reading:using:)``.
  public mutating func run(reading store: borrowing ParameterStore) {
    guard plan.draws.isEmpty else { fatalError("a program with noise needs a random stream to run") }
    execute(reading: store)
  }

  /// Computes everything from the inputs, a store's parameters and fresh random numbers.
  ///
  /// - Parameters:
  ///   - store: its parameters are read.
  ///   - stream: noise is drawn from it, in the order in which it was described.
  public mutating func run(reading store: borrowing ParameterStore, using stream: inout RandomStream) {
    let workspace = owned().workspace
    for draw in plan.draws {
      let target = workspace + draw.offset
      for index in 0..<draw.count { target[index] = draw.noise.draw(using: &stream) }
    }
    execute(reading: store)
  }

  /// Computes everything again with the random numbers of the last run.
  mutating func rerun(reading store: borrowing ParameterStore) { execute(reading: store) }

  private mutating func execute(reading store: borrowing ParameterStore) {
    let executable = owned()
    hasRun = true
    store.withArena { arena in
      // A store that was read before lies where it did.
      if !executable.follows(arena) { check(store) }
      executable.run(reading: arena)
    }
  }

  /// Traps where a store does not have the blocks that the program was made for.
  private func check(_ store: borrowing ParameterStore) {
    for block in graph.blocks {
      let other = block.handle.index < store.blockCount ? store.block(block.handle) : nil
      guard let other, other.handle == block.handle, other.name == block.name, other.tensors == block.tensors
      else {
        let found = other.map { "\($0.name) of \($0.handle.count) numbers" } ?? "none"
        fatalError(
          "the program was made for another store: it reads block \(block.name) of \(block.handle.count) "
            + "numbers at index \(block.handle.index), where this one has \(found)")
      }
    }
  }

  /// Gives another executable of the same computation this one's inputs and random numbers.
  func takeLeaves(into other: Executable) {
    let own = memory.executable
    for (from, to) in zip(plan.inputs, other.plan.inputs) {
      (other.workspace + to.offset).update(from: own.workspace + from.offset, count: from.count)
    }
    for (from, to) in zip(plan.draws, other.plan.draws) {
      (other.workspace + to.offset).update(from: own.workspace + from.offset, count: from.count)
    }
  }

  /// The numbers of every input, draw and parameter in double precision, by node.
  func leaves(reading store: borrowing ParameterStore) -> [Int: [Double]] {
    var leaves: [Int: [Double]] = [:]
    var draws = plan.draws[...]
    for (index, node) in graph.nodes.enumerated() {
      var numbers = UnsafeBufferPointer<Float>(start: nil, count: 0)
      switch node.operation {
      case .input(let name), .indexInput(let name):
        let slot = slots[name]!
        numbers = UnsafeBufferPointer(start: memory.executable.workspace + slot.offset, count: slot.count)
        if slot.isIndex {
          leaves[index] = numbers.map { Double(Int32(bitPattern: $0.bitPattern)) }
          continue
        }
      case .noise:
        guard plan.drawnNodes.contains(index), let draw = draws.popFirst() else {
          leaves[index] = Array(repeating: 0, count: node.count)
          continue
        }
        numbers = UnsafeBufferPointer(start: memory.executable.workspace + draw.offset, count: draw.count)
      case .parameter(let tensor):
        leaves[index] = store.withArena { arena in
          (0..<tensor.count).map { Double(arena[tensor.block.offset + tensor.offset + $0]) }
        }
        continue
      default: continue
      }
      leaves[index] = numbers.map(Double.init)
    }
    return leaves
  }

  private mutating func owned() -> Executable {
    if !isKnownUniquelyReferenced(&memory.executable) { memory.executable = memory.executable.copy() }
    return memory.executable
  }

  // MARK: Results

  /// The names of the outputs and losses.
  public var outputNames: [String] { plan.outputs.map(\.name) }

  /// The names of the losses, in the order of declaration.
  public var losses: [String] { graph.losses }

  /// One number: a loss, or an output without axes, as of the last run.
  public func value(of name: String) -> Float {
    let output = result(name)
    guard output.count == 1 else {
      fatalError("output \(name) is not one number, its shape is \(output.shape)")
    }
    checkIsNumbers(output)
    return numbers(of: output)[0]
  }

  /// The numbers of an output as of the last run, in row-major order.
  public func values(of name: String) -> [Float] {
    checkIsNumbers(result(name))
    return Array(numbers(of: result(name)))
  }

  /// The integers of an output as of the last run.
  public func indices(of name: String) -> [Int] {
    let output = result(name)
    guard output.isIndex else { fatalError("output \(name) has numbers, not integers") }
    return numbers(of: output).map { Int(Int32(bitPattern: $0.bitPattern)) }
  }

  /// Reads an output of the last run where it lies.
  public func withValues<Result>(of name: String, _ body: (borrowing Span<Float>) -> Result) -> Result {
    checkIsNumbers(result(name))
    return withExtendedLifetime(memory.executable) { body(numbers(of: result(name)).span) }
  }

  /// The gradient of a loss with respect to a block, as of the last run.
  ///
  /// - Parameters:
  ///   - loss: the loss.
  ///   - block: one of the blocks it declared.
  /// - Returns: in the block's own order.
  public func gradient(of loss: String, withRespectTo block: BlockHandle) -> [Float] {
    guard let edge = edges.first(where: { $0.loss == loss && $0.block == block }) else {
      fatalError("loss \(loss) declared no gradient edge to block \(block.index)")
    }
    return withExtendedLifetime(memory.executable) {
      Array(UnsafeBufferPointer(start: memory.executable.workspace + edge.offset, count: block.count))
    }
  }

  /// Which loss reaches which block.
  public var edges: [GradientEdge] { graph.edges }

  /// Calls a body with the memory that the offsets of ``edges`` refer to.
  func withWorkspace<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    withExtendedLifetime(memory.executable) { body(UnsafePointer(memory.executable.workspace)) }
  }

  /// How many bytes a program needs to run.
  public var byteCount: Int { plan.workspaceCount * MemoryLayout<Float>.stride }

  /// What a run does: one line for each kernel call, for people.
  public var calls: [String] {
    plan.calls.map { call in
      let node = graph.nodes[call.node]
      let layer = node.place.layer.isEmpty ? "" : " of \(node.place.layer)"
      return "\(call.kind.name) to \(node.shape)\(layer)\(node.place.isGradient ? ", gradient" : "")"
    }
  }

  private func result(_ name: String) -> Plan.Output {
    guard let output = results[name] else {
      fatalError("no output or loss is named \(name), only \(plan.outputs.map(\.name)) are")
    }
    return output
  }

  private func checkIsNumbers(_ output: Plan.Output) {
    if output.isIndex { fatalError("output \(output.name) has integers: read them with indices(of:)") }
  }

  private func offset(of output: Plan.Output) -> Int {
    guard case .workspace(let offset) = output.location else {
      preconditionFailure("output \(output.name) was not copied out of the store")
    }
    return offset
  }

  private func numbers(of output: Plan.Output) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: memory.executable.workspace + offset(of: output), count: output.count)
  }
}

extension Noise {
  /// One random number.
  func draw(using stream: inout RandomStream) -> Float {
    switch self {
    case .normal: Float(stream.normal())
    case .uniform: Float(stream.next() >> 40) * 0x1p-24
    // Strictly between 0 and 1, so that both logarithms are finite.
    case .gumbel: Float(-log(-log((Double(stream.next() >> 12) + 0.5) * 0x1p-52)))
    }
  }
}

extension Optimizer {
  /// Changes every block that a loss of a program reached, once, along the gradients of its last run.
  ///
  /// Gradients of other optimisers' blocks and losses are passed over.
  ///
  /// - Parameters:
  ///   - store: the store that the program read.
  ///   - program: one that was run.
  public mutating func step(_ store: inout ParameterStore, following program: borrowing Program) {
    guard program.hasRun else { fatalError("an optimiser cannot follow a program that was never run") }
    let edges = program.edges
    program.withWorkspace { step(&store, edges: edges, workspace: $0) }
  }
}
