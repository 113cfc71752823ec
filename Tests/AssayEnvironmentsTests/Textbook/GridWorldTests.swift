import Assay
import AssayEnvironments
import Testing

@Suite("Grid world")
struct GridWorldTests {
  @Test("the values of the five by five grid under the uniform policy are those of the book")
  func fiveByFive() {
    // Sutton & Barto (2018), Figure 3.2, right.
    let book = [
      3.3, 8.8, 4.4, 5.3, 1.5,
      1.5, 3.0, 2.3, 1.9, 0.5,
      0.1, 0.7, 0.7, 0.4, -0.4,
      -1.0, -0.4, -0.4, -0.6, -1.2,
      -1.9, -1.3, -1.2, -1.4, -2.0,
    ]
    let values = uniformPolicyValues(of: GridWorld.fiveByFive)
    for (state, value) in book.enumerated() { #expect(abs(values[state] - value) <= 0.05, "cell \(state)") }
    #expect(abs(values[0] - 3.309) < 5e-4)
  }

  @Test("the best values of the five by five grid are those of the book")
  func best() {
    // Sutton & Barto (2018), Figure 3.5, top row: 22.0, 24.4, 22.0, 19.4, 17.5.
    let values = bestActionValues(of: GridWorld.fiveByFive)
    for (state, value) in [22.0, 24.4, 22.0, 19.4, 17.5].enumerated() {
      #expect(abs(bestValue(values, in: state) - value) <= 0.05, "cell \(state)")
    }
    // A jump and four steps, over and over: 10 / (1 − 0.9⁵).
    #expect(abs(bestValue(values, in: 1) - 24.419) < 5e-4)
  }

  @Test("the values of the four by four grid under the uniform policy are those of the book")
  func fourByFour() {
    // Sutton & Barto (2018), Figure 4.1, k = ∞.
    let book = [0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0].map(Double.init)
    let values = uniformPolicyValues(of: GridWorld.fourByFour)
    for (state, value) in book.enumerated() { #expect(abs(values[state] - value) < 1e-6, "cell \(state)") }
  }

  @Test("every action in A leads to A′")
  func jump() {
    for action in 0..<4 {
      #expect(
        GridWorld.fiveByFive.outcomes(of: action, in: 1) == [Outcome(next: 21, probability: 1, reward: 10)])
    }
    #expect(GridWorld.fiveByFive.map?.marks[1] == "A")
    #expect(GridWorld.fiveByFive.map?.marks[21] == "A′")
  }

  @Test("episodes start anywhere but at an end, and nothing follows from there")
  func ends() {
    let world = GridWorld.fourByFour
    #expect(world.initialDistribution == [0] + Array(repeating: 1.0 / 14, count: 14) + [0])
    #expect((0..<4).allSatisfy { world.outcomes(of: $0, in: 15).isEmpty })
    #expect(world.outcomes(of: 3, in: 1) == [Outcome(next: 0, probability: 1, reward: -1, isTerminal: true)])
  }

  @Test("stepping on from an end is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = GridWorld.fourByFour
      var random = RandomStream(seed: 1)
      world.place(in: 15)
      _ = world.step(0, using: &random)
    }
  }

  @Test("an end outside the grid is a programmer's mistake")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      _ = GridWorld(name: "small", rows: 2, columns: 2, discount: 1, ends: [4])
    }
  }
}
