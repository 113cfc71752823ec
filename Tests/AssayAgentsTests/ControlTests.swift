import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Learning to act")
struct ControlTests {
  @Test("Q-learning finds the best values of all it visits often along the cliff")
  func cliff() throws {
    let world = CliffWalking()
    let process = try FiniteMDP(enumerating: world)
    let truth = process.actionValues(from: try process.solved().values)
    var configuration = QLearning.Configuration(discount: 0.99)
    // Nothing is left to chance here, so nothing needs averaging.
    configuration.learningRate = 1
    configuration.exploration = 0.3
    var run = Run(
      environment: world, trainee: QLearning.make(shape: TableShape(of: world), configuration: configuration),
      seed: 1)
    var visits = [Int](repeating: 0, count: truth.count)
    for _ in 0..<100_000 {
      try run.advance(by: 1)
      visits[run.experience[age: 0].observation * 4 + run.experience[age: 0].action] += 1
    }
    let learned = run.agent.parameters.values(of: run.agent.critic.values).map(Double.init)
    let often = visits.indices.filter { visits[$0] >= 100 }
    #expect(often.count >= 40)
    for pair in often { #expect(abs(learned[pair] - truth[pair]) < 1e-4, "pair \(pair)") }
  }

  /// Mean return of the second half of 400 episodes, for each run.
  private func returns<Teacher: Learner & ~Copyable>(
    alongTheCliff make: (CliffWalking) -> Trainee<QLearning.Agent, Teacher>
  ) throws -> SampleMean where Teacher.Observation == Int, Teacher.Action == Int {
    let world = CliffWalking(discount: 1)
    return SampleMean(
      try (0..<12).map { seed in
        var run = Run(environment: world, trainee: make(world), seed: UInt64(seed))
        while run.tally.episodes < 200 { try run.advance(by: 1) }
        let before = run.tally.totalPerformance
        while run.tally.episodes < 400 { try run.advance(by: 1) }
        return (run.tally.totalPerformance - before) / 200
      })
  }

  @Test("SARSA knows that it slips and keeps away from the cliff; Q-learning does not, as in Example 6.6")
  func slipping() throws {
    let sarsa = try returns { world in
      var configuration = SARSA.Configuration(discount: 1)
      configuration.learningRate = 0.5
      return SARSA.make(shape: TableShape(of: world), configuration: configuration)
    }
    let qLearning = try returns { world in
      var configuration = QLearning.Configuration(discount: 1)
      configuration.learningRate = 0.5
      return QLearning.make(shape: TableShape(of: world), configuration: configuration)
    }
    // Nobody who slips with probability 0.1 can do better than −20.7; slipping around the best values costs about
    // 50. No chance of a false alarm is claimed for the outer limits: they lie many standard errors away.
    #expect(sarsa.mean <= -20.7 + 4.9 * sarsa.standardError && sarsa.mean > -35, "\(sarsa)")
    #expect(qLearning.mean < -40 && qLearning.mean > -62, "\(qLearning)")
  }

  @Test("Dyna crosses the small lake nearly as well as one can")
  func lake() throws {
    let world = FrozenLake.fourByFour
    let process = try FiniteMDP(enumerating: world)
    let best = process.initialValue(of: try process.solved().values)
    var run = Run(
      environment: world,
      trainee: Dyna.make(
        shape: TableShape(of: world),
        configuration: Dyna.Configuration(discount: world.discount, runLength: 100_000)), seed: 0)
    try run.advance(by: 100_000)
    let policy = PolicyTable(
      actionCount: 4,
      probabilities: run.agent.actor.distributions(at: Array(0..<16), reading: run.agent.parameters)
        .flatMap(\.probabilities))
    let value = process.initialValue(of: try process.values(of: policy).values)
    #expect(value >= 0.95 * best)
  }

  @Test("one-step actor-critic learns to prefer the better of two ways")
  func actorCritic() throws {
    let record = try AnyAgent.oneStepActorCritic.record(in: makeFork(), advances: [8000])
    let late = record.events.suffix(2000).filter { $0.state == 0 }
    #expect(Double(late.count { $0.action == 0 }) / Double(late.count) > 0.9)
  }
}
