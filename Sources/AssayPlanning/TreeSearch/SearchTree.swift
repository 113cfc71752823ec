/// The tree of a search: nodes and edges by their numbers, in a few columns of memory.
///
/// A node is a record of 48 bytes. An edge is an action that can be taken at a node; the edges of a node are numbered
/// one after another, and lie in columns (18 bytes an edge, or 22 where a policy looks at what an actor would do), so that
/// choosing among them reads a few stretches of memory. An action's several outcomes are the children of
/// one edge, each linked to the next.
public struct SearchTree: ~Copyable {
  /// A node.
  @frozen
  public struct Node {
    /// Σ (r + γG) over all visits of the edge that leads here; of a root, Σ G. Only the first child of an edge has it.
    public var total: Double = 0
    /// The node it was reached from, −1 for a root.
    public var parent: Int32
    /// The edge it was reached by, −1 for a root.
    public var edge: Int32
    /// Its first edge, −1 where it has none yet.
    public var firstEdge: Int32 = -1
    /// How many walks ended here or went through, one for its evaluation included.
    public var visits: Int32 = 0
    /// V̂, what it was thought to be worth when it was new.
    public var value: Float = 0
    /// What the step that led here earned.
    public var reward: Float = 0
    /// What its value is multiplied by, seen from its parent; 0 where things ended.
    public var discount: Float = 1
    /// How many edges it has.
    public var edgeCount: UInt16 = 0
    /// Which of its edges a walk takes that has nothing else to go by, counted from the first: the next that was not
    /// taken yet; where an actor is asked, the one that it would most likely take.
    public var nextChoice: UInt16 = 0
    /// Which of the action's outcomes it is.
    public var outcome: Int32
    /// The next outcome of the same action, −1 for the last.
    public var sibling: Int32 = -1

    @inlinable
    init(parent: Int32, edge: Int32, outcome: Int32) {
      self.parent = parent
      self.edge = edge
      self.outcome = outcome
    }
  }

  /// The smallest and the largest r + γG, as a mean, of any edge below a root; kept where ``hasPriors``.
  @frozen
  public struct Range {
    public var low: Float = .infinity
    public var high: Float = -.infinity

    @inlinable init() {}

    @inlinable
    mutating func include(_ value: Float) {
      low = value < low ? value : low
      high = value > high ? value : high
    }
  }

  /// How many roots there are: the first nodes.
  public let rootCount: Int
  /// Whether edges know what an actor would do.
  public let hasPriors: Bool
  /// How many nodes there are.
  @inlinable public var nodeCount: Int { usedNodes }
  /// How many edges there are.
  @inlinable public var edgeCount: Int { usedEdges }

  /// `[nodeCount]`
  @inlinable public var nodes: UnsafeMutablePointer<Node> { nodeColumn }
  /// The first child of each edge, −1 where it was never taken, `[edgeCount]`.
  @inlinable public var children: UnsafeMutablePointer<Int32> { childColumn }
  /// The action of each edge, `[edgeCount]`.
  @inlinable public var actions: UnsafeMutablePointer<UInt16> { actionColumn }
  /// How often each edge was taken, `[edgeCount]`.
  @inlinable public var visits: UnsafeMutablePointer<Int32> { visitColumn }
  /// Q, the mean of r + γG over the edge's visits, `[edgeCount]`; 0 before the first.
  @inlinable public var values: UnsafeMutablePointer<Float> { valueColumn }
  /// π, what the actor would do, `[edgeCount]`, where ``hasPriors``.
  @inlinable public var priors: UnsafeMutablePointer<Float> { priorColumn }
  /// ln π up to a constant of the node, `[edgeCount]`, where ``hasPriors``.
  @inlinable public var logits: UnsafeMutablePointer<Float> { logitColumn }
  /// 1/√n, where n is how often each edge was taken, `[edgeCount]`, unless ``hasPriors``; 0 before the first time.
  @inlinable public var spreads: UnsafeMutablePointer<Float> { spreadColumn }
  /// The range of values below each root, `[rootCount]`.
  @inlinable public var ranges: UnsafeMutablePointer<Range> { rangeColumn }

  @usableFromInline var usedNodes = 0
  @usableFromInline var usedEdges = 0
  @usableFromInline var nodeCapacity: Int
  @usableFromInline var edgeCapacity: Int
  @usableFromInline var nodeColumn: UnsafeMutablePointer<Node>
  @usableFromInline var childColumn: UnsafeMutablePointer<Int32>
  @usableFromInline var actionColumn: UnsafeMutablePointer<UInt16>
  @usableFromInline var visitColumn: UnsafeMutablePointer<Int32>
  @usableFromInline var valueColumn: UnsafeMutablePointer<Float>
  @usableFromInline var priorColumn: UnsafeMutablePointer<Float>
  @usableFromInline var logitColumn: UnsafeMutablePointer<Float>
  @usableFromInline var spreadColumn: UnsafeMutablePointer<Float>
  @usableFromInline let rangeColumn: UnsafeMutablePointer<Range>
  /// Room for a number of each edge of one node.
  @usableFromInline let scratch: UnsafeMutablePointer<Float>
  @usableFromInline let actionLimit: Int

  /// Vectors may read this far beyond the last edge.
  @usableFromInline static var slack: Int { 16 }

  @usableFromInline
  init(rootCount: Int, actionLimit: Int, hasPriors: Bool) {
    // All memory is made in locals first: some compilers destroy a moving type's properties twice otherwise.
    let nodeCapacity = max(64, 2 * rootCount)
    let edgeCapacity = 4 * nodeCapacity
    let nodes = UnsafeMutablePointer<Node>.allocate(capacity: nodeCapacity)
    let children = Self.column(Int32.self, edgeCapacity)
    let actions = Self.column(UInt16.self, edgeCapacity)
    let visits = Self.column(Int32.self, edgeCapacity)
    let values = Self.column(Float.self, edgeCapacity)
    let priors = Self.column(Float.self, hasPriors ? edgeCapacity : 0)
    let logits = Self.column(Float.self, hasPriors ? edgeCapacity : 0)
    let spreads = Self.column(Float.self, hasPriors ? 0 : edgeCapacity)
    let ranges = UnsafeMutablePointer<Range>.allocate(capacity: rootCount)
    ranges.initialize(repeating: Range(), count: rootCount)
    let scratch = Self.column(Float.self, actionLimit)
    scratch.update(repeating: 0, count: actionLimit + Self.slack)
    self.rootCount = rootCount
    self.actionLimit = actionLimit
    self.hasPriors = hasPriors
    self.nodeCapacity = nodeCapacity
    self.edgeCapacity = edgeCapacity
    nodeColumn = nodes
    childColumn = children
    actionColumn = actions
    visitColumn = visits
    valueColumn = values
    priorColumn = priors
    logitColumn = logits
    spreadColumn = spreads
    rangeColumn = ranges
    self.scratch = scratch
  }

  deinit {
    nodeColumn.deallocate()
    childColumn.deallocate()
    actionColumn.deallocate()
    visitColumn.deallocate()
    valueColumn.deallocate()
    priorColumn.deallocate()
    logitColumn.deallocate()
    spreadColumn.deallocate()
    rangeColumn.deallocate()
    scratch.deallocate()
  }

  private static func column<Element: BitwiseCopyable & Numeric>(_ type: Element.Type, _ capacity: Int)
    -> UnsafeMutablePointer<Element>
  {
    // Rows beyond the last are read by vectors, and what they hold is left out; only the first stretch, which is all that
    // small searches ever see, is set, so that big ones take no memory before they need it.
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: capacity + slack)
    memory.initialize(repeating: 0, count: min(capacity, 64) + slack)
    return memory
  }

  /// How many bytes nodes and edges take, without what problems keep of them.
  public var byteCount: Int {
    usedNodes * MemoryLayout<Node>.stride + usedEdges * (hasPriors ? 22 : 18)
  }

  // MARK: Growing

  /// Leaves out everything, and keeps the memory.
  mutating func removeAll() {
    usedNodes = 0
    usedEdges = 0
    rangeColumn.update(repeating: Range(), count: rootCount)
  }

  /// Makes sure that there is room for more nodes and edges.
  @inlinable
  mutating func reserve(nodes: Int, edges: Int) {
    if usedNodes &+ nodes > nodeCapacity || usedEdges &+ edges > edgeCapacity {
      grow(nodes: usedNodes + nodes, edges: usedEdges + edges)
    }
  }

  @usableFromInline
  mutating func grow(nodes: Int, edges: Int) {
    precondition(
      nodes < Int32.max && edges < Int32.max, "a tree must have fewer than 2³¹ nodes and edges, but has more")
    if nodes > nodeCapacity {
      let capacity = max(nodes, 2 * nodeCapacity)
      let column = UnsafeMutablePointer<Node>.allocate(capacity: capacity)
      column.update(from: nodeColumn, count: usedNodes)
      nodeColumn.deallocate()
      nodeColumn = column
      nodeCapacity = capacity
    }
    if edges > edgeCapacity {
      let capacity = max(edges, 2 * edgeCapacity)
      func larger<Element: BitwiseCopyable & Numeric>(_ old: UnsafeMutablePointer<Element>)
        -> UnsafeMutablePointer<Element>
      {
        let column = Self.column(Element.self, capacity)
        column.update(from: old, count: usedEdges)
        old.deallocate()
        return column
      }
      childColumn = larger(childColumn)
      actionColumn = larger(actionColumn)
      visitColumn = larger(visitColumn)
      valueColumn = larger(valueColumn)
      if hasPriors {
        priorColumn = larger(priorColumn)
        logitColumn = larger(logitColumn)
      } else {
        spreadColumn = larger(spreadColumn)
      }
      edgeCapacity = capacity
    }
  }

  /// Adds a node; there must be room. The links of its edge are set where it has one.
  @inlinable
  mutating func addNode(parent: Int, edge: Int, outcome: Int) -> Int {
    let node = usedNodes
    (nodeColumn + node).initialize(
      to: Node(
        parent: Int32(truncatingIfNeeded: parent), edge: Int32(truncatingIfNeeded: edge),
        outcome: Int32(truncatingIfNeeded: outcome)))
    usedNodes = node &+ 1
    if edge >= 0 {
      let head = childColumn[edge]
      if head < 0 {
        childColumn[edge] = Int32(truncatingIfNeeded: node)
      } else {
        // The first child keeps its place: it has the edge's total.
        let first = Int(head)
        nodeColumn[node].sibling = nodeColumn[first].sibling
        nodeColumn[first].sibling = Int32(truncatingIfNeeded: node)
      }
    }
    return node
  }

  /// Gives a node all its edges, whose actions are in place; there must be room.
  @inlinable
  mutating func addEdges(to node: Int, count: Int) {
    let first = usedEdges
    // Four at a time, as there is room beyond the last.
    var index = first
    while index < first &+ count {
      UnsafeMutableRawPointer(childColumn + index)
        .storeBytes(of: SIMD4(repeating: -1), as: SIMD4<Int32>.self)
      UnsafeMutableRawPointer(visitColumn + index).storeBytes(of: .zero, as: SIMD4<Int32>.self)
      valueColumn[four: index] = .zero
      if !hasPriors { spreadColumn[four: index] = .zero }
      index &+= 4
    }
    nodeColumn[node].firstEdge = Int32(truncatingIfNeeded: first)
    nodeColumn[node].edgeCount = UInt16(truncatingIfNeeded: count)
    usedEdges = first &+ count
  }

  // MARK: Looking

  /// The child of an edge with an outcome; −1 where there is none.
  @inlinable
  public func child(of edge: Int, outcome: Int) -> Int {
    var child = childColumn[edge]
    while child >= 0 {
      if nodeColumn[Int(child)].outcome == Int32(truncatingIfNeeded: outcome) { return Int(child) }
      child = nodeColumn[Int(child)].sibling
    }
    return -1
  }

  /// The children of an edge: the first that was met, then the others, the newest first.
  public func outcomes(of edge: Int) -> [Int] {
    var found: [Int] = []
    var child = childColumn[edge]
    while child >= 0 {
      found.append(Int(child))
      child = nodeColumn[Int(child)].sibling
    }
    return found
  }

  /// The numbers of a node's edges; empty where it has none yet.
  @inlinable
  public func edges(of node: Int) -> Swift.Range<Int> {
    let first = Int(nodeColumn[node].firstEdge)
    return first < 0 ? 0..<0 : first..<first &+ Int(nodeColumn[node].edgeCount)
  }

  /// Mean G of all walks that ended at a node or went through.
  public func meanReturn(at node: Int) -> Double {
    let record = nodeColumn[node]
    if record.visits == 0 { return Double(record.value) }
    if record.parent < 0 { return record.total / Double(record.visits) }
    var (sum, count) = (0.0, 0)
    for edge in edges(of: node) where visitColumn[edge] > 0 {
      guard childColumn[edge] >= 0 else { continue }
      sum += nodeColumn[Int(childColumn[edge])].total
      count += Int(visitColumn[edge])
    }
    // The visits that went no further returned what the node was thought to be worth.
    return (sum + Double(Int(record.visits) - count) * Double(record.value)) / Double(record.visits)
  }

  /// The actions that lead from its root to a node.
  public func path(to node: Int) -> [Int] {
    var actions: [Int] = []
    var record = nodeColumn[node]
    while record.edge >= 0 {
      actions.append(Int(actionColumn[Int(record.edge)]))
      record = nodeColumn[Int(record.parent)]
    }
    return actions.reversed()
  }

  // MARK: Counting

  /// Counts a walk that ended at a node: G = r + γG up to the root.
  @inlinable
  mutating func backUp(from node: Int, root: Int) {
    var node = node
    var result = beginBackUp(from: node)
    while backUp(one: &node, &result, root: root) {}
  }

  /// Counts the end of a walk, and tells what it is worth.
  @inlinable
  @inline(__always)
  mutating func beginBackUp(from node: Int) -> Double {
    nodeColumn[node].visits &+= 1
    return Double(nodeColumn[node].value)
  }

  /// Counts a walk in the edge that led to a node, and goes there.
  ///
  /// - Parameters:
  ///   - node: where the walk is; afterwards, its parent.
  ///   - result: G there.
  ///   - root: the root of the walk.
  /// - Returns: whether there was an edge; the root has none, and is where G is counted in the end.
  @inlinable
  @inline(__always)
  mutating func backUp(one node: inout Int, _ result: inout Double, root: Int) -> Bool {
    let edge = Int(nodeColumn[node].edge)
    if edge < 0 {
      nodeColumn[node].total += result
      return false
    }
    result = Double(nodeColumn[node].reward) + Double(nodeColumn[node].discount) * result
    let head = Int(childColumn[edge])
    let total = nodeColumn[head].total + result
    nodeColumn[head].total = total
    let count = visitColumn[edge] &+ 1
    visitColumn[edge] = count
    let mean = Float(total / Double(count))
    valueColumn[edge] = mean
    if hasPriors {
      rangeColumn[root].include(mean)
    } else {
      spreadColumn[edge] = 1 / Float(count).squareRoot()
    }
    node = Int(nodeColumn[node].parent)
    nodeColumn[node].visits &+= 1
    return true
  }

  /// Counts, or no longer counts, a walk whose end is not evaluated yet in the visits of its path.
  @inlinable
  mutating func count(pending: Int32, to node: Int) {
    var node = node
    while true {
      nodeColumn[node].visits &+= pending
      let edge = Int(nodeColumn[node].edge)
      if edge < 0 { return }
      let count = visitColumn[edge] &+ pending
      visitColumn[edge] = count
      if !hasPriors { spreadColumn[edge] = count > 0 ? 1 / Float(count).squareRoot() : 0 }
      node = Int(nodeColumn[node].parent)
    }
  }

  // MARK: Keeping a part

  /// Leaves out all but the subtrees of some nodes, which become the roots.
  ///
  /// - Parameter newRoots: the nodes that become the roots, `[rootCount]`.
  /// - Returns: the number that each node had.
  mutating func keep(_ newRoots: [Int]) -> [Int32] {
    var numbers = [Int32](repeating: -1, count: usedNodes)
    var old = newRoots.map { Int32($0) }
    for (number, root) in newRoots.enumerated() { numbers[root] = Int32(number) }
    // A node's number is larger than its parent's.
    for node in 0..<usedNodes where numbers[node] < 0 {
      let parent = nodeColumn[node].parent
      if parent >= 0, numbers[Int(parent)] >= 0 {
        numbers[node] = Int32(old.count)
        old.append(Int32(node))
      }
    }
    var kept = SearchTree(rootCount: rootCount, actionLimit: actionLimit, hasPriors: hasPriors)
    var edges = 0
    for node in old { edges += Int(nodeColumn[Int(node)].edgeCount) }
    kept.reserve(nodes: old.count, edges: edges)
    func renumbered(_ node: Int32) -> Int32 { node < 0 ? -1 : numbers[Int(node)] }
    for (number, origin) in old.enumerated() {
      var record = nodeColumn[Int(origin)]
      let first = kept.usedEdges
      if record.firstEdge >= 0 {
        for edge in self.edges(of: Int(origin)) {
          let place = kept.usedEdges
          kept.childColumn[place] = renumbered(childColumn[edge])
          kept.actionColumn[place] = actionColumn[edge]
          kept.visitColumn[place] = visitColumn[edge]
          kept.valueColumn[place] = valueColumn[edge]
          if hasPriors {
            kept.priorColumn[place] = priorColumn[edge]
            kept.logitColumn[place] = logitColumn[edge]
          } else {
            kept.spreadColumn[place] = spreadColumn[edge]
          }
          kept.usedEdges += 1
        }
        record.firstEdge = Int32(first)
      }
      if number < rootCount {
        record.total = meanReturn(at: Int(origin)) * Double(record.visits)
        record.parent = -1
        record.edge = -1
        record.sibling = -1
        record.outcome = 0
        record.reward = 0
      } else {
        record.parent = renumbered(record.parent)
        record.sibling = renumbered(record.sibling)
      }
      (kept.nodeColumn + number).initialize(to: record)
      kept.usedNodes += 1
    }
    // A child knows its edge by number.
    for node in 0..<kept.usedNodes {
      for edge in kept.edges(of: node) {
        var child = kept.childColumn[edge]
        while child >= 0 {
          kept.nodeColumn[Int(child)].edge = Int32(edge)
          child = kept.nodeColumn[Int(child)].sibling
        }
      }
    }
    // The range is that of the values that were kept.
    var owner = [Int](0..<rootCount)
    for node in 0..<kept.usedNodes {
      if node >= rootCount { owner.append(owner[Int(kept.nodeColumn[node].parent)]) }
      for edge in kept.edges(of: node) where hasPriors && kept.visitColumn[edge] > 0 {
        kept.rangeColumn[owner[node]].include(kept.valueColumn[edge])
      }
    }
    self = kept
    return old
  }
}
