/// New nodes of a search, one a row: where they come from, and what a problem found out about them.
///
/// The nodes of one call are numbered one after another, so that matrices of theirs are stretches of memory. The
/// columns belong to the search and are valid during the call alone.
public struct SearchLeaves {
  /// How many there are.
  @inlinable public var count: Int { filled }
  /// How many actions a row of ``logits`` has.
  public let actionCount: Int
  /// Whether anybody looks at ``logits``.
  public let wantsLogits: Bool

  /// The new node, `[count]`: `nodes[0] + i` for each i.
  public let nodes: UnsafeMutablePointer<Int32>
  /// The node it was reached from, `[count]`.
  public let parents: UnsafeMutablePointer<Int32>
  /// What was done there, `[count]`.
  public let actions: UnsafeMutablePointer<Int32>
  /// Which of the action's outcomes it is, `[count]`; 0 where there is only one.
  public let outcomes: UnsafeMutablePointer<Int32>
  /// How many steps it is from the root, `[count]`.
  public let depths: UnsafeMutablePointer<Int32>
  /// The root of its tree, `[count]`.
  public let roots: UnsafeMutablePointer<Int32>

  /// What the step earned, in reward units, `[count]`.
  public let rewards: UnsafeMutablePointer<Float>
  /// What the value of the new node is multiplied by, seen from where it was reached: γ, 0 where things end, −γ where the
  /// other player moves on, `[count]`.
  public let discounts: UnsafeMutablePointer<Float>
  /// V̂, what the new node is worth to the one who moves there, in reward units, `[count]`.
  public let values: UnsafeMutablePointer<Float>
  /// ln of what the actor would do there, up to a constant, −∞ for what it cannot, `[count × actions]`.
  public let logits: UnsafeMutablePointer<Float>

  @usableFromInline var filled = 0
  /// The memory of all columns.
  @usableFromInline let memory: UnsafeMutableRawPointer

  /// Takes memory, which ``deallocate()`` gives back.
  @usableFromInline
  init(capacity: Int, actionCount: Int, wantsLogits: Bool) {
    self.actionCount = actionCount
    self.wantsLogits = wantsLogits
    // Nine columns of four bytes and the logits, each from a cache line on; vectors may read beyond the last logit.
    let column = (capacity * 4 + 63) / 64 * 64
    let logitBytes = ((wantsLogits ? capacity * actionCount : 0) * 4 + 127) / 64 * 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 9 * column + logitBytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 9 * column + logitBytes)
    self.memory = memory
    func integers(_ index: Int) -> UnsafeMutablePointer<Int32> {
      (memory + index * column).bindMemory(to: Int32.self, capacity: capacity)
    }
    func numbers(_ index: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
      (memory + index * column).bindMemory(to: Float.self, capacity: count)
    }
    nodes = integers(0)
    parents = integers(1)
    actions = integers(2)
    outcomes = integers(3)
    depths = integers(4)
    roots = integers(5)
    rewards = numbers(6, capacity)
    discounts = numbers(7, capacity)
    values = numbers(8, capacity)
    logits = numbers(9, logitBytes / 4)
  }

  @usableFromInline
  func deallocate() { memory.deallocate() }
}

/// What can be done at a node, as a problem lists it.
public struct SearchActions {
  @usableFromInline let actions: UnsafeMutablePointer<UInt16>
  @usableFromInline let limit: Int
  /// How many there are so far.
  @inlinable public var count: Int { filled }

  @usableFromInline var filled = 0

  @inlinable
  init(actions: UnsafeMutablePointer<UInt16>, limit: Int) {
    self.actions = actions
    self.limit = limit
  }
}
