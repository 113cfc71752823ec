import Assay
import CKernels

// Kernel calls, one after the other, before their memory is known.

extension Planner {
  mutating func draft(_ index: Int) {
    if isAbsorbed[index] || nodes[index].operation.isLeaf || isView(index) { return }
    if let product = productEndingAt[index] {
      draftProduct(product, tail: tails[product], write: index)
    } else if let accumulation = accumulations[index] {
      draftProduct(accumulation.product, tail: nil, write: index, accumulates: true)
    } else if groupOf[index] >= 0 {
      if groupOf[index] == index { draftLoop(index) }
    } else {
      draftAlone(index)
    }
  }

  /// Whether a repeated tensor, or a part of one, must be written out: loops, and products that share a factor, read
  /// it where it is.
  func isReadAsWhole(_ index: Int) -> Bool {
    isKept[index]
      || uses[index].contains { !nodes[$0].operation.isElementwise && !isSharedFactor(index, of: $0) }
  }

  mutating func add(
    _ kind: Call.Kind, _ operands: [Int], at index: Int, scratch: Int = 0, mayOverwriteOperand: Bool = false
  ) {
    drafts.append(
      Draft(
        kind: kind, reads: operands.map(root), write: root(index).root, scratch: scratch, node: index,
        mayOverwriteOperand: mayOverwriteOperand))
  }

  mutating func draftAlone(_ index: Int) {
    let node = nodes[index]
    let operands = node.operands
    func extents(_ position: Int) -> [Int] { nodes[operands[position]].shape }
    func rows(_ shape: [Int]) -> Int { shape.dropLast().reduce(1, *) }
    switch node.operation {
    case .broadcast:
      // Loops and products read repeated numbers where they are.
      if isReadAsWhole(index) {
        add(
          .gatherStrided(extents: node.shape, strides: strides(of: extents(0), in: node.shape)), operands,
          at: index)
      }
    case .permute(let order):
      let own = dense(extents(0))
      add(.gatherStrided(extents: node.shape, strides: order.map { own[$0] }), operands, at: index)
    case .slice(let axis, let start):
      guard isReadAsWhole(index) else { return }
      let own = dense(extents(0))
      add(.gatherStrided(extents: node.shape, strides: own), operands, at: index)
      drafts[drafts.count - 1].reads[0].offset += start * own[axis]
    case .pad(let axis, let start):
      place(operands[0], in: node.shape, axis: axis, start: start, clearing: node.count, at: index)
    case .concatenate(let axis):
      var start = 0
      for operand in operands {
        place(operand, in: node.shape, axis: axis, start: start, clearing: 0, at: index)
        start += nodes[operand].shape[axis]
      }
    case .reduce(let kind, let axes, let scale):
      let shape = extents(0)
      add(
        .reduce(
          kind, outer: shape[..<axes.lowerBound].reduce(1, *), reduced: shape[axes].reduce(1, *),
          inner: shape[axes.upperBound...].reduce(1, *), scale: scale), operands, at: index)
    case .softmax(let logarithm):
      add(
        .softmax(rows: rows(node.shape), columns: node.shape.last!, logarithm: logarithm), operands,
        at: index,
        mayOverwriteOperand: true)
    case .indexOfMaximum:
      add(.indexOfMaximum(rows: node.count, columns: extents(0).last!), operands, at: index)
    case .product: draftProduct(index, tail: nil, write: index)
    case .convolve: draftConvolution(index, tail: nil, write: index)
    case .convolveImageGradient(let geometry):
      let call = convolution(geometry, images: node.shape, filters: extents(1))
      add(.convolveImageGradient(call), operands, at: index, scratch: scratch(call))
    case .convolveFilterGradient(let geometry):
      let call = convolution(geometry, images: extents(0), filters: node.shape)
      add(.convolveFilterGradient(call), operands, at: index, scratch: scratch(call))
    case .gatherRows:
      add(.gatherRows(rows: node.shape[0], columns: node.shape[1], bound: extents(0)[0]), operands, at: index)
    case .scatterRows:
      add(
        .scatterRows(rows: extents(0)[0], columns: node.shape[1], bound: node.shape[0]), operands, at: index)
    case .oneHot: add(.oneHot(rows: rows(node.shape), columns: node.shape.last!), operands, at: index)
    default: preconditionFailure("\(node.operation.name) has no call of its own")
    }
  }

  mutating func place(
    _ operand: Int, in shape: [Int], axis: Int, start: Int, clearing: Int, at index: Int
  ) {
    let strides = dense(shape)
    add(
      .placeStrided(
        extents: nodes[operand].shape, strides: strides, offset: start * strides[axis], clearing: clearing),
      [operand], at: index)
  }

  mutating func draftProduct(_ index: Int, tail: Tail?, write: Int, accumulates: Bool = false) {
    let node = nodes[index]
    guard case .product(let transposeFirst, let transposeSecond) = node.operation else {
      return draftConvolution(index, tail: tail, write: write)
    }
    let rank = node.shape.count
    let (a, b) = (nodes[node.operands[0]].shape, nodes[node.operands[1]].shape)
    // A factor that all products of a batch share is read where it is.
    let factors = node.operands.map(plain)
    let isShared = factors.map { isSharedFactor($0, of: index) }
    let sources = zip(factors, isShared).map { $1 ? nodes[$0].operands[0] : $0 }
    var call = assay_product()
    call.rows = Int64(node.shape[rank - 2])
    call.columns = Int64(node.shape[rank - 1])
    call.depth = Int64(transposeFirst ? a[rank - 2] : a[rank - 1])
    call.stride_a = Int64(a[rank - 1])
    call.stride_b = Int64(b[rank - 1])
    call.stride_c = call.columns
    call.transpose_a = transposeFirst
    call.transpose_b = transposeSecond
    call.accumulate = accumulates
    call.activation = Int32(tail.map { $0.activation.rawValue } ?? assay_activation_none.rawValue)
    var batch = Call.BatchSteps()
    if rank == 3 {
      batch.count = node.shape[0]
      batch.first = isShared[0] ? 0 : a[1] * a[2]
      batch.second = isShared[1] ? 0 : b[1] * b[2]
      batch.result = node.shape[1] * node.shape[2]
      batch.bias = tail.map { nodes[$0.bias].shape[0] > 1 ? node.shape[2] : 0 } ?? 0
    }
    let scratch = withUnsafePointer(to: call) { Int(assay_product_scratch($0)) }
    add(
      .product(call, batch: batch, hasBias: tail != nil), sources + (tail.map { [$0.bias] } ?? []),
      at: write, scratch: scratch)
  }

  /// Whether a node only repeats a matrix for each product of a batch.
  func isSharedFactor(_ index: Int, of product: Int) -> Bool {
    guard case .product = nodes[product].operation, nodes[index].operation == .broadcast,
      nodes[index].shape.count == 3
    else { return false }
    let source = nodes[nodes[index].operands[0]].shape
    return source[0] == 1 && source[1...] == nodes[index].shape[1...]
  }

  func convolution(_ geometry: ConvolutionGeometry, images: [Int], filters: [Int])
    -> assay_convolution
  {
    var call = assay_convolution()
    (call.batch, call.height, call.width, call.channels) = (
      Int64(images[0]), Int64(images[1]), Int64(images[2]), Int64(images[3])
    )
    (call.kernel_height, call.kernel_width, call.filters) = (
      Int64(filters[0]), Int64(filters[1]), Int64(filters[3])
    )
    (call.stride_height, call.stride_width) = (Int64(geometry.strideHeight), Int64(geometry.strideWidth))
    (call.padding_height, call.padding_width) = (Int64(geometry.paddingHeight), Int64(geometry.paddingWidth))
    return call
  }

  func scratch(_ call: assay_convolution) -> Int {
    withUnsafePointer(to: call) { Int(assay_convolution_scratch($0)) }
  }

  mutating func draftConvolution(_ index: Int, tail: Tail?, write: Int) {
    let node = nodes[index]
    guard case .convolve(let geometry) = node.operation else {
      preconditionFailure("\(node.operation.name) is neither a product nor a convolution")
    }
    var call = convolution(
      geometry, images: nodes[node.operands[0]].shape, filters: nodes[node.operands[1]].shape)
    call.activation = Int32(tail.map { $0.activation.rawValue } ?? assay_activation_none.rawValue)
    add(
      .convolve(call, hasBias: tail != nil), node.operands + (tail.map { [$0.bias] } ?? []), at: write,
      scratch: scratch(call))
  }

  // MARK: Results

  func count(_ root: Int) -> Int {
    root < nodes.count ? nodes[root].count : extras[root - nodes.count]
  }

  mutating func draftGradients(_ gradients: [Graph.Gradient]) {
    for gradient in gradients {
      let place = root(gradient.node)
      if place.offset == 0, fixed[place.root] == nil, !nodes[place.root].operation.isLeaf,
        count(place.root) == nodes[gradient.node].count
      {
        fixed[place.root] = gradient.offset
      } else {
        let copy = draftCopy(gradient.node)
        fixed[copy] = gradient.offset
      }
    }
  }

  mutating func draftCopy(_ node: Int) -> Int {
    let copy = addExtra(nodes[node].count)
    drafts.append(
      Draft(kind: .copy(count: nodes[node].count), reads: [root(node)], write: copy, node: node))
    return copy
  }

  /// Copies of outputs that lie in the parameter store, by node.
  mutating func draftOutputs(_ outputs: [Graph.Output]) -> [Int: Int] {
    var copies: [Int: Int] = [:]
    for output in outputs {
      if case .parameter = nodes[root(output.node).root].operation, copies[output.node] == nil {
        copies[output.node] = draftCopy(output.node)
      }
    }
    return copies
  }
}
