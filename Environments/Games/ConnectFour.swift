import Assay

/// Connect Four: four in a row, on a board into whose columns pieces fall.
///
/// ![Four in a row, on a board into whose columns pieces fall](connect-four)
///
/// The players take turns to let a piece fall into a column that is not full; it comes to lie on the pieces there. Who
/// has four pieces in a row, a column or a diagonal wins. A full board without such a line is a draw. The usual board
/// has six rows and seven columns; others, and other lengths of the line, can be chosen.
///
/// As a world it is a ``GameEnvironment`` against an opponent.
///
/// - **Observation**: two planes of the board, row by row from the top: the agent's pieces, and the opponent's.
/// - **Action**: move i is column i, counted from the left; it must not be full.
/// - **Reward**: 1 for a win, −1 for a loss, 0 otherwise.
/// - **Ending**: a line, or a full board.
/// - **For**: planning against somebody, where looking ahead pays.
/// - **Published**: 7, 49, 343, 2401, 16807, 117649, 823536, 5673234 sequences of 1, 2, 3 … moves on the usual
///   board; with perfect play a draw on 4 × 4, which has 161,029 positions, on 4 × 5 and on 5 × 4.
/// - SeeAlso: Allis (1988), *A knowledge-based approach of Connect-Four*; Tromp (2008), *John's Connect Four
///   playground*, for the boards of other sizes.
@frozen
public struct ConnectFour: Game {
  // A column has a bit for each row, from the bottom, and one more that is never set: no line leads through it into
  // the next column.

  /// The pieces of the player to move.
  @usableFromInline var own: UInt64 = 0
  /// All pieces.
  @usableFromInline var occupied: UInt64 = 0
  @usableFromInline var legal: UInt64
  @usableFromInline let height: UInt8
  @usableFromInline let width: UInt8
  @usableFromInline let length: UInt8
  @usableFromInline var turn = Player.first
  @usableFromInline var isWon = false

  /// Makes an empty board.
  ///
  /// - Parameters:
  ///   - rows: how many rows there are, at least 1.
  ///   - columns: how many columns there are, at least 1; `(rows + 1) · columns` is at most 64.
  ///   - lineLength: how many pieces in a line win, at least 2.
  public init(rows: Int = 6, columns: Int = 7, lineLength: Int = 4) {
    precondition(
      rows > 0 && rows < 64 && columns > 0 && columns < 64 && (rows + 1) * columns <= 64,
      "rows and columns must be positive with (rows + 1) · columns ≤ 64, but are \(rows) and \(columns)")
    precondition(
      lineLength >= 2 && lineLength < 64, "lineLength must be from 2 to 63, but is \(lineLength)")
    height = UInt8(rows)
    width = UInt8(columns)
    length = UInt8(lineLength)
    legal = 1 << UInt64(columns) - 1
  }

  public var name: String { "connect-four" }
  @inlinable public var legalMoves: UInt64 { legal }
  @inlinable public var mover: Player { turn }
  @inlinable public var rows: Int { Int(height) }
  @inlinable public var columns: Int { Int(width) }
  @inlinable public var actionCount: Int { Int(width) }
  /// How many pieces in a line win.
  @inlinable public var lineLength: Int { Int(length) }
  @inlinable public var isOver: Bool { legal == 0 }

  /// The mover's pieces, and in each column a bit above all pieces.
  @inlinable public var key: UInt128 { UInt128(own) &<< 64 | UInt128(occupied) }

  /// The one who moved last won, if anybody did.
  @inlinable public var result: Int { isWon ? -mover.sign : 0 }

  @inlinable
  public mutating func play(_ move: Int) {
    checkMove(move)
    let stride = UInt64(height) &+ 1
    let bottom = UInt64(truncatingIfNeeded: move) &* stride
    // Counting on from the pieces of a column carries into its lowest empty cell.
    let column: UInt64 = ((1 &<< UInt64(height)) &- 1) &<< bottom
    let piece = (occupied &+ 1 &<< bottom) & column
    let others = own | piece
    own ^= occupied
    occupied |= piece
    turn = turn.other
    if Self.hasLine(others, length: length, stride: stride) {
      isWon = true
      legal = 0
    } else if occupied & column == column {
      legal &= ~(1 &<< UInt64(truncatingIfNeeded: move))
    }
  }

  @inlinable
  static func hasLine(_ pieces: UInt64, length: UInt8, stride: UInt64) -> Bool {
    guard length == 4 else { return hasLongerLine(pieces, length: length, stride: stride) }
    var pairs = pieces & pieces &>> 1
    var lines = pairs & pairs &>> 2
    pairs = pieces & pieces &>> (stride &- 1)
    lines |= pairs & pairs &>> (2 &* stride &- 2)
    pairs = pieces & pieces &>> stride
    lines |= pairs & pairs &>> (2 &* stride)
    pairs = pieces & pieces &>> (stride &+ 1)
    lines |= pairs & pairs &>> (2 &* stride &+ 2)
    return lines != 0
  }

  /// The same for lines of any length.
  @usableFromInline
  static func hasLongerLine(_ pieces: UInt64, length: UInt8, stride: UInt64) -> Bool {
    for step in [1, stride - 1, stride, stride + 1] where step > 0 {
      var starts = pieces
      for count in 1..<UInt64(length) { starts &= pieces >> (count * step) }
      if starts != 0 { return true }
    }
    return false
  }

  public func pieces(of player: Player) -> UInt64 {
    let pieces = player == mover ? own : own ^ occupied
    var cells: UInt64 = 0
    for column in 0..<columns {
      for row in 0..<rows where pieces >> UInt64(bit(row: row, column: column)) & 1 == 1 {
        cells |= 1 << UInt64(row * columns + column)
      }
    }
    return cells
  }

  /// Where a cell is in the words above; rows count from the top.
  private func bit(row: Int, column: Int) -> Int { column * (rows + 1) + rows - 1 - row }

  public func position(first: UInt64, second: UInt64, mover: Player) throws(DataError) -> ConnectFour {
    let cells: UInt64 = ~0 >> UInt64(64 - rows * columns)
    let ahead = first.nonzeroBitCount - second.nonzeroBitCount
    guard (first | second) & ~cells == 0, first & second == 0, ahead == (mover == .first ? 0 : 1) else {
      throw DataError(
        field: "position", value: "\(first.nonzeroBitCount) X and \(second.nonzeroBitCount) O",
        allowed: "as many X as O where X is to move, and one more where O is")
    }
    guard (first | second) & ~((first | second) >> UInt64(columns)) & (cells >> UInt64(columns)) == 0 else {
      throw DataError(field: "position", value: "a piece above an empty cell", allowed: "pieces on pieces")
    }
    var words: (own: UInt64, others: UInt64) = (0, 0)
    for cell in 0..<rows * columns {
      let there: UInt64 = 1 << UInt64(bit(row: cell / columns, column: cell % columns))
      if (mover == .first ? first : second) >> UInt64(cell) & 1 == 1 { words.own |= there }
      if (mover == .first ? second : first) >> UInt64(cell) & 1 == 1 { words.others |= there }
    }
    let stride = UInt64(rows + 1)
    guard !Self.hasLine(words.own, length: length, stride: stride) else {
      throw DataError(
        field: "position", value: "a line of the player to move", allowed: "none before the last move")
    }
    var position = ConnectFour(rows: rows, columns: columns, lineLength: lineLength)
    position.turn = mover
    position.own = words.own
    position.occupied = words.own | words.others
    position.isWon = Self.hasLine(words.others, length: length, stride: stride)
    // The top row of the board is in the lowest bits.
    position.legal = position.isWon ? 0 : ~(first | second) & (1 << UInt64(columns) - 1)
    return position
  }

  /// `1` for the leftmost column.
  public func moveName(_ move: Int) -> String { "\(move + 1)" }
}
