/// One of the two players of a game.
@frozen
public enum Player: UInt8, Sendable, Hashable, CaseIterable {
  case first
  case second

  @inlinable public var other: Player { self == .first ? .second : .first }

  /// 1 for the first player, −1 for the second: what turns the first player's result into one's own.
  @inlinable public var sign: Int { self == .first ? 1 : -1 }
}

/// A position of a game of two players who see everything and move in turn, as a value: copying it copies the game.
///
/// Moves are the numbers `0..<actionCount`. The players strictly alternate: one who has no move passes, which is
/// a move, too, where the game knows it. Boards have at most 64 cells, and at most 64 moves besides passing, so
/// that a set of either is a word of 64 bits.
///
/// ```swift
/// var game = TicTacToe()
/// game.play(4)
/// game.playOut(using: &random)
/// print(game.status)
/// ```
public protocol Game: Sendable, Hashable, CustomStringConvertible {
  /// A short name, as on the command line.
  var name: String { get }

  /// How many rows the board has.
  var rows: Int { get }

  /// How many columns the board has; with ``rows``, at most 64 cells.
  var columns: Int { get }

  /// How many moves there are, passing included.
  var actionCount: Int { get }

  /// The number of the move that leaves everything as it is, which is legal exactly where no other is and the game
  /// goes on; `nil` in a game in which that does not happen.
  var pass: Int? { get }

  /// Whose turn it is; at the end, whose turn it would be.
  var mover: Player { get }

  /// The moves that are legal now, bit i for move i. Empty where the mover has to pass, and at the end.
  var legalMoves: UInt64 { get }

  /// Whether the game has ended.
  var isOver: Bool { get }

  /// At the end 1 where the first player won, −1 where the second did, and 0 for a draw; 0 before.
  var result: Int { get }

  /// At the end by how much the first player won, in games that count points; ``result`` in those that do not.
  var score: Int { get }

  /// A number that tells positions of one game apart.
  ///
  /// Positions may share it where, seen by the player to move, they have the same moves and the same future.
  var key: UInt128 { get }

  /// Makes a move of the player whose turn it is. A move that is not legal is a programmer's mistake.
  mutating func play(_ move: Int)

  /// The cells in which a player has pieces: bit `row · columns + column`, counted from the top left.
  func pieces(of player: Player) -> UInt64

  /// A position of this game, of this size.
  ///
  /// - Parameters:
  ///   - first: the cells of the first player's pieces, as ``pieces(of:)`` gives them.
  ///   - second: those of the second player's.
  ///   - mover: whose turn it is.
  /// - Returns: the position.
  /// - Throws: ``DataError`` where there is no such position.
  func position(first: UInt64, second: UInt64, mover: Player) throws(DataError) -> Self

  /// How to call a move.
  func moveName(_ move: Int) -> String

  /// How to write a player's pieces where there is no colour: one character.
  func mark(of player: Player) -> Character

  /// What the position looks like.
  var picture: Picture { get }
}

extension Game {
  @inlinable public var pass: Int? { nil }

  @inlinable public var score: Int { result }

  public func mark(of player: Player) -> Character { player == .first ? "●" : "○" }

  public func moveName(_ move: Int) -> String { move == pass ? "pass" : "\(move)" }

  /// How to call the moves, `[actionCount]`.
  public var moveNames: [String] { (0..<actionCount).map(moveName) }

  /// Whether a move may be made now.
  @inlinable
  public func isLegal(_ move: Int) -> Bool {
    if move >= 0, move < UInt64.bitWidth, legalMoves &>> UInt64(truncatingIfNeeded: move) & 1 == 1 {
      return true
    }
    return legalMoves == 0 && !isOver && move == pass
  }

  /// What the game ended with for a player: 1, 0 or −1; 0 before the end.
  @inlinable
  public func result(for player: Player) -> Int { player.sign * result }

  /// Makes a legal move, each equally likely; passes where there is none.
  @inlinable
  public mutating func playRandomly(using random: inout RandomStream) {
    let moves = legalMoves
    play(moves == 0 ? passing : random.setBit(of: moves))
  }

  /// Plays to the end, each legal move equally likely.
  ///
  /// Several moves share one number of the stream: their probabilities are equal to within 2⁻⁴⁰ of 1.
  @inlinable
  public mutating func playOut(using random: inout RandomStream) {
    var word: UInt64 = 0
    var left = 0
    while true {
      let moves = legalMoves
      if moves == 0 {
        if isOver { return }
        play(passing)
        continue
      }
      // A word times the number of choices: what overflows is a choice, and what remains is a word again, with as
      // much less chance in it. Four choices of at most 64 leave 40 bits of it.
      if left == 0 {
        word = random.next()
        left = 4
      }
      left &-= 1
      let bits = BitCounts(moves)
      let product = word.multipliedFullWidth(by: bits.total)
      word = product.low
      play(bits.index(ofRank: product.high))
    }
  }

  /// The number of passing, which has to be there.
  @inlinable var passing: Int {
    guard let pass, !isOver else { stopAtMisuse() }
    return pass
  }

  /// Traps where a move is not legal; for ``play(_:)``.
  @inlinable
  public func checkMove(_ move: Int) {
    if !isLegal(move) { stopAtMisuse(of: move) }
  }

  @inline(never)
  @usableFromInline
  func stopAtMisuse(of move: Int? = nil) -> Never {
    fatalError(
      isOver
        ? "\(name): the game is over, and no move can be made"
        : "\(name): a move must be legal in \(self), but is \(move.map { "\($0)" } ?? "missing")")
  }
}

// MARK: Text and pictures

extension Game {
  /// The rows from top to bottom with strokes in between, and whose turn it is: `XO./.X./... O`.
  public var description: String {
    let (first, second) = (pieces(of: .first), pieces(of: .second))
    var text = ""
    for row in 0..<rows {
      if row > 0 { text.append("/") }
      for column in 0..<columns {
        let cell = UInt64(1) << UInt64(row * columns + column)
        text.append(first & cell != 0 ? "X" : second & cell != 0 ? "O" : ".")
      }
    }
    return text + (mover == .first ? " X" : " O")
  }

  /// A position of this game, of this size, from text as its description gives it.
  ///
  /// - Parameter text: the rows from top to bottom with strokes in between, `X` for the first player's pieces, `O` for
  ///   the second's and `.` for empty cells; then a blank and the one whose turn it is.
  /// - Returns: the position.
  /// - Throws: ``DataError`` where the text is no position.
  public func position(_ text: String) throws(DataError) -> Self {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "X" || parts[1] == "O" else {
      throw DataError(field: "position", value: text, allowed: "rows, a blank, and X or O, whose turn it is")
    }
    let lines = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard lines.count == rows, lines.allSatisfy({ $0.count == columns }) else {
      throw DataError(field: "position", value: text, allowed: "\(rows) rows of \(columns) cells")
    }
    var pieces: [Character: UInt64] = ["X": 0, "O": 0, ".": 0]
    for (index, character) in lines.joined().enumerated() {
      guard let there = pieces[character] else {
        throw DataError(field: "position", value: "\(character)", allowed: "X, O or .")
      }
      pieces[character] = there | 1 << UInt64(index)
    }
    return try position(
      first: pieces["X"] ?? 0, second: pieces["O"] ?? 0, mover: parts[1] == "X" ? .first : .second)
  }

  /// The board, with each player's pieces as tiles of their own tint, and whose turn it is or who won.
  public var picture: Picture { Picture(tiles: board(), caption: status) }

  /// Whose turn it is, or how the game ended, in words.
  public var status: String {
    guard isOver else { return "\(mark(of: mover)) to move" }
    return result == 0 ? "a draw" : "\(mark(of: result > 0 ? .first : .second)) won"
  }

  /// The board, with each player's pieces as tiles of their own tint.
  ///
  /// - Parameters:
  ///   - hints: empty cells that are marked with a plus.
  ///   - showsMarks: whether pieces carry their marks.
  /// - Returns: the board.
  public func board(hints: UInt64 = 0, showsMarks: Bool = false) -> Tiles {
    let (first, second) = (pieces(of: .first), pieces(of: .second))
    return Tiles(rows: rows, columns: columns) { row, column in
      let cell = UInt64(1) << UInt64(row * columns + column)
      if first & cell != 0 { return Tiles.Tile(showsMarks ? String(mark(of: .first)) : "", .first) }
      if second & cell != 0 { return Tiles.Tile(showsMarks ? String(mark(of: .second)) : "", .second) }
      return Tiles.Tile(hints & cell != 0 ? "+" : "")
    }
  }
}

// MARK: Sets of bits

extension RandomStream {
  /// Draws the index of one of the bits that are set, each equally likely.
  ///
  /// - Parameter mask: a word in which some bit is set.
  /// - Returns: the index of a bit, 0 for the lowest.
  @inlinable
  public mutating func setBit(of mask: UInt64) -> Int {
    let bits = BitCounts(mask)
    return bits.index(ofRank: UInt64(truncatingIfNeeded: integer(below: Int(truncatingIfNeeded: bits.total))))
  }
}

/// How many bits of a word are set, in each of its pairs, nibbles and bytes: to count them, and to find one by its
/// rank without a branch that could be guessed wrongly.
@usableFromInline
struct BitCounts {
  @usableFromInline let word: UInt64
  /// In pairs of bits.
  @usableFromInline let pairs: UInt64
  /// In nibbles.
  @usableFromInline let nibbles: UInt64
  /// In each byte and those below it.
  @usableFromInline let bytes: UInt64

  @inlinable
  init(_ word: UInt64) {
    self.word = word
    pairs = word &- (word &>> 1 & 0x5555_5555_5555_5555)
    nibbles = (pairs & 0x3333_3333_3333_3333) &+ (pairs &>> 2 & 0x3333_3333_3333_3333)
    bytes = ((nibbles &+ nibbles &>> 4) & 0x0F0F_0F0F_0F0F_0F0F) &* 0x0101_0101_0101_0101
  }

  /// How many bits are set.
  @inlinable var total: UInt64 { bytes &>> 56 }

  /// The index of the bit above `rank` others that are set; `rank` must be below ``total``.
  @inlinable
  func index(ofRank rank: UInt64) -> Int {
    // The top bit of each byte that has, with those below it, no more than `rank` bits.
    let passed = (((rank &* 0x0101_0101_0101_0101) | 0x8080_8080_8080_8080) &- bytes) & 0x8080_8080_8080_8080
    var place = (((passed &>> 7) &* 0x0101_0101_0101_0101) &>> 56) &* 8
    var rank = rank &- ((bytes &<< 8) &>> place & 0xFF)
    var count = nibbles &>> place & 0xF
    var isAbove: UInt64 = rank >= count ? 1 : 0
    place &+= isAbove &* 4
    rank &-= isAbove &* count
    count = pairs &>> place & 0x3
    isAbove = rank >= count ? 1 : 0
    place &+= isAbove &* 2
    rank &-= isAbove &* count
    count = word &>> place & 1
    return Int(truncatingIfNeeded: place &+ (rank >= count ? 1 : 0))
  }
}
