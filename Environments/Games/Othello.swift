import Assay

/// Othello: enclosed pieces change sides.
///
/// ![Enclosed pieces change sides](othello)
///
/// In the middle of the board lie two pieces of each player, crosswise: the first player's top right and bottom left.
/// The players take turns to put a piece into an empty cell from which, along a row, a column or a diagonal, an
/// unbroken line of the other player's pieces leads to one of their own; all pieces of all such lines change sides. A
/// player without such a move passes. When neither has one the game is over, and who has more pieces wins. The usual
/// board has 8 × 8 cells; 4 × 4 and 6 × 6 can be chosen.
///
/// ``score`` is the difference of the pieces. As a world it is a ``GameEnvironment`` against an opponent.
///
/// - **Observation**: two planes of the board, row by row from the top: the agent's pieces, and the opponent's.
/// - **Action**: move i is cell i, counted row by row from the top left; the last move is to pass, and is legal where
///   no other is.
/// - **Reward**: 1 for a win, −1 for a loss, 0 otherwise.
/// - **Ending**: neither player has a move.
/// - **For**: planning against somebody; what a position is worth turns with every move.
/// - **Published**: 4, 12, 56, 244, 1396, 8200, 55092, 390216 sequences of 1, 2, 3 … moves on the usual board; with
///   perfect play the second player wins on 4 × 4 by 11 pieces to 3, and on 6 × 6 by 20 to 16.
/// - SeeAlso: Feinstein (1993), *Amenor wins world 6×6 championships*, for 6 × 6; 4 × 4 is solved in this package's tests.
@frozen
public struct Othello: Game {
  /// The pieces of the player to move.
  @usableFromInline var own: UInt64
  /// The other player's pieces.
  @usableFromInline var others: UInt64
  @usableFromInline var legal: UInt64
  @usableFromInline let size: UInt8
  @usableFromInline var turn = Player.first
  @usableFromInline var hasEnded = false

  /// Makes a board with the four pieces to start from.
  ///
  /// - Parameter size: how many rows and columns there are: 4, 6 or 8.
  public init(size: Int = 8) {
    precondition(size == 4 || size == 6 || size == 8, "size must be 4, 6 or 8, but is \(size)")
    self.size = UInt8(size)
    let topLeft = UInt64((size / 2 - 1) * size + size / 2 - 1)
    own = 1 << (topLeft + 1) | 1 << (topLeft + UInt64(size))
    others = 1 << topLeft | 1 << (topLeft + UInt64(size) + 1)
    legal = 0
    legal = Self.moves(of: own, against: others, size: self.size)
  }

  public var name: String { "othello" }
  @inlinable public var legalMoves: UInt64 { legal }
  @inlinable public var mover: Player { turn }
  @inlinable public var isOver: Bool { hasEnded }
  @inlinable public var rows: Int { Int(size) }
  @inlinable public var columns: Int { Int(size) }
  @inlinable public var actionCount: Int { Int(size) * Int(size) + 1 }
  @inlinable public var pass: Int? { Int(size) * Int(size) }
  @inlinable public var key: UInt128 { UInt128(own) &<< 64 | UInt128(others) }
  @inlinable public var result: Int { score.signum() }

  @inlinable public var score: Int {
    isOver ? mover.sign * (own.nonzeroBitCount - others.nonzeroBitCount) : 0
  }

  @inlinable
  public mutating func play(_ move: Int) {
    checkMove(move)
    turn = turn.other
    guard legal != 0 else {
      // The game goes on, so the other has a move.
      (own, others) = (others, own)
      legal = Self.moves(of: own, against: others, size: size)
      return
    }
    let piece: UInt64 = 1 &<< UInt64(truncatingIfNeeded: move)
    let turned = Self.turned(by: piece, own: own, others: others, size: size)
    (own, others) = (others ^ turned, own | turned | piece)
    legal = Self.moves(of: own, against: others, size: size)
    if legal == 0 { hasEnded = Self.moves(of: others, against: own, size: size) == 0 }
  }

  // Given the size rather than all of a position, so that the rest of it stays in registers. Shifts by numbers that
  // are known when this is compiled are quicker.

  /// The cells in which a player may move.
  @inlinable
  static func moves(of own: UInt64, against others: UInt64, size: UInt8) -> UInt64 {
    size == 8
      ? Lines(stride: 8, inner: inner(8), board: ~0).moves(of: own, against: others)
      : Lines(stride: UInt64(size), inner: inner(size), board: board(size)).moves(of: own, against: others)
  }

  /// The other player's pieces that change sides when the mover puts a piece somewhere.
  @inlinable
  static func turned(by piece: UInt64, own: UInt64, others: UInt64, size: UInt8) -> UInt64 {
    size == 8
      ? Lines(stride: 8, inner: inner(8), board: ~0).turned(by: piece, own: own, others: others)
      : Lines(stride: UInt64(size), inner: inner(size), board: board(size))
        .turned(by: piece, own: own, others: others)
  }

  /// All cells of a board.
  @inlinable
  static func board(_ size: UInt8) -> UInt64 {
    switch size {
    case 4: 0xFFFF
    case 6: 0xF_FFFF_FFFF
    default: ~0
    }
  }

  /// The cells of a board that are not in its first or last column.
  @inlinable
  static func inner(_ size: UInt8) -> UInt64 {
    switch size {
    case 4: 0x6666
    case 6: 0o3636_3636_3636
    default: 0x7E7E_7E7E_7E7E_7E7E
    }
  }

  /// What lies in a line on a board, in all eight directions at once: sets of cells are shifted together, by one cell
  /// first and then by two, so that a line of six takes three steps.
  @frozen
  @usableFromInline
  struct Lines {
    @usableFromInline let stride: UInt64
    /// The cells that are not in the first or last column.
    @usableFromInline let inner: UInt64
    /// All cells.
    @usableFromInline let board: UInt64

    @inlinable
    init(stride: UInt64, inner: UInt64, board: UInt64) {
      self.stride = stride
      self.inner = inner
      self.board = board
    }

    @inline(__always)
    @inlinable
    func moves(of own: UInt64, against others: UInt64) -> UInt64 {
      let middle = others & inner
      let found =
        ends(of: own, through: middle, 1) | ends(of: own, through: others, stride)
        | ends(of: own, through: middle, stride &- 1) | ends(of: own, through: middle, stride &+ 1)
      return found & ~(own | others) & board
    }

    /// The cells behind lines that start at some cells, both ways.
    @inline(__always)
    @inlinable
    func ends(of cells: UInt64, through others: UInt64, _ step: UInt64) -> UInt64 {
      upwards(from: cells, through: others, step) &<< step
        | downwards(from: cells, through: others, step) &>> step
    }

    @inline(__always)
    @inlinable
    func upwards(from cells: UInt64, through others: UInt64, _ step: UInt64) -> UInt64 {
      var line = others & cells &<< step
      line |= others & line &<< step
      let pairs = others & others &<< step
      line |= pairs & line &<< (2 &* step)
      line |= pairs & line &<< (2 &* step)
      return line
    }

    @inline(__always)
    @inlinable
    func downwards(from cells: UInt64, through others: UInt64, _ step: UInt64) -> UInt64 {
      var line = others & cells &>> step
      line |= others & line &>> step
      let pairs = others & others &>> step
      line |= pairs & line &>> (2 &* step)
      line |= pairs & line &>> (2 &* step)
      return line
    }

    @inline(__always)
    @inlinable
    func turned(by piece: UInt64, own: UInt64, others: UInt64) -> UInt64 {
      let middle = others & inner
      return enclosed(piece, own, middle, 1) | enclosed(piece, own, others, stride)
        | enclosed(piece, own, middle, stride &- 1) | enclosed(piece, own, middle, stride &+ 1)
    }

    /// The lines that lead from a piece to one of its own side, both ways.
    @inline(__always)
    @inlinable
    func enclosed(_ piece: UInt64, _ own: UInt64, _ others: UInt64, _ step: UInt64) -> UInt64 {
      let above = upwards(from: piece, through: others, step)
      let below = downwards(from: piece, through: others, step)
      return (own & above &<< step != 0 ? above : 0) | (own & below &>> step != 0 ? below : 0)
    }
  }

  @inlinable
  public func pieces(of player: Player) -> UInt64 { player == mover ? own : others }

  public func position(first: UInt64, second: UInt64, mover: Player) throws(DataError) -> Othello {
    guard (first | second) & ~Self.board(size) == 0, first & second == 0 else {
      throw DataError(
        field: "position", value: "pieces in one cell, or beside the board", allowed: "one piece in a cell")
    }
    var position = Othello(size: rows)
    position.turn = mover
    (position.own, position.others) = mover == .first ? (first, second) : (second, first)
    position.legal = Self.moves(of: position.own, against: position.others, size: size)
    position.hasEnded =
      position.legal == 0 && Self.moves(of: position.others, against: position.own, size: size) == 0
    return position
  }

  /// `a1` for the top left cell; `pass` for passing.
  public func moveName(_ move: Int) -> String {
    move == pass ? "pass" : TicTacToe.cellName(row: move / rows, column: move % rows)
  }

  /// The board with a plus in each cell in which the player to move may put a piece, and how many pieces there are.
  public var picture: Picture {
    let count = [Player.first, .second].map { "\(mark(of: $0)) \(pieces(of: $0).nonzeroBitCount)" }
    let hint = legal == 0 && !isOver ? ", who has to pass" : ""
    return Picture(
      tiles: board(hints: legalMoves), caption: count.joined(separator: ", ") + "; " + status + hint)
  }
}
