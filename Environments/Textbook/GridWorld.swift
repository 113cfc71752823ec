import Assay

/// A grid to walk on, where every move does what it says.
///
/// ![Two jumps that pay](grid-world-5x5)
///
/// A move off the grid leaves the agent in place. From a cell with a ``Jump`` every action leads to the same
/// cell. Entering an end ends the episode, and nothing follows from there; without ends the world goes on for
/// ever. Sizes, jumps, ends and rewards are free; two grids are given: ``fiveByFive`` and ``fourByFour``.
///
/// - **Observation**: the cell, row by row from the top left.
/// - **Action**: up, right, down or left.
/// - **Reward**: that of a step, of a move off the grid, or of a jump; −1 to 10 in the larger grid, −1 in the
///   smaller.
/// - **Ending**: terminates in an end, where there is one. Episodes start in any cell that is not an end,
///   each equally likely. γ = 0.9 in the larger grid, 1 in the smaller.
/// - **For**: values of policies that can be looked up.
/// - **Published**: under the uniform policy, 3.3, 8.8, … in the larger grid; −14, −18, −20 and −22 in the
///   smaller. The best value of A in the larger is 24.4.
/// - SeeAlso: Sutton & Barto (2018), Examples 3.5, 3.8 and 4.1.
public struct GridWorld: EnumerableEnvironment {
  /// A cell that every action leaves for the same other cell.
  public struct Jump: Sendable, Hashable {
    /// How the map calls it; where it leads has the same mark with a prime.
    public var mark: String
    /// The cell it leaves.
    public var from: Int
    /// The cell it leads to.
    public var to: Int
    /// The reward of every action in it.
    public var reward: Double

    /// Makes a jump from one cell to another.
    public init(mark: String, from: Int, to: Int, reward: Double) {
      self.mark = mark
      self.from = from
      self.to = to
      self.reward = reward
    }
  }

  /// Five by five cells with two jumps, A → A′ for +10 and B → B′ for +5, and −1 for a move off the grid; γ =
  /// 0.9.
  ///
  /// - SeeAlso: Sutton & Barto (2018), Examples 3.5 and 3.8.
  public static let fiveByFive = GridWorld(
    name: "grid-world-5x5", rows: 5, columns: 5, discount: 0.9, bumpReward: -1,
    jumps: [Jump(mark: "A", from: 1, to: 21, reward: 10), Jump(mark: "B", from: 3, to: 13, reward: 5)])

  /// Four by four cells with an end in two corners, and −1 for every move; γ = 1.
  ///
  /// ![Every step costs 1](grid-world-4x4)
  ///
  /// - SeeAlso: Sutton & Barto (2018), Example 4.1.
  public static let fourByFour = GridWorld(
    name: "grid-world-4x4", rows: 4, columns: 4, discount: 1, stepReward: -1, bumpReward: -1, ends: [0, 15])

  public let name: String
  public let discount: Double
  public let observationSpace: DiscreteSpace
  public let actionSpace = DiscreteSpace(count: 4)
  public let actionNames = ["up", "right", "down", "left"]
  public let map: GridMap?

  @inlinable public var state: Int { cell }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var cell: Int
  @usableFromInline var hasEnded = false
  /// The one outcome of each (cell, action), `[cells × 4]`; not to be read for an end.
  @usableFromInline let moves: [Outcome]
  /// Whether each cell is an end.
  @usableFromInline let isEnd: [Bool]
  /// The cells that are not.
  @usableFromInline let starts: [Int]

  /// Makes a grid.
  ///
  /// - Parameters:
  ///   - name: a short name, as on the command line.
  ///   - rows: how many rows, at least 1.
  ///   - columns: how many columns, at least 1. Cells are counted row by row.
  ///   - discount: γ, in [0, 1].
  ///   - stepReward: the reward of a move to another cell.
  ///   - bumpReward: the reward of a move off the grid.
  ///   - jumps: at most one from each cell.
  ///   - ends: cells that end the episode; not all of them.
  public init(
    name: String, rows: Int, columns: Int, discount: Double, stepReward: Double = 0, bumpReward: Double = 0,
    jumps: [Jump] = [], ends: Set<Int> = []
  ) {
    precondition(rows > 0 && columns > 0, "a grid needs at least one cell, not \(rows) × \(columns)")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    let cells = 0..<rows * columns
    for cell in ends.union(jumps.flatMap { [$0.from, $0.to] }) {
      precondition(cells.contains(cell), "cells must be in \(cells), but one is \(cell)")
    }
    var marks = [String](repeating: "", count: cells.count)
    for end in ends { marks[end] = "G" }
    for jump in jumps {
      marks[jump.from] = jump.mark
      marks[jump.to] = jump.mark + "′"
    }
    let map = GridMap(rows: rows, columns: columns, marks: marks, directions: [.up, .right, .down, .left])
    moves = cells.flatMap { cell in
      map.directions.compactMap { $0 }.map { direction in
        let jump = jumps.first { $0.from == cell }
        let neighbour = map.neighbour(of: cell, towards: direction)
        let next = jump?.to ?? neighbour ?? cell
        return Outcome(
          next: next, probability: 1, reward: jump?.reward ?? (neighbour == nil ? bumpReward : stepReward),
          isTerminal: ends.contains(next))
      }
    }
    self.name = name
    self.discount = discount
    self.map = map
    observationSpace = DiscreteSpace(count: cells.count)
    isEnd = cells.map { ends.contains($0) }
    starts = cells.filter { !ends.contains($0) }
    precondition(!starts.isEmpty, "a grid needs a cell that is not an end")
    cell = starts[0]
  }

  public var picture: Picture {
    guard let map else { return Picture() }
    var picture = map.picture(of: state)
    // A jump may be called `A`, too.
    if case .tiles(var tiles) = picture.scene {
      tiles.tiles[cell].mark = "●"
      picture.scene = .tiles(tiles)
    }
    return picture
  }

  public var initialDistribution: [Double] { isEnd.map { $0 ? 0 : 1 / Double(starts.count) } }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    cell = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    cell = starts[random.integer(below: starts.count)]
    return cell
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    precondition(!isEnd[cell], "nothing follows from the end \(cell)")
    let move = moves[cell * 4 + action]
    cell = move.next
    hasEnded = move.isTerminal
    return Step(
      observation: cell, reward: Reward(move.reward), ending: move.isTerminal ? .terminated : nil)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<4, but is \(action)")
    return isEnd[state] ? [] : [moves[state * 4 + action]]
  }
}
