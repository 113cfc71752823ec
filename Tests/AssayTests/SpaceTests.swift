import Assay
import Testing

@Suite("Spaces")
struct SpaceTests {
  @Test("a discrete space has its integers, and makes them from numbers")
  func discrete() {
    let space = DiscreteSpace(count: 3)
    #expect([-1, 0, 2, 3].map(space.contains) == [false, true, true, false])
    #expect(space.numbers(of: 2) == [2])
    #expect(space.element(from: [2]) == 2)
    #expect(space.element(from: [2.5]) == nil)
    #expect(space.element(from: [.nan]) == nil)
    #expect(space.element(from: [1, 1]) == nil)
    // It is an integer, and still none of the space.
    #expect(space.element(from: [7]) == 7)
    #expect(space.description == "a whole number from 0 to 2")
  }

  @Test("a box holds what is within its limits, and neither NaN nor another length")
  func box() {
    let space = BoxSpace(low: [-1, 0], high: [1, .infinity])
    #expect(space.contains([1, 1e30]))
    #expect(!space.contains([1.1, 0]))
    #expect(!space.contains([0, -0.1]))
    #expect(!space.contains([.nan, 0]))
    #expect(!space.contains([0]))
    #expect(space.numbers(of: [0.5, 2]) == [0.5, 2])
    #expect(space.element(from: [0.5, 2]) == [0.5, 2])
    #expect(space.element(from: [0.5]) == nil)
  }

  @Test("a box says its limits where all coordinates share them")
  func description() {
    #expect(BoxSpace(count: 1, in: -2...2).description == "1 number in −2…2")
    #expect(BoxSpace(count: 3, in: 0 ... .infinity).description == "3 numbers in 0…∞")
    #expect(BoxSpace(low: [-1, 0], high: [1, 1]).description == "2 numbers")
    #expect(BoxSpace(count: 1, in: -0.5...0.25).description == "1 number in −0.5…0.25")
  }

  @Test("samples of a box lie in it and cover it, with limits or without")
  func samples() {
    let space = BoxSpace(low: [-1, 2, -.infinity, -.infinity], high: [1, .infinity, -3, .infinity])
    var random = RandomStream(seed: 1)
    let count = 4000
    let samples = (0..<count).map { _ in space.sample(using: &random) }
    #expect(samples.allSatisfy(space.contains))
    let means = (0..<4).map { index in
      samples.reduce(0.0) { $0 + Double($1[index]) } / Double(count)
    }
    // Uniform on [−1, 1], 2 + an exponential of mean 1, −3 − the same, standard normal: the standard errors are at
    // most 1/√4000 = 0.016, and five of them are exceeded once in a million.
    for (mean, expected) in zip(means, [0.0, 3, -4, 0]) { #expect(abs(mean - expected) < 0.08) }
  }

  @Test("limits that leave nothing between them are refused")
  func limits() async {
    await #expect(processExitsWith: .failure) { _ = BoxSpace(low: [1], high: [0]) }
    await #expect(processExitsWith: .failure) { _ = BoxSpace(low: [.nan], high: [0]) }
    await #expect(processExitsWith: .failure) { _ = BoxSpace(low: [.infinity], high: [.infinity]) }
  }
}
