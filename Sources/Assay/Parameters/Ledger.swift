/// The append-only record of every write to a ``ParameterStore``.
///
/// Consecutive writes of a block by the same writer for the same cause are one entry with a count and an
/// accumulated norm, which makes the ledger cheap enough to leave on.
public struct Ledger: Sendable, Hashable, Codable {
  /// Why a block was written.
  public enum Cause: String, Sendable, Hashable, Codable {
    /// A learner followed its loss or update rule.
    case learning
    /// A learner drew a target towards the block it follows.
    case targetAveraging = "target averaging"
    /// Somebody reached in from outside: an experiment, a planted fault.
    case intervention
    /// The block was put back to an earlier state.
    case restoration

    /// Whether a frozen block turns such writes away.
    @inlinable
    var yieldsToFreezing: Bool {
      switch self {
      case .learning, .targetAveraging: true
      case .intervention, .restoration: false
      }
    }
  }

  /// A run of writes.
  public struct Entry: Sendable, Hashable, Codable {
    /// The block that was written.
    public var block: Int
    /// Who wrote it.
    public var writer: String
    /// Why.
    public var cause: Cause
    /// Whether the change depended on a reward.
    public var usesReward: Bool
    /// The environment step of the first write.
    public var firstStep: Int
    /// The environment step of the last write.
    public var lastStep: Int
    /// How many writes.
    public var count: Int
    /// Σ‖Δ‖², the accumulated squared Euclidean norm of the changes.
    public var squaredNorm: Double
    /// How many writes were turned away because the block was frozen.
    public var refused: Int
  }

  /// What one of several losses had to do with the writes of the block they share.
  public struct Share: Sendable, Hashable, Codable {
    /// The block they share.
    public var block: Int
    /// The loss: one of the block's declared writers.
    public var writer: String
    /// In how many writes it took part.
    public var count = 0
    /// Σ‖g‖², the accumulated squared Euclidean norm of its own gradients.
    public var squaredNorm = 0.0
    /// Σ cos(g, Σg), over the writes: how far its own gradients pointed where those of all losses together
    /// did.
    public var cosineSum = 0.0

    /// The mean cosine between its own gradient and that of all losses together, in −1 … 1: near 1 for a loss
    /// that decides where the block goes, negative for one that is overruled. Zero before the first write.
    public var meanCosine: Double { count == 0 ? 0 : cosineSum / Double(count) }

    /// Which share it is, in words.
    fileprivate var place: String { "\(writer) in block \(block)" }
  }

  /// The digest of a block at some step.
  public struct DigestRecord: Sendable, Hashable, Codable {
    public var step: Int
    public var block: Int
    public var digest: UInt64
  }

  /// A number that is not finite, as first written.
  public struct NonFiniteWrite: Sendable, Hashable, Codable {
    /// The block it was written to.
    public var block: Int
    /// Index of the number in the block.
    public var index: Int
    /// The environment step.
    public var step: Int
    /// Who wrote it.
    public var writer: String
  }

  /// An entry in the making: only scalars, so that a write costs a few stores.
  @usableFromInline
  struct OpenEntry: Sendable, Hashable, Codable {
    @usableFromInline var writer: Int32 = -1
    @usableFromInline var cause = Cause.learning
    @usableFromInline var usesReward = false
    @usableFromInline var isFrozen = false
    @usableFromInline var firstStep = 0
    @usableFromInline var lastStep = 0
    @usableFromInline var count = 0
    @usableFromInline var refused = 0
    @usableFromInline var squaredNorm = 0.0
    /// Writes before this entry.
    @usableFromInline var earlierWrites = 0

    @inlinable
    init() {}

    /// Whether a write with this permit makes the entry grow.
    @inlinable
    @inline(__always)
    func belongs(to permit: borrowing WritePermit) -> Bool {
      writer == permit.writer && cause == permit.cause && usesReward == permit.usesReward
    }

    /// Notes a write, or turns it away and notes that.
    @inlinable
    @inline(__always)
    mutating func admitWrite(squaredNorm: Double, step: Int) -> Bool {
      if isFrozen && cause.yieldsToFreezing {
        refused &+= 1
        return false
      }
      count &+= 1
      lastStep = step
      self.squaredNorm += squaredNorm
      return true
    }
  }

  /// Entries that can no longer grow.
  private var closed: [Entry] = []
  /// The growing entry of each block.
  @usableFromInline var open: [OpenEntry] = []
  private var writerNames: [String] = []
  /// The share of each loss in the blocks that several losses write together, in the order of their permits.
  public private(set) var shares: [Share] = []
  /// Digests that were asked for, oldest first.
  public internal(set) var digests: [DigestRecord] = []
  /// The first number that was not finite; a run stops at it.
  public internal(set) var firstNonFinite: NonFiniteWrite?

  /// Every entry: those of each block in the order of their writes.
  public var entries: [Entry] {
    (closed + open.indices.compactMap { entry(ofBlock: $0) }).enumerated()
      .sorted { ($0.element.firstStep, $0.offset) < ($1.element.firstStep, $1.offset) }.map(\.element)
  }

  /// The last write of a block by anyone, or `nil` when it was never written.
  public func lastWrite(ofBlock block: Int) -> Entry? {
    entries.last { $0.block == block && $0.count > 0 }
  }

  /// How many writes of a block were carried out.
  @inlinable
  func writeCount(ofBlock block: Int) -> Int { open[block].earlierWrites &+ open[block].count }

  mutating func addBlock() { open.append(OpenEntry()) }

  mutating func writerIndex(_ name: String) -> Int32 {
    if let index = writerNames.firstIndex(of: name) { return Int32(index) }
    writerNames.append(name)
    return Int32(writerNames.count - 1)
  }

  /// Where the share of a writer of a block is kept; a new one where there is none yet.
  mutating func shareIndex(block: Int, writer: String) -> Int {
    if let index = shares.firstIndex(where: { $0.block == block && $0.writer == writer }) { return index }
    shares.append(Share(block: block, writer: writer))
    return shares.count - 1
  }

  mutating func noteShare(at index: Int, squaredNorm: Double, cosine: Double) {
    precondition(
      index < shares.count, "the permit was issued by another store, or by this one after it was copied")
    shares[index].count += 1
    shares[index].squaredNorm += squaredNorm
    shares[index].cosineSum += cosine
  }

  /// Notes a write that is about to be carried out; `false` when it must not be, since the block is frozen.
  ///
  /// Every write passes here, so the entry is looked up for writing only once.
  @inlinable
  @inline(__always)
  mutating func admitWrite(with permit: borrowing WritePermit, squaredNorm: Double, step: Int) -> Bool {
    let block = permit.block.index
    if !open[block].belongs(to: permit) { turn(block: block, to: permit, step: step) }
    return open[block].admitWrite(squaredNorm: squaredNorm, step: step)
  }

  /// Adds to the squared norm of the write that was last admitted.
  @inlinable
  @inline(__always)
  mutating func add(squaredNorm: Double, toLastWriteOf block: Int) { open[block].squaredNorm += squaredNorm }

  /// Closes the growing entry of a block and opens one for another writer or cause.
  @usableFromInline
  mutating func turn(block: Int, to permit: borrowing WritePermit, step: Int) {
    precondition(
      Int(permit.writer) < writerNames.count,
      "the permit was issued by another store, or by this one after it was copied")
    if let entry = entry(ofBlock: block) { closed.append(entry) }
    let previous = open[block]
    open[block] = OpenEntry()
    open[block].isFrozen = previous.isFrozen
    open[block].earlierWrites = previous.earlierWrites + previous.count
    open[block].writer = permit.writer
    open[block].cause = permit.cause
    open[block].usesReward = permit.usesReward
    open[block].firstStep = step
    open[block].lastStep = step
  }

  @usableFromInline
  mutating func noteNonFinite(block: Int, index: Int, step: Int, writer: Int32) {
    if firstNonFinite == nil {
      firstNonFinite = .init(block: block, index: index, step: step, writer: writerNames[Int(writer)])
    }
  }

  /// Makes sure that this ledger, read from a file, can be the later state of another: of the same blocks, written
  /// by the same writers first.
  ///
  /// - Parameter earlier: the ledger of a store whose permits were given out, and whose blocks nobody wrote yet.
  /// - Throws: ``DataError`` that names what does not fit.
  func checkContinuation(of earlier: Ledger) throws(DataError) {
    guard open.count == earlier.open.count else {
      throw DataError(
        field: "ledger.open", value: "\(open.count) blocks", allowed: "\(earlier.open.count) blocks")
    }
    guard writerNames.starts(with: earlier.writerNames) else {
      throw DataError(
        field: "ledger.writerNames", value: "\(writerNames)",
        allowed: "\(earlier.writerNames), and others after them")
    }
    guard shares.map(\.place).starts(with: earlier.shares.map(\.place)) else {
      throw DataError(
        field: "ledger.shares", value: "\(shares.map(\.place))",
        allowed: "\(earlier.shares.map(\.place)), and others after them")
    }
    for (index, entry) in open.enumerated()
    where entry.writer < -1 || entry.writer >= writerNames.count || entry.count < 0 || entry.earlierWrites < 0
      || entry.refused < 0
    {
      throw DataError(
        field: "ledger.open[\(index)]", value: "\(entry)", allowed: "counts from 0, and a known writer")
    }
    let blocks = closed.map(\.block) + shares.map(\.block) + digests.map(\.block)
    if let block = blocks.first(where: { !open.indices.contains($0) }) {
      throw DataError(field: "ledger.block", value: "\(block)", allowed: "0 to \(open.count - 1)")
    }
  }

  private func entry(ofBlock block: Int) -> Entry? {
    let growing = open[block]
    guard growing.writer >= 0, growing.count > 0 || growing.refused > 0 else { return nil }
    return Entry(
      block: block, writer: writerNames[Int(growing.writer)], cause: growing.cause,
      usesReward: growing.usesReward,
      firstStep: growing.firstStep, lastStep: growing.lastStep, count: growing.count,
      squaredNorm: growing.squaredNorm, refused: growing.refused)
  }
}
