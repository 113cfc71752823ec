import Assay
import CKernels

// Which operations are done in one call.

extension Planner {
  /// Finds products that are followed by a bias, and perhaps an activation, and by nothing else.
  mutating func findTails() {
    for index in nodes.indices where isLive[index] {
      switch nodes[index].operation {
      case .product, .convolve: break
      default: continue
      }
      guard !isKept[index], uses[index].count == 1, let sum = uses[index].first,
        nodes[sum].operation == .binary(.add)
      else { continue }
      let operands = nodes[sum].operands.map(plain)
      guard let repeated = operands.first(where: { $0 != index }),
        nodes[repeated].operation == .broadcast, isBias(nodes[repeated].operands[0], of: nodes[index])
      else { continue }
      var tail = Tail(bias: nodes[repeated].operands[0], activation: assay_activation_none, last: sum)
      isAbsorbed[index] = true
      if !isKept[sum], uses[sum].count == 1, let user = uses[sum].first {
        switch nodes[user].operation {
        case .unary(.relu): tail.activation = assay_activation_relu
        case .unary(.tanh): tail.activation = assay_activation_tanh
        default: break
        }
        if tail.activation != assay_activation_none {
          isAbsorbed[sum] = true
          tail.last = user
        }
      }
      tails[index] = tail
      productEndingAt[tail.last] = index
    }
  }

  /// Whether a tensor has one number for each column of a product, or of each product of a batch.
  func isBias(_ index: Int, of product: Trace.Node) -> Bool {
    let (shape, target) = (nodes[index].shape, product.shape)
    guard shape.count == target.count, shape.last == target.last else { return false }
    if case .product = product.operation, shape.count == 3 {
      return shape[1] == 1 && (shape[0] == 1 || shape[0] == target[0])
    }
    return shape.dropLast().allSatisfy { $0 == 1 }
  }

  /// Finds sums of something that nobody else needs and a product, which can then be added in place.
  mutating func findAccumulations() {
    var readers: [Int: [Int]] = [:]
    for index in nodes.indices where isLive[index] && !isView(index) {
      for operand in nodes[index].operands { readers[root(operand).root, default: []].append(index) }
    }
    let keptRoots = Set(kept.map { root($0).root })
    for index in nodes.indices
    where isLive[index] && nodes[index].operation == .binary(.add) && !isAbsorbed[index]
      && productEndingAt[index] == nil
    {
      let operands = nodes[index].operands.map(plain)
      for (product, other) in [(operands[1], operands[0]), (operands[0], operands[1])] {
        guard case .product = nodes[product].operation, product != other, !isKept[product],
          uses[product] == [index], !isAbsorbed[product], tails[product] == nil
        else { continue }
        // What it is added to, before any accumulation of its own is looked through.
        let into = other
        guard !isView(into), !nodes[into].operation.isLeaf, !isPartOrRepetition(into),
          readers[into] == [index] || (accumulations[into] != nil && uses[into] == [index]),
          !keptRoots.contains(into)
        else { continue }
        accumulations[index] = (product, into)
        isAbsorbed[product] = true
        break
      }
    }
  }

  /// Whether a node's numbers may never be written out.
  func isPartOrRepetition(_ index: Int) -> Bool {
    switch nodes[index].operation {
    case .broadcast, .slice: true
    default: false
    }
  }

  /// Joins element-wise operations: an operand goes into the loop of its reader where nobody else reads it.
  mutating func findGroups() {
    let limits = (steps: 18, operands: 14)
    var size: [Int: (steps: Int, operands: Int)] = [:]
    for index in nodes.indices.reversed() where isLive[index] && isLoop(index) {
      let own = nodes[index].operands.count
      if options.fuses, !isKept[index], let reader = uses[index].first, groupOf[reader] >= 0,
        uses[index].allSatisfy({ groupOf[$0] == groupOf[reader] }),
        nodes[index].shape == nodes[groupOf[reader]].shape, let sum = size[groupOf[reader]],
        sum.steps < limits.steps, sum.operands + own - 1 <= limits.operands
      {
        groupOf[index] = groupOf[reader]
        size[groupOf[reader]] = (sum.steps + 1, sum.operands + own - 1)
      } else {
        groupOf[index] = index
        size[index] = (1, own)
      }
    }
    for index in nodes.indices where groupOf[index] >= 0 {
      members[groupOf[index], default: []].append(index)
    }
  }

  /// Whether a node is computed in an element-wise loop.
  func isLoop(_ index: Int) -> Bool {
    nodes[index].operation.isElementwise && !isAbsorbed[index] && productEndingAt[index] == nil
      && accumulations[index] == nil
  }
}
