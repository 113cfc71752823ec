import Assay
import CKernels

/// A plan with its memory: kernel calls with their addresses, ready to run.
///
/// All memory is taken when it is made; a run takes none.
final class Executable {
  /// A kernel call with addresses. It owns nothing, so that running costs no reference counting.
  private struct Instruction {
    var code: Code
    var flag = false
    var kind: Int32 = 0
    var first: UnsafeMutablePointer<Float>
    var second: UnsafeMutablePointer<Float>
    var third: UnsafeMutablePointer<Float>?
    var write: UnsafeMutablePointer<Float>
    var sizes: (Int, Int, Int, Int) = (0, 0, 0, 0)
    var factor: Float = 1
    /// What the kind of call describes further: a product, strides, a loop.
    var table: UnsafeMutableRawPointer?
    var node: Int32
  }

  private enum Code: UInt8 {
    case elementwise, product, convolve, convolveImageGradient, convolveFilterGradient, reduce, softmax
    case indexOfMaximum, gatherStrided, placeStrided, gatherRows, scatterRows, oneHot, copy
  }

  private struct Loop {
    var steps: UnsafeMutablePointer<assay_step>
    var stepCount: Int32
    var operands: UnsafeMutablePointer<assay_operand>
    var operandCount: Int32
    var output: assay_operand
    var result: UInt8
    var outer: Int64
    var rows: Int64
    var columns: Int64
  }

  private struct Products {
    var product: assay_product
    var batch: Call.BatchSteps
  }

  private struct Strided {
    var axes: Int32
    var extents: UnsafeMutablePointer<Int64>
    var strides: UnsafeMutablePointer<Int64>
  }

  /// An address that must follow the store's arena when it moves.
  private struct Patch {
    var address: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
    var offset: Int
  }

  let plan: Plan
  let workspace: UnsafeMutablePointer<Float>
  private let instructions: UnsafeMutablePointer<Instruction>
  private var patches: [Patch] = []
  private var arenaBase: UnsafePointer<Float>?
  /// Memory of tables, given back at the end.
  private var tables: [UnsafeMutableRawPointer] = []

  init(_ plan: Plan) {
    self.plan = plan
    let bytes = max(plan.workspaceCount, 16) * MemoryLayout<Float>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    workspace = memory.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    workspace.initialize(repeating: 0, count: bytes / MemoryLayout<Float>.stride)
    instructions = .allocate(capacity: max(plan.calls.count, 1))
    for constant in plan.constants {
      for (index, bits) in constant.bits.enumerated() {
        workspace[constant.offset + index] = Float(bitPattern: bits)
      }
    }
    for (position, call) in plan.calls.enumerated() { lower(call, at: position) }
  }

  deinit {
    for table in tables { table.deallocate() }
    instructions.deallocate()
    UnsafeMutableRawPointer(workspace).deallocate()
  }

  /// Another one of the same plan with the same numbers in its memory.
  func copy() -> Executable {
    let other = Executable(plan)
    other.workspace.update(from: workspace, count: plan.workspaceCount)
    return other
  }

  // MARK: Making

  private func table<T>(_ value: T) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: 1)
    memory.initialize(to: value)
    tables.append(UnsafeMutableRawPointer(memory))
    return UnsafeMutableRawPointer(memory)
  }

  private func table<T>(of values: [T]) -> UnsafeMutablePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
    for (index, value) in values.enumerated() { (memory + index).initialize(to: value) }
    tables.append(UnsafeMutableRawPointer(memory))
    return memory
  }

  /// The address of a place; of one in the arena, none yet.
  private func address(_ location: Location) -> UnsafeMutablePointer<Float> {
    if case .workspace(let offset) = location { return workspace + offset }
    return workspace
  }

  private func follow(_ location: Location, _ slot: UnsafeMutablePointer<UnsafeMutablePointer<Float>>) {
    if case .parameter(let offset) = location { patches.append(Patch(address: slot, offset: offset)) }
  }

  private func lower(_ call: Call, at position: Int) {
    let reads = call.reads
    let first = reads.first.map(address) ?? workspace
    let slot = instructions + position
    slot.initialize(
      to: Instruction(
        code: .copy, first: first, second: reads.count > 1 ? address(reads[1]) : first,
        third: reads.count > 2 ? address(reads[2]) : nil, write: address(call.write), node: Int32(call.node)))
    describe(call, slot)
    if case .elementwise = call.kind { return }
    let fields = [\Instruction.first, \Instruction.second]
    for (location, field) in zip(reads, fields) {
      follow(
        location,
        UnsafeMutableRawPointer(slot).advanced(by: MemoryLayout<Instruction>.offset(of: field)!)
          .assumingMemoryBound(to: UnsafeMutablePointer<Float>.self))
    }
    if reads.count > 2 {
      // An optional pointer has a pointer's representation.
      follow(
        reads[2],
        UnsafeMutableRawPointer(slot).advanced(by: MemoryLayout<Instruction>.offset(of: \.third)!)
          .assumingMemoryBound(to: UnsafeMutablePointer<Float>.self))
    }
  }

  private func describe(_ call: Call, _ slot: UnsafeMutablePointer<Instruction>) {
    switch call.kind {
    case .elementwise(let loop):
      slot.pointee.code = .elementwise
      slot.pointee.table = lowered(loop, call)
    case .product(let product, let batch, _):
      slot.pointee.code = .product
      slot.pointee.table = table(Products(product: product, batch: batch))
    case .convolve(let convolution, _):
      slot.pointee.code = .convolve
      slot.pointee.table = table(convolution)
    case .convolveImageGradient(let convolution):
      slot.pointee.code = .convolveImageGradient
      slot.pointee.table = table(convolution)
    case .convolveFilterGradient(let convolution):
      slot.pointee.code = .convolveFilterGradient
      slot.pointee.table = table(convolution)
    case .reduce(let kind, let outer, let reduced, let inner, let scale):
      slot.pointee.code = .reduce
      slot.pointee.sizes = (outer, reduced, inner, 0)
      slot.pointee.factor = scale
      let code =
        switch kind {
        case .sum: assay_reduction_sum
        case .maximum: assay_reduction_maximum
        case .minimum: assay_reduction_minimum
        }
      slot.pointee.kind = Int32(code.rawValue)
    case .softmax(let rows, let columns, let logarithm):
      slot.pointee.code = .softmax
      slot.pointee.sizes = (rows, columns, 0, 0)
      slot.pointee.flag = logarithm
    case .indexOfMaximum(let rows, let columns):
      slot.pointee.code = .indexOfMaximum
      slot.pointee.sizes = (rows, columns, 0, 0)
    case .gatherStrided(let extents, let strides):
      slot.pointee.code = .gatherStrided
      slot.pointee.table = lowered(extents, strides)
    case .placeStrided(let extents, let strides, let offset, let clearing):
      slot.pointee.code = .placeStrided
      slot.pointee.sizes = (offset, clearing, 0, 0)
      slot.pointee.table = lowered(extents, strides)
    case .gatherRows(let rows, let columns, let bound):
      slot.pointee.code = .gatherRows
      slot.pointee.sizes = (rows, columns, bound, 0)
    case .scatterRows(let rows, let columns, let bound):
      slot.pointee.code = .scatterRows
      slot.pointee.sizes = (rows, columns, bound, 0)
    case .oneHot(let rows, let columns):
      slot.pointee.code = .oneHot
      slot.pointee.sizes = (rows, columns, 0, 0)
    case .copy(let count):
      slot.pointee.code = .copy
      slot.pointee.sizes = (count, 0, 0, 0)
    }
  }

  private func lowered(_ loop: ElementwiseLoop, _ call: Call) -> UnsafeMutableRawPointer {
    let operands = table(
      of: zip(call.reads, loop.strides).map { location, strides in
        assay_operand(
          data: address(location), outer: Int64(strides.outer), row: Int64(strides.row),
          column: Int64(strides.column))
      })
    for (index, location) in call.reads.enumerated() {
      follow(
        location,
        UnsafeMutableRawPointer(operands + index)
          .advanced(by: MemoryLayout<assay_operand>.offset(of: \.data)!)
          .assumingMemoryBound(to: UnsafeMutablePointer<Float>.self))
    }
    let output = assay_operand(
      data: address(call.write), outer: Int64(loop.rows * loop.columns), row: Int64(loop.columns), column: 1)
    return table(
      Loop(
        steps: table(of: loop.steps), stepCount: Int32(loop.steps.count), operands: operands,
        operandCount: Int32(loop.strides.count), output: output, result: loop.result,
        outer: Int64(loop.outer),
        rows: Int64(loop.rows), columns: Int64(loop.columns)))
  }

  private func lowered(_ extents: [Int], _ strides: [Int]) -> UnsafeMutableRawPointer {
    // Without axes there is one number.
    let extents = extents.isEmpty ? [1] : extents
    let strides = strides.isEmpty ? [1] : strides
    return table(
      Strided(
        axes: Int32(extents.count), extents: table(of: extents.map(Int64.init)),
        strides: table(of: strides.map(Int64.init))))
  }

  // MARK: Running

  /// Runs every call in order.
  func run(reading arena: UnsafeBufferPointer<Float>) {
    for position in prepare(arena) { execute(position) }
  }

  /// Whether the calls read this arena already.
  func follows(_ arena: UnsafeBufferPointer<Float>) -> Bool {
    arena.baseAddress == arenaBase && arena.count >= plan.arenaCount
  }

  /// Makes the calls read this arena, and tells which calls there are.
  func prepare(_ arena: UnsafeBufferPointer<Float>) -> Range<Int> {
    precondition(
      arena.count >= plan.arenaCount,
      "the store has \(arena.count) numbers, but the program was made for one with at least \(plan.arenaCount)"
    )
    if arena.baseAddress != arenaBase {
      arenaBase = arena.baseAddress
      for patch in patches {
        // Parameters are only ever read through this address.
        patch.address.pointee = UnsafeMutablePointer(mutating: arena.baseAddress! + patch.offset)
      }
    }
    return 0..<plan.calls.count
  }

  func execute(_ position: Int) {
    let call = instructions + position
    let (first, write) = (call.pointee.first, call.pointee.write)
    let sizes = call.pointee.sizes
    let scratch = workspace + plan.scratchOffset
    switch call.pointee.code {
    case .elementwise:
      let loop = call.pointee.table!.assumingMemoryBound(to: Loop.self)
      withUnsafePointer(to: &loop.pointee.output) { output in
        withUnsafePointer(to: &loop.pointee.result) { result in
          assay_run_elementwise(
            loop.pointee.steps, loop.pointee.stepCount, loop.pointee.operands, loop.pointee.operandCount,
            output,
            result, 1, loop.pointee.outer, loop.pointee.rows, loop.pointee.columns)
        }
      }
    case .product:
      let table = call.pointee.table!.assumingMemoryBound(to: Products.self)
      let batch = table.pointee.batch
      withUnsafePointer(to: &table.pointee.product) { product in
        for member in 0..<batch.count {
          assay_multiply(
            product, first + member * batch.first, call.pointee.second + member * batch.second,
            call.pointee.third.map { UnsafePointer($0 + member * batch.bias) }, write + member * batch.result,
            scratch)
        }
      }
    case .convolve:
      assay_convolve(convolution(call), first, call.pointee.second, call.pointee.third, write, scratch)
    case .convolveImageGradient:
      assay_convolve_image_gradient(convolution(call), first, call.pointee.second, write, scratch)
    case .convolveFilterGradient:
      assay_convolve_filter_gradient(convolution(call), first, call.pointee.second, write, scratch)
    case .reduce:
      assay_reduce(
        call.pointee.kind, Int64(sizes.0), Int64(sizes.1), Int64(sizes.2), call.pointee.factor, first, write)
    case .softmax: assay_softmax(Int64(sizes.0), Int64(sizes.1), call.pointee.flag, first, write)
    case .indexOfMaximum: assay_argument_of_maximum(Int64(sizes.0), Int64(sizes.1), first, integers(write))
    case .gatherStrided:
      let table = call.pointee.table!.assumingMemoryBound(to: Strided.self)
      assay_copy_strided(table.pointee.axes, table.pointee.extents, table.pointee.strides, first, write)
    case .placeStrided:
      let table = call.pointee.table!.assumingMemoryBound(to: Strided.self)
      if sizes.1 > 0 { write.update(repeating: 0, count: sizes.1) }
      assay_place_strided(
        table.pointee.axes, table.pointee.extents, table.pointee.strides, first, write + sizes.0, false)
    case .gatherRows:
      check(integers(call.pointee.second), count: sizes.0, below: sizes.2, at: position)
      assay_gather_rows(Int64(sizes.0), Int64(sizes.1), first, integers(call.pointee.second), write)
    case .scatterRows:
      check(integers(call.pointee.second), count: sizes.0, below: sizes.2, at: position)
      write.update(repeating: 0, count: sizes.2 * sizes.1)
      assay_scatter_add_rows(Int64(sizes.0), Int64(sizes.1), first, integers(call.pointee.second), write)
    case .oneHot:
      check(integers(first), count: sizes.0, below: sizes.1, at: position)
      assay_one_hot(Int64(sizes.0), Int64(sizes.1), integers(first), write)
    case .copy: write.update(from: first, count: sizes.0)
    }
  }

  private func convolution(_ call: UnsafeMutablePointer<Instruction>) -> UnsafePointer<assay_convolution> {
    UnsafePointer(call.pointee.table!.assumingMemoryBound(to: assay_convolution.self))
  }

  /// Integers lie in the workspace as their own bits.
  private func integers(_ numbers: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Int32.self)
  }

  private func check(
    _ indices: UnsafeMutablePointer<Int32>, count: Int, below bound: Int, at position: Int
  ) {
    let found = assay_first_outside(Int64(count), indices, Int32(bound))
    guard found >= 0 else { return }
    let place = plan.calls[position].layer.map { "in \($0), " } ?? ""
    fatalError("\(place)index \(indices[Int(found)]) at \(found) is not in 0..<\(bound)")
  }
}
