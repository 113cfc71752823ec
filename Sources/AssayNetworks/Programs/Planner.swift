import Assay
import CKernels

/// Turns a trace into a ``Plan``: what is needed, in which calls, in which memory.
struct Planner {
  /// A call before its memory is known. Reads name nodes, and how far into their numbers.
  struct Draft {
    var kind: Call.Kind
    var reads: [(root: Int, offset: Int)]
    var write: Int
    var scratch = 0
    var node: Int
    /// Whether it may write where an operand is read for the last time.
    var mayOverwriteOperand = false
  }

  /// What is done in the same call after a product.
  struct Tail {
    var bias: Int
    var activation: assay_activation
    var last: Int
  }

  let nodes: [Trace.Node]
  let options: PlanOptions
  var plan = Plan()
  /// Nodes whose results outlive the run.
  var kept: [Int]
  var isLive: [Bool]
  /// The nodes that read a node, through stopped and scaled gradients.
  var uses: [[Int]]
  var isKept: [Bool]
  /// Nodes that another node's call computes along with its own.
  var isAbsorbed: [Bool]
  var tails: [Int: Tail] = [:]
  /// By the last node of a product's tail: the product.
  var productEndingAt: [Int: Int] = [:]
  /// By an addition: the product that is added in place, and what it is added to.
  var accumulations: [Int: (product: Int, into: Int)] = [:]
  var groupOf: [Int]
  /// By the last node of a loop: all nodes it computes, in order.
  var members: [Int: [Int]] = [:]
  var drafts: [Draft] = []
  /// Extra arrays that no node has: their counts, numbered after the nodes.
  var extras: [Int] = []
  var fixed: [Int: Int] = [:]

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

  mutating func findWhatIsNeeded() {
    for node in kept { isLive[node] = true }
    for index in nodes.indices.reversed() where isLive[index] {
      for operand in nodes[index].operands { isLive[operand] = true }
    }
    for node in kept { isKept[plain(node)] = true }
    for index in nodes.indices where isLive[index] && !isSameShapeAlias(index) {
      for operand in nodes[index].operands { uses[plain(operand)].append(index) }
    }
  }

  func isSameShapeAlias(_ index: Int) -> Bool {
    switch nodes[index].operation {
    case .stopGradient, .scaleGradient: true
    default: false
    }
  }

  /// The node itself, without what matters to gradients only.
  func plain(_ index: Int) -> Int {
    var index = index
    while isSameShapeAlias(index) { index = nodes[index].operands[0] }
    return index
  }

  /// Where a node's numbers lie one after the other: in another node's, so far from its beginning.
  func root(_ index: Int) -> (root: Int, offset: Int) {
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

  func isContiguousSlice(_ node: Trace.Node, _ axis: Int) -> Bool {
    node.shape[..<axis].allSatisfy { $0 == 1 }
  }

  func isView(_ index: Int) -> Bool {
    if nodes[index].operation.isAlias { return true }
    if case .slice(let axis, _) = nodes[index].operation { return isContiguousSlice(nodes[index], axis) }
    return false
  }
}
