import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Testing

/// Agents without a critic, judged by the exact value of what they do.
@Suite("Agents without a critic")
struct SelectionTests {
  /// What the actor's policy loses to the best, as a share of what choosing at random loses.
  private func loss<Teacher: Learner & ~Copyable>(
    in world: some EnumerableEnvironment, after steps: Int, seed: UInt64,
    _ trainee: consuming Trainee<Evolution.Agent, Teacher>
  ) throws -> Double where Teacher.Observation == Int, Teacher.Action == Int {
    let process = try FiniteMDP(enumerating: world)
    var run = Run(environment: world, trainee: trainee, seed: seed)
    try run.advance(by: steps)
    var policy = PolicyTable(
      actionCount: world.actionCount,
      probabilities: run.agent.actor.distributions(
        at: Array(0..<world.stateCount), reading: run.agent.parameters
      ).flatMap(\.probabilities))
    for state in 0..<world.stateCount where process.isFinal(state: state) {
      for action in 0..<world.actionCount { policy[state, action] = 0 }
    }
    func value(_ policy: PolicyTable) throws -> Double {
      process.initialValue(of: try process.values(of: policy).values)
    }
    let best = process.initialValue(of: try process.solved().values)
    return (best - (try value(policy))) / (best - (try value(process.uniformPolicy)))
  }

  /// Two arms that pay 1 with probabilities 0.8 and 0.2.
  private func makeBandit() throws -> TabularEnvironment {
    let outcomes = [(0.8, 0.2), (0.2, 0.8)].map { win, lose in
      [
        Outcome(next: 1, probability: win, reward: 1, isTerminal: true),
        Outcome(next: 2, probability: lose, reward: 0, isTerminal: true),
      ]
    }
    let rewards = FiniteMDP.RewardFunction(
      name: "reward", expected: [0.8, 0.2, 0, 0, 0, 0], outcomes: [1, 0, 1, 0])
    let listed = try makeWorld([outcomes, [[], []], [[], []]], discount: 0.9)
    return TabularEnvironment(try listed.process.withRewards([rewards]))
  }

  @Test("evolution finds the better arm and the way through small grids", arguments: [0, 1, 2] as [UInt64])
  func evolution(seed: UInt64) throws {
    func loss(_ world: some EnumerableEnvironment, _ steps: Int) throws -> Double {
      try self.loss(
        in: world, after: steps, seed: seed,
        Evolution.make(
          shape: TableShape(of: world),
          configuration: .init(discount: world.discount, runLength: steps)))
    }
    #expect(try loss(makeBandit(), 20_000) < 0.05)
    #expect(try loss(makeFork(), 20_000) < 0.05)
    #expect(try loss(RediscountedEnvironment(GridWorld.fourByFour, discount: 0.95), 100_000) < 0.2)
  }

  @Test("REINFORCE does too", arguments: [0, 1, 2] as [UInt64])
  func reinforce(seed: UInt64) throws {
    func loss(_ world: some EnumerableEnvironment, _ steps: Int) throws -> Double {
      try self.loss(
        in: world, after: steps, seed: seed,
        REINFORCE.make(shape: TableShape(of: world), configuration: .init(discount: world.discount)))
    }
    #expect(try loss(makeBandit(), 20_000) < 0.05)
    #expect(try loss(makeFork(), 20_000) < 0.05)
    #expect(try loss(RediscountedEnvironment(GridWorld.fourByFour, discount: 0.95), 100_000) < 0.05)
  }

  @Test("selection for the opposite of the reward finds the worse arm")
  func negated() throws {
    let world = try makeBandit()
    var trainee = Evolution.make(
      shape: TableShape(of: world), configuration: .init(discount: 0.9, runLength: 20_000))
    trainee.learner.aims.critic.rewardScale = -1
    // The worse arm loses twice as much as choosing at random.
    #expect(try loss(in: world, after: 20_000, seed: 0, trainee) > 1.9)
  }

  @Test("only the actor's numbers exist, and the last tenth of a run changes none of them")
  func blocks() throws {
    let record = try AnyAgent.evolution.record(in: makeFork(), advances: [2000])
    #expect(record.parameters.blocks.map(\.owner) == ["actor"])
    #expect(try #require(record.parameters.ledger.lastWrite(ofBlock: 0)).lastStep <= 1800)
    #expect(!Evolution.Agent.hasCritic)
  }
}
