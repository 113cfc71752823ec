import Assay
import AssayAgents
import AssayEnvironments
import Foundation

/// How many steps a second an agent learns from.
struct LearningResult: Encodable {
  var agent: String
  var stepsPerSecond: Double
  /// How many there should be, where that was said.
  var target: Double?

  /// Both run the real loop on the 8 × 8 lake, on one core.
  static func measured() throws -> [LearningResult] {
    let lake = FrozenLake.eightByEight
    let shape = TableShape(of: lake)
    var learning = Run(
      environment: lake,
      trainee: QLearning.make(shape: shape, configuration: .init(discount: lake.discount)), seed: 0)
    try learning.advance(by: 1_000_000)
    let steps = 5_000_000
    let learningSeconds = try (0..<7).map { _ in
      try ContinuousClock().measure { try learning.advance(by: steps) } / .seconds(1)
    }
    let dynaSteps = 100_000
    var dyna = Run(
      environment: lake,
      trainee: Dyna.make(
        shape: shape, configuration: .init(discount: lake.discount, runLength: 8 * dynaSteps)),
      seed: 0)
    try dyna.advance(by: dynaSteps)
    let dynaSeconds = try (0..<7).map { _ in
      try ContinuousClock().measure { try dyna.advance(by: dynaSteps) } / .seconds(1)
    }
    return [
      LearningResult(
        agent: "Q-learning", stepsPerSecond: Double(steps) / learningSeconds.median, target: 20_000_000),
      LearningResult(
        agent: "Dyna, 10 simulated updates a step", stepsPerSecond: Double(dynaSteps) / dynaSeconds.median),
    ]
  }

  static func text(of results: [LearningResult]) -> String {
    let lines = results.map { result in
      var line =
        "  " + result.agent.padding(toLength: 36, withPad: " ", startingAt: 0)
        + String(format: "%10.2f", result.stepsPerSecond / 1e6)
      if let target = result.target {
        line +=
          String(format: "   target %.0f, ", target / 1e6)
          + (result.stepsPerSecond > target ? "reached" : "missed")
      }
      return line
    }
    return (["", "Learning on the 8 × 8 lake, million steps a second, one core", ""] + lines).joined(
      separator: "\n")
  }
}
