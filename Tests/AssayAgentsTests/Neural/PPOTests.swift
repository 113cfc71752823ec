import Assay
import AssayEnvironments
import Testing

@testable import AssayAgents

@Suite("Proximal policy optimisation")
struct PPOTests {
  private func makeSmall() -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.copies = 2
    configuration.rolloutLength = 8
    configuration.batchSize = 8
    configuration.passes = 2
    configuration.hidden = [4]
    return configuration
  }

  /// Two copies, one step each, two passes over both rows. The policy is linear and starts even, V at 0, with Adam's
  /// step of 0.1 in the first pass: logits ±0.2, V = 0.2. The second pass finds both ratios beyond ε = 0.1. Worked out by
  /// hand, the logarithms by a script; Adam's ε shifts a step by 3·10⁻⁵ of it.
  @Test("An update's numbers are those worked out by hand")
  func metrics() throws {
    var configuration = PPOConfiguration()
    configuration.copies = 2
    configuration.rolloutLength = 1
    configuration.batchSize = 2
    configuration.passes = 2
    configuration.rate = 0.1
    configuration.clip = 0.1
    configuration.hidden = []
    configuration.largestGradient = 1e6
    var trainee = PPO<DiscreteSpace>.make(
      observationCount: 1, actionSpace: DiscreteSpace(count: 2), configuration: configuration, runLength: 2,
      seed: 0)
    trainee.agent.parameters.clear()
    var random = RandomStream(seed: 0)
    trainee.learner.learn(
      from: step([1, 1], [0, 1], [1, 0], to: [1, 1], [.terminated, .terminated]),
      updating: &trainee.agent.parameters, using: &random)
    let metrics = trainee.learner.metrics
    let entries = try #require(metrics).entries
    let expected = [
      "actor/loss": -0.035_355, "actor/entropy": 0.683_344, "actor/divergence": 0.009_934,
      "actor/clipped share": 0.5, "critic/loss": 0.21, "critic/explained variance": 0,
      "gradient norm": 0.712_132, "rate": 0.1,
    ]
    #expect(entries.count == expected.count)
    for (name, value) in entries {
      #expect(abs(value - (expected[name] ?? .nan)) < 2e-5, "\(name): \(value)")
    }
  }

  @Test("Explained variance is the share of what varies that was foreseen")
  func explained() {
    #expect(explainedVariance(of: [1, 2, 3, 4], by: [1, 2, 3, 4]) == 1)
    #expect(explainedVariance(of: [1, 2, 3, 4], by: [7, 7, 7, 7]) == 0)
    // The rest is −0.5, 0, 0, 0.5: 0.5 of 5.
    #expect(explainedVariance(of: [1, 2, 3, 4], by: [1.5, 2, 3, 3.5]) == 0.9)
    #expect(explainedVariance(of: [2, 2], by: [0, 1]) == 0)
    #expect(explainedVariance(of: [1, 2], by: [.nan, 2]).isNaN)
  }

  @Test("A run that is archived and taken up again ends where one in one go ends", arguments: [0, 13])
  func resuming(inMidRollout offset: Int) throws {
    let world = TimeLimit(CartPole(), steps: 20)
    let ends = try trainInOneGoAndInTwo(in: world, copies: 2, steps: 64 + offset, more: 64) {
      PPO<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: makeSmall(), runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }

  @Test("So it does where actions are vectors and both parts share a trunk")
  func resumingWithVectors() throws {
    let world = TimeLimit(Pendulum(), steps: 20)
    var configuration = makeSmall()
    configuration.sharesTrunk = true
    configuration.isAnnealed = true
    let ends = try trainInOneGoAndInTwo(in: world, copies: 2, steps: 74, more: 64) {
      PPO<BoxSpace>.make(
        observationCount: 3, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }
}
