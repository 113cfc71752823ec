import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Coin corridor")
struct CoinCorridorTests {
  @Test("the coin is worth 0.9 to the power of the steps before the last")
  func values() {
    let values = bestActionValues(of: CoinCorridor(coin: .random))
    for coin in 0..<7 {
      for cell in 0..<7 where cell != coin {
        let state = CoinCorridor.state(cell: cell, coin: coin)
        #expect(abs(bestValue(values, in: state) - pow(0.9, Double(abs(coin - cell) - 1))) < 1e-9)
        #expect(bestActions(values, in: state) == [coin > cell ? CoinCorridor.right : CoinCorridor.left])
      }
    }
  }

  @Test("episodes start in any of the seven cells but the coin's")
  func starts() {
    for (coin, count) in [(CoinCorridor.Coin.right, 6), (.random, 42), (.left, 6), (.away, 7)] {
      let starts = CoinCorridor(coin: coin).initialDistribution.filter { $0 > 0 }
      #expect(starts.count == count)
      #expect(starts.allSatisfy { abs($0 - 1 / Double(count)) < 1e-12 })
    }
    #expect(CoinCorridor(coin: .left).initialDistribution[CoinCorridor.state(cell: 6, coin: 0)] > 0)
    #expect(CoinCorridor(coin: .away).initialDistribution[CoinCorridor.state(cell: 0, coin: nil)] > 0)
  }

  @Test("the wall stops whoever walks right, or lets them pass", arguments: CoinCorridor.Wall.allCases)
  func wall(wall: CoinCorridor.Wall) {
    var world = CoinCorridor(coin: .away, wall: wall)
    var random = RandomStream(seed: 1)
    world.place(in: CoinCorridor.state(cell: 5, coin: nil))
    let cells = (0..<5).map { _ in world.step(CoinCorridor.right, using: &random).observation % 9 }
    #expect(cells == (wall == .solid ? [6, 6, 6, 6, 6] : [6, 7, 8, 8, 8]))
  }

  @Test("with the coin at an end, going to that end and going for the coin are the same")
  func goalsAgree() {
    for (coin, cell, goal) in [(CoinCorridor.Coin.right, 6, "right"), (.left, 0, "left")] {
      let world = CoinCorridor(coin: coin)
      let coinValues = bestActionValues(of: world, goal: "coin")
      let sideValues = bestActionValues(of: world, goal: goal)
      for start in 0..<7 where start != cell {
        let state = CoinCorridor.state(cell: start, coin: cell)
        #expect(bestActions(coinValues, in: state) == bestActions(sideValues, in: state))
        #expect(bestActions(coinValues, in: state).count == 1)
      }
    }
  }

  @Test("with the coin elsewhere, who wants to be at the right goes there and walks on")
  func goalsDiffer() {
    for wall in CoinCorridor.Wall.allCases {
      for coin in [0, nil] {
        let values = bestActionValues(of: CoinCorridor(coin: .left, wall: wall), goal: "right")
        for cell in 1..<9 {
          #expect(
            bestActions(values, in: CoinCorridor.state(cell: cell, coin: coin)) == [CoinCorridor.right])
        }
      }
    }
    let values = bestActionValues(of: CoinCorridor(coin: .left), goal: "coin")
    #expect(bestActions(values, in: CoinCorridor.state(cell: 5, coin: 0)) == [CoinCorridor.left])
  }

  @Test("features say the cell and the distance; a coin at the right end makes them the same")
  func features() throws {
    let features = try #require(CoinCorridor().features)
    #expect(features.count == 26)
    let halves = (0..<9).map { cell in
      let row = features.values[features.range(of: CoinCorridor.state(cell: cell, coin: 6))]
      let ones = row.indices.filter { row[$0] == 1 }.map { $0 - row.startIndex }
      #expect(row.allSatisfy { $0 == 0 || $0 == 1 })
      return ones
    }
    // Distances −8 to 6 have features 9 to 23.
    #expect(halves == (0..<9).map { [$0, 9 + 8 + 6 - $0, 25] })
    let none = features.values[features.range(of: CoinCorridor.state(cell: 2, coin: nil))]
    #expect(none.indices.filter { none[$0] == 1 }.map { $0 - none.startIndex } == [2, 24, 25])
  }

  @Test("with the coin anywhere, the best action values are nearly linear in the features")
  func fit() throws {
    let world = CoinCorridor(coin: .random)
    let features = try #require(world.features)
    let values = bestActionValues(of: world)
    let states = (0..<7).flatMap { coin in
      (0..<7).filter { $0 != coin }.map { CoinCorridor.state(cell: $0, coin: coin) }
    }
    let rows = states.map { features.values[features.range(of: $0)].map(Double.init) }
    let fits = [0, 1].map { action in
      let weights = leastSquaresWeights(features: rows, targets: states.map { values[$0][action] })
      return rows.map { dot($0, weights) }
    }
    for action in [0, 1] {
      let errors = zip(states, fits[action]).map { abs(values[$0][action] - $1) }
      // The best values range from 0.9⁵ = 0.59 to 1.
      let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
      #expect(deviation < 0.01 * 0.41, "\(deviation)")
      #expect((errors.max() ?? 0) < 0.02, "\(errors)")
    }
    for (index, state) in states.enumerated() {
      #expect(bestActions(values, in: state) == [fits[0][index] > fits[1][index] ? 0 : 1])
    }
  }

  @Test("what is learned with the coin at the right leads right wherever the coin is, and beyond the wall")
  func generalisation() throws {
    let world = CoinCorridor(coin: .right)
    let features = try #require(world.features)
    func row(_ cell: Int, _ coin: Int?) -> [Double] {
      features.values[features.range(of: CoinCorridor.state(cell: cell, coin: coin))].map(Double.init)
    }
    let values = bestActionValues(of: world)
    let weights = [0, 1].map { action in
      leastSquaresWeights(
        features: (0..<6).map { row($0, 6) },
        targets: (0..<6).map { values[CoinCorridor.state(cell: $0, coin: 6)][action] })
    }
    for cell in 1..<9 {
      for coin in [0, nil] {
        let learned = weights.map { dot($0, row(cell, coin)) }
        #expect(learned[CoinCorridor.right] > learned[CoinCorridor.left], "cell \(cell)")
      }
    }
  }
}
