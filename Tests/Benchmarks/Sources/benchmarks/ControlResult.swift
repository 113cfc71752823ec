import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning
import Foundation

/// What optimisers of action sequences earn in a world whose model they know, beside value iteration on a fine grid.
///
/// Each seed has a start and random numbers of its own, so that what differs between seeds is all there is to differ.
struct ControlResult: Encodable {
  var world: String
  var planner: String
  /// What each seed earned, and what the grid earned from the same start.
  var returns: [Double]
  var reference: [Double]
  var seconds: Double

  /// How far the planner is from the grid, as a share of what the grid earns: the mean over seeds with its 95% interval.
  var difference: Estimate {
    let scale = abs(reference.reduce(0, +) / Double(reference.count))
    return Estimate(mean: zip(returns, reference).map { ($0 - $1) / scale })
  }

  /// How far behind it may be.
  static let tolerance = 0.02
  /// Those that no setting was chosen on.
  static let seeds: Range<UInt64> = 90..<130

  static let heading = """

    Sequences of actions planned in the true model, step by step, beside value iteration on a grid
    """
    + "\n" + Table.line("", width: 36, ["earns", "the grid", "behind", "95%"])

  var text: String {
    func mean(_ values: [Double]) -> String {
      String(format: "%.2f", values.reduce(0, +) / Double(values.count))
    }
    func percent(_ share: Double) -> String { String(format: "%.2f", 100 * share) + "%" }
    let behind = difference
    let verdict =
      behind.low >= -Self.tolerance ? "reached" : behind.high < -Self.tolerance ? "MISSED" : "inconclusive"
    return Table.line(
      "\(world), \(planner)", width: 36,
      [
        mean(returns), mean(reference), percent(-behind.estimate),
        "\(percent(-behind.high)) to \(percent(-behind.low))",
      ])
      + "\n  \(returns.count) seeds, \(String(format: "%.0f", seconds)) s; at most 2% behind: \(verdict)"
  }

  /// Plans in both worlds, with every method.
  static func measured(_ report: (ControlResult) -> Void) throws -> [ControlResult] {
    var results: [ControlResult] = []
    func add(_ result: ControlResult) {
      results.append(result)
      report(result)
    }
    try pendulum(add)
    try mountainCar(add)
    return results
  }

  /// From anywhere, for 200 steps; beyond ten steps a plan goes by the values of a coarser grid.
  private static func pendulum(_ report: (ControlResult) -> Void) throws {
    func grid(_ points: Int) throws -> GridValueIteration {
      try GridValueIteration(
        Pendulum(),
        axes: [
          GridAxis(-Double.pi ... .pi, count: points, isPeriodic: true), GridAxis(-8...8, count: points),
        ],
        actions: actions(9, limit: 2), discount: 1, sweeps: 200)
    }
    let coarse = try grid(801)
    try measure(
      Pendulum(), steps: 200, discount: 1, reference: grid(1601), choosingFrom: actions(81, limit: 2),
      start: { [-Double.pi + 2 * .pi * $0.unit(), -1 + 2 * $0.unit()] },
      terminalValue: { observations in
        observations.map {
          coarse.value(at: [atan2(Double($0[1]), Double($0[0])), Double($0[2])])
        }
      }, horizon: 10, noiseExponent: 2, deviation: 1,
      report)
  }

  /// From the valley, for 999 steps, discounted, so that to arrive early counts.
  private static func mountainCar(_ report: (ControlResult) -> Void) throws {
    let discount = 0.99
    let grid = try GridValueIteration(
      MountainCarContinuous(), axes: [GridAxis(-1.2...0.6, count: 801), GridAxis(-0.07...0.07, count: 801)],
      actions: actions(11, limit: 1), discount: discount, sweeps: 999, tolerance: 1e-6)
    try measure(
      MountainCarContinuous(), steps: 999, discount: discount, reference: grid,
      choosingFrom: actions(81, limit: 1),
      start: { [-0.6 + 0.2 * $0.unit(), 0] }, terminalValue: nil, horizon: 120, noiseExponent: 3,
      deviation: 0.5,
      report)
  }

  private static func actions(_ count: Int, limit: Float) -> [[Float]] {
    (0..<count).map { [-limit + 2 * limit * Float($0) / Float(count - 1)] }
  }

  private static func measure<World: PlaceableEnvironment>(
    _ world: World, steps: Int, discount: Double, reference: GridValueIteration,
    choosingFrom actions: [[Float]],
    start: (inout RandomStream) -> [Double],
    terminalValue: EnvironmentTrajectories<World>.TerminalValue?, horizon: Int, noiseExponent: Double,
    deviation: Double,
    _ report: (ControlResult) -> Void
  ) throws where World.Action == [Float], World.ActionSpace == BoxSpace {
    let trials = seeds.map { seed in
      var stream = RandomStream(seed: seed)
      return (
        seed,
        ControlTrial(world, starts: [start(&stream)], steps: steps, discount: discount)
      )
    }
    let best = try trials.map { try $0.1.returns(of: reference, choosingFrom: actions)[0] }
    func measure(_ name: String, _ optimizer: some TrajectoryOptimizer) throws {
      let clock = ContinuousClock()
      let begin = clock.now
      let earned = try trials.map { seed, trial in
        try trial.returns(of: optimizer, seed: seed, terminalValue: terminalValue)[0]
      }
      report(
        ControlResult(
          world: world.name, planner: name, returns: earned, reference: best,
          seconds: (clock.now - begin) / .seconds(1)))
    }
    // Wide at first: a narrow beginning finds one of two ways round, and not always the better.
    var plain = CrossEntropyMethod(horizon: horizon, candidates: 300, eliteCount: 10, discount: discount)
    plain.noiseExponent = noiseExponent
    plain.initialDeviation = deviation
    try measure("CEM", plain)
    var improved = CrossEntropyMethod.improved(
      horizon: horizon, candidates: 200, iterations: 5, discount: discount, noiseExponent: noiseExponent)
    improved.initialDeviation = deviation
    try measure("iCEM", improved)
    var integral = PathIntegralControl(
      horizon: horizon, candidates: 300, temperature: 0.3, iterations: 5, discount: discount)
    integral.noiseExponent = noiseExponent
    integral.adaptsDeviation = true
    integral.initialDeviation = 1
    try measure("MPPI", integral)
  }
}
