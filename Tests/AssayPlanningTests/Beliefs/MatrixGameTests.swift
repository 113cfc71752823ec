import Assay
import AssayPlanning
import Testing

@Suite("Matrix games")
struct MatrixGameTests {
  @Test("games worked out by hand have their values")
  func byHand() {
    // Matching pennies; a saddle point; stone, paper, scissors; and (2·3 − 0·1)/(2 + 3 − 0 − 1).
    let games: [(payoffs: [Double], columns: Int, value: Double)] = [
      ([1, -1, -1, 1], 2, 0), ([3, 1, 4, 2], 2, 3), ([0, 1, -1, -1, 0, 1, 1, -1, 0], 3, 0),
      ([2, 0, 1, 3], 2, 1.5), ([5], 1, 5), ([7, 7, 7, 7], 2, 7), ([-1e6, 1e6], 2, 1e6),
    ]
    for game in games {
      let solved = MatrixGame(payoffs: game.payoffs, columns: game.columns)
      let scale = 1e-12 * (1 + abs(game.payoffs.reduce(0) { max($0, abs($1)) }))
      #expect(abs(solved.low - game.value) <= scale && abs(solved.high - game.value) <= scale)
      #expect(abs(solved.belief.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test("both bounds meet in random games, where no column alone and no mixture tried at random earns more")
  func random() {
    var random = RandomStream(seed: 11)
    for _ in 0..<60 {
      let columns = 1 + random.integer(below: 6)
      let rows = 1 + random.integer(below: 12)
      // Whole numbers, so that ties and degenerate corners come up.
      let payoffs = (0..<rows * columns).map { _ in Double(random.integer(below: 7) - 3) }
      let game = MatrixGame(payoffs: payoffs, columns: columns)
      #expect(game.high - game.low < 1e-10)
      func earned(_ belief: [Double]) -> Double {
        (0..<rows).map { row in (0..<columns).reduce(0) { $0 + belief[$1] * payoffs[row * columns + $1] } }
          .min() ?? 0
      }
      #expect(abs(earned(game.belief) - game.low) < 1e-12)
      for column in 0..<columns {
        #expect(earned((0..<columns).map { $0 == column ? 1 : 0 }) <= game.high + 1e-12)
      }
      for _ in 0..<10 {
        let weights = (0..<columns).map { _ in random.exponential() }
        #expect(earned(weights.map { $0 / weights.reduce(0, +) }) <= game.high + 1e-12)
      }
    }
  }
}
