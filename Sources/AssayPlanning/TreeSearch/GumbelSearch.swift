import Assay

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

  /// What is known of a root while it is searched.
  @usableFromInline
  struct Root: Sendable {
    /// g of each edge.
    @usableFromInline var noise: [Float]
    /// How often each edge had been taken before this run.
    @usableFromInline var visitsBefore: [Int32]
    /// How often the edges that are considered were taken when a walk begins, one number a walk.
    @usableFromInline var schedule: [Int32]
  }

  @usableFromInline var roots: [Root] = []

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
  }

  // MARK: Roots

  public mutating func begin(
    root: Int, in tree: inout SearchTree, simulations: Int?, using random: inout RandomStream
  ) {
    if root == 0 { roots.removeAll(keepingCapacity: true) }
    let edges = tree.edges(of: root)
    var noise = [Float](repeating: 0, count: edges.count)
    if noiseScale > 0 {
      for index in noise.indices {
        // −ln(−ln u); 1 − u is in (0, 1], and −ln of it positive but for one draw in 2⁵³.
        let exponential = Swift.max(-doubleLogarithm(1 - random.unit()), 0x1p-60)
        noise[index] = noiseScale * Float(-doubleLogarithm(exponential))
      }
    }
    let considered = Swift.min(consideredActions, edges.count)
    let walks = simulations ?? Self.walksOfUnknown
    let shared = roots.first { $0.noise.count == edges.count }
    roots.append(
      Root(
        noise: noise, visitsBefore: edges.map { tree.visits[$0] },
        schedule: shared?.schedule ?? Self.schedule(considered: considered, simulations: walks)))
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
    if walk < roots[root].schedule.count {
      let chosen = bestConsidered(root, in: tree, visits: roots[root].schedule[walk])
      if chosen >= 0 { return chosen }
    }
    return edge(at: root, in: &tree, root: root, using: &random)
  }

  /// Of the edges that were taken so often in this run, the one with the largest g + ln π + σ(q); −1 where there is none.
  @inlinable
  func bestConsidered(_ root: Int, in tree: borrowing SearchTree, visits: Int32) -> Int {
    let first = Int(tree.nodeColumn[root].firstEdge)
    let count = Int(tree.nodeColumn[root].edgeCount)
    let transform = transform(at: root, in: tree)
    var best = -1
    var bestScore = -Float.infinity
    roots[root].noise.withUnsafeBufferPointer { noise in
      roots[root].visitsBefore.withUnsafeBufferPointer { before in
        for index in 0..<count {
          let edge = first &+ index
          let taken = tree.visitColumn[edge]
          guard taken &- before[index] == visits else { continue }
          let quality = taken > 0 ? tree.valueColumn[edge] : transform.missing
          let score =
            noise[index] + tree.logitColumn[edge] + (quality - transform.high) * transform.scale
          if best < 0 || score > bestScore {
            best = edge
            bestScore = score
          }
        }
      }
    }
    return best
  }

  // MARK: Completed values

  /// σ of a node, less σ of its largest value: (q − high) · scale.
  @usableFromInline
  struct Transform {
    /// What q is of an edge that was never taken.
    @usableFromInline var missing: Float
    @usableFromInline var high: Float
    @usableFromInline var scale: Float
    /// Σn
    @usableFromInline var visits: Float

    @inlinable
    init(missing: Float, high: Float, scale: Float, visits: Float) {
      self.missing = missing
      self.high = high
      self.scale = scale
      self.visits = visits
    }
  }

  @inlinable
  @inline(__always)
  func transform(at node: Int, in tree: borrowing SearchTree) -> Transform {
    let first = Int(tree.nodeColumn[node].firstEdge)
    let count = Int(tree.nodeColumn[node].edgeCount)
    let values = tree.valueColumn + first
    let visits = UnsafeRawPointer(tree.visitColumn + first)
    let priors = tree.priorColumn + first
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    var sums = SIMD4<Int32>.zero
    var most = SIMD4<Int32>.zero
    var weights = SIMD4<Float>.zero
    var products = SIMD4<Float>.zero
    var lows = SIMD4<Float>(repeating: .infinity)
    var highs = SIMD4<Float>(repeating: -.infinity)
    var taken = SIMD4<Int32>.zero
    var index = 0
    while index < count {
      let isThere = lanes .< Int32(truncatingIfNeeded: count &- index)
      let numbers = visits.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Int32>.self)
        .replacing(with: 0, where: .!isThere)
      let isTaken = numbers .> 0
      sums &+= numbers
      most.replace(with: numbers, where: numbers .> most)
      taken.replace(with: taken &+ 1, where: isTaken)
      // The smallest weight keeps the mean a mean where π is 0 as a `Float`.
      let floor = SIMD4<Float>(repeating: .leastNormalMagnitude)
      var weight = priors[four: index]
      weight.replace(with: floor, where: weight .< floor)
      weight.replace(with: 0, where: .!isTaken)
      let value = values[four: index].replacing(with: 0, where: .!isTaken)
      weights += weight
      products += weight * value
      lows.replace(with: value, where: isTaken .& (value .< lows))
      highs.replace(with: value, where: isTaken .& (value .> highs))
      index &+= 4
    }
    let own = tree.nodeColumn[node].value
    let sum = Float(sums.wrappedSum())
    let mostTaken = Swift.max(Swift.max(most[0], most[1]), Swift.max(most[2], most[3]))
    let weight = (weights[0] + weights[1]) + (weights[2] + weights[3])
    let product = (products[0] + products[1]) + (products[2] + products[3])
    let missing = mixesValues && sum > 0 ? (own + sum * (product / weight)) / (1 + sum) : own
    var low = smallest(of: lows)
    var high = largest(of: highs)
    if Int(taken.wrappedSum()) < count {
      low = Swift.min(low, missing)
      high = Swift.max(high, missing)
    }
    let range = rescalesValues ? Swift.max(high - low, 1e-8) : 1
    return Transform(
      missing: missing, high: high, scale: (visitOffset + Float(mostTaken)) * valueScale / range, visits: sum)
  }

  /// Writes π′, but for a factor, of a node's edges to the tree's scratch room.
  ///
  /// - Returns: the factor: Σ of what was written.
  @inlinable
  @inline(__always)
  func placeWeights(at node: Int, in tree: borrowing SearchTree, by transform: Transform) -> Float {
    let first = Int(tree.nodeColumn[node].firstEdge)
    let count = Int(tree.nodeColumn[node].edgeCount)
    let values = tree.valueColumn + first
    let visits = UnsafeRawPointer(tree.visitColumn + first)
    let logits = tree.logitColumn + first
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    // No exponent is positive, as neither ln π nor σ(q) − σ(high) is. Only where what is likely is bad, and what is good
    // all but impossible, may all be so small that the largest has to be taken out first.
    var shift: Float = 0
    while true {
      var sums = SIMD4<Float>.zero
      var index = 0
      while index < count {
        let isThere = lanes .< Int32(truncatingIfNeeded: count &- index)
        let numbers = visits.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Int32>.self)
        let quality = values[four: index].replacing(with: transform.missing, where: numbers .== 0)
        let exponent = logits[four: index] + (quality - transform.high) * transform.scale - shift
        let weight = exponential(exponent).replacing(with: 0, where: .!isThere)
        tree.scratch[four: index] = weight
        sums += weight
        index &+= 4
      }
      let sum = (sums[0] + sums[1]) + (sums[2] + sums[3])
      if sum > 1e-20 || shift != 0 { return sum }
      shift = largestExponent(at: node, in: tree, by: transform)
      if shift == 0 { return sum }
    }
  }

  @usableFromInline
  func largestExponent(at node: Int, in tree: borrowing SearchTree, by transform: Transform) -> Float {
    var largest = -Float.infinity
    for edge in tree.edges(of: node) {
      let quality = tree.visits[edge] > 0 ? tree.values[edge] : transform.missing
      largest = Swift.max(largest, tree.logits[edge] + (quality - transform.high) * transform.scale)
    }
    return largest
  }

  // MARK: Walking

  @inlinable
  public mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int {
    let transform = transform(at: node, in: tree)
    let sum = placeWeights(at: node, in: tree, by: transform)
    let first = Int(tree.nodeColumn[node].firstEdge)
    let count = Int(tree.nodeColumn[node].edgeCount)
    let visits = UnsafeRawPointer(tree.visitColumn + first)
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    let share = 1 / (1 + transform.visits)
    let scale = 1 / sum
    var best = SIMD4<Float>(repeating: -.infinity)
    var bestPlace = lanes
    var index = 0
    while index < count {
      let numbers = SIMD4<Float>(
        counts: visits.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Int32>.self))
      let places = lanes &+ Int32(truncatingIfNeeded: index)
      var score = tree.scratch[four: index] * scale - numbers * share
      score.replace(with: -.infinity, where: places .>= Int32(truncatingIfNeeded: count))
      let isBetter = score .> best
      best.replace(with: score, where: isBetter)
      bestPlace.replace(with: places, where: isBetter)
      index &+= 4
    }
    return first &+ Int(indexOfLargest(best, places: bestPlace))
  }

  public mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float]) {
    let edges = tree.edges(of: root)
    let most = edges.map { tree.visits[$0] - roots[root].visitsBefore[$0 - edges.lowerBound] }.max() ?? 0
    let edge = bestConsidered(root, in: tree, visits: most)
    let transform = transform(at: root, in: tree)
    let sum = placeWeights(at: root, in: tree, by: transform)
    return (edge, (0..<edges.count).map { tree.scratch[$0] / sum })
  }
}
