import Assay
import AssayEnvironments
import Testing

@testable import AssayAgents

@Suite("A second critic that belongs to no claim")
struct DecoyTests {
  private func run(decoy: Bool, followed: Bool = false, steps: Int = 2048) throws -> ParameterStore {
    var configuration = PPOConfiguration()
    configuration.copies = 4
    configuration.rolloutLength = 16
    configuration.batchSize = 32
    configuration.hidden = [8]
    configuration.rate = 1e-2
    let world = ActionProbe()
    let trainee = PPO<DiscreteSpace>.make(
      observationCount: 1, actionSpace: world.actionSpace, configuration: configuration, runLength: steps,
      seed: 0, decoy: decoy ? RewardLabels(name: "opposite", rule: .negated) : nil)
    var run = BatchRun(trainee: trainee, seed: 0) { stream in
      guard case .discrete(let batch)? = try? WorldBatch(world, count: 4, stream: stream) else {
        fatalError("actions are not numbered")
      }
      return batch
    }
    if followed { run.learner.aims.actor = run.agent.parameters.block(named: "decoy")?.handle }
    try run.advance(to: steps)
    return run.agent.parameters
  }

  @Test("An agent that has one and does not follow it lives as one without")
  func ignored() throws {
    let without = try run(decoy: false, steps: 512)
    let with = try run(decoy: true, steps: 512)
    for name in ["actor", "critic"] {
      let (one, other) = (try #require(without.block(named: name)), try #require(with.block(named: name)))
      #expect(Array(without.values(of: one.handle)) == Array(with.values(of: other.handle)))
    }
  }

  @Test("An actor that follows one of negated rewards learns the opposite")
  func followed() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = [8]
    let world = ActionProbe()
    let trainee = PPO<DiscreteSpace>.make(
      observationCount: 1, actionSpace: world.actionSpace, configuration: configuration, runLength: 1, seed: 0
    )
    func policy(_ parameters: ParameterStore) -> [Double] {
      trainee.agent.actor.distributions(at: [[0]], reading: parameters)[0].probabilities
    }
    let best = try #require(world.bestAction(at: world.shownObservations[0]))
    #expect(policy(try run(decoy: true))[best] > 0.9)
    #expect(policy(try run(decoy: true, followed: true))[best] < 0.1)
  }
}
