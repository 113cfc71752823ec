import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Windy grid")
struct WindyGridTests {
  @Test(
    "the shortest way takes 15 steps, 7 with king's moves, and no fewer with nine moves",
    arguments: [(WindyGrid.Moves.four, -15.0), (.king, -7), (.kingAndStay, -7)])
  func shortest(moves: WindyGrid.Moves, value: Double) {
    let values = bestActionValues(of: WindyGrid(moves: moves, discount: 1))
    #expect(abs(bestValue(values, in: 30) - value) < 1e-9)
  }

  @Test(
    "in stochastic wind it takes 20.6 steps on average, or 10.96",
    arguments: [(WindyGrid.Moves.four, -20.628257887510), (.king, -10.964609053495)])
  func stochastic(moves: WindyGrid.Moves, value: Double) {
    // Computed by value iteration in another language, from the rules alone.
    let values = bestActionValues(of: WindyGrid(moves: moves, wind: .stochastic, discount: 1))
    #expect(abs(bestValue(values, in: 30) - value) < 1e-8)
  }

  @Test("the wind is that of the column one leaves, and the border stops it")
  func wind() {
    let world = WindyGrid()
    func next(_ action: Int, _ row: Int, _ column: Int) -> Int {
      world.outcomes(of: action, in: row * 10 + column)[0].next
    }
    #expect(next(1, 3, 2) == 33)  // no wind in column 2
    #expect(next(1, 3, 3) == 24)  // wind 1 in column 3
    #expect(next(0, 3, 6) == 6)  // one up, and 2 by the wind
    #expect(next(2, 3, 6) == 26)  // one down, 2 up
    #expect(next(0, 1, 6) == 6)  // stopped by the border
    #expect(next(3, 0, 0) == 0)
    #expect(
      world.outcomes(of: 3, in: 48) == [Outcome(next: 37, probability: 1, reward: -1, isTerminal: true)])
  }

  @Test("stochastic wind is one harder or one weaker in a third of the steps each, and calm stays calm")
  func stochasticWind() {
    let world = WindyGrid(moves: .kingAndStay, wind: .stochastic)
    #expect(world.outcomes(of: 8, in: 33).map(\.next) == [33, 23, 13])
    #expect(world.outcomes(of: 8, in: 33).allSatisfy { abs($0.probability - 1.0 / 3) < 1e-12 })
    #expect(world.outcomes(of: 8, in: 32) == [Outcome(next: 32, probability: 1, reward: -1)])
    // Up-right from row 1: one up, the wind stopped at the border.
    #expect(world.outcomes(of: 4, in: 16).map(\.next) == [7])
    #expect(world.actionNames.count == 9 && world.actionNames[6] == "down-left")
    #expect(world.outcomes(of: 6, in: 51).map(\.next) == [60])
  }

  @Test("the contract holds, whatever moves and winds", arguments: WindyGrid.Moves.allCases)
  func contract(moves: WindyGrid.Moves) {
    for wind in WindyGrid.Wind.allCases {
      var checks = EnvironmentChecks(WindyGrid(moves: moves, wind: wind))
      checks.samples = 100
      checks.pairLimit = 200
      #expect(checks.run().isEmpty)
    }
  }

  @Test("an action that is no move is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = WindyGrid()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(4, using: &random)
    }
  }
}
