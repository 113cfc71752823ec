import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Tic-tac-toe")
struct TicTacToeTests {
  @Test("it goes as the rules say, in random games")
  func rules() {
    #expect(difference(between: TicTacToe(), and: PlainTicTacToe(), games: 60, seed: 1) == nil)
  }

  @Test("each of the eight lines wins, for either player", arguments: [Player.first, .second])
  func lines(winner: Player) throws {
    let lines: [Set<Int>] = [
      [0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6],
    ]
    for line in lines {
      // The loser's pieces are wherever they make no line of their own.
      var places: Set<Int> = []
      for cell in (0..<9).reversed() where !line.contains(cell) {
        let more = places.union([cell])
        if more.count <= (winner == .first ? 2 : 3), !lines.contains(where: more.isSuperset) { places = more }
      }
      let word = { (cells: Set<Int>) -> UInt64 in cells.reduce(0) { $0 | 1 << UInt64($1) } }
      let game = try TicTacToe().position(
        first: word(winner == .first ? line : places), second: word(winner == .first ? places : line),
        mover: winner.other)
      #expect(game.isOver)
      #expect(game.result(for: winner) == 1)
    }
  }

  @Test("5,478 positions can be reached, and perfect play is a draw whatever the first move")
  func perfectPlay() throws {
    let solved = try SolvedGame(TicTacToe())
    #expect(solved.positionCount == 5478)
    #expect(solved.value(of: TicTacToe()) == 0)
    #expect(solved.bestMoves(in: TicTacToe()) == 0x1FF)
    // After the centre, an edge loses and a corner does not.
    var game = TicTacToe()
    game.play(4)
    #expect(solved.bestMoves(in: game) == 0b1_0100_0101)
  }

  @Test("random play wins, draws and loses as often as published")
  func randomPlay() {
    var known: [TicTacToe: SIMD3<Double>] = [:]
    func chances(_ game: TicTacToe) -> SIMD3<Double> {
      if game.isOver { return game.result == 1 ? [1, 0, 0] : game.result == 0 ? [0, 1, 0] : [0, 0, 1] }
      if let chances = known[game] { return chances }
      var sum = SIMD3<Double>()
      for move in 0..<9 where game.isLegal(move) {
        var next = game
        next.play(move)
        sum += chances(next)
      }
      known[game] = sum / Double(game.legalMoves.nonzeroBitCount)
      return known[game] ?? sum
    }
    let found = chances(TicTacToe())
    // Sums of a few thousand numbers: 1e-12 is far more than they round by.
    #expect(abs(found[0] - 737.0 / 1260) < 1e-12)
    #expect(abs(found[1] - 8.0 / 63) < 1e-12)
    #expect(abs(found[2] - 121.0 / 420) < 1e-12)
  }

  @Test("games played out at random end as often in each way as they should")
  func playOuts() {
    var random = RandomStream(seed: 5)
    var counts = [0, 0, 0]
    let count = 4000
    for _ in 0..<count {
      var game = TicTacToe()
      game.playOut(using: &random)
      counts[1 - game.result] += 1
    }
    // Five standard deviations for three frequencies: a false alarm in a million seeds.
    for (found, probability) in zip(counts, [737.0 / 1260, 8.0 / 63, 121.0 / 420]) {
      let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
      #expect(abs(Double(found) - Double(count) * probability) < 5 * deviation)
    }
  }

  @Test("its picture shows the marks, and says whose turn it is and who won")
  func picture() throws {
    let game = try TicTacToe().position("XO./.X./... O")
    #expect(game.picture.caption == "O to move")
    guard case .tiles(let tiles) = game.picture.scene else {
      Issue.record("no tiles")
      return
    }
    #expect(tiles[0, 0] == Tiles.Tile("X", .first))
    #expect(tiles[0, 1] == Tiles.Tile("O", .second))
    #expect(tiles[2, 2] == Tiles.Tile())
    #expect(try TicTacToe().position("XO./OX./..X O").picture.caption == "X won")
    #expect(try TicTacToe().position("XOX/XOO/OXX O").picture.caption == "a draw")
    #expect(TicTacToe().moveNames == ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3"])
  }

  @Test(
    "text that is no position is refused",
    arguments: [
      "", "XO./.X./...", "XO./.X./... Z", "XO./.X. O", "XO/.X/.. O", "XOQ/.X./... O", "XO./.X./... X",
      "XXX/OO./... X", "OOO/XX./X.. O", "XO./.X./...  O",
    ])
  func wrongText(text: String) {
    #expect(throws: DataError.self) { try TicTacToe().position(text) }
  }

  @Test("a cell is taken once, and nobody moves after the end")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var game = TicTacToe()
      game.play(4)
      game.play(4)
    }
    await #expect(processExitsWith: .failure) {
      var game = try TicTacToe().position("XXX/OO./... O")
      game.play(8)
    }
  }
}
