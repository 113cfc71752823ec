import Assay

/// Nodes of context trees and the history they look at, in flat memory.
///
/// ## What a node holds
///
/// With a and b how often 0 and 1 followed the node's context, the Krichevsky–Trofimov estimate of a 1 is
/// (b + ½)/(a + b + 1). The weighted probability of what the node saw is that estimate's at the greatest depth, and above
/// it P_w = ½ P_kt + ½ P_w0 P_w1. All that predictions need of these is the ratio β = P_kt/(P_w0 P_w1) of each node:
///
///     p(x) = (β kt(x) + p_child(x))/(β + 1),    β ← β kt(x)/p_child(x)
///
/// so nothing has to be exponentiated. β leaves the range of a Double in long histories; it is kept as a number and a
/// power of 2⁵¹².
///
/// ## Nodes that are not there
///
/// A node that saw a single context, down to the greatest depth, predicts as every node below it would: all hold the same
/// counts and β = 1. It is a *tail* and has no children, but remembers where in the history its context lies.
///
/// A chain of k nodes with one child each above one with two holds that one's counts at every node, and comes to
///
///     P_w = (1 − 2^−(k+1)) P_kt + 2^−(k+1) P_w0 P_w1
///
/// at its top: it is as if β were 2^(k+1) − 1 times as large. So only nodes with two children are there, with the depth of
/// the bit at which their contexts part and β as large as that. A walk looks at those bits alone, and in the end, once, at
/// whether the context of the tail it came to is the one it looked for; if not, it turns out where the two part.
///
/// What is computed is the full tree's, but for rounding; it takes two nodes for each context that is told apart from
/// others, whatever the depth.
///
/// ## Going back
///
/// While it keeps a journal, every node's record is copied there before it is written, and nodes are only ever added at
/// the end: going back restores every bit.
final class ContextTreeArena {
  /// 32 bytes.
  struct Node {
    /// β, times what the chain above makes of it, up to a power of 2⁵¹².
    var ratio = 1.0
    /// How many times 2⁵¹² is to be multiplied with.
    var ratioExponent: Int32 = 0
    /// Which bit of the context, from 0 for the latest, decides between the children.
    var depth: Int32 = 0
    /// The child for a 0 there; that for a 1 is the next node, and lies in the same line of the cache. In a tail a mark.
    var children: Int32 = tailMark
    /// Where in the history the context of a tail ends.
    var origin: Int32 = 0
    /// How often 0 and 1 followed.
    var counts: (UInt32, UInt32) = (0, 0)

    @inline(__always) var isTail: Bool { children < 0 }

    /// Whether it is a tail that took in contexts that it could not tell apart for want of room.
    @inline(__always) var isBlunt: Bool { children == bluntMark }

    /// Estimate of a 1.
    @inline(__always) var estimate: Double {
      (Double(counts.1) + 0.5) / (Double(counts.0 &+ counts.1) + 1)
    }

    /// 1/(β + 1), the weight of the children.
    @inline(__always) var childWeight: Double {
      if ratioExponent == 0 { return 1 / (1 + ratio) }
      return ratioExponent > 0 ? 0 : 1
    }

    @inline(__always)
    mutating func multiplyRatio(by factor: Double) {
      ratio *= factor
      if ratio >= 0x1p256 {
        ratio *= 0x1p-512
        ratioExponent &+= 1
      } else if ratio < 0x1p-256 {
        ratio *= 0x1p512
        ratioExponent &-= 1
      }
    }

    @inline(__always)
    mutating func count(_ bit: Int) {
      if bit == 0 { counts.0 &+= 1 } else { counts.1 &+= 1 }
    }
  }

  struct JournalEntry {
    var node: Int32
    var record: Node
  }

  /// The children of a tail.
  static let tailMark: Int32 = -1
  /// The children of a tail that took in contexts that it could not tell apart for want of room.
  static let bluntMark: Int32 = -2
  /// Contexts no longer than this keep the powers of two in range.
  static let greatestDepth = 500

  /// How a walk down a tree came to its end.
  private enum End {
    /// At a tail that stands for the context that was looked for.
    case same
    /// At a node above which contexts part.
    case parting
    /// Likewise, with no room for more nodes: what is deeper is not looked at.
    case ignored
  }

  let treeCount: Int
  /// How many bits of context the first tree sees; each of the others sees one more.
  let depth: Int
  let maximumNodeCount: Int
  /// How many zeros stand for what was before the history.
  let padding: Int

  private(set) var nodeCount = 0
  private(set) var nodes: UnsafeMutablePointer<Node>
  private var nodeCapacity: Int
  /// Bit `i` of the history is bit `i % 64` of word `i / 64`.
  private(set) var words: UnsafeMutablePointer<UInt64>
  private var wordCapacity: Int
  /// How many bits the history has, the padding included.
  private(set) var length = 0

  private(set) var isJournalling = false
  private(set) var journalCount = 0
  private var journal: UnsafeMutablePointer<JournalEntry>
  private var journalCapacity: Int

  /// How often a context was cut short because there was no room for a node.
  var ignoredContexts = 0

  // The path of the latest walk, and what each of its nodes and of their children predicted.
  private var pathCount = 0
  private let path: UnsafeMutablePointer<Int32>
  private let estimates: UnsafeMutablePointer<Double>
  private let childProbabilities: UnsafeMutablePointer<Double>
  private var end = End.same
  /// Where contexts part above the last node of the path, and where the chain above it begins.
  private var partingDepth = 0
  private var chainDepth = 0

  /// Makes empty trees.
  ///
  /// - Parameters:
  ///   - treeCount: how many trees there are.
  ///   - depth: how many bits of context the first tree sees.
  ///   - maximumNodeCount: how many nodes there may be, at least one for each tree and an even number.
  init(treeCount: Int, depth: Int, maximumNodeCount: Int) {
    self.treeCount = treeCount
    self.depth = depth
    self.maximumNodeCount = maximumNodeCount
    let greatestDepth = depth + treeCount
    padding = (greatestDepth + 127) / 64 * 64
    nodeCapacity = 1024
    nodes = Self.nodes(nodeCapacity)
    wordCapacity = padding / 64 + 64
    words = .allocate(capacity: wordCapacity)
    words.initialize(repeating: 0, count: wordCapacity)
    length = padding
    journalCapacity = 4096
    journal = .allocate(capacity: journalCapacity)
    path = .allocate(capacity: greatestDepth + 1)
    estimates = .allocate(capacity: greatestDepth + 1)
    childProbabilities = .allocate(capacity: greatestDepth + 1)
    // Children are at even places.
    nodeCount = (treeCount + 1) / 2 * 2
    nodes.initialize(repeating: Node(), count: nodeCount)
  }

  /// A copy that shares nothing.
  convenience init(copying other: ContextTreeArena) {
    self.init(treeCount: other.treeCount, depth: other.depth, maximumNodeCount: other.maximumNodeCount)
    restore(
      nodes: UnsafeBufferPointer(start: other.nodes, count: other.nodeCount),
      words: UnsafeBufferPointer(start: other.words, count: other.length / 64 + 1), length: other.length)
    isJournalling = other.isJournalling
    ignoredContexts = other.ignoredContexts
    for index in 0..<other.journalCount {
      growJournal(by: 1)
      journal[journalCount] = other.journal[index]
      journalCount += 1
    }
  }

  deinit {
    nodes.deallocate()
    words.deallocate()
    journal.deallocate()
    path.deallocate()
    estimates.deallocate()
    childProbabilities.deallocate()
  }

  /// Takes nodes and a history over, and forgets its own.
  func restore(
    nodes source: UnsafeBufferPointer<Node>, words history: UnsafeBufferPointer<UInt64>, length: Int
  ) {
    reserveNodes(source.count)
    nodes.update(from: source.baseAddress!, count: source.count)
    nodeCount = source.count
    reserveBits(length)
    words.update(from: history.baseAddress!, count: min(history.count, wordCapacity))
    self.length = length
    isJournalling = false
    journalCount = 0
  }

  // MARK: Memory

  private func reserveNodes(_ count: Int) {
    guard count > nodeCapacity else { return }
    let capacity = max(count, nodeCapacity * 2)
    let larger = Self.nodes(capacity)
    larger.update(from: nodes, count: nodeCount)
    nodes.deallocate()
    nodes = larger
    nodeCapacity = capacity
  }

  /// Memory in which pairs of nodes do not straddle lines of the cache.
  private static func nodes(_ capacity: Int) -> UnsafeMutablePointer<Node> {
    UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Node>.stride, alignment: 64)
      .bindMemory(to: Node.self, capacity: capacity)
  }

  private func reserveBits(_ count: Int) {
    // One word more than needed, so that windows may be read across the end.
    let needed = count / 64 + 2
    guard needed > wordCapacity else { return }
    let capacity = max(needed, wordCapacity * 2)
    let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    larger.update(from: words, count: wordCapacity)
    (larger + wordCapacity).initialize(repeating: 0, count: capacity - wordCapacity)
    words.deallocate()
    words = larger
    wordCapacity = capacity
  }

  private func growJournal(by count: Int) {
    guard journalCount + count > journalCapacity else { return }
    journalCapacity = max(journalCount + count, journalCapacity * 2)
    let larger = UnsafeMutablePointer<JournalEntry>.allocate(capacity: journalCapacity)
    larger.update(from: journal, count: journalCount)
    journal.deallocate()
    journal = larger
  }

  @inline(__always)
  private func addNodes(_ one: Node, _ other: Node) -> Int32 {
    if nodeCount &+ 2 > nodeCapacity { reserveNodes(nodeCount &+ 2) }
    (nodes + nodeCount).initialize(to: one)
    (nodes + (nodeCount &+ 1)).initialize(to: other)
    nodeCount &+= 2
    return Int32(truncatingIfNeeded: nodeCount &- 2)
  }

  // MARK: History

  @inline(__always)
  func push(_ bit: Int) {
    if length &+ 128 > wordCapacity &* 64 { reserveBits(length &+ 128) }
    let word = length &>> 6
    let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: length & 63)
    words[word] = bit == 0 ? words[word] & ~mask : words[word] | mask
    length &+= 1
  }

  /// The 64 bits before a place in the history, the latest of them the highest.
  @inline(__always)
  private func window(before position: Int) -> UInt64 {
    let first = position &- 64
    let shift = UInt64(truncatingIfNeeded: first & 63)
    let low = words[first &>> 6] &>> shift
    // Shifted twice, as a shift by 64 is one by nothing.
    return low | (words[(first &>> 6) &+ 1] &<< 1) &<< (63 &- shift)
  }

  /// How many bits before two places in the history are the same, up to a limit.
  @inline(__always)
  private func commonContext(of one: Int, and other: Int, limit: Int) -> Int {
    var common = 0
    while common < limit {
      let difference = window(before: one &- common) ^ window(before: other &- common)
      if difference != 0 { return min(limit, common &+ difference.leadingZeroBitCount) }
      common &+= 64
    }
    return limit
  }

  // MARK: Predicting

  /// Walks down a tree along the history and returns the probability that the next bit is a 1.
  func predict(tree: Int) -> Double {
    let limit = depth &+ tree
    let nodes = self.nodes
    let path = self.path
    let latest = length &- 1
    var index = tree
    var count = 0
    // Going down.
    while true {
      path[count] = Int32(truncatingIfNeeded: index)
      let node = nodes + index
      let first = node.pointee.children
      if first < 0 { break }
      let position = latest &- Int(node.pointee.depth)
      let bit = words[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1
      index = Int(first) &+ Int(truncatingIfNeeded: bit)
      count &+= 1
    }
    // The last node's prediction.
    let tail = nodes + index
    var probability = tail.pointee.estimate
    end = .same
    if tail.pointee.counts != (0, 0) {
      let common = commonContext(of: length, and: Int(tail.pointee.origin), limit: limit)
      if common < limit {
        // The first node of the path that is not of this context.
        while count > 0 && Int(nodes[Int(path[count &- 1])].depth) > common { count &-= 1 }
        let chain = count == 0 ? 0 : Int(nodes[Int(path[count &- 1])].depth) &+ 1
        probability = part(below: chain, at: common, last: &count)
      }
    }
    pathCount = count &+ 1
    estimates[count] = nodes[Int(path[count])].estimate
    // Going up.
    while count > 0 {
      count &-= 1
      let node = nodes + Int(path[count])
      let estimate = node.pointee.estimate
      estimates[count] = estimate
      childProbabilities[count] = probability
      probability = estimate + (probability - estimate) * node.pointee.childWeight
    }
    return probability
  }

  /// Finds out how to go on where contexts part, and what the top of the chain there predicts.
  ///
  /// - Parameters:
  ///   - chain: the depth of the chain's top.
  ///   - common: the depth at which contexts part.
  ///   - count: where the node below the chain is in the path; where there is no room, that of its parent.
  /// - Returns: the probability of a 1.
  @inline(__always)
  private func part(below chain: Int, at common: Int, last count: inout Int) -> Double {
    let node = nodes + Int(path[count])
    let estimate = node.pointee.estimate
    if node.pointee.isBlunt && common >= chain { return estimate }
    if nodeCount &+ 2 > maximumNodeCount {
      end = .ignored
      if node.pointee.isTail || count == 0 { return estimate }
      // The chain's counts are those of other contexts; its parent is the last to take this one in.
      count &-= 1
      return nodes[Int(path[count])].estimate
    }
    end = .parting
    partingDepth = common
    chainDepth = chain
    return estimate + (0.5 - estimate) * partingNode(above: node.pointee).childWeight
  }

  /// The node where contexts part, before it takes in what follows.
  @inline(__always)
  private func partingNode(above node: Node) -> Node {
    var parting = Node()
    parting.counts = node.counts
    parting.depth = Int32(truncatingIfNeeded: partingDepth)
    let height = Self.powerOfTwo(partingDepth &- chainDepth &+ 1)
    if !node.isTail {
      // β = P_kt/P_w of the chain that remains below, of which P_w is a mixture.
      let rest = Self.powerOfTwo(partingDepth &- Int(node.depth))
      switch node.ratioExponent {
      case 0: parting.ratio = node.ratio / ((1 - rest) * node.ratio + height - rest)
      case 1: parting.ratio = 1 / (1 - rest + (height - rest) * 0x1p-512 / node.ratio)
      case 2...: parting.ratio = 1 / (1 - rest)
      default:
        parting.ratio = node.ratio / (height - rest)
        parting.ratioExponent = node.ratioExponent
      }
    }
    parting.multiplyRatio(by: height - 1)
    return parting
  }

  @inline(__always)
  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: exponent &+ 1023) &<< 52)
  }

  // MARK: Learning

  /// Takes in what followed. The latest ``predict(tree:)`` was of this tree, and nothing was changed since.
  func update(tree: Int, with bit: Int) {
    if isJournalling { copyPathToJournal() }
    let count = pathCount &- 1
    let nodes = self.nodes
    for step in 0..<count {
      let node = nodes + Int(path[step])
      let estimate = estimates[step]
      let below = childProbabilities[step]
      node.pointee.multiplyRatio(by: bit == 0 ? (1 - estimate) / (1 - below) : estimate / below)
      node.pointee.count(bit)
    }
    let last = nodes + Int(path[count])
    switch end {
    case .same:
      if last.pointee.counts == (0, 0) { last.pointee.origin = Int32(truncatingIfNeeded: length) }
      last.pointee.count(bit)
    case .ignored:
      ignoredContexts &+= 1
      if last.pointee.isTail { last.pointee.children = Self.bluntMark }
      last.pointee.count(bit)
    case .parting: branch(above: Int(path[count]), seeing: bit)
    }
  }

  /// Puts a node where contexts part in the place of the one below, which moves.
  private func branch(above index: Int, seeing bit: Int) {
    var other = nodes[index]
    var parting = partingNode(above: other)
    let estimate = estimates[pathCount &- 1]
    parting.multiplyRatio(by: 2 * (bit == 0 ? 1 - estimate : estimate))
    parting.count(bit)
    if !other.isTail {
      // The chain above it is shorter now.
      let below = Int(other.depth) &- partingDepth
      other.multiplyRatio(
        by: (Self.powerOfTwo(below) - 1) / (Self.powerOfTwo(Int(other.depth) &- chainDepth &+ 1) - 1))
    }
    var tail = Node()
    tail.origin = Int32(truncatingIfNeeded: length)
    tail.count(bit)
    let position = length &- 1 &- partingDepth
    let context = words[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1
    parting.children = context == 0 ? addNodes(tail, other) : addNodes(other, tail)
    nodes[index] = parting
  }

  // MARK: Going back

  /// Keeps, from here on, what is needed to go back.
  func startJournal() {
    isJournalling = true
    journalCount = 0
  }

  func stopJournal() {
    isJournalling = false
    journalCount = 0
  }

  private func copyPathToJournal() {
    growJournal(by: pathCount)
    var entry = journal + journalCount
    for step in 0..<pathCount {
      let index = path[step]
      entry.initialize(to: JournalEntry(node: index, record: nodes[Int(index)]))
      entry += 1
    }
    journalCount &+= pathCount
  }

  /// Undoes everything since the journal and the arena were of these lengths.
  func revert(journalCount count: Int, nodeCount: Int, length: Int, ignoredContexts: Int) {
    var entry = journalCount
    while entry > count {
      entry &-= 1
      nodes[Int(journal[entry].node)] = journal[entry].record
    }
    journalCount = count
    self.nodeCount = nodeCount
    self.length = length
    self.ignoredContexts = ignoredContexts
  }

  /// Goes back in the history alone, over bits that no tree has learned from.
  func forget(to length: Int) { self.length = length }
}
