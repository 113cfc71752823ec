import Assay
import AssayAgents
import AssayEnvironments
import AssayTesting
import Testing

/// The contract that ``BatchTraineeChecks`` states, for every agent with networks, with sizes that suit a debug build.
@Suite("every agent with networks")
struct EveryNeuralAgentTests {
  private static let choices = TimeLimit(CartPole(), steps: 9)
  private static let vectors = TimeLimit(Pendulum(), steps: 9)

  private func findings<Subject: BatchAgent, Teacher: BatchLearner & ~Copyable>(
    steps: Int = 200, copies: Int, _ make: @escaping () -> BatchTrainee<Subject, Teacher>
  ) throws -> [Finding] where Subject.ActionSpace == DiscreteSpace {
    try BatchTraineeChecks(steps: steps, make: make) { Self.choices.copies(copies, stream: $0) }.run()
  }

  private func findings<Subject: BatchAgent, Teacher: BatchLearner & ~Copyable>(
    steps: Int = 200, copies: Int, _ make: @escaping () -> BatchTrainee<Subject, Teacher>
  ) throws -> [Finding] where Subject.ActionSpace == BoxSpace {
    try BatchTraineeChecks(steps: steps, make: make) { Self.vectors.copies(copies, stream: $0) }.run()
  }

  private func small(sharesTrunk: Bool = false) -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.copies = 3
    configuration.rolloutLength = 8
    configuration.batchSize = 10
    configuration.passes = 2
    configuration.hidden = [8]
    configuration.isAnnealed = true
    configuration.sharesTrunk = sharesTrunk
    return configuration
  }

  @Test("PPO", arguments: [false, true])
  func ppo(sharesTrunk: Bool) throws {
    let configuration = small(sharesTrunk: sharesTrunk)
    let found = try findings(copies: 3) {
      PPO.make(
        observationCount: 4, actionSpace: Self.choices.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("PPO, where actions are vectors")
  func continuousPPO() throws {
    let configuration = small()
    let found = try findings(copies: 3) {
      PPO.make(
        observationCount: 3, actionSpace: Self.vectors.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("A2C")
  func a2c() throws {
    var configuration = A2CConfiguration()
    configuration.copies = 3
    configuration.hidden = [8]
    let found = try findings(copies: 3) { [configuration] in
      A2C.make(
        observationCount: 4, actionSpace: Self.choices.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("REINFORCE, without a critic")
  func reinforce() throws {
    var configuration = NeuralREINFORCEConfiguration()
    configuration.copies = 2
    configuration.episodes = 3
    configuration.hidden = [8]
    let found = try findings(copies: 2) { [configuration] in
      NeuralREINFORCE.make(
        observationCount: 4, actionSpace: Self.choices.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("REINFORCE, with a critic for its baseline, where actions are vectors")
  func reinforceWithBaseline() throws {
    var configuration = NeuralREINFORCEConfiguration()
    configuration.usesBaseline = true
    configuration.copies = 2
    configuration.episodes = 3
    configuration.hidden = [8]
    let found = try findings(copies: 2) { [configuration] in
      NeuralREINFORCE.makeWithBaseline(
        observationCount: 3, actionSpace: Self.vectors.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("evolution")
  func evolution() throws {
    var configuration = NeuralEvolutionConfiguration()
    configuration.copies = 2
    configuration.populationSize = 4
    configuration.parents = 2
    configuration.episodes = 2
    configuration.hidden = [4]
    // Episodes long enough that members differ in what they earn.
    let world = TimeLimit(CartPole(), steps: 60)
    let checks = BatchTraineeChecks(steps: 1500) { [configuration] in
      NeuralEvolution.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 1500,
        seed: 1)
    } in: {
      world.copies(2, stream: $0)
    }
    #expect(try checks.run() == [])
  }

  @Test("DQN, plain and with everything", arguments: [false, true])
  func dqn(hasEverything: Bool) throws {
    var configuration = DQNConfiguration()
    configuration.copies = 2
    configuration.learningStart = 20
    configuration.batchSize = 8
    configuration.hidden = [8]
    configuration.targetPeriod = 10
    configuration.isDouble = hasEverything
    configuration.isDueling = hasEverything
    configuration.isPrioritized = hasEverything
    configuration.steps = hasEverything ? 3 : 1
    let found = try findings(copies: 2) { [configuration] in
      DQN.make(
        observationCount: 4, actionSpace: Self.choices.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("SAC")
  func sac() throws {
    var configuration = SACConfiguration()
    configuration.copies = 2
    configuration.learningStart = 20
    configuration.batchSize = 8
    configuration.updatesPerStep = 0.3
    configuration.hidden = [8]
    configuration.bufferSize = 64
    let found = try findings(copies: 2) { [configuration] in
      SAC.make(
        observationCount: 3, actionSpace: Self.vectors.actionSpace, configuration: configuration,
        runLength: 200, seed: 1)
    }
    #expect(found == [])
  }

  @Test("MBPO")
  func mbpo() throws {
    var configuration = MBPOConfiguration()
    configuration.learningStart = 20
    configuration.batchSize = 8
    configuration.updatesPerStep = 0.5
    configuration.stepsBetweenFits = 25
    configuration.members = 2
    configuration.elites = 1
    configuration.epochs = 2
    configuration.modelBatchSize = 8
    configuration.branchesPerStep = 2
    configuration.hidden = [8]
    configuration.modelHidden = [8]
    let found = try findings(steps: 90, copies: 1) { [configuration] in
      MBPO.make(
        observationCount: 3, actionSpace: Self.vectors.actionSpace, configuration: configuration,
        runLength: 90, seed: 1)
    }
    #expect(found == [])
  }
}
