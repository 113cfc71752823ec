import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("Small games, listed")
struct EnumeratedGameTests {
  static let random = EnumeratedGame(TicTacToe(), against: RandomOpponent())

  @Test("tic-tac-toe keeps the contract")
  func contract() {
    var checks = EnvironmentChecks(Self.random)
    checks.pairLimit = 40
    checks.samples = 200
    #expect(checks.run().isEmpty)
  }

  @Test("X sees all positions in which it moves, and all ends")
  func states() {
    // With 0, 1, 2 … 9 pieces on the board there are 1, 9, 72, 252, 756, 1260, 1520, 1140, 390 and 78 positions, of
    // which 0, 0, 0, 0, 0, 120, 148, 444, 168 and 78 are ends.
    #expect(
      Self.random.stateCount == 1 + 72 + 756 + (1520 - 148) + (390 - 168) + (120 + 148 + 444 + 168 + 78))
    #expect(Self.random.initialDistribution[0] == 1)
    #expect(Self.random.stateNames[0] == ".../.../... X")
    #expect(Self.random.picture.caption == "X to move; the agent has X")
  }

  @Test("the best play wins 191 of 192 games against random play, and loses none")
  func bestAgainstRandom() {
    let values = bestActionValues(of: Self.random)
    // Sums of a few thousand numbers: 1e-12 is far more than they round by.
    #expect(abs(bestValue(values, in: 0) - 191.0 / 192) < 1e-12)
    // A corner is best.
    #expect(bestActions(values, in: 0) == [0, 2, 6, 8])
  }

  @Test("on the second seat the best play is worth what a plain recursion says")
  func secondSeat() {
    var known: [PlainTicTacToe: Double] = [:]
    func value(_ game: PlainTicTacToe) -> Double {
      if let winner = game.winner { return winner == "O" ? 1 : winner == "X" ? -1 : 0 }
      if let value = known[game] { return value }
      let values = game.legalMoves.map { move in
        var next = game
        next.play(move)
        return value(next)
      }
      known[game] = game.mover == "O" ? values.max() : values.reduce(0, +) / Double(values.count)
      return known[game] ?? 0
    }
    let world = EnumeratedGame(TicTacToe(), against: RandomOpponent(), agent: .second)
    let values = bestActionValues(of: world)
    let found = world.initialDistribution.enumerated().reduce(0) { sum, start in
      start.element > 0 ? sum + start.element * bestValue(values, in: start.offset) : sum
    }
    #expect(abs(found - value(PlainTicTacToe())) < 1e-12)
  }

  @Test("against perfect play the best is a draw, and random play loses")
  func exactOpponent() throws {
    let world = EnumeratedGame(
      TicTacToe(), against: ExactOpponent(try SolvedGame(TicTacToe())), agent: .random)
    let values = bestActionValues(of: world)
    let starts = world.initialDistribution.enumerated().filter { $0.element > 0 }
    #expect(starts.count == 10)
    for start in starts { #expect(bestValue(values, in: start.offset) == 0) }
    let uniform = uniformPolicyValues(of: world)
    #expect(starts.allSatisfy { uniform[$0.offset] < -0.5 })
  }

  @Test("on either seat, the first comes half of the time")
  func seats() {
    let world = EnumeratedGame(TicTacToe(), against: RandomOpponent(), agent: .random)
    let starts = zip(world.positions, world.initialDistribution).filter { $0.1 > 0 }
    #expect(starts.count == 10)
    // The opponent's nine openings share the other half.
    for (position, probability) in starts {
      let wanted = position.agent == .first ? 0.5 : 1.0 / 18
      #expect(abs(probability - wanted) < 1e-12)
    }
  }

  @Test("passes are listed where there is nothing else")
  func passes() throws {
    let start = try Othello(size: 4).position(".XXO/X.../..../.... X")
    let world = EnumeratedGame(start, against: RandomOpponent())
    #expect((0..<17).filter { !world.outcomes(of: $0, in: 0).isEmpty } == [16])
    var checks = EnvironmentChecks(world)
    checks.pairLimit = 30
    checks.samples = 100
    #expect(checks.run().isEmpty)
  }

  @Test("a move that is not legal traps")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1)
      var world = EnumeratedGame(TicTacToe(), against: RandomOpponent(), agent: .second)
      world.place(in: 0)
      let taken = (0..<9).first { world.outcomes(of: $0, in: 0).isEmpty } ?? 0
      _ = world.step(taken, using: &random)
    }
  }
}
