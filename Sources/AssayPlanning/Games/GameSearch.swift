import Assay

/// What a game is played for.
public enum GameGoal: Sendable, Hashable {
  /// To win: ``Game/result``.
  case result
  /// To win by much: ``Game/score``.
  case score

  /// What a game that is over is worth to the player whose turn it would be.
  @inlinable
  func value(of game: some Game) -> Int {
    game.mover.sign * (self == .result ? game.result : game.score)
  }
}

/// Exact values and best moves of a game, by alpha-beta search with a table of positions that were seen before.
///
/// ```swift
/// var search = GameSearch(of: ConnectFour(rows: 4, columns: 4))
/// search.value(of: ConnectFour(rows: 4, columns: 4))  // 0, a draw
/// ```
///
/// Values are those of the player to move: 1 for a win, 0 for a draw, −1 for a loss, or points where they are what
/// the game is played for. The search keeps its table from one question to the next.
///
/// - SeeAlso: Knuth & Moore (1975), *An analysis of alpha-beta pruning*; Schaeffer (1989), *The history heuristic and
///   alpha-beta search enhancements in practice*, for the order of moves.
public struct GameSearch<PlayedGame: Game>: Sendable {
  /// What the game is played for.
  public let goal: GameGoal
  /// How many positions were looked at so far.
  @inlinable public var positionCount: Int { count }

  @usableFromInline var count = 0
  @usableFromInline var table: [Entry]
  /// How much each move cut off so far, `[2 × moves]`.
  @usableFromInline var history: [Int]
  @usableFromInline let actionCount: Int

  /// What is known of a position: its value lies in `low...high`.
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var key: UInt128
    @usableFromInline var low = Int16.min
    @usableFromInline var high = Int16.max
    /// The best move so far; −1 where nothing is known of any position.
    @usableFromInline var move: Int16 = -1

    @inlinable init(key: UInt128 = 0) { self.key = key }
  }

  /// Gets ready to search a game.
  ///
  /// - Parameters:
  ///   - game: any position of the game; what is asked for later must be of the same size.
  ///   - goal: what it is played for.
  ///   - tableSize: how many positions are remembered, of 32 bytes each; a power of 2.
  @inlinable
  public init(of game: PlayedGame, for goal: GameGoal = .result, tableSize: Int = 1 << 18) {
    precondition(
      tableSize > 0 && tableSize & (tableSize - 1) == 0, "tableSize must be a power of 2, but is \(tableSize)"
    )
    self.goal = goal
    actionCount = game.actionCount
    table = [Entry](repeating: Entry(), count: tableSize)
    history = [Int](repeating: 0, count: 2 * game.actionCount)
  }

  /// What a position is worth to the player to move.
  @inlinable
  public mutating func value(of game: PlayedGame) -> Int {
    value(of: game, above: -Self.limit, below: Self.limit)
  }

  /// The legal moves after which the value is as good as can be, bit i for move i; empty where there is none but to
  /// pass, and at the end.
  @inlinable
  public mutating func bestMoves(in game: PlayedGame) -> UInt64 {
    game.bestMoves { next, low in -value(of: next, above: -Self.limit, below: -low) }
  }

  /// More than any game is worth.
  @inlinable static var limit: Int { Int(Int16.max) }

  /// The value, where it lies between the bounds; beyond them, a bound of it on the same side.
  @inlinable
  mutating func value(of game: PlayedGame, above low: Int, below high: Int) -> Int {
    count += 1
    if game.isOver { return goal.value(of: game) }
    let key = game.key
    let slot = slot(of: key)
    var (low, high) = (low, high)
    var first = -1
    if table[slot].move >= 0, table[slot].key == key {
      let entry = table[slot]
      if entry.low == entry.high || entry.low >= high { return Int(entry.low) }
      if entry.high <= low { return Int(entry.high) }
      low = max(low, Int(entry.low))
      high = min(high, Int(entry.high))
      first = Int(entry.move)
    }
    var moves = game.legalMoves
    var best = -Self.limit
    var bestMove = game.pass ?? 0
    if moves == 0 {
      best = value(after: bestMove, in: game, above: low, below: high)
    } else {
      let offset = game.mover == .first ? 0 : actionCount
      while moves != 0 {
        let move = first >= 0 ? first : mostPromising(of: moves, offset: offset)
        first = -1
        moves &= ~(1 << UInt64(move))
        let found = value(after: move, in: game, above: max(low, best), below: high)
        if found > best { (best, bestMove) = (found, move) }
        if best >= high {
          // A cut counts by how many moves it spared.
          history[offset + move] += moves.nonzeroBitCount + 1
          break
        }
      }
    }
    if table[slot].key != key || table[slot].move < 0 { table[slot] = Entry(key: key) }
    if best > low { table[slot].low = max(table[slot].low, Int16(best)) }
    if best < high { table[slot].high = min(table[slot].high, Int16(best)) }
    table[slot].move = Int16(bestMove)
    return best
  }

  @inlinable
  mutating func value(after move: Int, in game: PlayedGame, above low: Int, below high: Int) -> Int {
    var next = game
    next.play(move)
    return -value(of: next, above: -high, below: -low)
  }

  @inlinable
  func mostPromising(of moves: UInt64, offset: Int) -> Int {
    var moves = moves
    var best = moves.trailingZeroBitCount
    moves &= moves - 1
    while moves != 0 {
      let move = moves.trailingZeroBitCount
      if history[offset + move] > history[offset + best] { best = move }
      moves &= moves - 1
    }
    return best
  }

  @inlinable
  func slot(of key: UInt128) -> Int {
    var hash = UInt64(truncatingIfNeeded: key) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 32 ^ UInt64(truncatingIfNeeded: key >> 64)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(table.count - 1))
  }
}

/// Alpha-beta search to a limited depth: what lies beyond it counts as a draw.
public struct DepthLimitedSearch: Sendable, Hashable {
  /// How many moves are looked ahead, passes included; at least 1.
  public let depth: Int
  /// What the game is played for.
  public let goal: GameGoal

  @inlinable
  public init(depth: Int, for goal: GameGoal = .result) {
    precondition(depth > 0, "depth must be positive, but is \(depth)")
    self.depth = depth
    self.goal = goal
  }

  /// What a position is worth to the player to move, as far as is seen.
  @inlinable
  public func value(of game: some Game) -> Int {
    value(of: game, depth: depth, above: -Int.max, below: Int.max)
  }

  /// The legal moves after which the value, as far as is seen, is as good as can be, bit i for move i; empty where
  /// there is none but to pass, and at the end.
  @inlinable
  public func bestMoves(in game: some Game) -> UInt64 {
    game.bestMoves { next, low in -value(of: next, depth: depth - 1, above: -Int.max, below: -low) }
  }

  @inlinable
  func value<PlayedGame: Game>(of game: PlayedGame, depth: Int, above low: Int, below high: Int) -> Int {
    if game.isOver { return goal.value(of: game) }
    if depth == 0 { return 0 }
    var moves = game.legalMoves
    var best = -Int.max
    repeat {
      var next = game
      if let pass = game.pass, moves == 0 {
        next.play(pass)
      } else {
        next.play(moves.trailingZeroBitCount)
        moves &= moves - 1
      }
      best = max(best, -value(of: next, depth: depth - 1, above: -high, below: -max(low, best)))
    } while moves != 0 && best < high
    return best
  }
}

extension Game {
  /// The moves whose values are the greatest.
  ///
  /// - Parameter value: what a position after a move is worth to the one who made it; where that is no more than a
  ///   bound, any number up to the bound will do.
  /// - Returns: bit i for move i.
  @inlinable
  func bestMoves(value: (_ next: Self, _ bound: Int) -> Int) -> UInt64 {
    var moves = legalMoves
    var best: UInt64 = 0
    // One below the least: so a move that is as good as the best so far is told from one that is worse.
    var bound = -Int(Int16.max)
    while moves != 0 {
      let move = moves & (0 &- moves)
      moves ^= move
      var next = self
      next.play(move.trailingZeroBitCount)
      let value = value(next, bound)
      if value > bound + 1 || best == 0 {
        best = move
        bound = value - 1
      } else if value == bound + 1 {
        best |= move
      }
    }
    return best
  }

  /// How many sequences of so many moves there are, passes included; a game that ends sooner has none.
  ///
  /// These counts are how implementations of a game are compared.
  ///
  /// - Parameter depth: how many moves, from 0.
  /// - Returns: the number of sequences.
  @inlinable
  public func sequenceCount(depth: Int) -> Int {
    if depth == 0 { return 1 }
    if isOver { return 0 }
    var moves = legalMoves
    if depth == 1 { return max(1, moves.nonzeroBitCount) }
    var count = 0
    repeat {
      var next = self
      if let pass, moves == 0 {
        next.play(pass)
      } else {
        next.play(moves.trailingZeroBitCount)
        moves &= moves - 1
      }
      count += next.sequenceCount(depth: depth - 1)
    } while moves != 0
    return count
  }
}
