import Assay
import CKernels

/// Turns a trace into a ``Plan``: what is needed, in which calls, in which memory.
struct Planner {
  /// A call before its memory is known. Reads name nodes, and how far into their numbers.
  private struct Draft {
    var kind: Call.Kind
    var reads: [(root: Int, offset: Int)]
    var write: Int
    var scratch = 0
    var node: Int
    /// Whether it may write where an operand is read for the last time.
    var mayOverwriteOperand = false
  }

  /// What is done in the same call after a product.
  private struct Tail {
    var bias: Int
    var activation: assay_activation
    var last: Int
  }

  private let nodes: [Trace.Node]
  private let options: PlanOptions
  private var plan = Plan()
  /// Nodes whose results outlive the run.
  private var kept: [Int]
  private var isLive: [Bool]
  /// The nodes that read a node, through stopped and scaled gradients.
  private var uses: [[Int]]
  private var isKept: [Bool]
  /// Nodes that another node's call computes along with its own.
  private var isAbsorbed: [Bool]
  private var tails: [Int: Tail] = [:]
  /// By the last node of a product's tail: the product.
  private var productEndingAt: [Int: Int] = [:]
  /// By an addition: the product that is added in place, and what it is added to.
  private var accumulations: [Int: (product: Int, into: Int)] = [:]
  private var groupOf: [Int]
  /// By the last node of a loop: all nodes it computes, in order.
  private var members: [Int: [Int]] = [:]
  private var drafts: [Draft] = []
  /// Extra arrays that no node has: their counts, numbered after the nodes.
  private var extras: [Int] = []
  private var fixed: [Int: Int] = [:]

  init(_ graph: Graph, options: PlanOptions) {
    let (outputs, gradients) = (graph.outputs, graph.gradients)
    nodes = graph.nodes
    self.options = options
    kept = outputs.map(\.node) + gradients.map(\.node)
    isLive = Array(repeating: false, count: nodes.count)
    uses = Array(repeating: [], count: nodes.count)
    isKept = Array(repeating: false, count: nodes.count)
    isAbsorbed = Array(repeating: false, count: nodes.count)
    groupOf = Array(repeating: -1, count: nodes.count)
    plan.workspaceCount = graph.gradientCount
    findWhatIsNeeded()
    if options.fuses {
      findTails()
      findAccumulations()
    }
    findGroups()
    for index in nodes.indices where isLive[index] { draft(index) }
    draftGradients(gradients)
    let copies = draftOutputs(outputs)
    layOut(outputs, copies)
  }

  func finished() -> Plan { plan }

  // MARK: What is needed

  private mutating func findWhatIsNeeded() {
    for node in kept { isLive[node] = true }
    for index in nodes.indices.reversed() where isLive[index] {
      for operand in nodes[index].operands { isLive[operand] = true }
    }
    for node in kept { isKept[plain(node)] = true }
    for index in nodes.indices where isLive[index] && !isSameShapeAlias(index) {
      for operand in nodes[index].operands { uses[plain(operand)].append(index) }
    }
  }

  private func isSameShapeAlias(_ index: Int) -> Bool {
    switch nodes[index].operation {
    case .stopGradient, .scaleGradient: true
    default: false
    }
  }

  /// The node itself, without what matters to gradients only.
  private func plain(_ index: Int) -> Int {
    var index = index
    while isSameShapeAlias(index) { index = nodes[index].operands[0] }
    return index
  }

  /// Where a node's numbers lie one after the other: in another node's, so far from its beginning.
  private func root(_ index: Int) -> (root: Int, offset: Int) {
    var (index, offset) = (index, 0)
    while index < nodes.count {
      let node = nodes[index]
      if node.operation.isAlias {
        index = node.operands[0]
      } else if case .slice(let axis, let start) = node.operation, isContiguousSlice(node, axis) {
        offset += start * node.shape[(axis + 1)...].reduce(1, *)
        index = node.operands[0]
      } else if let accumulation = accumulations[index] {
        index = accumulation.into
      } else {
        break
      }
    }
    return (index, offset)
  }

  private func isContiguousSlice(_ node: Trace.Node, _ axis: Int) -> Bool {
    node.shape[..<axis].allSatisfy { $0 == 1 }
  }

  private func isView(_ index: Int) -> Bool {
    if nodes[index].operation.isAlias { return true }
    if case .slice(let axis, _) = nodes[index].operation { return isContiguousSlice(nodes[index], axis) }
    return false
  }

  // MARK: What goes into one call

  /// Finds products that are followed by a bias, and perhaps an activation, and by nothing else.
  private mutating func findTails() {
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
  private func isBias(_ index: Int, of product: Trace.Node) -> Bool {
    let (shape, target) = (nodes[index].shape, product.shape)
    guard shape.count == target.count, shape.last == target.last else { return false }
    if case .product = product.operation, shape.count == 3 {
      return shape[1] == 1 && (shape[0] == 1 || shape[0] == target[0])
    }
    return shape.dropLast().allSatisfy { $0 == 1 }
  }

  /// Finds sums of something that nobody else needs and a product, which can then be added in place.
  private mutating func findAccumulations() {
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
  private func isPartOrRepetition(_ index: Int) -> Bool {
    switch nodes[index].operation {
    case .broadcast, .slice: true
    default: false
    }
  }

  /// Joins element-wise operations: an operand goes into the loop of its reader where nobody else reads it.
  private mutating func findGroups() {
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
  private func isLoop(_ index: Int) -> Bool {
    nodes[index].operation.isElementwise && !isAbsorbed[index] && productEndingAt[index] == nil
      && accumulations[index] == nil
  }

  // MARK: Calls

  private mutating func draft(_ index: Int) {
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
  private func isReadAsWhole(_ index: Int) -> Bool {
    isKept[index]
      || uses[index].contains { !nodes[$0].operation.isElementwise && !isSharedFactor(index, of: $0) }
  }

  private mutating func add(
    _ kind: Call.Kind, _ operands: [Int], at index: Int, scratch: Int = 0, mayOverwriteOperand: Bool = false
  ) {
    drafts.append(
      Draft(
        kind: kind, reads: operands.map(root), write: root(index).root, scratch: scratch, node: index,
        mayOverwriteOperand: mayOverwriteOperand))
  }

  private mutating func draftAlone(_ index: Int) {
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

  private mutating func place(
    _ operand: Int, in shape: [Int], axis: Int, start: Int, clearing: Int, at index: Int
  ) {
    let strides = dense(shape)
    add(
      .placeStrided(
        extents: nodes[operand].shape, strides: strides, offset: start * strides[axis], clearing: clearing),
      [operand], at: index)
  }

  private mutating func draftProduct(_ index: Int, tail: Tail?, write: Int, accumulates: Bool = false) {
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
  private func isSharedFactor(_ index: Int, of product: Int) -> Bool {
    guard case .product = nodes[product].operation, nodes[index].operation == .broadcast,
      nodes[index].shape.count == 3
    else { return false }
    let source = nodes[nodes[index].operands[0]].shape
    return source[0] == 1 && source[1...] == nodes[index].shape[1...]
  }

  private func convolution(_ geometry: ConvolutionGeometry, images: [Int], filters: [Int])
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

  private func scratch(_ call: assay_convolution) -> Int {
    withUnsafePointer(to: call) { Int(assay_convolution_scratch($0)) }
  }

  private mutating func draftConvolution(_ index: Int, tail: Tail?, write: Int) {
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

  // MARK: Loops

  /// An operand of a loop: whose numbers, and how far apart they lie along each axis of the loop.
  private struct LoopOperand: Hashable {
    var root: Int
    var offset: Int
    var strides: [Int]
  }

  private mutating func draftLoop(_ index: Int) {
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
  private func loopOperand(_ index: Int, _ shape: [Int]) -> LoopOperand {
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

  private mutating func writtenOut(_ operand: LoopOperand, _ shape: [Int], at index: Int) -> LoopOperand {
    let extra = addExtra(shape.reduce(1, *))
    drafts.append(
      Draft(
        kind: .gatherStrided(extents: shape, strides: operand.strides),
        reads: [(operand.root, operand.offset)],
        write: extra, node: index))
    return LoopOperand(root: extra, offset: 0, strides: dense(shape))
  }

  private mutating func addExtra(_ count: Int) -> Int {
    extras.append(count)
    return nodes.count + extras.count - 1
  }

  /// The fewest axes that tell how all operands, and a dense result, are walked.
  private func collapse(_ shape: [Int], _ operands: [LoopOperand]) -> [(extent: Int, strides: [Int])] {
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

  private func dense(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// Strides of a dense array that is repeated along its axes of extent 1.
  private func strides(of shape: [Int], in target: [Int]) -> [Int] {
    zip(dense(shape), zip(shape, target)).map { stride, extents in
      extents.0 == 1 && extents.1 != 1 ? 0 : stride
    }
  }

  // MARK: Results

  private func count(_ root: Int) -> Int {
    root < nodes.count ? nodes[root].count : extras[root - nodes.count]
  }

  private mutating func draftGradients(_ gradients: [Graph.Gradient]) {
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

  private mutating func draftCopy(_ node: Int) -> Int {
    let copy = addExtra(nodes[node].count)
    drafts.append(
      Draft(kind: .copy(count: nodes[node].count), reads: [root(node)], write: copy, node: node))
    return copy
  }

  /// Copies of outputs that lie in the parameter store, by node.
  private mutating func draftOutputs(_ outputs: [Graph.Output]) -> [Int: Int] {
    var copies: [Int: Int] = [:]
    for output in outputs {
      if case .parameter = nodes[root(output.node).root].operation, copies[output.node] == nil {
        copies[output.node] = draftCopy(output.node)
      }
    }
    return copies
  }

  // MARK: Memory

  private mutating func layOut(_ outputs: [Graph.Output], _ copies: [Int: Int]) {
    var offsets = fixed
    func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    func keep(_ root: Int) {
      guard offsets[root] == nil else { return }
      offsets[root] = plan.workspaceCount
      plan.workspaceCount += aligned(count(root))
    }
    for index in nodes.indices {
      switch nodes[index].operation {
      case .input(let name), .indexInput(let name):
        // Also where nothing depends on it: it can be set all the same.
        keep(index)
        let isIndex = if case .indexInput = nodes[index].operation { true } else { false }
        plan.inputs.append(
          .init(
            name: name, offset: offsets[index]!, shape: nodes[index].shape, isIndex: isIndex,
            isRead: isLive[index]))
      case .constant(let bits) where isLive[index]:
        keep(index)
        plan.constants.append((offsets[index]!, bits))
      case .noise(let noise, _) where isLive[index]:
        keep(index)
        plan.draws.append(
          .init(node: index, noise: noise, offset: offsets[index]!, count: nodes[index].count))
      default: break
      }
    }
    for output in outputs { keep(copies[output.node] ?? root(output.node).root) }
    if !options.reusesMemory { for draft in drafts { keep(draft.write) } }

    // The rest lives from the call that writes it to the last that reads it.
    var lastRead: [Int: Int] = [:]
    for (position, draft) in drafts.enumerated() {
      for read in draft.reads { lastRead[read.root] = position }
      lastRead[draft.write] = max(lastRead[draft.write] ?? position, position)
    }
    var memory = FreeMemory()
    var reused: [Int: Int] = [:]
    let base = plan.workspaceCount
    for (position, draft) in drafts.enumerated() {
      var dying = Set(
        draft.reads.map(\.root).filter { reused[$0] != nil && lastRead[$0] == position && $0 != draft.write })
      if offsets[draft.write] == nil, reused[draft.write] == nil {
        if draft.mayOverwriteOperand,
          let heir = draft.reads.indices.first(where: { isDense($0, of: draft, dying) })
        {
          reused[draft.write] = reused[draft.reads[heir].root]
          dying.remove(draft.reads[heir].root)
        } else {
          reused[draft.write] = memory.take(aligned(count(draft.write)))
        }
      }
      for root in dying.sorted() { memory.give(reused[root]!, aligned(count(root))) }
      if lastRead[draft.write] == position, let offset = reused[draft.write] {
        memory.give(offset, aligned(count(draft.write)))
      }
    }
    plan.scratchOffset = base + memory.end
    plan.workspaceCount = plan.scratchOffset + aligned(drafts.map(\.scratch).max() ?? 0)

    func location(_ place: (root: Int, offset: Int)) -> Location {
      if place.root < nodes.count, case .parameter(let tensor) = nodes[place.root].operation {
        return .parameter(tensor.block.offset + tensor.offset + place.offset)
      }
      return .workspace((offsets[place.root] ?? base + reused[place.root]!) + place.offset)
    }
    for draft in drafts {
      plan.calls.append(
        Call(
          kind: draft.kind, reads: draft.reads.map(location), write: location((draft.write, 0)),
          scratch: draft.scratch, node: draft.node))
    }
    for output in outputs {
      let isIndex =
        switch nodes[root(output.node).root].operation {
        case .indexInput, .indexOfMaximum: true
        default: false
        }
      plan.outputs.append(
        .init(
          name: output.name, location: location(copies[output.node].map { ($0, 0) } ?? root(output.node)),
          shape: nodes[output.node].shape, isIndex: isIndex))
    }
    for node in nodes {
      if case .parameter(let tensor) = node.operation {
        plan.arenaCount = max(plan.arenaCount, tensor.block.offset + tensor.block.count)
      }
    }
  }

  /// Whether an operand can give its memory to the result: its numbers lie as the result's will, and this is the
  /// last time they are read, at no other place.
  private func isDense(_ position: Int, of draft: Draft, _ dying: Set<Int>) -> Bool {
    let read = draft.reads[position]
    guard dying.contains(read.root), read.offset == 0, count(read.root) == count(draft.write),
      draft.reads.filter({ $0.root == read.root }).count == 1
    else { return false }
    guard case .elementwise(let loop) = draft.kind else { return true }
    let strides = loop.strides[position]
    return (loop.columns == 1 || strides.column == 1) && (loop.rows == 1 || strides.row == loop.columns)
      && (loop.outer == 1 || strides.outer == loop.rows * loop.columns)
  }
}

/// Memory whose parts are taken and given back while a plan is made.
private struct FreeMemory {
  /// How much was ever in use at once.
  private(set) var end = 0
  private var holes: [(offset: Int, count: Int)] = []

  /// The smallest hole that is large enough, or new memory at the end.
  mutating func take(_ count: Int) -> Int {
    let fitting = holes.indices.filter { holes[$0].count >= count }
    if let hole = fitting.min(by: { holes[$0].count < holes[$1].count }) {
      let offset = holes[hole].offset
      holes[hole].offset += count
      holes[hole].count -= count
      if holes[hole].count == 0 { holes.remove(at: hole) }
      return offset
    }
    // A hole at the end grows.
    if let last = holes.last, last.offset + last.count == end {
      holes.removeLast()
      end = last.offset + count
      return last.offset
    }
    end += count
    return end - count
  }

  mutating func give(_ offset: Int, _ count: Int) {
    let position = holes.firstIndex { $0.offset > offset } ?? holes.endIndex
    holes.insert((offset, count), at: position)
    // Neighbours become one.
    if position + 1 < holes.count,
      holes[position].offset + holes[position].count == holes[position + 1].offset
    {
      holes[position].count += holes[position + 1].count
      holes.remove(at: position + 1)
    }
    if position > 0, holes[position - 1].offset + holes[position - 1].count == holes[position].offset {
      holes[position - 1].count += holes[position].count
      holes.remove(at: position)
    }
  }
}
