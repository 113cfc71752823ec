/// New nodes of a search, one a row: where they come from, and what a problem found out about them.
public struct SearchLeaves: Sendable {
  /// How many there are.
  public internal(set) var count = 0
  /// The new node, `[count]`.
  public internal(set) var nodes: [Int32]
  /// The node it was reached from, `[count]`.
  public internal(set) var parents: [Int32]
  /// What was done there, `[count]`.
  public internal(set) var actions: [Int32]
  /// Which of the action's outcomes it is, `[count]`; 0 where there is only one.
  public internal(set) var outcomes: [Int32]
  /// How many steps it is from the root, `[count]`.
  public internal(set) var depths: [Int32]

  /// What the step earned, in reward units, `[count]`.
  public var rewards: [Float]
  /// What the value of the new node is multiplied by, seen from where it was reached: γ, 0 where things end, −γ where the
  /// other player moves on, `[count]`.
  public var discounts: [Float]
  /// V̂, what the new node is worth to the one who moves there, in reward units, `[count]`.
  public var values: [Float]
  /// ln of what the actor would do there, up to a constant, −∞ for what it cannot, `[count × actions]`.
  public var logits: [Float]

  init(capacity: Int, actionCount: Int) {
    nodes = [Int32](repeating: 0, count: capacity)
    parents = nodes
    actions = nodes
    outcomes = nodes
    depths = nodes
    rewards = [Float](repeating: 0, count: capacity)
    discounts = rewards
    values = rewards
    logits = [Float](repeating: 0, count: capacity * actionCount)
  }
}
