import Assay
import Foundation

/// A mixture of all prediction suffix trees, one tree for each bit of a percept: FAC-CTW.
///
/// Bit i of a percept, from 0, is predicted by tree i from the D + i bits before it, those of the percept included;
/// actions are taken note of and never predicted. Each tree weighs all suffix trees of its depth by 2 to the minus their
/// length as a code, and predicts by all of them at once:
///
///     P_w(n) = P_kt(n) at the greatest depth, else ½ P_kt(n) + ½ P_w(n0) P_w(n1)
///     P_kt(1 | a zeros, b ones) = (b + ½)/(a + b + 1)
///
/// Before the history there are zeros. Memory is bounded: where there is no room for more nodes, contexts are told apart no
/// further, which ``ignoredContexts`` counts.
///
/// - SeeAlso: Willems, Shtarkov & Tjalkens (1995), *The context-tree weighting method: basic properties*; Veness, Ng,
///   Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, §5.
public struct ContextTreeModel: HistoryModel {
  public let code: PerceptCode
  /// D, how many bits of context the first tree sees.
  public let depth: Int
  /// How many nodes there may be, of 32 bytes each.
  public let maximumNodeCount: Int
  public private(set) var observation = 0
  /// ln of what the model gave to all percepts it learned from, before it did, in nats.
  public private(set) var logProbability = 0.0

  // A copy of the struct shares it until one of the two changes it, so nobody sees another's changes.
  private nonisolated(unsafe) var arena: ContextTreeArena
  /// What to go back to.
  private var mark: Mark?

  private struct Mark {
    var nodeCount: Int
    var length: Int
    var ignoredContexts: Int
    var observation: Int
  }

  /// Makes a model that has seen nothing.
  ///
  /// - Parameters:
  ///   - code: how actions and percepts are written.
  ///   - depth: D, how many bits of context the first tree sees.
  ///   - maximumNodeCount: how many nodes of 32 bytes there may be, at least one for each bit of a percept and one more.
  public init(code: PerceptCode, depth: Int, maximumNodeCount: Int = 1 << 26) {
    precondition(
      depth >= 0 && depth + code.perceptBits <= ContextTreeArena.greatestDepth,
      "depth must be in 0...\(ContextTreeArena.greatestDepth - code.perceptBits), but is \(depth)")
    precondition(
      maximumNodeCount >= code.perceptBits + 1 && maximumNodeCount < 1 << 31,
      "maximumNodeCount must be in \(code.perceptBits + 1)..<2³¹, but is \(maximumNodeCount)")
    self.code = code
    self.depth = depth
    self.maximumNodeCount = maximumNodeCount
    arena = ContextTreeArena(treeCount: code.perceptBits, depth: depth, maximumNodeCount: maximumNodeCount)
  }

  /// How many nodes there are.
  public var nodeCount: Int { arena.nodeCount }

  /// How often a context was cut short because there was no room for a node.
  public var ignoredContexts: Int { arena.ignoredContexts }

  /// How many bits the history has.
  public var historyLength: Int { arena.length - arena.padding }

  private mutating func makeArenaOwn() {
    if !isKnownUniquelyReferenced(&arena) { arena = ContextTreeArena(copying: arena) }
  }

  // MARK: History

  public mutating func take(_ action: Int) {
    makeArenaOwn()
    var shift = code.actionBits
    while shift > 0 {
      shift &-= 1
      arena.push(action &>> shift & 1)
    }
  }

  public mutating func learn(_ percept: Int) {
    precondition(mark == nil, "what is imagined is not learned")
    makeArenaOwn()
    for tree in 0..<code.perceptBits {
      let bit = bit(tree, of: percept)
      let probability = arena.predict(tree: tree)
      logProbability += log(bit == 1 ? probability : 1 - probability)
      arena.update(tree: tree, with: bit)
      arena.push(bit)
    }
    observation = code.observation(of: percept)
  }

  public mutating func note(_ percept: Int) {
    makeArenaOwn()
    for tree in 0..<code.perceptBits { arena.push(bit(tree, of: percept)) }
    observation = code.observation(of: percept)
  }

  /// Bit i of a percept, from the highest.
  @inline(__always)
  private func bit(_ index: Int, of percept: Int) -> Int { percept &>> (code.perceptBits &- 1 &- index) & 1 }

  // MARK: Predicting

  /// The probability of a percept after the latest action.
  public func probability(of percept: Int) -> Double {
    // A history is not changed by what is only asked: pushed bits are forgotten again.
    var copy = self
    copy.makeArenaOwn()
    return copy.takeProbability(of: percept)
  }

  private mutating func takeProbability(of percept: Int) -> Double {
    var product = 1.0
    for tree in 0..<code.perceptBits {
      let bit = bit(tree, of: percept)
      let probability = arena.predict(tree: tree)
      product *= bit == 1 ? probability : 1 - probability
      arena.push(bit)
    }
    return product
  }

  /// The probability of each percept after the latest action, `[2^bits]`; for codes of few bits.
  public func perceptProbabilities() -> [Double] {
    var copy = self
    copy.makeArenaOwn()
    let length = copy.arena.length
    return (0..<1 << code.perceptBits).map { percept in
      let probability = copy.takeProbability(of: percept)
      copy.arena.forget(to: length)
      return probability
    }
  }

  // MARK: Imagining

  public mutating func startImagining() {
    makeArenaOwn()
    mark = Mark(
      nodeCount: arena.nodeCount, length: arena.length, ignoredContexts: arena.ignoredContexts,
      observation: observation)
    arena.startJournal()
  }

  public mutating func imaginePercept(isLast: Bool, using random: inout RandomStream) -> Int {
    makeArenaOwn()
    var percept = 0
    // Nobody will see the last observation, and nothing will follow from it.
    let drawnBits = isLast ? code.rewardBits : code.perceptBits
    for tree in 0..<drawnBits {
      let probability = arena.predict(tree: tree)
      let bit = random.unit() < probability ? 1 : 0
      if !isLast { arena.update(tree: tree, with: bit) }
      arena.push(bit)
      percept = percept &<< 1 | bit
    }
    percept &<<= code.perceptBits &- drawnBits
    observation = code.observation(of: percept)
    return percept
  }

  public mutating func `return`() {
    guard let mark else { preconditionFailure("there is no mark to go back to") }
    makeArenaOwn()
    arena.revert(
      journalCount: 0, nodeCount: mark.nodeCount, length: mark.length, ignoredContexts: mark.ignoredContexts)
    observation = mark.observation
  }

  public mutating func stopImagining() {
    self.return()
    arena.stopJournal()
    mark = nil
  }
}

extension ContextTreeModel: Archivable {
  public func archive(into archive: inout StateArchive) {
    precondition(mark == nil, "a model is not archived while it imagines")
    archive.put([code.perceptBits, depth], as: "shape")
    archive.put([observation, arena.ignoredContexts, arena.length], as: "place")
    archive.put([logProbability], as: "logProbability")
    var history = [UInt64](UnsafeBufferPointer(start: arena.words, count: arena.length / 64 + 1))
    // Behind the last bit there may be what was imagined once.
    history[arena.length / 64] &= 1 << UInt64(arena.length % 64) - 1
    archive.put(history, as: "history")
    let nodes = UnsafeBufferPointer(start: arena.nodes, count: arena.nodeCount)
    archive.put(nodes.map(\.ratio), as: "nodes.ratios")
    archive.put(
      nodes.flatMap { node in
        [
          UInt64(UInt32(bitPattern: node.ratioExponent)) | UInt64(UInt32(bitPattern: node.depth)) << 32,
          UInt64(UInt32(bitPattern: node.children)) | UInt64(UInt32(bitPattern: node.origin)) << 32,
          UInt64(node.counts.0) | UInt64(node.counts.1) << 32,
        ]
      }, as: "nodes.words")
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let shape = try archive.integers("shape", count: 2)
    guard shape == [code.perceptBits, depth] else {
      throw DataError(field: "shape", value: "\(shape)", allowed: "\([code.perceptBits, depth])")
    }
    let place = try archive.integers("place", count: 3)
    let logProbability = try archive.doubles("logProbability", count: 1)[0]
    let ratios = try archive.doubles("nodes.ratios")
    guard ratios.count >= code.perceptBits && ratios.count <= maximumNodeCount else {
      throw DataError(
        field: "nodes.ratios", value: "\(ratios.count) nodes",
        allowed: "\(code.perceptBits)...\(maximumNodeCount)")
    }
    let words = try archive.words("nodes.words", count: 3 * ratios.count)
    guard place[2] >= arena.padding && place[2] < 1 << 31 else {
      throw DataError(field: "place", value: "\(place[2]) bits", allowed: "\(arena.padding)..<2³¹")
    }
    let history = try archive.words("history", count: place[2] / 64 + 1)
    func low(_ word: UInt64) -> Int32 { Int32(truncatingIfNeeded: word) }
    func high(_ word: UInt64) -> Int32 { Int32(truncatingIfNeeded: word >> 32) }
    var nodes: [ContextTreeArena.Node] = []
    nodes.reserveCapacity(ratios.count)
    for (index, ratio) in ratios.enumerated() {
      var node = ContextTreeArena.Node()
      node.ratio = ratio
      node.ratioExponent = low(words[3 * index])
      node.depth = high(words[3 * index])
      node.children = low(words[3 * index + 1])
      node.origin = high(words[3 * index + 1])
      node.counts = (
        UInt32(bitPattern: low(words[3 * index + 2])), UInt32(bitPattern: high(words[3 * index + 2]))
      )
      guard ratio > 0 && ratio.isFinite else {
        throw DataError(field: "nodes.ratios[\(index)]", value: "\(ratio)", allowed: "a positive number")
      }
      nodes.append(node)
    }
    try check(nodes, historyLength: place[2])
    let fresh = ContextTreeArena(
      treeCount: code.perceptBits, depth: depth, maximumNodeCount: maximumNodeCount)
    nodes.withUnsafeBufferPointer { nodes in
      history.withUnsafeBufferPointer { fresh.restore(nodes: nodes, words: $0, length: place[2]) }
    }
    fresh.ignoredContexts = place[1]
    arena = fresh
    mark = nil
    observation = place[0]
    self.logProbability = logProbability
  }

  /// Makes sure that no walk leaves the nodes or the history, or goes in a circle.
  private func check(_ nodes: [ContextTreeArena.Node], historyLength: Int) throws(DataError) {
    for (index, node) in nodes.enumerated() {
      if node.isTail {
        guard node.children >= ContextTreeArena.bluntMark, node.origin >= 0,
          Int(node.origin) <= historyLength, node.counts == (0, 0) || Int(node.origin) >= arena.padding
        else {
          throw DataError(
            field: "nodes.words[\(3 * index + 1)]", value: "a tail from bit \(node.origin)",
            allowed: "\(arena.padding)...\(historyLength)")
        }
        continue
      }
      let first = Int(node.children)
      guard node.depth >= 0 && Int(node.depth) < depth + code.perceptBits,
        first >= code.perceptBits && first % 2 == 0 && first + 1 < nodes.count,
        nodes[first...first + 1].allSatisfy({ $0.isTail || $0.depth > node.depth })
      else {
        throw DataError(
          field: "nodes.words[\(3 * index + 1)]", value: "children from \(first) at depth \(node.depth)",
          allowed: "two nodes at greater depths, up to \(depth + code.perceptBits - 1)")
      }
    }
  }
}
