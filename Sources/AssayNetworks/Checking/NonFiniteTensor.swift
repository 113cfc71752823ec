import Assay
import CKernels

/// The first tensor of a run that has a number which is not finite: where NaNs and infinities come from.
public struct NonFiniteTensor: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was computed: `logarithm`, `matrix product`, `input observations`.
  public var operation: String
  /// The layer it was computed in, or `nil` outside of layers.
  public var layer: String?
  /// The block that has the layer's parameters, or the parameters that are not finite.
  public var block: String?
  /// Whether it was computed for a gradient, on the way back.
  public var isGradient: Bool
  /// The number: NaN or an infinity.
  public var value: Float
  /// Place of the number in row-major order.
  public var index: Int
  /// The tensor's shape.
  public var shape: [Int]
  /// The environment step of the store that was read.
  public var step: Int

  /// Index along the first axis, which is the batch's; `nil` for a single number.
  public var row: Int? { shape.first.map { index / (count / $0) } }

  var count: Int { shape.reduce(1, *) }

  /// One line: `logarithm in critic.head (block critic): -inf in row 3 of [64, 1], at step 1200`.
  public var description: String {
    operation + (isGradient ? ", gradient" : "") + (layer.map { " in \($0)" } ?? "")
      + (block.map { " (block \($0))" } ?? "") + ": \(value.isNaN ? .nan : value)"
      + (row.map { " in row \($0)" } ?? "")
      + " of \(shape), at step \(step)"
  }

  public static func == (one: NonFiniteTensor, other: NonFiniteTensor) -> Bool {
    // By the description, for NaN is not equal to itself.
    one.description == other.description && one.index == other.index
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(description)
    hasher.combine(index)
  }
}

extension Program {
  /// Computes everything again, one operation after the other, and stops at the first that has a number which is
  /// not finite.
  ///
  /// Ask for it when a loss is not finite: until then it costs nothing. The inputs and the random numbers are those
  /// of the last run. An infinity that is a constant of the description was meant, and so is what comes of it: the −∞
  /// of a class that cannot be. A NaN never is.
  ///
  /// - Parameter store: what the last run read.
  /// - Returns: where it begins, or `nil` where every number is finite.
  public func firstNonFinite(reading store: borrowing ParameterStore) -> NonFiniteTensor? {
    let plain = Planner(graph, options: PlanOptions(fuses: false, reusesMemory: false)).finished()
    let executable = Executable(plain)
    takeLeaves(into: executable)
    return store.withArena { arena in
      for index in graph.nodes.indices {
        if let found = nonFiniteLeaf(index, plain, executable, arena, store) { return found }
      }
      // Whether a node has infinities that were asked for: those of a constant, such as the −∞ of classes that cannot
      // be, and what comes of them.
      var isMeant = [Bool](repeating: false, count: graph.nodes.count)
      var next = 0
      for position in executable.prepare(arena) {
        executable.execute(position)
        let node = plain.calls[position].node
        if node >= next {
          for index in next...node { isMeant[index] = mayBeInfinite(index, isMeant) }
          next = node + 1
        }
        if case .indexOfMaximum = graph.nodes[node].operation { continue }
        guard case .workspace(let offset) = plain.calls[position].write else { continue }
        guard let found = nonFinite(node, executable.workspace + offset, store) else {
          isMeant[node] = false
          continue
        }
        guard isMeant[node] else { return found }
        let numbers = UnsafeBufferPointer(start: executable.workspace + offset, count: found.count)
        if let index = numbers.firstIndex(where: \.isNaN) {
          var culprit = found
          (culprit.value, culprit.index) = (numbers[index], index)
          return culprit
        }
      }
      return nil
    }
  }

  /// Runs, and stops at the first tensor with a number that is not finite.
  ///
  /// Every operation is computed on its own and looked at, which costs several times a ``run(reading:)``.
  ///
  /// - Parameter store: its parameters are read.
  /// - Throws: ``NonFiniteTensor``; the results must then not be used.
  public mutating func runChecked(reading store: borrowing ParameterStore) throws(NonFiniteTensor) {
    run(reading: store)
    if let found = firstNonFinite(reading: store) { throw found }
  }

  /// Runs with fresh random numbers, and stops at the first tensor with a number that is not finite.
  ///
  /// - Parameters:
  ///   - store: its parameters are read.
  ///   - stream: noise is drawn from it.
  /// - Throws: ``NonFiniteTensor``; the results must then not be used.
  public mutating func runChecked(
    reading store: borrowing ParameterStore, using stream: inout RandomStream
  ) throws(NonFiniteTensor) {
    run(reading: store, using: &stream)
    if let found = firstNonFinite(reading: store) { throw found }
  }

  private func mayBeInfinite(_ index: Int, _ isMeant: [Bool]) -> Bool {
    if case .constant(let bits) = graph.nodes[index].operation {
      return bits.contains { Float(bitPattern: $0).isInfinite }
    }
    return graph.nodes[index].operands.contains { isMeant[$0] }
  }

  private func nonFiniteLeaf(
    _ index: Int, _ plan: Plan, _ executable: Executable, _ arena: UnsafeBufferPointer<Float>,
    _ store: borrowing ParameterStore
  ) -> NonFiniteTensor? {
    switch graph.nodes[index].operation {
    case .input(let name):
      guard let slot = plan.inputs.first(where: { $0.name == name && $0.isRead }) else { return nil }
      return nonFinite(index, executable.workspace + slot.offset, store)
    case .parameter(let tensor):
      return nonFinite(index, arena.baseAddress! + tensor.block.offset + tensor.offset, store)
    default: return nil
    }
  }

  private func nonFinite(_ index: Int, _ numbers: UnsafePointer<Float>, _ store: borrowing ParameterStore)
    -> NonFiniteTensor?
  {
    let node = graph.nodes[index]
    let found = Int(assay_first_not_finite(Int64(node.count), numbers))
    guard found >= 0 else { return nil }
    var block = node.place.block
    if case .parameter(let tensor) = node.operation { block = tensor.block }
    return NonFiniteTensor(
      operation: node.operation.name, layer: node.place.layer.isEmpty ? nil : node.place.layer,
      block: block.map { store.block($0).name }, isGradient: node.place.isGradient, value: numbers[found],
      index: found, shape: node.shape, step: store.step)
  }
}
