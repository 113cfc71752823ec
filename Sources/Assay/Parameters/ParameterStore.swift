/// All the numbers an agent can change, in one flat arena of Float32 with named blocks.
///
/// A store is a value: a copy is a snapshot. Numbers are read freely and written only with a ``WritePermit``;
/// every write goes into the ``ledger``.
public struct ParameterStore: Sendable, Hashable {
  /// The numbers of all blocks, one block after the other.
  @usableFromInline var arena: [Float] = []
  /// What was said of each block when it was allocated.
  private var declarations: [Block] = []
  @usableFromInline var record = Ledger()
  /// The environment step that writes are recorded under; the run loop keeps it.
  public var step = 0

  public init() {}

  /// What is known of each block now, in the order of allocation.
  public var blocks: [Block] { declarations.map(current) }

  /// Every write so far.
  public var ledger: Ledger { record }

  /// Whether every number ever written was finite.
  @inlinable public var isFinite: Bool { record.firstNonFinite == nil }

  /// How many bytes the arena takes.
  public var byteCount: Int { arena.count * MemoryLayout<Float>.stride }

  // MARK: Blocks

  /// Adds a block at the end of the arena.
  ///
  /// - Parameters:
  ///   - name: unique in the store.
  ///   - owner: the part it belongs to.
  ///   - role: what it is for: a label.
  ///   - shape: extent of each axis, all positive.
  ///   - updateRule: how its learner changes it, in words.
  ///   - writers: who may write it, at least one.
  ///   - value: what every number starts as.
  /// - Returns: where the block lies.
  public mutating func allocate(
    _ name: String, owner: PartName, role: Role, shape: [Int], updateRule: String, writers: [String],
    initially value: Float = 0
  ) -> BlockHandle {
    precondition(!declarations.contains { $0.name == name }, "a block named \(name) is already there")
    precondition(
      shape.allSatisfy { $0 > 0 }, "every axis of \(name) must be positive, but its shape is \(shape)")
    precondition(!writers.isEmpty, "block \(name) must declare at least one writer")
    let handle = BlockHandle(index: declarations.count, offset: arena.count, count: shape.reduce(1, *))
    declarations.append(
      Block(
        handle: handle, name: name, owner: owner, role: role, shape: shape, updateRule: updateRule,
        writers: writers))
    arena.append(contentsOf: repeatElement(value, count: handle.count))
    record.addBlock()
    return handle
  }

  /// The block with a name.
  public func block(named name: String) -> Block? { declarations.first { $0.name == name }.map(current) }

  /// The blocks of a part.
  public func blocks(ownedBy owner: PartName) -> [Block] {
    declarations.filter { $0.owner == owner }.map(current)
  }

  /// What is known of a block now, its version included.
  public func block(_ handle: BlockHandle) -> Block { current(declarations[handle.index]) }

  private func current(_ block: Block) -> Block {
    var copy = block
    copy.isFrozen = record.open[block.handle.index].isFrozen
    copy.version = record.writeCount(ofBlock: block.handle.index)
    return copy
  }

  /// Gives a block another label. Nothing but people and audits will notice.
  public mutating func rename(_ handle: BlockHandle, role: Role) { declarations[handle.index].role = role }

  /// Turns learners' writes to a block away until it is thawed; they are counted in the ledger.
  public mutating func freeze(_ handle: BlockHandle) { record.open[handle.index].isFrozen = true }

  /// Lets learners write a block again.
  public mutating func thaw(_ handle: BlockHandle) { record.open[handle.index].isFrozen = false }

  // MARK: Permits

  /// Gives a declared writer leave to write a block.
  ///
  /// - Parameters:
  ///   - writer: one of the block's declared writers.
  ///   - handle: the block.
  ///   - usesReward: whether the changes will depend on rewards, for the ledger.
  /// - Returns: the permit, which cannot be copied.
  public mutating func permit(_ writer: String, toWrite handle: BlockHandle, usesReward: Bool) -> WritePermit
  {
    let block = declarations[handle.index]
    precondition(
      block.writers.contains(writer),
      "\(writer) is no declared writer of \(block.name), only \(block.writers) are")
    return WritePermit(
      block: handle, writer: record.writerIndex(writer), cause: .learning, usesReward: usesReward)
  }

  /// Gives an experiment leave to write any block, frozen or not. The ledger shows it as an intervention.
  public mutating func interventionPermit(_ writer: String, toWrite handle: BlockHandle) -> WritePermit {
    WritePermit(block: handle, writer: record.writerIndex(writer), cause: .intervention, usesReward: false)
  }

  // MARK: Reading

  /// One number of a block.
  @inlinable
  public subscript(handle: BlockHandle, index: Int) -> Float {
    precondition(index >= 0 && index < handle.count, "index \(index) is outside a block of \(handle.count)")
    return arena[handle.offset &+ index]
  }

  /// Reads neighbouring numbers of a block, checking where they lie only once.
  @inlinable
  @inline(__always)
  public func withNumbers<Result>(
    of handle: BlockHandle, in range: Range<Int>, _ body: (borrowing Span<Float>) -> Result
  ) -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= handle.count,
      "range \(range) is outside a block of \(handle.count)")
    let first = handle.offset &+ range.lowerBound
    return body(arena.span.extracting(first..<first &+ range.count))
  }

  /// How many times a block was written.
  @inlinable
  public func version(of handle: BlockHandle) -> Int { record.writeCount(ofBlock: handle.index) }

  /// All numbers of a block.
  public func values(of handle: BlockHandle) -> ArraySlice<Float> {
    arena[handle.offset..<handle.offset + handle.count]
  }

  /// A 64-bit digest of a block's bits (FNV-1a over its words): two blocks with the same digest are, for all
  /// practical purposes, the same bits. It guards against accidents, not against forgery.
  public func digest(of handle: BlockHandle) -> UInt64 {
    values(of: handle).reduce(0xCBF2_9CE4_8422_2325) { hash, value in
      (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01B3
    }
  }

  /// Takes the digest of every block into the ledger.
  public mutating func recordDigests() {
    for block in declarations {
      record.digests.append(.init(step: step, block: block.handle.index, digest: digest(of: block.handle)))
    }
  }

  // MARK: Writing

  /// Sets one number of the permitted block.
  @inlinable
  @inline(__always)
  public mutating func set(_ value: Float, at index: Int, with permit: borrowing WritePermit) {
    precondition(
      index >= 0 && index < permit.block.count, "index \(index) is outside a block of \(permit.block.count)")
    let position = permit.block.offset &+ index
    let change = Double(value) - Double(arena[position])
    guard record.admitWrite(with: permit, squaredNorm: change * change, step: step) else { return }
    arena[position] = value
    if !value.isFinite {
      record.noteNonFinite(block: permit.block.index, index: index, step: step, writer: permit.writer)
    }
  }

  /// Adds to one number of the permitted block.
  @inlinable
  public mutating func add(_ change: Float, at index: Int, with permit: borrowing WritePermit) {
    set(self[permit.block, index] + change, at: index, with: permit)
  }

  /// Sets every number of the permitted block, as one write for each that changes.
  public mutating func setAll(_ values: some Collection<Float>, with permit: borrowing WritePermit) {
    precondition(
      values.count == permit.block.count,
      "a block of \(permit.block.count) cannot take \(values.count) numbers")
    for (index, value) in values.enumerated() where value.bitPattern != self[permit.block, index].bitPattern {
      set(value, at: index, with: permit)
    }
  }

  /// Puts a block back to what it was in a snapshot of this store.
  public mutating func restore(_ handle: BlockHandle, from snapshot: ParameterStore, by writer: String) {
    precondition(
      snapshot.declarations[handle.index].shape == declarations[handle.index].shape,
      "the snapshot is of another store")
    let permit = WritePermit(
      block: handle, writer: record.writerIndex(writer), cause: .restoration, usesReward: false)
    setAll(snapshot.values(of: handle), with: permit)
  }
}
