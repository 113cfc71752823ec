import Assay
import CKernels

/// Planning with Gumbel noise: at the root, actions drawn without replacement and halved one after another; below, walks
/// that follow an improved policy.
///
/// At the root each edge has g + ln π + σ(q), with g drawn from the Gumbel distribution. The m largest g + ln π are
/// considered; walks are shared out among them in rounds, after each of which the better half by g + ln π + σ(q̂) stays.
/// The winner is the action. Below, a walk takes the edge that maximises π′ − n / (1 + Σn), with the improved policy
///
///     π′ = softmax(ln π + σ(q)),   σ(q) = (c_visit + max n) c_scale q
///
/// in which q of an edge that was never taken is V̂, or the mixed value (V̂ + Σn · Σ π q / Σ π) / (1 + Σn), with sums over
/// the edges that were, which leans on V̂ less. Values are brought to 0…1 by the smallest and the largest q of the node
/// first. Where values are right, the policy that the search returns is better than the actor's, or the same, however few
/// walks there are: always with V̂, and nearly always with the mixed value.
///
/// - SeeAlso: Danihelka, Guez, Schrittwieser & Silver (2022), *Policy improvement by planning with Gumbel*.
public struct GumbelSearch: SearchPolicy {
  /// m, how many actions are considered at a root at most, positive.
  public let consideredActions: Int
  /// c_visit, at least 0.
  public let visitOffset: Float
  /// c_scale, positive.
  public let valueScale: Float
  /// Whether q is brought to 0…1 by the smallest and the largest of the node.
  public let rescalesValues: Bool
  /// Whether an edge that was never taken is worth the mixed value, rather than V̂.
  public let mixesValues: Bool
  /// What g is multiplied by: 1 in training, 0 to always take what looks best.
  public let noiseScale: Float

  /// σ, as the kernels take it.
  @usableFromInline let rule: assay_completion_rule
  /// g of each edge of each root, `[roots × actionLimit]` and some more.
  @usableFromInline var noise: [Float] = []
  /// How often each edge of each root had been taken before this run, likewise.
  @usableFromInline var visitsBefore: [Int32] = []
  /// How many edges each root has, and where its schedule begins.
  @usableFromInline var roots: [(edges: Int, schedule: Int)] = []
  /// How often the edges that are considered were taken when a walk begins, one number a walk, for each number of edges
  /// that a root has.
  @usableFromInline var schedules: [Int32] = []
  /// How many walks a schedule is for.
  @usableFromInline var walkCount = 0

  public var name: String { "gumbel" }
  @inlinable public var usesPriors: Bool { true }

  /// Makes the rule.
  ///
  /// - Parameters:
  ///   - consideredActions: m, positive.
  ///   - visitOffset: c_visit, at least 0.
  ///   - valueScale: c_scale, positive; 0.1 goes with values that are brought to 0…1 by those of the node.
  ///   - rescalesValues: whether they are.
  ///   - mixesValues: whether an edge that was never taken is worth the mixed value, rather than V̂.
  ///   - noiseScale: what g is multiplied by, at least 0.
  public init(
    consideredActions: Int = 16, visitOffset: Double = 50, valueScale: Double = 0.1,
    rescalesValues: Bool = true, mixesValues: Bool = true, noiseScale: Double = 1
  ) {
    precondition(consideredActions > 0, "consideredActions must be positive, but is \(consideredActions)")
    precondition(
      visitOffset >= 0 && visitOffset.isFinite, "visitOffset must be at least 0, but is \(visitOffset)")
    precondition(valueScale > 0 && valueScale.isFinite, "valueScale must be positive, but is \(valueScale)")
    precondition(
      noiseScale >= 0 && noiseScale.isFinite, "noiseScale must be at least 0, but is \(noiseScale)")
    self.consideredActions = consideredActions
    self.visitOffset = Float(visitOffset)
    self.valueScale = Float(valueScale)
    self.rescalesValues = rescalesValues
    self.mixesValues = mixesValues
    self.noiseScale = Float(noiseScale)
    rule = assay_completion_rule(
      visit_offset: Float(visitOffset), value_scale: Float(valueScale), rescales: rescalesValues,
      mixes: mixesValues)
  }

  // MARK: Roots

  public mutating func begin(
    root: Int, in tree: inout SearchTree, simulations: Int?, using random: inout RandomStream
  ) {
    let edges = tree.edges(of: root)
    let limit = tree.actionLimit
    if root == 0 {
      roots.removeAll(keepingCapacity: true)
      schedules.removeAll(keepingCapacity: true)
      // Vectors may read beyond the last.
      let count = tree.rootCount * limit + SearchTree.slack
      if noise.count != count {
        noise = [Float](repeating: 0, count: count)
        visitsBefore = [Int32](repeating: 0, count: count)
      }
      walkCount = simulations ?? Self.walksOfUnknown
    }
    for (index, edge) in edges.enumerated() {
      visitsBefore[root * limit + index] = tree.visits[edge]
      guard noiseScale > 0 else {
        noise[root * limit + index] = 0
        continue
      }
      // −ln(−ln u); 1 − u is in (0, 1], and −ln of it positive but for one draw in 2⁵³.
      let exponential = Swift.max(-doubleLogarithm(1 - random.unit()), 0x1p-60)
      noise[root * limit + index] = noiseScale * Float(-doubleLogarithm(exponential))
    }
    if let known = roots.first(where: { $0.edges == edges.count }) {
      roots.append(known)
    } else {
      roots.append((edges.count, schedules.count))
      schedules += Self.schedule(
        considered: Swift.min(consideredActions, edges.count), simulations: walkCount)
    }
  }

  /// For how many walks actions are halved where nobody knows how many there will be; afterwards all follow the improved
  /// policy.
  static let walksOfUnknown = 256

  /// Sequential halving, as how often the edges still in it were taken before each walk.
  ///
  /// Each round shares ⌊simulations / (⌈log₂ m⌉ · m′)⌋ visits, at least one, to each of its m′ edges; then ⌊m′/2⌋, at
  /// least two, go on.
  ///
  /// - Parameters:
  ///   - considered: m, positive.
  ///   - simulations: how many walks there are.
  /// - Returns: `[simulations]`
  /// - SeeAlso: Karnin, Koren & Somekh (2013), *Almost optimal exploration in multi-armed bandits*.
  public static func schedule(considered: Int, simulations: Int) -> [Int32] {
    if considered <= 1 { return (0..<Int32(simulations)).map { $0 } }
    let rounds = Int.bitWidth - (considered - 1).leadingZeroBitCount
    var schedule: [Int32] = []
    schedule.reserveCapacity(simulations)
    var left = considered
    var taken: Int32 = 0
    while schedule.count < simulations {
      let visits = Swift.max(1, simulations / (rounds * left))
      for _ in 0..<visits {
        for _ in 0..<left where schedule.count < simulations { schedule.append(taken) }
        taken += 1
      }
      left = Swift.max(2, left / 2)
    }
    return schedule
  }

  @inlinable
  public mutating func rootEdge(
    _ root: Int, in tree: inout SearchTree, walk: Int, using random: inout RandomStream
  ) -> Int {
    if walk < walkCount {
      let chosen = bestConsidered(root, in: tree, visits: schedules[roots[root].schedule &+ walk])
      if chosen >= 0 { return chosen }
    }
    return edge(at: root, in: &tree, root: root, using: &random)
  }

  /// Of the edges that were taken so often in this run, the one with the largest g + ln π + σ(q); −1 where there is none.
  @inlinable
  mutating func bestConsidered(_ root: Int, in tree: borrowing SearchTree, visits: Int32) -> Int {
    var edges = tree.edgeRows(of: root)
    var rule = rule
    let place = noise.withUnsafeBufferPointer { noise in
      visitsBefore.withUnsafeBufferPointer { before in
        assay_considered_edge(
          &edges, &rule, noise.baseAddress! + root * tree.actionLimit,
          before.baseAddress! + root * tree.actionLimit, visits)
      }
    }
    return place < 0 ? -1 : Int(tree.nodeColumn[root].firstEdge) + Int(place)
  }

  // MARK: Walking

  @inlinable
  public mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int {
    let first = Int(tree.nodeColumn[node].firstEdge)
    // Where no edge was taken, all are worth the same.
    if tree.nodeColumn[node].visits == 1 { return first &+ Int(tree.nodeColumn[node].nextChoice) }
    var edges = tree.edgeRows(of: node)
    var rule = rule
    return first &+ Int(assay_improved_edge(&edges, &rule, tree.scratch))
  }

  public mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float]) {
    let numbers = tree.edges(of: root)
    let most =
      numbers.map { tree.visits[$0] - visitsBefore[root * tree.actionLimit + $0 - numbers.lowerBound] }.max()
      ?? 0
    let edge = bestConsidered(root, in: tree, visits: most)
    var edges = tree.edgeRows(of: root)
    var rule = rule
    assay_improved_policy(&edges, &rule, tree.scratch)
    return (edge, (0..<numbers.count).map { tree.scratch[$0] })
  }
}
