import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Value iteration on a grid")
struct GridValueIterationTests {
  static let actions: [[Float]] = [[-0.5], [0], [0.5]]

  @Test("values of so many steps are as by hand, and between points they are interpolated")
  func values() throws {
    func grid(_ sweeps: Int, discount: Double = 1) throws -> GridValueIteration {
      try GridValueIteration(
        Slope(), axes: [GridAxis(0...3, count: 7)], actions: Self.actions, discount: discount,
        sweeps: sweeps)
    }
    #expect(try grid(0).value(at: [2]) == 0)
    // From 2 down to 0 in steps of ½: 2 + 1.5 + 1 + 0.5.
    #expect(abs(try grid(20).value(at: [2]) + 5) < 1e-6)
    #expect(abs(try grid(2).value(at: [2]) + 3.5) < 1e-6)
    #expect(abs(try grid(3, discount: 0.5).value(at: [2]) + (2 + 0.75 + 0.25)) < 1e-6)
    // Half way between −5 and −3, of 2 and 1.5.
    #expect(abs(try grid(20).value(at: [1.75]) + 4) < 1e-6)
    // Beyond the grid its border counts.
    #expect(try grid(20).value(at: [7]) == grid(20).value(at: [3]))
  }

  @Test("sweeping ends where values no longer change")
  func tolerance() throws {
    let grid = try GridValueIteration(
      Slope(), axes: [GridAxis(0...3, count: 7)], actions: Self.actions, discount: 1, sweeps: 100)
    // Six steps from 3 to 0, and one sweep to see that nothing changes.
    #expect(grid.sweeps == 7)
    #expect(grid.change == 0)
  }

  @Test("nothing follows a termination, and the world is asked for what the grid's values promise")
  func termination() throws {
    var car = MountainCarContinuous()
    let grid = try GridValueIteration(
      TimeLimit(car, steps: 1), axes: [GridAxis(-1.2...0.6, count: 10), GridAxis(-0.07...0.07, count: 8)],
      actions: [[-1], [0], [1]], discount: 1, sweeps: 3)
    try car.place(at: [0.44, 0.06])
    // It arrives whatever it does, so that not pushing is best.
    #expect(grid.action(in: car) == [0])
    #expect(grid.values.max() == 100)
    // Standing in the valley nothing can be reached in three steps.
    #expect(abs(grid.value(at: [-0.5, 0])) < 1e-6)
  }

  @Test("an angle has no border")
  func periodic() throws {
    let grid = try GridValueIteration(
      Pendulum(), axes: [GridAxis(-Double.pi ... .pi, count: 8, isPeriodic: true), GridAxis(-8...8, count: 5)],
      actions: [[-2], [0], [2]], discount: 0.9, sweeps: 1)
    // One step from rest at θ costs θ², at best; points lie π/4 apart, the first at −π.
    let (pi, quarter) = (Double.pi * .pi, Double.pi * .pi / 16)
    #expect(abs(grid.value(at: [Double.pi, 0]) + pi) < 1e-5)
    #expect(abs(grid.value(at: [3 * Double.pi, 0]) + pi) < 1e-5)
    #expect(abs(grid.value(at: [-0.75 * .pi, 0]) + 9 * quarter) < 1e-5)
    // Between the last point, ¾π, and the first.
    #expect(abs(grid.value(at: [0.875 * .pi, 0]) + (9 + 16) / 2 * quarter) < 1e-5)
  }

  @Test("a world with chance is a programmer's mistake")
  func chance() async {
    await #expect(processExitsWith: .failure) {
      _ = try GridValueIteration(
        Slope(isNoisy: true), axes: [GridAxis(0...3, count: 7)], actions: [[0]], discount: 1, sweeps: 1)
    }
  }
}

/// A place at or above 0, which costs as much as it is high, and can be left by a step.
private struct Slope: PlaceableEnvironment {
  let observationSpace = BoxSpace(low: [0], high: [.infinity])
  let actionSpace = BoxSpace(count: 1, in: -1...1)
  var height = 0.0
  var isNoisy = false

  var stateNumbers: [Double] { [height] }

  mutating func place(at numbers: [Double]) throws(DataError) { height = numbers[0] }

  mutating func reset(using random: inout RandomStream) -> [Float] { [Float(height)] }

  mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    let reward = Reward(-height)
    height = max(0, height + Double(action[0]) + (isNoisy ? random.unit() : 0))
    return Step(observation: [Float(height)], reward: reward)
  }
}
