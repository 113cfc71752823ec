import Assay
import AssayEnvironments
import Testing

@Suite("Random walk")
struct RandomWalkTests {
  @Test("the five states of the book have values 1/6 to 5/6")
  func five() {
    let values = uniformPolicyValues(of: RandomWalk.five)
    for (state, value) in [0, 1.0 / 6, 2.0 / 6, 3.0 / 6, 4.0 / 6, 5.0 / 6, 0].enumerated() {
      #expect(abs(values[state] - value) < 1e-9, "state \(state)")
    }
  }

  @Test("the nineteen states of the book have values −0.9 to 0.9")
  func nineteen() {
    let values = uniformPolicyValues(of: RandomWalk.nineteen)
    for state in 1...19 { #expect(abs(values[state] - Double(state - 10) / 10) < 1e-9, "state \(state)") }
  }

  @Test("walks start in the middle and end at either end")
  func walks() {
    var world = RandomWalk.five
    var random = RandomStream(seed: 3)
    var ends: Set<Int> = []
    for _ in 0..<50 {
      #expect(world.reset(using: &random) == 3)
      var step = world.step(0, using: &random)
      while step.ending == nil {
        #expect(step.reward == 0)
        step = world.step(0, using: &random)
      }
      #expect(step.reward == (step.observation == 6 ? 1 : 0))
      ends.insert(step.observation)
    }
    #expect(ends == [0, 6])
  }

  @Test("states have the names of the book where the alphabet reaches")
  func names() {
    #expect(RandomWalk.five.stateNames == ["left end", "A", "B", "C", "D", "E", "right end"])
    #expect(RandomWalk.nineteen.name == "random-walk-19")
    #expect(RandomWalk(length: 27, leftReward: 0, rightReward: 1).stateNames.isEmpty)
  }

  @Test("a walk without a middle is a programmer's mistake")
  func even() async {
    await #expect(processExitsWith: .failure) { _ = RandomWalk(length: 4, leftReward: 0, rightReward: 1) }
  }

  @Test("walking on from an end is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = RandomWalk.five
      var random = RandomStream(seed: 1)
      world.place(in: 0)
      _ = world.step(0, using: &random)
    }
  }
}
