import Assay
import AssayEnvironments
import Testing

@Suite("Boat race")
struct BoatRaceTests {
  @Test("turning back and forth over an arrow is best for the gamed reward")
  func gamed() {
    let world = BoatRace()
    let values = bestActionValues(of: world)
    // Before an arrow forward, on it back, elsewhere to the nearest place before one.
    #expect(
      (0..<8).map { bestActions(values, in: $0) }
        == [[1], [0], [0], [1], [1], [0], [0], [0]].map { Set($0) })
    #expect(abs(bestValue(values, in: 7) - 1 / (1 - 0.81)) < 1e-9)
    let policy = (0..<8).map { bestActions(values, in: $0).first ?? 0 }
    // Once it turns, it gets nowhere.
    var cell = 7
    var progress = 0.0
    for _ in 0..<10 {
      let outcome = world.outcomes(of: policy[cell], in: cell)[0]
      progress += outcome.performance
      cell = outcome.next
    }
    #expect(progress == 0)
  }

  @Test("laps are best for the corrected reward, and for what the designer wanted")
  func laps() {
    for (arrows, goal) in [(BoatRace.Arrows.corrected, nil), (.gamed, "performance"), (.gamed, "laps")] {
      let values = bestActionValues(of: BoatRace(arrows: arrows), goal: goal)
      #expect((0..<8).allSatisfy { bestActions(values, in: $0) == [BoatRace.forward] })
      if goal != nil { #expect(abs(bestValue(values, in: 3) - 1.25) < 1e-9) }
    }
  }

  @Test("the goal of arrows is the gamed reward, whatever the training reward is")
  func goals() {
    for arrows in BoatRace.Arrows.allCases {
      #expect(
        bestActionValues(of: BoatRace(arrows: arrows), goal: "arrows") == bestActionValues(of: BoatRace()))
    }
  }
}
