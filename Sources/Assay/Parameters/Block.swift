/// The name of a part of an agent: `critic`, `actor`, `worldModel`, or any other.
public struct PartName: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
  public var description: String

  public init(_ name: String) { description = name }

  public init(stringLiteral value: String) { description = value }

  public init(from decoder: any Decoder) throws {
    description = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What a block of parameters is for: a label for people and audits.
///
/// No algorithm looks at it: renaming every role to ``opaque(_:)`` leaves each trajectory as it was, bit for
/// bit.
public enum Role: Sendable, Hashable, CustomStringConvertible {
  case worldModel
  case critic
  case actor
  /// A label that says nothing.
  case opaque(Int)

  public var description: String {
    switch self {
    case .worldModel: "world model"
    case .critic: "critic"
    case .actor: "actor"
    case .opaque(let number): "opaque(\(number))"
    }
  }
}

/// Where a block of parameters lies: what a part holds instead of the numbers themselves.
public struct BlockHandle: Sendable, Hashable {
  /// Index of the block in its store.
  public let index: Int
  /// Index of the block's first number in the arena.
  public let offset: Int
  /// How many numbers the block has.
  public let count: Int

  @inlinable
  init(index: Int, offset: Int, count: Int) {
    self.index = index
    self.offset = offset
    self.count = count
  }
}

/// Where one tensor of a block lies.
public struct BlockTensor: Sendable, Hashable {
  /// What it is called, unique in its block: `hidden.0.weight`. Empty where the block is one tensor.
  public let name: String
  /// Extent of each axis, outermost first; their product is the count.
  public let shape: [Int]
  /// Index of its first number in the block.
  public let offset: Int
  /// How many numbers it has.
  public let count: Int

  /// Tensors begin at multiples of this many numbers, which are 64 bytes: a line of the cache, and the widest
  /// vector.
  package static let alignment = 16

  /// The first multiple of ``alignment`` that is not before an index.
  package static func aligned(_ index: Int) -> Int { (index + alignment - 1) / alignment * alignment }

  /// Lays tensors out one after the other, each at a multiple of ``alignment``.
  ///
  /// - Parameter declarations: names and shapes, in order.
  /// - Returns: the tensors, and how many numbers they and the padding after each of them take.
  package static func layOut(
    _ declarations: [(name: String, shape: [Int])]
  ) -> (tensors: [BlockTensor], count: Int) {
    var end = 0
    let tensors = declarations.map { declaration in
      let tensor = BlockTensor(
        name: declaration.name, shape: declaration.shape, offset: end,
        count: declaration.shape.reduce(1, *))
      end = aligned(end + tensor.count)
      return tensor
    }
    return (tensors, end)
  }
}

/// What is known of a block: where it is, whose it is, who may write it.
public struct Block: Sendable, Hashable {
  /// Where it lies.
  public let handle: BlockHandle
  /// What it is called, unique in its store: `critic.values`.
  public let name: String
  /// The part it belongs to.
  public let owner: PartName
  /// What it is for: a label that no algorithm reads.
  public var role: Role
  /// Extent of each axis, outermost first; their product is the block's count. A block of several tensors has
  /// one axis, padding included.
  public let shape: [Int]
  /// What lies in it. Between and after several tensors there is padding, which is zero and stays zero.
  public let tensors: [BlockTensor]
  /// How its learner changes it, in words: `expected backup`.
  public let updateRule: String
  /// Who may write it. Several writers share a block only by declaring it.
  public let writers: [String]
  /// Whether writes by learners are turned away, and counted.
  public internal(set) var isFrozen = false
  /// How many times it was written.
  public internal(set) var version = 0

  /// Index of the block's first byte in the arena.
  public var byteOffset: Int { handle.offset * MemoryLayout<Float>.stride }

  /// How many bytes it takes.
  public var byteCount: Int { handle.count * MemoryLayout<Float>.stride }

  /// The tensor with a name.
  public func tensor(named name: String) -> BlockTensor? { tensors.first { $0.name == name } }
}

/// Leave to write one block, for one writer (or several that write together) and one cause. It cannot be copied:
/// whoever holds it is the writer.
public struct WritePermit: ~Copyable, Sendable {
  /// The block that may be written.
  public let block: BlockHandle
  @usableFromInline let writer: Int32
  @usableFromInline let cause: Ledger.Cause
  @usableFromInline let usesReward: Bool
  /// Where the ledger keeps the share of each of several writers, in their order; empty for a single writer.
  let shares: [Int]

  @usableFromInline
  init(block: BlockHandle, writer: Int32, cause: Ledger.Cause, usesReward: Bool, shares: [Int] = []) {
    self.block = block
    self.writer = writer
    self.cause = cause
    self.usesReward = usesReward
    self.shares = shares
  }
}
