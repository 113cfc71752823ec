import Assay

/// Where the numbers of a trained agent lie, who wrote them, and by how much.
public struct RunAnatomy: Sendable, Hashable, Codable {
  /// One block of parameters.
  public struct BlockFindings: Sendable, Hashable, Codable {
    public var name: String
    /// What it is for, in words.
    public var role: String
    /// The part that it belongs to.
    public var owner: String
    public var bytes: Int
    /// Who may write it: losses, by name.
    public var writers: [String]
    /// How it is changed, in words.
    public var updateRule: String
    /// How many writes were carried out.
    public var updates: Int
    /// How many were turned away because the block was frozen.
    public var refused: Int
    /// √Σ‖Δ‖², over all writes.
    public var change: Double
    /// Whether any write depended on a reward.
    public var usedReward: Bool
    public var isFrozen: Bool
    /// The environment step of the last write; `nil` before the first.
    public var lastStep: Int?
    /// As 16 hexadecimal digits.
    public var digest: String
    /// Who wrote it, and why.
    public var writes: [Writes]
    /// What each of several losses had to do with the writes; empty for a block that one loss writes.
    public var shares: [Share]
  }

  /// All writes of a block by one writer for one cause.
  public struct Writes: Sendable, Hashable, Codable {
    public var writer: String
    public var cause: String
    public var count: Int
    public var refused: Int
    public var usedReward: Bool
    public var firstStep: Int
    public var lastStep: Int
    /// √Σ‖Δ‖²
    public var change: Double
  }

  /// What a loss had to do with the writes of a block that it shares.
  public struct Share: Sendable, Hashable, Codable {
    public var loss: String
    public var count: Int
    /// √Σ‖g‖² of its own gradients.
    public var gradient: Double
    /// Σ‖g‖² as a share of that of all losses of the block, in [0, 1].
    public var part: Double
    /// The mean cosine between its own gradient and that of all losses together.
    public var meanCosine: Double
  }

  public var schema = "assay.anatomy/1"
  public var run: RunDescription
  public var step: Int
  public var parts: PartsFindings
  public var bytes: Int
  public var blocks: [BlockFindings]

  /// Looks at a run as it is now.
  public init(of live: any LiveRun, description: RunDescription) {
    run = description
    step = live.step
    parts = live.parts
    let store = live.parameters
    bytes = store.byteCount
    let entries = store.ledger.entries
    let shares = store.ledger.shares
    blocks = store.blocks.map { block in
      let own = entries.filter { $0.block == block.handle.index }
      let joint = shares.filter { $0.block == block.handle.index }
      let whole = joint.reduce(0) { $0 + $1.squaredNorm }
      let digits = String(store.digest(of: block.handle), radix: 16)
      return BlockFindings(
        name: block.name, role: block.role.description, owner: block.owner.description,
        bytes: block.byteCount, writers: block.writers, updateRule: block.updateRule, updates: block.version,
        refused: own.reduce(0) { $0 + $1.refused },
        change: own.reduce(0) { $0 + $1.squaredNorm }.squareRoot(),
        usedReward: own.contains { $0.usesReward && $0.count > 0 }, isFrozen: block.isFrozen,
        lastStep: own.filter { $0.count > 0 }.map(\.lastStep).max(),
        digest: String(repeating: "0", count: 16 - digits.count) + digits, writes: Self.writes(own),
        shares: joint.map {
          Share(
            loss: $0.writer, count: $0.count, gradient: $0.squaredNorm.squareRoot(),
            part: whole > 0 ? $0.squaredNorm / whole : 0, meanCosine: $0.meanCosine)
        })
    }
  }

  /// The ledger's entries of a block, those of the same writer and cause together.
  private static func writes(_ entries: [Ledger.Entry]) -> [Writes] {
    var result: [Writes] = []
    var squares: [Double] = []
    for entry in entries {
      let index = result.firstIndex {
        $0.writer == entry.writer && $0.cause == entry.cause.rawValue && $0.usedReward == entry.usesReward
      }
      if let index {
        result[index].count += entry.count
        result[index].refused += entry.refused
        result[index].lastStep = max(result[index].lastStep, entry.lastStep)
        squares[index] += entry.squaredNorm
      } else {
        result.append(
          Writes(
            writer: entry.writer, cause: entry.cause.rawValue, count: entry.count, refused: entry.refused,
            usedReward: entry.usesReward, firstStep: entry.firstStep, lastStep: entry.lastStep, change: 0))
        squares.append(entry.squaredNorm)
      }
    }
    for index in result.indices { result[index].change = squares[index].squareRoot() }
    return result
  }
}
