import Assay

/// A ball that falls down a board, and a paddle below to catch it with.
///
/// ![A ball falls, a paddle catches it](catch)
///
/// The board has 10 rows of 5. The ball starts in the first row, in any column, each equally likely, and
/// falls a row each step. The paddle is as wide as the ball, starts in the middle of the last row, and moves
/// a column each step; it stops at the sides. The episode ends when the ball is in the last row.
///
/// The paddle can always get there in time, so the best return is 1. Moved at random it catches a fifth of
/// the balls: wherever it ends, the ball is there with probability ⅕. That is a return of −0.6.
///
/// - **Observation**: 25 · r + 5 · b + p, with the ball in row r and column b and the paddle in column p.
/// - **Action**: left, stay or right.
/// - **Reward**: 1 where the ball ends on the paddle, −1 where it ends elsewhere, 0 before that.
/// - **Ending**: terminates after 9 steps. γ = 1.
/// - **For**: whether an agent can learn at all from what comes nine steps later.
/// - **Published**: the best return is 1, that of random moves −0.6.
/// - SeeAlso: Osband et al. (2020), *Behaviour suite for reinforcement learning*, whose rules these are; Mnih
///   et al. (2014), *Recurrent models of visual attention*, for the game.
public struct Catch: EnumerableEnvironment {
  public let name = "catch"
  public let discount = 1.0
  public let observationSpace: DiscreteSpace
  public let actionSpace = DiscreteSpace(count: 3)
  public let actionNames = ["left", "stay", "right"]
  /// How many rows the board has.
  public let rows: Int
  /// How many columns the board has.
  public let columns: Int

  @inlinable public var state: Int { (ballRow * columns + ballColumn) * columns + paddle }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var ballRow = 0
  @usableFromInline var ballColumn = 0
  @usableFromInline var paddle: Int
  @usableFromInline var hasEnded = false

  /// Makes the game.
  ///
  /// - Parameters:
  ///   - rows: how many rows the board has, at least 2.
  ///   - columns: how many columns the board has, at least 1.
  public init(rows: Int = 10, columns: Int = 5) {
    precondition(rows > 1, "rows must be at least 2, but are \(rows)")
    precondition(columns > 0, "columns must be positive, but are \(columns)")
    self.rows = rows
    self.columns = columns
    observationSpace = DiscreteSpace(count: rows * columns * columns)
    paddle = columns / 2
  }

  public var initialDistribution: [Double] {
    var distribution = [Double](repeating: 0, count: stateCount)
    for column in 0..<columns { distribution[column * columns + columns / 2] = 1 / Double(columns) }
    return distribution
  }

  public var rewardRange: ClosedRange<Double> { -1...1 }

  public var stateNames: [String] {
    (0..<stateCount).map { state in
      let (ball, paddle) = state.quotientAndRemainder(dividingBy: columns)
      return "ball in row \(ball / columns), column \(ball % columns), paddle in column \(paddle)"
    }
  }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    let (ball, column) = state.quotientAndRemainder(dividingBy: columns)
    (ballRow, ballColumn) = ball.quotientAndRemainder(dividingBy: columns)
    paddle = column
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    ballRow = 0
    ballColumn = random.integer(below: columns)
    paddle = columns / 2
    return state
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    if ballRow == rows - 1 { fatalError("catch: nothing follows once the ball is in the last row") }
    paddle = moved(paddle, by: action)
    ballRow += 1
    guard ballRow == rows - 1 else { return Step(observation: state, reward: 0) }
    hasEnded = true
    return Step(observation: state, reward: paddle == ballColumn ? 1 : -1, ending: .terminated)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<3, but is \(action)")
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    let (ball, paddle) = state.quotientAndRemainder(dividingBy: columns)
    let (row, column) = ball.quotientAndRemainder(dividingBy: columns)
    guard row < rows - 1 else { return [] }
    let next = moved(paddle, by: action)
    let isLast = row == rows - 2
    return [
      Outcome(
        next: ((row + 1) * columns + column) * columns + next, probability: 1,
        reward: !isLast ? 0 : next == column ? 1 : -1, isTerminal: isLast)
    ]
  }

  @inlinable
  func moved(_ paddle: Int, by action: Int) -> Int { min(max(paddle + action - 1, 0), columns - 1) }

  public var picture: Picture {
    var tiles = Tiles(rows: rows, columns: columns)
    tiles[rows - 1, paddle] = Tiles.Tile("▬", .agent)
    tiles[ballRow, ballColumn] = Tiles.Tile("●", .goal)
    let caption =
      ballRow < rows - 1 ? "\(rows - 1 - ballRow) to fall" : paddle == ballColumn ? "caught" : "missed"
    return Picture(tiles: tiles, caption: caption)
  }
}
