import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Searching games")
struct GameSearchTests {
  /// Values by looking at everything, without bounds or tables.
  static func plainValue<PlayedGame: Game>(of game: PlayedGame, depth: Int = .max) -> Int {
    if game.isOver { return game.result(for: game.mover) }
    if depth == 0 { return 0 }
    return (0..<game.actionCount).filter(game.isLegal).map { move in
      var next = game
      next.play(move)
      return -plainValue(of: next, depth: depth - 1)
    }.max() ?? 0
  }

  static func plainBestMoves<PlayedGame: Game>(in game: PlayedGame, depth: Int = .max) -> UInt64 {
    let moves = (0..<min(64, game.actionCount)).filter { game.legalMoves >> UInt64($0) & 1 == 1 }
    let values = moves.map { move in
      var next = game
      next.play(move)
      return -plainValue(of: next, depth: depth == .max ? depth : depth - 1)
    }
    return zip(moves, values).reduce(0) { $0 | ($1.1 == values.max() ? 1 << UInt64($1.0) : 0) }
  }

  /// Positions that random play leads to from a game, with some moves left.
  static func positions<PlayedGame: Game>(of start: PlayedGame, after moves: Int, count: Int) -> [PlayedGame]
  {
    var random = RandomStream(seed: 1)
    var positions: [PlayedGame] = []
    while positions.count < count {
      var game = start
      for _ in 0..<moves where !game.isOver { game.playRandomly(using: &random) }
      if !game.isOver { positions.append(game) }
    }
    return positions
  }

  @Test("values and best moves are those of looking at everything")
  func values() throws {
    var search = GameSearch(of: TicTacToe())
    let solved = try SolvedGame(TicTacToe())
    for game in Self.positions(of: TicTacToe(), after: 4, count: 12) {
      #expect(search.value(of: game) == Self.plainValue(of: game))
      #expect(search.bestMoves(in: game) == Self.plainBestMoves(in: game))
      #expect(solved.value(of: game) == Self.plainValue(of: game))
      #expect(solved.bestMoves(in: game) == Self.plainBestMoves(in: game))
    }
    // The table is too small for all that comes by, so that positions drive one another out.
    var small = GameSearch(of: Othello(size: 4), tableSize: 16)
    for game in Self.positions(of: Othello(size: 4), after: 7, count: 8) {
      #expect(small.value(of: game) == Self.plainValue(of: game))
      #expect(small.bestMoves(in: game) == Self.plainBestMoves(in: game))
    }
  }

  @Test("what a narrow search left in the table does not mislead a wide one")
  func bounds() throws {
    // Scores have many values, so that most searches from a narrow window end in a bound.
    let start = try #require(Self.positions(of: Othello(size: 4), after: 3, count: 1).first)
    let solved = try SolvedGame(start, for: .score)
    var search = GameSearch(of: start, for: .score, tableSize: 1 << 12)
    var random = RandomStream(seed: 2)
    for _ in 0..<20 {
      var game = start
      while !game.isOver {
        if game.legalMoves != 0 { #expect(search.bestMoves(in: game) == solved.bestMoves(in: game)) }
        #expect(search.value(of: game) == solved.value(of: game))
        game.playRandomly(using: &random)
      }
    }
  }

  @Test("what is further away than the depth counts as a draw", arguments: 1...3)
  func depth(depth: Int) {
    let search = DepthLimitedSearch(depth: depth)
    for game in Self.positions(of: ConnectFour(rows: 4, columns: 4, lineLength: 3), after: 4, count: 10) {
      #expect(search.value(of: game) == Self.plainValue(of: game, depth: depth))
      #expect(search.bestMoves(in: game) == Self.plainBestMoves(in: game, depth: depth))
    }
    for game in Self.positions(of: Othello(size: 4), after: 9, count: 10) {
      #expect(search.bestMoves(in: game) == Self.plainBestMoves(in: game, depth: depth))
    }
  }

  @Test("tic-tac-toe is a draw, after every first move")
  func ticTacToe() {
    var search = GameSearch(of: TicTacToe(), tableSize: 1 << 14)
    #expect(search.value(of: TicTacToe()) == 0)
    #expect(search.bestMoves(in: TicTacToe()) == 0x1FF)
  }

  /// Whether an exact player comes to lose somewhere: against each reply, and whichever of its best moves it
  /// makes.
  static func loses<PlayedGame: Game>(
    _ player: Player, from game: PlayedGame, in solved: SolvedGame<PlayedGame>, seen: inout Set<PlayedGame>
  ) -> Bool {
    if game.isOver { return game.result(for: player) < 0 }
    guard seen.insert(game).inserted else { return false }
    let moves = game.mover == player ? solved.bestMoves(in: game) : game.legalMoves
    return (0..<game.actionCount).contains { move in
      guard moves >> UInt64(move) & 1 == 1 else { return false }
      var next = game
      next.play(move)
      return loses(player, from: next, in: solved, seen: &seen)
    }
  }

  @Test("an exact player never loses at tic-tac-toe, on either side, whatever the other does")
  func neverLost() throws {
    let solved = try SolvedGame(TicTacToe())
    for player in [Player.first, .second] {
      var seen: Set<TicTacToe> = []
      #expect(!Self.loses(player, from: TicTacToe(), in: solved, seen: &seen))
      // Each opening, and each reply to it, is among them.
      #expect(seen.count > 100)
    }
    // After X in a corner and O at an edge X wins by force, so that an exact O would have lost.
    let lost = try TicTacToe().position("XO./.../... X")
    var seen: Set<TicTacToe> = []
    #expect(Self.loses(.second, from: lost, in: solved, seen: &seen))
  }

  @Test("a game that is too large to list says so")
  func tooLarge() {
    #expect(throws: DataError.self) { try SolvedGame(TicTacToe(), positionLimit: 5477) }
    #expect(throws: Never.self) { try SolvedGame(TicTacToe(), positionLimit: 5478) }
  }

  @Test("a table has a power of two of places")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = GameSearch(of: TicTacToe(), tableSize: 100) }
  }

  @Test("Othello on 4 × 4 is lost by 3 pieces to 11, and Connect Four on 4 × 4 is a draw")
  func smallGames() {
    var othello = GameSearch(of: Othello(size: 4), for: .score)
    #expect(othello.value(of: Othello(size: 4)) == -8)
    let game = ConnectFour(rows: 4, columns: 4)
    var connectFour = GameSearch(of: game)
    #expect(connectFour.value(of: game) == 0)
  }

  #if !DEBUG
    // Tromp (2008), John's Connect Four Playground, has the values of boards of many sizes.
    @Test("Connect Four is a draw on 4 × 5 and 5 × 4", arguments: [(4, 5), (5, 4)])
    func connectFour(rows: Int, columns: Int) {
      let game = ConnectFour(rows: rows, columns: columns)
      var search = GameSearch(of: game)
      #expect(search.value(of: game) == 0)
    }

    @Test("161,029 positions of Connect Four can be reached on 4 × 4, and the listing agrees with the search")
    func listing() throws {
      let game = ConnectFour(rows: 4, columns: 4)
      let solved = try SolvedGame(game)
      #expect(solved.positionCount == 161_029)
      var search = GameSearch(of: game)
      for position in Self.positions(of: game, after: 3, count: 50) {
        #expect(search.value(of: position) == solved.value(of: position))
        #expect(search.bestMoves(in: position) == solved.bestMoves(in: position))
      }
      let othello = try SolvedGame(Othello(size: 4), for: .score)
      #expect(othello.value(of: Othello(size: 4)) == -8)
    }
  #endif
}
