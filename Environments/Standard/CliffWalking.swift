import Assay

/// A walk along a cliff: the shortest way leads along its edge, and a step over it leads back to the start.
///
/// ![The short way runs along a cliff](cliff-walking)
///
/// The map has 4 rows of 12. The start is the left end of the last row, the goal its right end, the cliff
/// everything between. A move off the map leads nowhere. Where the ground is slippery, a move goes where the action
/// points, or at a right angle to it to either side, with probability ⅓ each. The states on the cliff and at the goal,
/// which no episode passes through, have moves of their own all the same.
///
/// - **Observation**: row · 12 + column, from 0 to 47.
/// - **Action**: 0 up, 1 right, 2 down, 3 left.
/// - **Reward**: −1 for each step, but −100 for one over the cliff, which leads back to the start.
/// - **Ending**: terminated at the goal; the cliff ends nothing.
/// - **For**: what exploring costs: Sarsa learns the safe way, Q-learning the short one, from which it falls.
/// - **Published**: the short way takes 13 steps.
///
/// - SeeAlso: Sutton & Barto (2018), Example 6.6; `CliffWalking-v1` and `CliffWalkingSlippery-v1` of Gymnasium 1.4,
///   whose tables these are.
public struct CliffWalking: EnumerableEnvironment {
  public let name = "cliff-walking"
  public let discount: Double
  public let observationSpace = DiscreteSpace(count: rows * columns)
  public let actionSpace = DiscreteSpace(count: 4)
  public let actionNames = ["up", "right", "down", "left"]
  public let map: GridMap?
  /// Whether a move may go at a right angle to where its action points.
  public let isSlippery: Bool

  @inlinable public var state: Int { cell }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline static var rows: Int { 4 }
  @usableFromInline static var columns: Int { 12 }
  @usableFromInline static var start: Int { 36 }
  private static let goal = 47
  private static let cliff = 37..<47

  @usableFromInline var cell = start
  @usableFromInline var hasEnded = false
  /// What a move from each cell in each direction leads to, `[48 × 4]`.
  @usableFromInline let moves: [Outcome]

  /// Makes the walk.
  ///
  /// - Parameters:
  ///   - isSlippery: whether a move may go at a right angle to where its action points.
  ///   - discount: γ, in [0, 1].
  public init(isSlippery: Bool = false, discount: Double = 0.99) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.isSlippery = isSlippery
    self.discount = discount
    var marks = [String](repeating: "", count: Self.rows * Self.columns)
    for cell in Self.cliff { marks[cell] = "H" }
    marks[Self.start] = "S"
    marks[Self.goal] = "G"
    let map = GridMap(
      rows: Self.rows, columns: Self.columns, marks: marks, directions: [.up, .right, .down, .left])
    self.map = map
    moves = marks.indices.flatMap { cell in
      map.directions.compactMap { $0 }.map { direction in
        let next = map.neighbour(of: cell, towards: direction) ?? cell
        return Self.cliff.contains(next)
          ? Outcome(next: Self.start, probability: 1, reward: -100)
          : Outcome(next: next, probability: 1, reward: -1, isTerminal: next == Self.goal)
      }
    }
  }

  public var picture: Picture { map?.picture(of: state) ?? Picture() }

  public var initialDistribution: [Double] { (0..<stateCount).map { $0 == Self.start ? 1 : 0 } }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    cell = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    cell = Self.start
    return cell
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    // The directions go round, so that those at a right angle are one before and one after the action's own.
    let turn = isSlippery ? random.integer(below: 3) : 1
    let move = moves[cell &* 4 &+ ((action &+ turn &+ 3) & 3)]
    cell = move.next
    hasEnded = move.isTerminal
    return Step(
      observation: cell, reward: Reward(move.reward), ending: move.isTerminal ? .terminated : nil)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<4, but is \(action)")
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    if !isSlippery { return [moves[state * 4 + action]] }
    return [3, 0, 1].map { turn in
      var outcome = moves[state * 4 + (action + turn) % 4]
      outcome.probability = 1.0 / 3.0
      return outcome
    }
  }
}
