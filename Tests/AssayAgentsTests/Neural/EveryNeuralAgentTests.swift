import Assay
import AssayAgents
import AssayEnvironments
import AssayTesting
import Testing

@Suite("every agent with networks")
struct EveryNeuralAgentTests {
  @Test("PPO keeps the contract", arguments: [false, true])
  func ppo(sharesTrunk: Bool) throws {
    var configuration = PPOConfiguration()
    configuration.copies = 3
    configuration.rolloutLength = 8
    configuration.batchSize = 10
    configuration.passes = 2
    configuration.hidden = [8]
    configuration.isAnnealed = true
    configuration.sharesTrunk = sharesTrunk
    let world = TimeLimit(CartPole(), steps: 9)
    let checks = BatchTraineeChecks(steps: 200) {
      PPO<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 1)
    } in: {
      world.copies(3, stream: $0)
    }
    #expect(try checks.run() == [])
  }

  @Test("PPO keeps the contract where actions are vectors")
  func continuousPPO() throws {
    var configuration = PPOConfiguration()
    configuration.copies = 2
    configuration.rolloutLength = 8
    configuration.passes = 2
    configuration.hidden = [8]
    let world = TimeLimit(Pendulum(), steps: 9)
    let checks = BatchTraineeChecks(steps: 100) {
      PPO<BoxSpace>.make(
        observationCount: 3, actionSpace: world.actionSpace, configuration: configuration, runLength: 100,
        seed: 1)
    } in: {
      world.copies(2, stream: $0)
    }
    #expect(try checks.run() == [])
  }
}
