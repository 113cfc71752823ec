import Assay

/// Tic-tac-toe: three in a row on a board of nine cells.
///
/// ![Three in a row, against an opponent that can be beaten or one that cannot](tic-tac-toe)
///
/// The players take turns to mark an empty cell; X, the first player, begins. Who has three marks in a row, a column
/// or a diagonal wins. A full board without such a line is a draw.
///
/// As a world it is an ``EnumeratedGame`` against an opponent.
///
/// - **Observation**: the number of the position.
/// - **Action**: move i marks cell i, counted row by row from the top left; it has to be empty.
/// - **Reward**: 1 for a win, −1 for a loss, 0 otherwise.
/// - **Ending**: a line, or a full board.
/// - **For**: a value function over thousands of states, held against the truth; an opponent that can be exchanged.
/// - **Published**: a draw when both play perfectly; 5,478 positions can be reached; random play against random play
///   is won by the first player with 737/1260 = .5849 and drawn with 8/63 = .1270; the best play against random play
///   wins with 191/192 = .99479.
/// - SeeAlso: Michie (1963), *Experiments on the mechanization of game-learning*, for the game as a task of learning.
@frozen
public struct TicTacToe: Game {
  /// All nine cells.
  @usableFromInline static var board: UInt64 { 0x1FF }

  /// The marks of the player to move.
  @usableFromInline var own: UInt64 = 0
  /// The other player's marks.
  @usableFromInline var others: UInt64 = 0
  @usableFromInline var legal: UInt64 = Self.board
  @usableFromInline var turn = Player.first
  @usableFromInline var isWon = false

  public init() {}

  public var name: String { "tic-tac-toe" }
  @inlinable public var legalMoves: UInt64 { legal }
  @inlinable public var mover: Player { turn }
  @inlinable public var rows: Int { 3 }
  @inlinable public var columns: Int { 3 }
  @inlinable public var actionCount: Int { 9 }
  @inlinable public var isOver: Bool { legal == 0 }
  @inlinable public var key: UInt128 { UInt128(own | others &<< 9) }

  /// The one who moved last won, if anybody did.
  @inlinable public var result: Int { isWon ? -mover.sign : 0 }

  @inlinable
  public mutating func play(_ move: Int) {
    checkMove(move)
    let marks = own | 1 &<< UInt64(truncatingIfNeeded: move)
    own = others
    others = marks
    turn = turn.other
    isWon = Self.hasLine(marks)
    legal = isWon ? 0 : Self.board & ~(own | others)
  }

  @inlinable
  static func hasLine(_ marks: UInt64) -> Bool {
    let horizontal = marks & marks &>> 1 & marks &>> 2 & 0o111
    let vertical = marks & marks &>> 3 & marks &>> 6
    return (horizontal | vertical) != 0 || marks & 0o421 == 0o421 || marks & 0o124 == 0o124
  }

  @inlinable
  public func pieces(of player: Player) -> UInt64 { player == mover ? own : others }

  public func position(first: UInt64, second: UInt64, mover: Player) throws(DataError) -> TicTacToe {
    let ahead = first.nonzeroBitCount - second.nonzeroBitCount
    guard (first | second) & ~Self.board == 0, first & second == 0, ahead == (mover == .first ? 0 : 1) else {
      throw DataError(
        field: "position", value: "\(first.nonzeroBitCount) X and \(second.nonzeroBitCount) O",
        allowed: "as many X as O where X is to move, and one more where O is")
    }
    var position = TicTacToe()
    position.turn = mover
    (position.own, position.others) = mover == .first ? (first, second) : (second, first)
    guard !Self.hasLine(position.own) else {
      throw DataError(
        field: "position", value: "a line of the player to move", allowed: "none before the last move")
    }
    position.isWon = Self.hasLine(position.others)
    position.legal = position.isWon ? 0 : Self.board & ~(first | second)
    return position
  }

  public func mark(of player: Player) -> Character { player == .first ? "X" : "O" }

  public var picture: Picture { Picture(tiles: board(showsMarks: true), caption: status) }

  /// `a1` for the top left cell, `c3` for the bottom right one.
  public func moveName(_ move: Int) -> String { Self.cellName(row: move / 3, column: move % 3) }

  /// A letter for the column and a number for the row, from the top left.
  static func cellName(row: Int, column: Int) -> String {
    String(Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(column)))) + "\(row + 1)"
  }
}
