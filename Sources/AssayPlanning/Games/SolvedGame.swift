import Assay

/// A small game of which every position that can be reached is known, with its exact value.
///
/// ```swift
/// let solved = try SolvedGame(TicTacToe())
/// solved.positionCount  // 5478
/// solved.bestMoves(in: TicTacToe())  // all nine: each is a draw
/// ```
///
/// ``GameSearch`` looks at far fewer positions where one value is asked for.
public struct SolvedGame<PlayedGame: Game>: Sendable {
  /// Where it starts from.
  public let start: PlayedGame
  /// What it is played for.
  public let goal: GameGoal
  /// What each position is worth to the player to move, by its key.
  @usableFromInline var values: [UInt128: Int16] = [:]

  /// Solves a game.
  ///
  /// - Parameters:
  ///   - start: where it starts from.
  ///   - goal: what it is played for.
  ///   - positionLimit: how many positions there may be at most; each takes about 32 bytes.
  /// - Throws: ``DataError`` where there are more.
  @inlinable
  public init(
    _ start: PlayedGame, for goal: GameGoal = .result, positionLimit: Int = 4_000_000
  ) throws(DataError) {
    self.start = start
    self.goal = goal
    _ = try solve(start, positionLimit: positionLimit)
  }

  /// How many positions can be reached, those counted once that share a key.
  @inlinable public var positionCount: Int { values.count }

  /// What a position is worth to the player to move.
  ///
  /// - Parameter game: a position that can be reached from the start.
  /// - Returns: its value.
  @inlinable
  public func value(of game: PlayedGame) -> Int {
    guard let value = values[game.key] else {
      preconditionFailure("\(game) cannot be reached from \(start)")
    }
    return Int(value)
  }

  /// The legal moves after which the value is as good as can be, bit i for move i; empty where there is none but to
  /// pass, and at the end.
  @inlinable
  public func bestMoves(in game: PlayedGame) -> UInt64 { game.bestMoves { next, _ in -value(of: next) } }

  @inlinable
  mutating func solve(_ game: PlayedGame, positionLimit: Int) throws(DataError) -> Int16 {
    if let known = values[game.key] { return known }
    var best = Int16.min
    if game.isOver {
      best = Int16(goal.value(of: game))
    } else {
      var moves = game.legalMoves
      repeat {
        var next = game
        if let pass = game.pass, moves == 0 {
          next.play(pass)
        } else {
          next.play(moves.trailingZeroBitCount)
          moves &= moves - 1
        }
        best = max(best, -(try solve(next, positionLimit: positionLimit)))
      } while moves != 0
    }
    guard values.count < positionLimit else {
      throw DataError(
        field: start.name, value: "a game of more than \(positionLimit) positions",
        allowed: "a smaller game, or a greater limit")
    }
    values[game.key] = best
    return best
  }
}
