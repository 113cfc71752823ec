import Assay

/// A game on a board of characters, written as plainly as can be: what it checks must not share its ideas.
protocol PlainGame {
  var rows: Int { get }
  var columns: Int { get }
  /// Row by row from the top left: X for the first player's pieces, O for the second's, a point for none.
  var cells: [Character] { get set }
  var mover: Character { get set }
  var legalMoves: [Int] { get }
  /// X, O or a point for a draw; `nil` while the game goes on.
  var winner: Character? { get }
  mutating func play(_ move: Int)
}

extension PlainGame {
  var other: Character { mover == "X" ? "O" : "X" }

  func cell(_ row: Int, _ column: Int) -> Character? {
    row >= 0 && row < rows && column >= 0 && column < columns ? cells[row * columns + column] : nil
  }

  static var directions: [(Int, Int)] { [(0, 1), (1, 0), (1, 1), (1, -1)] }

  /// Whose line of some length is on the board.
  func lineOwner(length: Int) -> Character? {
    for row in 0..<rows {
      for column in 0..<columns {
        for (down, right) in Self.directions {
          let line = (0..<length).map { cell(row + $0 * down, column + $0 * right) }
          if let owner = line[0], owner != ".", line.allSatisfy({ $0 == owner }) { return owner }
        }
      }
    }
    return nil
  }

  var text: String {
    (0..<rows).map { String(cells[$0 * columns..<($0 + 1) * columns]) }.joined(separator: "/") + " \(mover)"
  }
}

struct PlainTicTacToe: PlainGame, Hashable {
  let rows = 3
  let columns = 3
  var cells = [Character](repeating: ".", count: 9)
  var mover: Character = "X"

  var winner: Character? { lineOwner(length: 3) ?? (cells.contains(".") ? nil : ".") }

  var legalMoves: [Int] { winner == nil ? cells.indices.filter { cells[$0] == "." } : [] }

  mutating func play(_ move: Int) {
    cells[move] = mover
    mover = other
  }
}

struct PlainConnectFour: PlainGame {
  let rows: Int
  let columns: Int
  let length: Int
  var cells: [Character]
  var mover: Character = "X"

  init(rows: Int, columns: Int, length: Int) {
    self.rows = rows
    self.columns = columns
    self.length = length
    cells = [Character](repeating: ".", count: rows * columns)
  }

  var winner: Character? { lineOwner(length: length) ?? (cells.contains(".") ? nil : ".") }

  var legalMoves: [Int] { winner == nil ? (0..<columns).filter { cells[$0] == "." } : [] }

  mutating func play(_ move: Int) {
    let row = (0..<rows).last { cells[$0 * columns + move] == "." } ?? 0
    cells[row * columns + move] = mover
    mover = other
  }
}

struct PlainOthello: PlainGame {
  let rows: Int
  let columns: Int
  var cells: [Character]
  var mover: Character = "X"

  init(size: Int) {
    rows = size
    columns = size
    cells = [Character](repeating: ".", count: size * size)
    let middle = size / 2
    cells[(middle - 1) * size + middle - 1] = "O"
    cells[middle * size + middle] = "O"
    cells[(middle - 1) * size + middle] = "X"
    cells[middle * size + middle - 1] = "X"
  }

  func turned(by move: Int, of player: Character) -> [Int] {
    guard cells[move] == "." else { return [] }
    var turned: [Int] = []
    for (down, right) in Self.directions.flatMap({ [$0, (-$0.0, -$0.1)] }) {
      var line: [Int] = []
      var (row, column) = (move / columns + down, move % columns + right)
      while let there = cell(row, column), there != ".", there != player {
        line.append(row * columns + column)
        (row, column) = (row + down, column + right)
      }
      if cell(row, column) == player { turned += line }
    }
    return turned
  }

  func moves(of player: Character) -> [Int] {
    cells.indices.filter { !turned(by: $0, of: player).isEmpty }
  }

  var pass: Int { rows * columns }

  var legalMoves: [Int] {
    let moves = moves(of: mover)
    return moves.isEmpty && !self.moves(of: other).isEmpty ? [pass] : moves
  }

  var winner: Character? {
    guard moves(of: mover).isEmpty, moves(of: other).isEmpty else { return nil }
    let (first, second) = (cells.count { $0 == "X" }, cells.count { $0 == "O" })
    return first > second ? "X" : first < second ? "O" : "."
  }

  mutating func play(_ move: Int) {
    if move != pass {
      for cell in turned(by: move, of: mover) + [move] { cells[cell] = mover }
    }
    mover = other
  }
}

/// Plays games at random, and says where a game and its plain twin first part.
func difference<PlayedGame: Game>(
  between start: PlayedGame, and twin: some PlainGame, games: Int, seed: UInt64
) -> String? {
  var random = RandomStream(seed: seed)
  for _ in 0..<games {
    var (game, plain) = (start, twin)
    while true {
      let legal = (0..<game.actionCount).filter(game.isLegal)
      let result = plain.winner.map { ["X": 1, "O": -1][$0] ?? 0 }
      if "\(game)" != plain.text { return "\(game) and \(plain.text)" }
      if legal != plain.legalMoves { return "\(game): moves \(legal) and \(plain.legalMoves)" }
      if game.isOver != (result != nil) { return "\(game): whether it is over" }
      if game.result != result ?? 0 { return "\(game): results \(game.result) and \(result ?? 0)" }
      // Text leads to the same position, in every respect.
      if (try? start.position("\(game)")) != game { return "\(game) from text" }
      if legal.isEmpty { break }
      let move = legal[random.integer(below: legal.count)]
      game.play(move)
      plain.play(move)
    }
  }
  return nil
}
