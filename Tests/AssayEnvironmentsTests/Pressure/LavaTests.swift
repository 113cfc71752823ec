import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Lava")
struct LavaTests {
  @Test(
    "undiscounted, the best is 50 less the steps of the shortest way",
    arguments: [(Lava.Layout.training, 8), (.up, 10), (.down, 6), (.either, 8)])
  func shortest(layout: Lava.Layout, steps: Double) {
    #expect(abs(bestSum(of: Lava(layout: layout), steps: 30) { $0.reward } - (50 - steps)) < 1e-9)
  }

  @Test("the published way through the middle earns 40 in every layout", arguments: Lava.Layout.allCases)
  func middle(layout: Lava.Layout) {
    let rewards = following(moves("ddrrrrrruu"), in: Lava(layout: layout)).rewards
    #expect(abs(rewards.reduce(0, +) - 40) < 1e-9)
  }

  @Test("whoever goes on as in training enters lava at the third step, once it moved up")
  func shift() {
    let values = bestActionValues(of: Lava())
    for (layout, number, total) in [(Lava.Layout.training, 0, 42.0), (.up, 1, -53), (.down, 2, 42)] {
      var world = Lava(layout: layout)
      world.place(in: number * Lava.cellCount)
      var random = RandomStream(seed: 1)
      var sum = 0.0
      var count = 0
      while !world.isOver && count < 50 {
        // Where the layout is not looked at.
        guard let action = bestActions(values, in: world.state % Lava.cellCount).min() else { break }
        sum += world.step(action, using: &random).reward.value
        count += 1
      }
      #expect(sum == total, "\(layout)")
      #expect(layout != .up || count == 3)
    }
  }

  @Test("the layout decides where episodes start, and nothing else")
  func layouts() {
    let all = Lava.Layout.allCases.map { Lava(layout: $0) }
    for state in 0..<all[0].stateCount {
      for action in 0..<4 {
        #expect(Set(all.map { $0.outcomes(of: action, in: state) }).count == 1)
      }
    }
    #expect(all[3].initialDistribution[35] == 0.5 && all[3].initialDistribution[70] == 0.5)
  }

  @Test("features differ between layouts in the lava next to the agent alone")
  func features() throws {
    let features = try #require(Lava().features)
    let rows = [0, 1, 2].map { Array(features.values[features.range(of: 35 * $0 + 15)]) }
    // Cell 15 is in row 2, column 1: nothing but floor about it. One to the right, lava may lie above or below.
    #expect(rows[0] == rows[1] && rows[1] == rows[2])
    for (layout, lava) in [(0, [0, 0, 0, 0]), (1, [1, 0, 0, 0]), (2, [0, 0, 1, 0])] {
      let range = features.range(of: 35 * layout + 16)
      #expect(Array(features.values[range].dropFirst(35).prefix(4)).map { Int($0) } == lava)
    }
  }

  @Test("the world keeps its contract", arguments: Lava.Layout.allCases, [0, 0.2])
  func contract(layout: Lava.Layout, slip: Double) {
    var checks = EnvironmentChecks(Lava(layout: layout, slip: slip))
    checks.pairLimit = 60
    checks.samples = 300
    #expect(checks.run().isEmpty)
  }

  @Test("slip is a probability")
  func outside() async {
    await #expect(processExitsWith: .failure) { _ = Lava(slip: .nan) }
  }
}
