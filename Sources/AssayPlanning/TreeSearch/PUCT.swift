import Assay

/// Predictor upper confidence bounds: the edge that maximises Q + P √N / (1 + n) (ln((N + c₂ + 1) / c₂) + c₁).
///
/// Q is brought to 0…1, and is 0 for an edge that was never taken; P is what the actor would do, N counts the visits of the
/// node, its own evaluation included, and n those of the edge. In the end an action is drawn in proportion to
/// n^(1/temperature), or the one that was taken most often.
///
/// - SeeAlso: Schrittwieser et al. (2020), *Mastering Atari, Go, chess and shogi by planning with a learned model*,
///   appendix B.
public struct PUCT: SearchPolicy {
  /// How Q is brought to 0…1.
  public enum Normalization: String, Sendable, Hashable, Codable {
    /// Not at all: for values that are in 0…1, or in −1…1, anyway.
    case none
    /// By the smallest and the largest r + γG of the whole tree below the root.
    case tree
    /// By the smallest and the largest of the node's mean return and its edges' Q.
    case siblings
  }

  /// How Q is brought to 0…1.
  public let normalization: Normalization
  /// c₁, at least 0.
  public let exploration: Float
  /// c₂, positive.
  public let explorationBase: Float
  /// How much of the root's P is noise, in 0…1.
  public let noiseFraction: Float
  /// α of the Dirichlet distribution that the noise comes from, positive.
  public let noiseConcentration: Double
  /// At which temperature the action is drawn in the end; 0 takes the one that was taken most often.
  public let temperature: Double

  /// √N (ln((N + c₂ + 1) / c₂) + c₁) of small N.
  @usableFromInline let factors: [Float]

  public var name: String { "puct" }
  @inlinable public var usesPriors: Bool { true }

  /// Makes the rule.
  ///
  /// - Parameters:
  ///   - normalization: how Q is brought to 0…1.
  ///   - exploration: c₁, at least 0.
  ///   - explorationBase: c₂, positive.
  ///   - noiseFraction: how much of the root's P is noise, in 0…1; 0.25 in self-play, 0 where the best action is wanted.
  ///   - noiseConcentration: α of the noise, positive.
  ///   - temperature: at which the action is drawn in the end, at least 0.
  public init(
    normalization: Normalization = .tree, exploration: Double = 1.25, explorationBase: Double = 19_652,
    noiseFraction: Double = 0, noiseConcentration: Double = 0.3, temperature: Double = 0
  ) {
    precondition(
      exploration >= 0 && exploration.isFinite, "exploration must be at least 0, but is \(exploration)")
    precondition(explorationBase > 0, "explorationBase must be positive, but is \(explorationBase)")
    precondition(
      noiseFraction >= 0 && noiseFraction <= 1, "noiseFraction must be in 0…1, but is \(noiseFraction)")
    precondition(noiseConcentration > 0, "noiseConcentration must be positive, but is \(noiseConcentration)")
    precondition(
      temperature >= 0 && temperature.isFinite, "temperature must be at least 0, but is \(temperature)")
    self.normalization = normalization
    self.exploration = Float(exploration)
    self.explorationBase = Float(explorationBase)
    self.noiseFraction = Float(noiseFraction)
    self.noiseConcentration = noiseConcentration
    self.temperature = temperature
    factors = (0..<1024).map { visits -> Float in
      let growth = (Double(visits) + explorationBase + 1) / explorationBase
      return Float(Double(visits).squareRoot() * (doubleLogarithm(growth) + exploration))
    }
  }

  /// √N (ln((N + c₂ + 1) / c₂) + c₁).
  @inlinable
  func factor(visits: Int32) -> Float {
    visits < 1024 ? factors[Int(visits)] : largeFactor(visits: visits)
  }

  @usableFromInline
  func largeFactor(visits: Int32) -> Float {
    let growth = (Double(visits) + Double(explorationBase) + 1) / Double(explorationBase)
    return Float(Double(visits).squareRoot() * (doubleLogarithm(growth) + Double(exploration)))
  }

  public mutating func begin(
    root: Int, in tree: inout SearchTree, simulations: Int?, using random: inout RandomStream
  ) {
    guard noiseFraction > 0 else { return }
    let edges = tree.edges(of: root)
    // From ln π, which stays as it was: a kept tree's root may have had noise before, or none.
    let weights = edges.map { naturalExponential(Double(tree.logits[$0])) }
    let sum = weights.reduce(0, +)
    let noise = random.dirichlet(concentration: noiseConcentration, count: edges.count)
    for (index, edge) in edges.enumerated() {
      tree.priors[edge] =
        (1 - noiseFraction) * Float(weights[index] / sum) + noiseFraction * Float(noise[index])
    }
  }

  @inlinable
  public mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int {
    let first = Int(tree.nodeColumn[node].firstEdge)
    let count = Int(tree.nodeColumn[node].edgeCount)
    let values = tree.valueColumn + first
    let visits = UnsafeRawPointer(tree.visitColumn + first)
    let priors = tree.priorColumn + first
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    var low: Float = 0
    var scale: Float = 1
    switch normalization {
    case .none: break
    case .tree:
      let range = tree.rangeColumn[root]
      // Where all values are the same, they all are 0.
      low = range.low < range.high ? range.low : 0
      scale = range.low < range.high ? 1 / (range.high - range.low) : 0
    case .siblings:
      var lows = SIMD4<Float>(repeating: .infinity)
      var highs = SIMD4<Float>(repeating: -.infinity)
      var sums = SIMD4<Float>.zero
      var counts = SIMD4<Int32>.zero
      var index = 0
      while index < count {
        let numbers = visits.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Int32>.self)
          .replacing(with: 0, where: lanes .>= Int32(truncatingIfNeeded: count &- index))
        let isTaken = numbers .> 0
        let found = values[four: index].replacing(with: 0, where: .!isTaken)
        sums += found * SIMD4<Float>(counts: numbers)
        counts &+= numbers
        lows.replace(with: found, where: isTaken .& (found .< lows))
        highs.replace(with: found, where: isTaken .& (found .> highs))
        index &+= 4
      }
      // The visits that went no further returned what the node was thought to be worth.
      let all = tree.nodeColumn[node].visits
      let ended = Float(all &- counts.wrappedSum()) * tree.nodeColumn[node].value
      let mean = ((sums[0] + sums[1]) + (sums[2] + sums[3]) + ended) / Float(all)
      low = Swift.min(smallest(of: lows), mean)
      let high = Swift.max(largest(of: highs), mean)
      scale = 1 / Swift.max(high - low, 1e-8)
    }
    let factor = factor(visits: tree.nodeColumn[node].visits)
    var best = SIMD4<Float>(repeating: -.infinity)
    var bestIndex = lanes
    var index = 0
    while index < count {
      let numbers = visits.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Int32>.self)
      let quality = ((values[four: index] - low) * scale).replacing(with: 0, where: numbers .== 0)
      let exact = SIMD4<Float>(counts: numbers)
      var score = quality + priors[four: index] * factor / (exact + 1)
      let places = lanes &+ Int32(truncatingIfNeeded: index)
      score.replace(with: -.infinity, where: places .>= Int32(truncatingIfNeeded: count))
      let isBetter = score .> best
      best.replace(with: score, where: isBetter)
      bestIndex.replace(with: places, where: isBetter)
      index &+= 4
    }
    return first &+ Int(indexOfLargest(best, places: bestIndex))
  }

  public mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float]) {
    let most = tree.mostVisitedEdge(of: root)
    let edges = tree.edges(of: root)
    if temperature == 0 || tree.visits[most] == 0 { return (most, tree.visitShares(of: root)) }
    // Relative to the largest count, so that no power is too large.
    let largest = Double(tree.visits[most])
    let weights = edges.map { edge in
      tree.visits[edge] == 0
        ? 0 : naturalExponential(doubleLogarithm(Double(tree.visits[edge]) / largest) / temperature)
    }
    return (edges.lowerBound + random.index(weights: weights), tree.visitShares(of: root))
  }
}

extension RandomStream {
  /// Draws from the Dirichlet distribution with the same concentration in each of `count` coordinates.
  mutating func dirichlet(concentration: Double, count: Int) -> [Double] {
    // Tiny concentrations make numbers that are 0 even as a `Double`: logarithms stay in range.
    let logarithms = (0..<count).map { _ in logarithmOfGamma(shape: concentration) }
    let largest = logarithms.max() ?? 0
    let weights = logarithms.map { naturalExponential($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// Draws ln X with X from the gamma distribution of a shape and scale 1.
  ///
  /// - SeeAlso: Marsaglia & Tsang (2000), *A simple method for generating gamma variables*, which below a shape of 1 draws
  ///   from the next larger one and multiplies by u^(1/shape).
  private mutating func logarithmOfGamma(shape: Double) -> Double {
    if shape < 1 {
      let larger = logarithmOfGamma(shape: shape + 1)
      return larger + doubleLogarithm(1 - unit()) / shape
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let logarithm = doubleLogarithm(v)
      let bound: Double = 0.5 * x * x + d * (1 - v + logarithm)
      if doubleLogarithm(1 - unit()) < bound { return doubleLogarithm(d) + logarithm }
    }
  }
}
