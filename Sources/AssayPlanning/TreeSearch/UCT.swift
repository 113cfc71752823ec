import Assay

/// Upper confidence bounds for trees: every edge once, and then the one that maximises Q/s + c √(ln N / n).
///
/// N counts the visits of the node and n those of the edge; s is a scale of values and c says how much is explored. With
/// s = m(β − α), where m steps earn rewards in α…β each, it is the rule of ρUCT. In the end the edge that was taken most
/// often is chosen.
///
/// - SeeAlso: Kocsis & Szepesvári (2006), *Bandit based Monte-Carlo planning*; Veness, Ng, Hutter, Uther & Silver (2011),
///   *A Monte-Carlo AIXI approximation*, for ρUCT.
public struct UCT: SearchPolicy {
  /// c, at least 0.
  public let exploration: Float
  /// s, positive, in reward units.
  public let valueScale: Float

  /// s c √(ln N) of small N.
  @usableFromInline let factors: [Float]

  public var name: String { "uct" }
  @inlinable public var usesPriors: Bool { false }

  /// Makes the rule.
  ///
  /// - Parameters:
  ///   - exploration: c, at least 0; √2 suits returns in 0…1.
  ///   - valueScale: s, positive.
  public init(exploration: Double = 2.0.squareRoot(), valueScale: Double = 1) {
    precondition(
      exploration >= 0 && exploration.isFinite, "exploration must be at least 0, but is \(exploration)")
    precondition(
      valueScale > 0 && valueScale.isFinite, "valueScale must be positive, but is \(valueScale)")
    self.exploration = Float(exploration)
    self.valueScale = Float(valueScale)
    factors = (0..<1024).map { visits -> Float in
      visits == 0 ? 0 : Float(exploration * valueScale * doubleLogarithm(Double(visits)).squareRoot())
    }
  }

  /// The rule of ρUCT.
  ///
  /// - Parameters:
  ///   - exploration: c, at least 0.
  ///   - horizon: m, how many steps it looks ahead, positive.
  ///   - rewards: the smallest and the largest reward of a step.
  /// - Returns: the rule, with a scale of m(β − α).
  public static func overHorizon(exploration: Double, horizon: Int, rewards: ClosedRange<Double>) -> UCT {
    UCT(
      exploration: exploration,
      valueScale: Double(horizon) * (rewards.upperBound - rewards.lowerBound))
  }

  @inlinable
  public mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int {
    let first = Int(tree.nodeColumn[node].firstEdge)
    let count = Int(tree.nodeColumn[node].edgeCount)
    let taken = Int(tree.nodeColumn[node].nextChoice)
    if taken < count {
      // Those that were taken come first; which of the others is next, is drawn.
      let edge = first &+ taken
      let drawn = taken &+ 1 == count ? edge : edge &+ random.integer(below: count &- taken)
      let action = tree.actionColumn[drawn]
      tree.actionColumn[drawn] = tree.actionColumn[edge]
      tree.actionColumn[edge] = action
      tree.nodeColumn[node].nextChoice = UInt16(truncatingIfNeeded: taken &+ 1)
      return edge
    }
    let values = tree.valueColumn + first
    let spreads = tree.spreadColumn + first
    let factor = factor(visits: tree.nodeColumn[node].visits)
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    var best = SIMD4<Float>(repeating: -.infinity)
    var bestPlace = lanes
    var index = 0
    while index < count {
      let places = lanes &+ Int32(truncatingIfNeeded: index)
      let score = (values[four: index] + spreads[four: index] * factor)
        .replacing(with: -.infinity, where: places .>= Int32(truncatingIfNeeded: count))
      let isBetter = score .> best
      best.replace(with: score, where: isBetter)
      bestPlace.replace(with: places, where: isBetter)
      index &+= 4
    }
    return first &+ Int(indexOfLargest(best, places: bestPlace))
  }

  /// s c √(ln N).
  @inlinable
  func factor(visits: Int32) -> Float {
    visits < 1024
      ? factors[Int(visits)]
      : exploration * valueScale * naturalLogarithm(of: visits).squareRoot()
  }

  public mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float]) {
    (tree.mostVisitedEdge(of: root), tree.visitShares(of: root))
  }
}
