import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("Games as worlds")
struct GameEnvironmentTests {
  @Test("they keep the contract", arguments: Seat.allCases)
  func contract(seat: Seat) throws {
    let solved = try SolvedGame(TicTacToe())
    #expect(
      EnvironmentChecks(GameEnvironment(TicTacToe(), against: ExactOpponent(solved), agent: seat), steps: 60)
        .run().isEmpty)
    #expect(
      EnvironmentChecks(GameEnvironment(ConnectFour(), against: RandomOpponent(), agent: seat), steps: 100)
        .run().isEmpty)
    // Passes are frequent on the small board.
    #expect(
      EnvironmentChecks(
        GameEnvironment(Othello(size: 4), against: SearchOpponent(depth: 1), agent: seat), steps: 60
      ).run().isEmpty)
  }

  @Test("the opponent answers each move, and the planes show whose pieces are where")
  func step() throws {
    var random = RandomStream(seed: 1)
    // The opponent, O, has one way to keep X from winning.
    let start = try TicTacToe().position("X../.O./... X")
    var world = GameEnvironment(start, against: SearchOpponent(depth: 2))
    #expect(world.reset(using: &random) == [1, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 1, 0, 0, 0, 0])
    let step = world.step(1, using: &random)
    #expect(step.observation == [1, 1, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 1, 0, 1, 0, 0, 0, 0])
    #expect(step.reward == 0 && step.ending == nil)
    #expect((0..<9).filter(world.isAvailable) == [3, 5, 6, 7, 8])
    #expect(world.picture.caption == "X to move; the agent has X")
    // X does not block, and O wins.
    let last = world.step(8, using: &random)
    #expect(last.reward == -1 && last.ending == .terminated)
    #expect("\(world.game)" == "XXO/.O./O.X X")
    #expect(world.isOver && !(0..<9).contains(where: world.isAvailable))
  }

  @Test("on the second seat, the opponent has moved before the agent does")
  func secondSeat() {
    var random = RandomStream(seed: 2)
    var world = GameEnvironment(ConnectFour(), against: RandomOpponent(), agent: .second)
    let planes = world.reset(using: &random)
    #expect(planes[..<42].allSatisfy { $0 == 0 })
    #expect(planes[42...].filter { $0 == 1 }.count == 1)
    #expect(world.agent == .second)
    // The bottom row is the last.
    #expect(planes[(42 + 35)...].contains(1))
    // 3 is the action of the middle column.
    #expect(world.actionNames == ["1", "2", "3", "4", "5", "6", "7"])
    world = GameEnvironment(ConnectFour(), against: RandomOpponent(), agent: .random)
    let seats = (0..<100).map { _ in
      _ = world.reset(using: &random)
      return world.agent
    }
    // Chance leaves 20...80 of 100 once in 10⁹.
    #expect((20...80).contains(seats.count { $0 == .first }))
  }

  @Test("an agent that cannot move has to pass")
  func passing() throws {
    var random = RandomStream(seed: 3)
    let start = try Othello(size: 4).position(".XXO/X.../..../.... X")
    var world = GameEnvironment(start, against: RandomOpponent())
    _ = world.reset(using: &random)
    #expect((0..<17).filter(world.isAvailable) == [16])
    _ = world.step(16, using: &random)
    #expect(world.game.pieces(of: .first) < start.pieces(of: .first))
  }

  @Test("a world goes on from the numbers of its state")
  func placing() throws {
    var random = RandomStream(seed: 4)
    var world = GameEnvironment(Othello(size: 6), against: RandomOpponent(), agent: .second)
    _ = world.reset(using: &random)
    for _ in 0..<5 {
      let action = try #require((0..<37).first(where: world.isAvailable))
      _ = world.step(action, using: &random)
    }
    var copy = GameEnvironment(Othello(size: 6), against: RandomOpponent(), agent: .second)
    try copy.place(at: world.stateNumbers)
    #expect(copy.game == world.game && copy.agent == .second && !copy.isOver)
    #expect(copy.stateNumbers == world.stateNumbers)
    var numbers = world.stateNumbers
    // The opponent's turn.
    numbers[1] = 1
    #expect(throws: DataError.self) { try copy.place(at: numbers) }
    numbers[5] = 3
    #expect(throws: DataError.self) { try copy.place(at: numbers) }
    #expect(throws: DataError.self) { try copy.place(at: [1, 1]) }
    #expect(throws: DataError.self) { try copy.place(at: [Double](repeating: .nan, count: numbers.count)) }
  }

  @Test("a world that is placed where a game ended is over")
  func placedAtTheEnd() throws {
    var random = RandomStream(seed: 5)
    var world = GameEnvironment(TicTacToe(), against: RandomOpponent())
    var copy = world
    _ = world.reset(using: &random)
    while !world.isOver {
      try copy.place(at: world.stateNumbers)
      #expect(!copy.isOver)
      let action = try #require((0..<9).first(where: world.isAvailable))
      _ = world.step(action, using: &random)
    }
    try copy.place(at: world.stateNumbers)
    #expect(copy.isOver && copy.game == world.game)
  }

  @Test("an opponent that looks ahead takes a win, avoids a loss, and does not care otherwise")
  func search() throws {
    let game = ConnectFour(rows: 4, columns: 5)
    // Nothing is won with the next move.
    let even = try game.position("...../...../OOO../XXX.X O")
    #expect(SearchOpponent(depth: 1).candidates(in: even) == 0b11111)
    let win = try game.position("...../...../OOO.X/XXXOX O")
    #expect(SearchOpponent(depth: 1).candidates(in: win) == 0b01000)
    // X wins in the fourth column unless O goes there, which shows to one who looks two moves ahead.
    let threat = try game.position("...../...../O..../XXX.O O")
    #expect(SearchOpponent(depth: 1).candidates(in: threat) == 0b11111)
    #expect(SearchOpponent(depth: 2).candidates(in: threat) == 0b01000)
  }

  @Test("a step needs a reset first, and a legal move")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1)
      var world = GameEnvironment(TicTacToe(), against: RandomOpponent())
      _ = world.step(0, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1)
      var world = GameEnvironment(TicTacToe(), against: RandomOpponent())
      _ = world.reset(using: &random)
      _ = world.step(4, using: &random)
      _ = world.step(4, using: &random)
    }
  }
}
