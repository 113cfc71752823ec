import Assay

/// A learned model whose states are rows of numbers, asked about many at a time.
///
/// Latents lie in one matrix, a row for each node. What a call asks about is spread over it (the rows of the parents); what
/// it answers is a stretch of it, which is written in place.
public protocol LatentNetwork {
  /// How many numbers a latent has.
  var latentCount: Int { get }

  /// How many actions there are.
  var actionCount: Int { get }

  /// Judges latents.
  ///
  /// - Parameters:
  ///   - latents: `[count × latentCount]`.
  ///   - count: how many there are.
  ///   - values: takes V̂ of each, in reward units, `[count]`.
  ///   - logits: takes ln π of each, up to a constant, −∞ for what cannot be done, `[count × actionCount]`.
  mutating func judge(
    _ latents: UnsafePointer<Float>, count: Int, values: UnsafeMutablePointer<Float>,
    logits: UnsafeMutablePointer<Float>)

  /// Takes actions.
  ///
  /// - Parameters:
  ///   - actions: what is done, `[count]`.
  ///   - rows: the rows of `latents` in which it is done, `[count]`.
  ///   - latents: `[any × latentCount]`.
  ///   - count: how many there are.
  ///   - answers: takes what comes of it.
  mutating func step(
    taking actions: UnsafePointer<Int32>, atRows rows: UnsafePointer<Int32>,
    of latents: UnsafePointer<Float>, count: Int, to answers: LatentAnswers)

  /// Who answers, in traces.
  var sources: SearchSources { get }
}

extension LatentNetwork {
  public var sources: SearchSources {
    SearchSources(dynamics: "world model", values: "critic", priors: "actor")
  }
}

/// What a learned model answers about some steps, one a row.
public struct LatentAnswers {
  /// What comes next, `[count × latentCount]`.
  public let latents: UnsafeMutablePointer<Float>
  /// What each step earns, in reward units, `[count]`.
  public let rewards: UnsafeMutablePointer<Float>
  /// What the value of what comes next is multiplied by; γ, unless somebody writes another number, `[count]`.
  public let discounts: UnsafeMutablePointer<Float>
  /// V̂ of what comes next, in reward units, `[count]`.
  public let values: UnsafeMutablePointer<Float>
  /// ln π there, up to a constant, `[count × actionCount]`.
  public let logits: UnsafeMutablePointer<Float>

  @inlinable
  public init(
    latents: UnsafeMutablePointer<Float>, rewards: UnsafeMutablePointer<Float>,
    discounts: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>,
    logits: UnsafeMutablePointer<Float>
  ) {
    self.latents = latents
    self.rewards = rewards
    self.discounts = discounts
    self.values = values
    self.logits = logits
  }
}

/// Latents of a learned model, searched from.
public struct LatentProblem<Network: LatentNetwork>: SearchProblem {
  /// The model.
  public var network: Network
  /// γ, in [0, 1].
  public let discount: Float
  public let rootCount: Int

  /// A row for each node and some more, `[rows × latentCount]`.
  @usableFromInline var latents: [Float]

  @inlinable public var actionCount: Int { network.actionCount }
  @inlinable public var isStochastic: Bool { false }
  public var sources: SearchSources { network.sources }

  /// Gets ready to search from some latents.
  ///
  /// - Parameters:
  ///   - latents: those that are searched from, `[rootCount × latentCount]`.
  ///   - network: the model.
  ///   - discount: γ, in [0, 1].
  public init(_ latents: [Float], of network: Network, discount: Double) {
    precondition(
      !latents.isEmpty && latents.count % network.latentCount == 0,
      "latents must be rows of \(network.latentCount) numbers, but are \(latents.count) numbers")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    rootCount = latents.count / network.latentCount
    self.latents = latents
    self.network = network
    self.discount = Float(discount)
  }

  /// The latent of a node.
  public func latent(of node: Int) -> [Float] {
    Array(latents[node * network.latentCount..<(node + 1) * network.latentCount])
  }

  public mutating func reserve(nodes: Int) {
    latents.reserveCapacity((rootCount + nodes) * network.latentCount)
  }

  @inlinable
  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    latents.withUnsafeBufferPointer { latents in
      network.judge(
        latents.baseAddress.unsafelyUnwrapped, count: leaves.count, values: leaves.values,
        logits: leaves.logits)
    }
  }

  @inlinable
  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    let count = leaves.count
    let width = network.latentCount
    let first = Int(leaves.nodes[0])
    if (first &+ count) &* width > latents.count { grow(rows: first + count) }
    for index in 0..<count { leaves.discounts[index] = discount }
    latents.withUnsafeMutableBufferPointer { latents in
      let all = latents.baseAddress.unsafelyUnwrapped
      network.step(
        taking: leaves.actions, atRows: leaves.parents, of: all, count: count,
        to: LatentAnswers(
          latents: all + first &* width, rewards: leaves.rewards, discounts: leaves.discounts,
          values: leaves.values, logits: leaves.logits))
    }
  }

  @usableFromInline
  mutating func grow(rows: Int) {
    let count = max(rows * network.latentCount, 2 * latents.count)
    latents.append(contentsOf: repeatElement(0, count: count - latents.count))
  }

  public mutating func keep(nodes old: [Int32]) {
    let width = network.latentCount
    // A row never moves up past one that is still to be read: the roots first, then the others in their order.
    let roots = old.prefix(rootCount).map { latent(of: Int($0)) }
    for (row, origin) in old.enumerated() where row >= rootCount {
      for column in 0..<width { latents[row * width + column] = latents[Int(origin) * width + column] }
    }
    for (row, root) in roots.enumerated() {
      for column in 0..<width { latents[row * width + column] = root[column] }
    }
  }
}
