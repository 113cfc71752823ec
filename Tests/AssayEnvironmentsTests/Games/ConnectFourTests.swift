import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Connect Four")
struct ConnectFourTests {
  @Test(
    "it goes as the rules say, in random games on boards of any size",
    arguments: [(6, 7, 4), (4, 4, 4), (5, 4, 3), (3, 9, 5), (1, 5, 3), (7, 8, 4), (63, 1, 2), (7, 8, 6)])
  func rules(rows: Int, columns: Int, length: Int) {
    let game = ConnectFour(rows: rows, columns: columns, lineLength: length)
    let plain = PlainConnectFour(rows: rows, columns: columns, length: length)
    #expect(difference(between: game, and: plain, games: rows * columns > 40 ? 4 : 12, seed: 2) == nil)
  }

  @Test("there are as many sequences of moves as published")
  func sequences() {
    // Up to 6 moves nothing is full or won; with 7, the seven ways to overfill a column are missing.
    let published = [1, 7, 49, 343, 2401, 16807, 117_649, 823_536, 5_673_234]
    #if DEBUG
      let deepest = 5
    #else
      let deepest = 8
    #endif
    for depth in 0...deepest {
      #expect(ConnectFour().sequenceCount(depth: depth) == published[depth])
    }
  }

  @Test("lines do not lead around the edges of the board")
  func edges() throws {
    // Three at the top of one column, one at the bottom of the next: beside one another in memory.
    let game = try ConnectFour().position("X....../X....../X....../O....../O....../OX..... O")
    #expect(!game.isOver)
  }

  @Test("a full board without a line is a draw")
  func draw() throws {
    let game = try ConnectFour(rows: 4, columns: 4).position("XXOO/OOXX/XXOO/OOXX X")
    #expect(game.isOver)
    #expect(game.result == 0)
    #expect(game.picture.caption == "a draw")
  }

  @Test(
    "positions that cannot be are refused",
    arguments: [
      "X.../..../..../.... O", "..../..../..../XX.. O", "..../..../..../XXXX X", "..../..../..../..... X",
    ])
  func wrongText(text: String) {
    #expect(throws: DataError.self) { try ConnectFour(rows: 4, columns: 4).position(text) }
  }

  @Test("a full column is closed, and a board has to fit a word")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var game = ConnectFour(rows: 1, columns: 7)
      game.play(3)
      game.play(3)
    }
    await #expect(processExitsWith: .failure) { _ = ConnectFour(rows: 8, columns: 8) }
  }
}
