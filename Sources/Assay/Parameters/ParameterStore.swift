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

  /// How many blocks there are.
  package var blockCount: Int { declarations.count }

  /// Every write so far.
  public var ledger: Ledger { record }

  /// Whether every number ever written was finite.
  @inlinable public var isFinite: Bool { record.firstNonFinite == nil }

  /// How many bytes the arena takes.
  public var byteCount: Int { arena.count * MemoryLayout<Float>.stride }

  // MARK: Blocks

  /// Adds a block of one tensor at the end of the arena.
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
    let tensor = BlockTensor(name: "", shape: shape, offset: 0, count: shape.reduce(1, *))
    let handle = handleOfNextBlock(count: tensor.count)
    declare(
      Block(
        handle: handle, name: name, owner: owner, role: role, shape: shape, tensors: [tensor],
        updateRule: updateRule, writers: writers))
    arena.append(contentsOf: repeatElement(value, count: handle.count))
    return handle
  }

  /// Adds a block of several tensors at the end of the arena: the parameters of a network.
  ///
  /// The tensors lie one after the other, each at a multiple of 16 numbers (64 bytes) from the block's start.
  /// The padding after each is zero and counts as part of the block, so that one pass covers the whole of it.
  ///
  /// - Parameters:
  ///   - name: unique in the store.
  ///   - owner: the part it belongs to.
  ///   - role: what it is for: a label.
  ///   - tensors: name and shape of each, at least one; names are unique in the block and not empty, extents
  ///     positive.
  ///   - values: the numbers of all tensors, one after the other, without padding; `nil` for zeros.
  ///   - updateRule: how its learner changes it, in words.
  ///   - writers: who may write it, at least one: the names of the losses that reach it.
  /// - Returns: where the block lies.
  public mutating func allocate(
    _ name: String, owner: PartName, role: Role, tensors: [(name: String, shape: [Int])],
    values: [Float]? = nil, updateRule: String, writers: [String]
  ) -> BlockHandle {
    precondition(!tensors.isEmpty, "block \(name) must have at least one tensor")
    for (index, tensor) in tensors.enumerated() {
      precondition(!tensor.name.isEmpty, "tensor \(index) of block \(name) must have a name")
      precondition(
        !tensors[..<index].contains { $0.name == tensor.name },
        "a tensor named \(tensor.name) is already in block \(name)")
    }
    let layout = BlockTensor.layOut(tensors)
    let handle = handleOfNextBlock(count: layout.count)
    declare(
      Block(
        handle: handle, name: name, owner: owner, role: role, shape: [layout.count],
        tensors: layout.tensors, updateRule: updateRule, writers: writers))
    arena.append(contentsOf: repeatElement(0, count: layout.count))
    guard let values else { return handle }
    let needed = layout.tensors.reduce(0) { $0 + $1.count }
    precondition(
      values.count == needed, "the tensors of block \(name) take \(needed) numbers, not \(values.count)")
    var first = 0
    for tensor in layout.tensors {
      let start = handle.offset + tensor.offset
      arena.replaceSubrange(start..<start + tensor.count, with: values[first..<first + tensor.count])
      first += tensor.count
    }
    return handle
  }

  /// Where a block of so many numbers would lie if it were allocated now.
  package func handleOfNextBlock(count: Int) -> BlockHandle {
    BlockHandle(index: declarations.count, offset: BlockTensor.aligned(arena.count), count: count)
  }

  /// Takes a block in, and pads the arena to where it begins.
  private mutating func declare(_ block: Block) {
    precondition(
      !declarations.contains { $0.name == block.name }, "a block named \(block.name) is already there")
    precondition(
      block.tensors.allSatisfy { $0.shape.allSatisfy { $0 > 0 } },
      "every axis of \(block.name) must be positive, but its shapes are \(block.tensors.map(\.shape))")
    precondition(!block.writers.isEmpty, "block \(block.name) must declare at least one writer")
    declarations.append(block)
    arena.append(contentsOf: repeatElement(0, count: block.handle.offset - arena.count))
    record.addBlock()
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

  /// Whether learners' writes to a block are turned away now.
  @inlinable
  public func isFrozen(_ handle: BlockHandle) -> Bool { record.open[handle.index].isFrozen }

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
    checkDeclared(writer, of: declarations[handle.index])
    return WritePermit(
      block: handle, writer: record.writerIndex(writer), cause: .learning, usesReward: usesReward)
  }

  /// Gives several declared writers leave to write a block together: the losses that reach a shared trunk.
  ///
  /// In the ledger the writer of such a write reads `policy + value`; what each of them had to do with it is
  /// in the ledger's ``Ledger/shares``, as far as whoever holds the permit notes it (see
  /// ``noteShare(of:squaredNorm:cosine:with:)``).
  ///
  /// - Parameters:
  ///   - writers: some of the block's declared writers, at least one, none twice.
  ///   - handle: the block.
  ///   - usesReward: whether the changes will depend on rewards, for the ledger.
  /// - Returns: the permit, which cannot be copied.
  public mutating func permit(_ writers: [String], toWrite handle: BlockHandle, usesReward: Bool)
    -> WritePermit
  {
    precondition(!writers.isEmpty, "a permit must have at least one writer")
    precondition(
      Set(writers).count == writers.count, "every writer must be named once, but they are \(writers)")
    let block = declarations[handle.index]
    for writer in writers { checkDeclared(writer, of: block) }
    return WritePermit(
      block: handle, writer: record.writerIndex(writers.joined(separator: " + ")), cause: .learning,
      usesReward: usesReward,
      shares: writers.count == 1
        ? [] : writers.map { record.shareIndex(block: handle.index, writer: $0) })
  }

  /// Gives a declared writer leave to draw a target block towards the block it follows. The ledger shows it
  /// as target averaging; a frozen target turns it away like any learner.
  ///
  /// - Parameters:
  ///   - writer: one of the target's declared writers.
  ///   - handle: the target.
  ///   - usesReward: whether the block it follows is learned from rewards, for the ledger.
  /// - Returns: the permit, which cannot be copied.
  public mutating func averagingPermit(_ writer: String, toWrite handle: BlockHandle, usesReward: Bool)
    -> WritePermit
  {
    checkDeclared(writer, of: declarations[handle.index])
    return WritePermit(
      block: handle, writer: record.writerIndex(writer), cause: .targetAveraging, usesReward: usesReward)
  }

  private func checkDeclared(_ writer: String, of block: Block) {
    precondition(
      block.writers.contains(writer),
      "\(writer) is no declared writer of \(block.name), only \(block.writers) are")
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

  /// Changes all numbers of the permitted block in one pass, as one write.
  ///
  /// Where the block is frozen, `body` is not called and the write is counted as turned away. Where Σ Δ² is
  /// not finite, the first number of the block that is not finite is noted, as by ``set(_:at:with:)``. The
  /// squares of finite Float32 differences sum to a finite Double, so a sum taken over the numbers *as
  /// stored* is finite exactly if no number stopped being finite; that costs nothing where all goes well.
  ///
  /// - Parameters:
  ///   - permit: leave to write the block.
  ///   - body: changes the block's numbers, padding left at zero, and returns Σ Δ²: the sum, in double
  ///     precision, of (number stored after − number stored before)².
  /// - Returns: whether the write was carried out.
  @inlinable
  @discardableResult
  public mutating func update(
    with permit: borrowing WritePermit, _ body: (inout MutableSpan<Float>) -> Double
  ) -> Bool {
    guard record.admitWrite(with: permit, squaredNorm: 0, step: step) else { return false }
    let first = permit.block.offset
    precondition(first &+ permit.block.count <= arena.count, "the permit was issued by another store")
    let squaredNorm = arena.withUnsafeMutableBufferPointer { numbers in
      var block = MutableSpan(_unsafeElements: numbers.extracting(first..<first &+ permit.block.count))
      return body(&block)
    }
    finishUpdate(of: permit, squaredNorm: squaredNorm)
    return true
  }

  /// Changes all numbers of the permitted block in one pass over them and those of another block, as one
  /// write; otherwise like ``update(with:_:)``.
  ///
  /// - Parameters:
  ///   - permit: leave to write the block.
  ///   - source: another block, to be read.
  ///   - body: changes the block's numbers given the source's, and returns Σ Δ².
  /// - Returns: whether the write was carried out.
  @inlinable
  @discardableResult
  public mutating func update(
    with permit: borrowing WritePermit, reading source: BlockHandle,
    _ body: (inout MutableSpan<Float>, borrowing Span<Float>) -> Double
  ) -> Bool {
    precondition(source.index != permit.block.index, "a block cannot be updated from itself")
    guard record.admitWrite(with: permit, squaredNorm: 0, step: step) else { return false }
    let first = permit.block.offset
    precondition(
      first &+ permit.block.count <= arena.count && source.offset &+ source.count <= arena.count,
      "the permit or the source is of another store")
    let squaredNorm = arena.withUnsafeMutableBufferPointer { numbers in
      // Two blocks of one store never overlap.
      var block = MutableSpan(_unsafeElements: numbers.extracting(first..<first &+ permit.block.count))
      let other = UnsafeBufferPointer(numbers.extracting(source.offset..<source.offset &+ source.count))
      return body(&block, other.span)
    }
    finishUpdate(of: permit, squaredNorm: squaredNorm)
    return true
  }

  @inlinable
  @inline(__always)
  mutating func finishUpdate(of permit: borrowing WritePermit, squaredNorm: Double) {
    precondition(!(squaredNorm < 0), "Σ Δ² must not be negative, but is \(squaredNorm)")
    record.add(squaredNorm: squaredNorm, toLastWriteOf: permit.block.index)
    if !squaredNorm.isFinite { noteNonFiniteNumber(of: permit) }
  }

  @usableFromInline
  mutating func noteNonFiniteNumber(of permit: borrowing WritePermit) {
    guard let index = values(of: permit.block).firstIndex(where: { !$0.isFinite }) else { return }
    record.noteNonFinite(
      block: permit.block.index, index: index - permit.block.offset, step: step, writer: permit.writer)
  }

  /// Copies all numbers of a block onto the permitted block, as one write: how a target begins.
  ///
  /// - Parameters:
  ///   - source: a block laid out like the permitted one.
  ///   - permit: leave to write the block that receives them.
  /// - Returns: whether the write was carried out; it is not where the block is frozen.
  @discardableResult
  public mutating func copy(from source: BlockHandle, with permit: borrowing WritePermit) -> Bool {
    checkLayout(of: permit.block, equals: source)
    return update(with: permit, reading: source) { target, source in
      var squaredNorm = 0.0
      for index in target.indices {
        let change = Double(source[index]) - Double(target[index])
        squaredNorm += change * change
        target[index] = source[index]
      }
      return squaredNorm
    }
  }

  /// Traps unless two blocks hold tensors of the same names and shapes.
  package func checkLayout(of target: BlockHandle, equals source: BlockHandle) {
    let (one, other) = (declarations[target.index], declarations[source.index])
    precondition(
      one.tensors == other.tensors, "\(one.name) is laid out otherwise than \(other.name)")
  }

  /// Notes the part that one of several losses had in the write just carried out.
  ///
  /// For optimisers, after a write with a permit for several writers.
  ///
  /// - Parameters:
  ///   - writer: which of the permit's writers, counted from 0 in the order the permit named them.
  ///   - squaredNorm: ‖g‖² of that loss's own gradient.
  ///   - cosine: the cosine between that gradient and the sum of all, in −1 … 1; 0 where either is zero.
  ///   - permit: the permit of the write, for several writers.
  public mutating func noteShare(
    of writer: Int, squaredNorm: Double, cosine: Double, with permit: borrowing WritePermit
  ) {
    precondition(
      permit.shares.indices.contains(writer),
      "writer \(writer) is none of the \(permit.shares.count) that share the permit")
    record.noteShare(at: permit.shares[writer], squaredNorm: squaredNorm, cosine: cosine)
  }

  /// Puts a block back to what it was in a snapshot of this store.
  public mutating func restore(_ handle: BlockHandle, from snapshot: ParameterStore, by writer: String) {
    precondition(
      snapshot.declarations[handle.index].tensors == declarations[handle.index].tensors,
      "the snapshot is of another store")
    let permit = WritePermit(
      block: handle, writer: record.writerIndex(writer), cause: .restoration, usesReward: false)
    setAll(snapshot.values(of: handle), with: permit)
  }
}
