import Assay
import AssayAgents
import AssayEnvironments
import Testing

/// Prediction in random walks, against curves of Sutton & Barto (2018) that were recomputed independently.
@Suite("Prediction in random walks")
struct PredictionTests {
  /// RMS errors over the line's states before the first and after each episode, `[runs][episodes + 1]`.
  private func curves(
    world: RandomWalk, initialValue: Float, learningRate: Float, stepCount: Int, episodes: Int, runs: Int
  ) throws -> [[Double]] {
    let span = world.rightReward - world.leftReward
    let truth = (1...world.length).map { world.leftReward + span * Double($0) / Double(world.length + 1) }
    return try (0..<runs).map { seed in
      var configuration = NStepPrediction.Configuration(discount: 1)
      configuration.initialValue = initialValue
      configuration.learningRate = learningRate
      configuration.stepCount = stepCount
      var run = Run(
        environment: world,
        trainee: NStepPrediction.make(shape: TableShape(of: world), configuration: configuration),
        capacity: max(stepCount, 2), seed: UInt64(seed))
      let values = try #require(run.agent.parameters.block(named: "critic.values")).handle
      func error() -> Double {
        rootMeanSquare(truth, run.agent.parameters.values(of: values)[1...world.length].map(Double.init))
      }
      var errors = [error()]
      while run.tally.episodes < episodes {
        let ended = run.tally.episodes
        while run.tally.episodes == ended { try run.advance(by: 1) }
        errors.append(error())
      }
      return errors
    }
  }

  /// A constant step size, how many steps it looks ahead, and the published error after some episodes.
  struct Curve: Sendable {
    var learningRate: Float
    var stepCount: Int
    var published: [(episode: Int, error: Double)]
  }

  @Test(
    "five states are learned as in Example 6.2",
    arguments: [
      Curve(learningRate: 0.1, stepCount: 1, published: [(0, 0.2357), (38, 0.047), (100, 0.055)]),
      Curve(learningRate: 0.05, stepCount: 1, published: [(0, 0.2357), (100, 0.035)]),
      // No episode is as long: Monte Carlo.
      Curve(learningRate: 0.02, stepCount: 400, published: [(0, 0.2357), (100, 0.083)]),
    ])
  func fiveStates(curve: Curve) throws {
    let curves = try curves(
      world: .five, initialValue: 0.5, learningRate: curve.learningRate, stepCount: curve.stepCount,
      episodes: 100, runs: 300)
    for (episode, published) in curve.published {
      let sample = SampleMean(curves.map { $0[episode] })
      #expect(
        sample.agrees(with: published, roundedTo: episode == 0 ? 1e-4 : 1e-3), "episode \(episode): \(sample)"
      )
    }
  }

  @Test(
    "nineteen states are learned best by looking some steps ahead, as in Figure 7.2",
    arguments: [
      Curve(learningRate: 0.4, stepCount: 4, published: [(10, 0.265)]),
      Curve(learningRate: 0.8, stepCount: 1, published: [(10, 0.347)]),
    ])
  func nineteenStates(curve: Curve) throws {
    let curves = try curves(
      world: .nineteen, initialValue: 0, learningRate: curve.learningRate, stepCount: curve.stepCount,
      episodes: 10, runs: 300)
    for (episodes, published) in curve.published {
      let sample = SampleMean(curves.map { $0[1...episodes].reduce(0, +) / Double(episodes) })
      #expect(sample.agrees(with: published, roundedTo: 1e-3), "\(sample)")
    }
  }
}
