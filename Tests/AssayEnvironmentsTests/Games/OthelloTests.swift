import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Othello")
struct OthelloTests {
  @Test("it goes as the rules say, passes included, in random games", arguments: [4, 6, 8])
  func rules(size: Int) {
    #expect(
      difference(
        between: Othello(size: size), and: PlainOthello(size: size), games: [4: 40, 6: 6, 8: 2][size] ?? 0,
        seed: 3) == nil)
  }

  @Test("there are as many sequences of moves as published")
  func sequences() {
    let published = [1, 4, 12, 56, 244, 1396, 8200, 55092, 390_216, 3_005_288]
    #if DEBUG
      let deepest = 5
    #else
      let deepest = 9
    #endif
    for depth in 0...deepest { #expect(Othello().sequenceCount(depth: depth) == published[depth]) }
  }

  @Test("who cannot move passes, and nothing else is legal then")
  func passing() throws {
    // The second player's only piece is at the end of a row that the first player's fill.
    let game = try Othello(size: 4).position("XXXO/..../..../.... X")
    #expect(game.legalMoves == 0)
    #expect(game.isOver)
    #expect(game.result == 1)
    #expect(game.score == 2)
    var other = try Othello(size: 4).position(".XXO/X.../..../.... X")
    #expect(other.legalMoves == 0)
    #expect(!other.isOver)
    #expect((0..<other.actionCount).filter(other.isLegal) == [16])
    #expect(other.picture.caption == "● 3, ○ 1; ● to move, who has to pass")
    other.play(16)
    #expect("\(other)" == ".XXO/X.../..../.... O")
    other.play(0)
    #expect("\(other)" == "OOOO/X.../..../.... X")
  }

  @Test("games played out at random go to their end, over passes", arguments: [4, 6, 8])
  func playOuts(size: Int) {
    var random = RandomStream(seed: 9)
    for _ in 0..<20 {
      var game = Othello(size: size)
      game.playOut(using: &random)
      let pieces = [Player.first, .second].map { game.pieces(of: $0).nonzeroBitCount }
      #expect(game.isOver && game.legalMoves == 0)
      #expect(game.score == pieces[0] - pieces[1])
      #expect(game.result == (pieces[0] > pieces[1] ? 1 : pieces[0] < pieces[1] ? -1 : 0))
    }
  }

  @Test("its picture shows the pieces, and where one may move")
  func picture() {
    guard case .tiles(let tiles) = Othello().picture.scene else {
      Issue.record("no tiles")
      return
    }
    #expect(tiles[3, 3] == Tiles.Tile("", .second))
    #expect(tiles[3, 4] == Tiles.Tile("", .first))
    #expect(tiles.tiles.indices.filter { tiles.tiles[$0].mark == "+" } == [19, 26, 37, 44])
    #expect(Othello().moveName(19) == "d3")
    #expect(Othello().moveName(64) == "pass")
  }

  @Test("a move has to enclose something, and one who can move may not pass")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var game = Othello()
      game.play(0)
    }
    await #expect(processExitsWith: .failure) {
      var game = Othello()
      game.play(64)
    }
  }
}
