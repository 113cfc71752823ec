import Assay
import AssayPlanning

/// Who plays against the agent: of the moves that seem best, it makes each equally often.
public protocol Opponent<PlayedGame>: Sendable {
  associatedtype PlayedGame: Game

  /// The legal moves among which it does not care, bit i for move i; empty where it has to pass.
  func candidates(in game: PlayedGame) -> UInt64
}

extension Opponent {
  /// Draws a move; `nil` where it has to pass.
  @inlinable
  public func move(in game: PlayedGame, using random: inout RandomStream) -> Int? {
    let moves = candidates(in: game)
    return moves == 0 ? nil : random.setBit(of: moves)
  }
}

/// Makes every legal move equally often.
public struct RandomOpponent<PlayedGame: Game>: Opponent, Hashable {
  @inlinable
  public init() {}

  @inlinable
  public func candidates(in game: PlayedGame) -> UInt64 { game.legalMoves }
}

/// Never makes a move that is worth less than another, and all that are best equally often.
public struct ExactOpponent<PlayedGame: Game>: Opponent {
  @usableFromInline let solved: SolvedGame<PlayedGame>

  /// - Parameter solved: the game, solved from a position that leads to all in which this opponent will be asked.
  @inlinable
  public init(_ solved: SolvedGame<PlayedGame>) { self.solved = solved }

  @inlinable
  public func candidates(in game: PlayedGame) -> UInt64 { solved.bestMoves(in: game) }
}

/// Looks some moves ahead, and makes those equally often that are best as far as it sees.
///
/// A game that is not over when it stops looking counts as a draw: it takes a win and avoids a loss within its
/// sight, and otherwise plays at random. A win soon is worth no more to it than one later.
public struct SearchOpponent<PlayedGame: Game>: Opponent, Hashable {
  @usableFromInline let search: DepthLimitedSearch

  /// - Parameter depth: how many moves it looks ahead, its own included; at least 1.
  @inlinable
  public init(depth: Int) { search = DepthLimitedSearch(depth: depth) }

  @inlinable
  public func candidates(in game: PlayedGame) -> UInt64 { search.bestMoves(in: game) }
}

/// Searches a tree of what may follow, each new position valued by a game played to its end at random, and makes the move
/// that was looked at most.
///
/// What it draws follows from the position alone, so that it answers a position always alike.
///
/// - SeeAlso: `UCT` and `GameProblem` of AssayPlanning, which it consists of.
public struct TreeSearchOpponent<PlayedGame: Game>: Opponent, Hashable {
  /// How many games it plays to their ends before each move.
  public let simulations: Int
  @usableFromInline let seed: UInt64

  /// Makes an opponent.
  ///
  /// - Parameters:
  ///   - simulations: how many games it plays to their ends before each move, positive.
  ///   - seed: opponents of different seeds draw differently.
  public init(simulations: Int, seed: UInt64 = 0) {
    precondition(simulations > 0, "simulations must be positive, but is \(simulations)")
    self.simulations = simulations
    self.seed = seed
  }

  @inlinable
  public func candidates(in game: PlayedGame) -> UInt64 {
    let moves = game.legalMoves
    // One move, or none, needs no thought.
    guard moves.nonzeroBitCount > 1, !game.isOver else { return moves }
    let key = game.key
    var random = RandomStream(seed: seed).substream(UInt64(truncatingIfNeeded: key))
      .substream(UInt64(truncatingIfNeeded: key >> 64))
    var search = TreeSearch(of: GameProblem(game), by: UCT())
    do {
      try search.run(SearchBudget(simulations: simulations), using: &random)
    } catch {
      preconditionFailure("a game answers every search, but: \(error)")
    }
    return 1 << UInt64(search.result().action)
  }
}

/// On which side the agent plays.
public enum Seat: String, Sendable, Hashable, CaseIterable {
  /// It makes the first move.
  case first
  /// Its opponent makes the first move.
  case second
  /// Either, by a fair coin in each episode.
  case random

  @inlinable
  func draw(using random: inout RandomStream) -> Player {
    switch self {
    case .first: .first
    case .second: .second
    case .random: random.setBit(of: 3) == 0 ? .first : .second
    }
  }
}
