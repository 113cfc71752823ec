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
/// ## Tails
///
/// Below a node that saw a single context, down to the greatest depth, all nodes would hold the same counts and β = 1,
/// and predict what the node does. They are not there: the node is a *tail*, and remembers where in the history its
/// context lies. It grows nodes, down to where contexts part, when a second context comes along. What is computed is the
/// full tree's, to the last digit but for rounding.
///
/// ## Going back
///
/// While it keeps a journal, every node's record is copied there before it is written, and nodes are only ever added at
/// the end: going back restores every bit.
final class ContextTreeArena {
  /// 32 bytes.
  struct Node {
    /// β up to a power of 2⁵¹².
    var ratio = 1.0
    /// How many times 2⁵¹² is to be multiplied with.
    var ratioExponent: Int32 = 0
    /// Where the context of a tail ends in the history; what a ``bluntOrigin`` says otherwise.
    var origin: Int32 = 0
    /// The children for 0 and 1 as the next older bit, 0 where there is none; both −1 in a tail.
    var children: (Int32, Int32) = (tailMark, tailMark)
    /// How often 0 and 1 followed.
    var counts: (UInt32, UInt32) = (0, 0)

    @inline(__always) var isTail: Bool { children.0 == tailMark }

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
  /// The origin of a tail that took in contexts that it could not tell apart for want of room.
  static let bluntOrigin: Int32 = -1

  /// How a walk down a tree came to its end.
  enum End {
    /// At a tail whose contexts are all the one that was looked for, or at a blunt one.
    case same
    /// At a tail whose contexts agree with the one looked for down to this depth, and no further.
    case parting(depth: Int)
    /// At a node without a child for the next bit.
    case missing(bit: Int)
    /// At either of these, with no room for more nodes: what is deeper is not looked at.
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

  /// Makes empty trees.
  ///
  /// - Parameters:
  ///   - treeCount: how many trees there are.
  ///   - depth: how many bits of context the first tree sees.
  ///   - maximumNodeCount: how many nodes there may be, at least one for each tree.
  init(treeCount: Int, depth: Int, maximumNodeCount: Int) {
    self.treeCount = treeCount
    self.depth = depth
    self.maximumNodeCount = maximumNodeCount
    let greatestDepth = depth + treeCount
    padding = (greatestDepth + 127) / 64 * 64
    nodeCapacity = max(1024, treeCount)
    nodes = .allocate(capacity: nodeCapacity)
    wordCapacity = padding / 64 + 64
    words = .allocate(capacity: wordCapacity)
    words.initialize(repeating: 0, count: wordCapacity)
    length = padding
    journalCapacity = 4096
    journal = .allocate(capacity: journalCapacity)
    path = .allocate(capacity: greatestDepth + 1)
    estimates = .allocate(capacity: greatestDepth + 1)
    childProbabilities = .allocate(capacity: greatestDepth + 1)
    for _ in 0..<treeCount { _ = addNode(Node()) }
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
  func restore(nodes source: UnsafeBufferPointer<Node>, words history: UnsafeBufferPointer<UInt64>, length: Int) {
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
    let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity)
    larger.update(from: nodes, count: nodeCount)
    nodes.deallocate()
    nodes = larger
    nodeCapacity = capacity
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
  private func addNode(_ node: Node) -> Int32 {
    if nodeCount == nodeCapacity { reserveNodes(nodeCount + 1) }
    (nodes + nodeCount).initialize(to: node)
    nodeCount &+= 1
    return Int32(truncatingIfNeeded: nodeCount &- 1)
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
    let estimates = self.estimates
    let childProbabilities = self.childProbabilities
    var index = tree
    var count = 0
    var context = window(before: length)
    // Going down.
    while true {
      path[count] = Int32(truncatingIfNeeded: index)
      let node = nodes + index
      if node.pointee.isTail { break }
      if count & 63 == 0 && count > 0 { context = window(before: length &- count) }
      let child = context &>> 63 == 0 ? node.pointee.children.0 : node.pointee.children.1
      if child == 0 { break }
      context &<<= 1
      index = Int(child)
      count &+= 1
    }
    pathCount = count &+ 1
    // What the last node predicts.
    let last = nodes + index
    let estimate = last.pointee.estimate
    estimates[count] = estimate
    var probability: Double
    if last.pointee.isTail {
      let origin = last.pointee.origin
      probability = estimate
      if origin == Self.bluntOrigin || last.pointee.counts == (0, 0) {
        end = .same
      } else {
        let common = commonContext(of: length, and: Int(origin), limit: limit)
        if common == limit {
          end = .same
        } else if nodeCount &+ common &- count &+ 2 > maximumNodeCount {
          end = .ignored
        } else {
          end = .parting(depth: common)
          probability = Self.partingProbability(estimate: estimate, height: common &- count)
        }
      }
    } else if nodeCount < maximumNodeCount {
      end = .missing(bit: Int(truncatingIfNeeded: context &>> 63))
      childProbabilities[count] = 0.5
      probability = estimate + (0.5 - estimate) * last.pointee.childWeight
    } else {
      end = .ignored
      childProbabilities[count] = estimate
      probability = estimate
    }
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

  /// What a node of a chain of nodes with one estimate and β = 1 predicts, if contexts part some nodes below it:
  /// everything below would halve the distance to ½ once more.
  @inline(__always)
  private static func partingProbability(estimate: Double, height: Int) -> Double {
    estimate + (0.5 - estimate) * Double(sign: .plus, exponent: -(height &+ 1), significand: 1)
  }

  // MARK: Learning

  /// Takes in what followed. The latest ``predict(tree:)`` was of this tree, and nothing was changed since.
  func update(tree: Int, with bit: Int) {
    let count = pathCount &- 1
    if isJournalling { copyPathToJournal() }
    let nodes = self.nodes
    for step in 0..<count {
      let node = nodes + Int(path[step])
      let estimate = estimates[step]
      let below = childProbabilities[step]
      node.pointee.multiplyRatio(by: bit == 0 ? (1 - estimate) / (1 - below) : estimate / below)
      node.pointee.count(bit)
    }
    let index = Int(path[count])
    switch end {
    case .same:
      if nodes[index].counts == (0, 0) { nodes[index].origin = Int32(truncatingIfNeeded: length) }
      nodes[index].count(bit)
    case .ignored:
      ignoredContexts &+= 1
      if nodes[index].isTail { nodes[index].origin = Self.bluntOrigin }
      nodes[index].count(bit)
    case .missing(let context):
      let estimate = estimates[count]
      nodes[index].multiplyRatio(by: (bit == 0 ? 1 - estimate : estimate) / 0.5)
      nodes[index].count(bit)
      let child = addNode(tail(seeing: bit))
      if context == 0 { self.nodes[index].children.0 = child } else { self.nodes[index].children.1 = child }
    case .parting(let depth):
      grow(below: index, at: count, to: depth, seeing: bit)
    }
  }

  private func tail(seeing bit: Int) -> Node {
    var node = Node()
    node.origin = Int32(truncatingIfNeeded: length)
    node.count(bit)
    return node
  }

  /// Makes a tail into a chain of nodes down to where its context and the history part.
  private func grow(below top: Int, at topDepth: Int, to partingDepth: Int, seeing bit: Int) {
    let old = nodes[top]
    let estimate = old.estimate
    var index = top
    for depth in topDepth...partingDepth {
      let below =
        depth == partingDepth
        ? 0.5 : Self.partingProbability(estimate: estimate, height: partingDepth &- depth &- 1)
      var node = Node()
      node.counts = old.counts
      node.multiplyRatio(by: bit == 0 ? (1 - estimate) / (1 - below) : estimate / below)
      node.count(bit)
      let position = length &- 1 &- depth
      let context = words[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1
      // The next node of the chain is the next to be added; at its end stand the two tails.
      let next = Int32(truncatingIfNeeded: nodeCount &+ (depth == topDepth ? 0 : 1))
      if depth < partingDepth {
        node.children = context == 0 ? (next, 0) : (0, next)
      } else {
        node.children = context == 0 ? (next, next &+ 1) : (next &+ 1, next)
      }
      if depth == topDepth { nodes[index] = node } else { index = Int(addNode(node)) }
    }
    _ = addNode(tail(seeing: bit))
    var other = old
    other.children = (Self.tailMark, Self.tailMark)
    _ = addNode(other)
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
