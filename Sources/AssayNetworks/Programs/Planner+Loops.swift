import Assay
import CKernels

// Element-wise loops: operations joined, and how their operands are walked.

extension Planner {
  /// An operand of a loop: whose numbers, and how far apart they lie along each axis of the loop.
  struct LoopOperand: Hashable {
    var root: Int
    var offset: Int
    var strides: [Int]
  }

  mutating func draftLoop(_ index: Int) {
    let members = members[index]!
    let shape = nodes[index].shape
    var operands: [LoopOperand] = []
    var registers: [Int: Int] = [:]  // by member: its register, counted after the operands'
    var sources: [Int: Int] = [:]  // by node that is read: its operand
    for member in members {
      for read in nodes[member].operands.map(plain) where groupOf[read] != index && sources[read] == nil {
        let operand = loopOperand(read, shape)
        if let position = operands.firstIndex(of: operand) {
          sources[read] = position
        } else {
          sources[read] = operands.count
          operands.append(operand)
        }
      }
    }
    var steps: [assay_step] = []
    for member in members {
      let (code, constant) = nodes[member].operation.step
      var step = assay_step()
      step.operation = UInt8(code.rawValue)
      step.constant = constant
      let reads = nodes[member].operands.map { operand -> UInt8 in
        let read = plain(operand)
        return UInt8(groupOf[read] == index ? operands.count + registers[read]! : sources[read]!)
      }
      step.first = reads[0]
      if reads.count > 1 { step.second = reads[1] }
      if reads.count > 2 { step.third = reads[2] }
      registers[member] = steps.count
      step.target = UInt8(operands.count + steps.count)
      steps.append(step)
    }
    precondition(
      operands.count <= assay_operand_limit && operands.count + steps.count <= assay_register_count,
      "a loop of \(steps.count) steps over \(operands.count) operands is too long")

    var axes = collapse(shape, operands)
    if axes.count > 3 {
      // Too many repetitions at once: they are written out.
      for position in operands.indices where operands[position].strides != dense(shape) {
        operands[position] = writtenOut(operands[position], shape, at: index)
      }
      axes = collapse(shape, operands)
    }
    func extent(_ fromEnd: Int) -> Int { axes.count >= fromEnd ? axes[axes.count - fromEnd].extent : 1 }
    func stride(_ fromEnd: Int, _ operand: Int) -> Int {
      axes.count >= fromEnd ? axes[axes.count - fromEnd].strides[operand] : 0
    }
    let loop = ElementwiseLoop(
      steps: steps,
      strides: operands.indices.map {
        .init(outer: stride(3, $0), row: stride(2, $0), column: stride(1, $0))
      },
      result: UInt8(operands.count + registers[index]!), outer: extent(3), rows: extent(2), columns: extent(1)
    )
    drafts.append(
      Draft(
        kind: .elementwise(loop), reads: operands.map { ($0.root, $0.offset) }, write: root(index).root,
        node: index, mayOverwriteOperand: true))
  }

  /// How a loop reads a node: repeated numbers, and parts of a tensor, are read where they are.
  func loopOperand(_ index: Int, _ shape: [Int]) -> LoopOperand {
    var source = index
    if nodes[index].operation == .broadcast { source = nodes[index].operands[0] }
    if case .slice(let axis, let start) = nodes[index].operation, !isView(index), !isReadAsWhole(index) {
      let whole = nodes[index].operands[0]
      let strides = dense(nodes[whole].shape)
      let place = root(whole)
      return LoopOperand(
        root: place.root, offset: place.offset + start * strides[axis],
        strides: zip(strides, shape).map { $1 == 1 ? 0 : $0 })
    }
    let place = root(source)
    return LoopOperand(
      root: place.root, offset: place.offset, strides: strides(of: nodes[source].shape, in: shape))
  }

  mutating func writtenOut(_ operand: LoopOperand, _ shape: [Int], at index: Int) -> LoopOperand {
    let extra = addExtra(shape.reduce(1, *))
    drafts.append(
      Draft(
        kind: .gatherStrided(extents: shape, strides: operand.strides),
        reads: [(operand.root, operand.offset)],
        write: extra, node: index))
    return LoopOperand(root: extra, offset: 0, strides: dense(shape))
  }

  mutating func addExtra(_ count: Int) -> Int {
    extras.append(count)
    return nodes.count + extras.count - 1
  }

  /// The fewest axes that tell how all operands, and a dense result, are walked.
  func collapse(_ shape: [Int], _ operands: [LoopOperand]) -> [(extent: Int, strides: [Int])] {
    var axes: [(extent: Int, strides: [Int])] = []
    for (axis, extent) in shape.enumerated() where extent > 1 {
      let strides = operands.map { $0.strides[axis] }
      // The outer axis goes on where the inner one ends.
      if let outer = axes.last, zip(outer.strides, strides).allSatisfy({ $0 == $1 * extent }) {
        axes[axes.count - 1] = (outer.extent * extent, strides)
      } else {
        axes.append((extent, strides))
      }
    }
    // Kernels walk their innermost axis in steps of 0 or 1; a column of a matrix is walked row by row.
    if let last = axes.last, last.strides.contains(where: { $0 > 1 }) {
      axes.append((1, operands.map { _ in 0 }))
    }
    return axes
  }

  func dense(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// Strides of a dense array that is repeated along its axes of extent 1.
  func strides(of shape: [Int], in target: [Int]) -> [Int] {
    zip(dense(shape), zip(shape, target)).map { stride, extents in
      extents.0 == 1 && extents.1 != 1 ? 0 : stride
    }
  }
}
