import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Catch")
struct CatchTests {
  @Test("every ball can be caught, and random moves catch a fifth of them")
  func values() {
    let world = Catch()
    let best = bestActionValues(of: world)
    let uniform = uniformPolicyValues(of: world)
    let starts = world.initialDistribution.indices.filter { world.initialDistribution[$0] > 0 }
    #expect(starts == [2, 7, 12, 17, 22])
    #expect(starts.allSatisfy { bestValue(best, in: $0) == 1 && world.initialDistribution[$0] == 0.2 })
    // ⅕ − ⅘ over all balls, though not for each of them.
    let mean = starts.reduce(0) { $0 + uniform[$1] / 5 }
    #expect(abs(mean + 0.6) < 1e-12)
  }

  @Test("the ball falls a row each step, the paddle moves a column and stops at the sides")
  func playing() {
    var world = Catch()
    var random = RandomStream(seed: 1)
    // Ball in row 0, column 4; paddle in column 2.
    world.place(in: 22)
    for row in 1...8 {
      let step = world.step(2, using: &random)
      #expect(step.observation == 25 * row + 20 + min(4, 2 + row))
      #expect(step.reward == 0 && step.ending == nil)
    }
    var stay = world
    let caught = stay.step(1, using: &random)
    #expect(caught.reward == 1 && caught.ending == .terminated && stay.isOver)
    let missed = world.step(0, using: &random)
    #expect(missed.reward == -1 && missed.observation == 225 + 23)
    #expect(world.picture.caption == "missed" && stay.picture.caption == "caught")
  }

  @Test("other boards have other sizes")
  func sizes() {
    let world = Catch(rows: 3, columns: 7)
    #expect(world.stateCount == 147)
    #expect(world.initialDistribution.filter { $0 > 0 }.count == 7)
    // Two steps reach two columns to either side of the middle: 5 of 7 balls.
    let best = bestActionValues(of: world)
    let caught = (0..<7).filter { bestValue(best, in: $0 * 7 + 3) == 1 }
    #expect(caught == [1, 2, 3, 4, 5])
  }

  @Test("the contract holds")
  func contract() {
    var checks = EnvironmentChecks(Catch())
    checks.samples = 100
    #expect(checks.run().isEmpty)
  }

  @Test("an action that is no move, and a step after the end, are programmer's mistakes")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      var world = Catch()
      var random = RandomStream(seed: 1)
      _ = world.step(3, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = Catch()
      var random = RandomStream(seed: 1)
      for _ in 0..<10 { _ = world.step(1, using: &random) }
    }
  }
}
