import Assay
import AssayAgents
import AssayEnvironments
import Testing

/// Baird's star (Sutton & Barto, 2018, §11.2): seven states, where the dashed action leads to any of the first six
/// and the solid one to the seventh; nothing is ever paid, so every value is 0.
@Suite("Divergence of off-policy learning with features")
struct DivergenceTests {
  private let dashed = 0
  private let solid = 1

  private func makeStar() throws -> TabularEnvironment {
    let anyOfSix = (0..<6).map { Outcome(next: $0, probability: 1 / 6, reward: 0) }
    return try makeWorld((0..<7).map { _ in [anyOfSix, [move(6, 0)]] }, discount: 0.99)
  }

  /// 2 in a place of its own and 1 in the eighth; for the seventh state the other way round.
  private let features = StateFeatures(
    count: 8,
    values: (0..<7).flatMap { state in
      (0..<8).map { feature in
        switch (state, feature) {
        case (6, 6): 1
        case (6, 7): 2
        case (_, 7): 1
        default: state == feature ? 2 : 0
        }
      }
    })

  /// The largest weight after each stretch of steps; infinite once a run was stopped.
  private func growth(
    _ configure: (inout LinearActorCritic.Configuration) -> Void, aims policy: Claim.PolicyReference
  ) throws -> [Float] {
    var configuration = LinearActorCritic.Configuration(discount: 0.99, runLength: 40_000)
    configuration.initialCriticRate = 0.1
    configuration.finalCriticRate = 0.1
    configuration.traceDecay = 0
    configuration.features = features
    configuration.initialWeight = 1
    configure(&configuration)
    let world = try makeStar()
    var trainee = LinearActorCritic.make(shape: TableShape(of: world), configuration: configuration)
    trainee.learner.aims.critic.policy = policy
    var run = Run(environment: world, trainee: trainee, seed: 5)
    return (0..<4).map { _ in
      do { try run.advance(by: 10_000) } catch { return .infinity }
      return run.agent.parameters.values(of: run.agent.critic.weights).map(abs).max() ?? 0
    }
  }

  @Test("valuing the solid action while mostly taking the dashed one makes the weights grow without end")
  func star() throws {
    let weights = try growth(
      {
        $0.fixedBehaviour = [6.0 / 7, 1.0 / 7]
        $0.fixedAction = solid
      }, aims: .part("actor"))
    #expect(weights[0] > 100)
    for (before, after) in zip(weights, weights.dropFirst()) where before < .infinity {
      #expect(after > 100 * before)
    }
  }

  @Test("valuing what is done, or telling all states apart, cures it")
  func cures() throws {
    let onPolicy = try growth({ $0.fixedBehaviour = [6.0 / 7, 1.0 / 7] }, aims: .behaviour)
    #expect(onPolicy.allSatisfy { $0 < 2 })
    let table = try growth(
      {
        $0.fixedBehaviour = [6.0 / 7, 1.0 / 7]
        $0.fixedAction = solid
        $0.features = nil
      }, aims: .part("actor"))
    #expect(table.allSatisfy { $0 <= 1 })
    #expect(try growth({ $0.exploration = 0 }, aims: .part("actor")).allSatisfy { $0 < 2 })
  }
}
