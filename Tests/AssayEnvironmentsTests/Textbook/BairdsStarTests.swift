import Assay
import AssayEnvironments
import Testing

@Suite("Baird's star")
struct BairdsStarTests {
  @Test("dashed leads to the upper six, solid to the seventh, for nothing")
  func moves() {
    let world = BairdsStar()
    for state in 0..<7 {
      #expect(
        world.outcomes(of: BairdsStar.solid, in: state) == [Outcome(next: 6, probability: 1, reward: 0)])
      let dashed = world.outcomes(of: BairdsStar.dashed, in: state)
      #expect(dashed.map(\.next) == Array(0..<6))
      #expect(dashed.allSatisfy { abs($0.probability - 1.0 / 6) < 1e-12 && $0.reward == 0 && !$0.isTerminal })
    }
    #expect(world.initialDistribution.allSatisfy { abs($0 - 1.0 / 7) < 1e-12 })
  }

  @Test("the features are those of the book's figure")
  func features() throws {
    let features = try #require(BairdsStar().features)
    // With the book's initial weights (1, 1, 1, 1, 1, 1, 10, 1) upper states are worth 3, the lower one 12.
    let weights: [Float] = [1, 1, 1, 1, 1, 1, 10, 1]
    let values = (0..<7).map { state in
      zip(features.values[features.range(of: state)], weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(values == [3, 3, 3, 3, 3, 3, 12])
    #expect(Array(features.values[features.range(of: 2)]) == [0, 0, 2, 0, 0, 0, 0, 1])
    #expect(Array(features.values[features.range(of: 6)]) == [0, 0, 0, 0, 0, 0, 1, 2])
  }

  @Test("expected off-policy learning of solid from the features diverges, as in the book's figure 11.2")
  func divergence() throws {
    let features = try #require(BairdsStar().features)
    let rows = (0..<7).map { features.values[features.range(of: $0)].map(Double.init) }
    var weights: [Double] = [1, 1, 1, 1, 1, 1, 10, 1]
    for _ in 0..<1000 {
      let next = dot(rows[6], weights)
      var change = [Double](repeating: 0, count: 8)
      for row in rows {
        let error = 0.99 * next - dot(row, weights)
        change = zip(change, row).map { $0 + 0.01 / 7 * error * $1 }
      }
      weights = zip(weights, change).map { $0 + $1 }
    }
    // The book's figure 11.2, right, goes on to about here.
    #expect(abs(weights[7] - 335.0) < 0.05)
    #expect(abs(weights[0] - 114.4) < 0.05)
  }
}
