import Assay
import AssayAgents
import AssayEnvironments
import AssayTesting
import Testing

@Suite("REINFORCE over networks")
struct NeuralREINFORCETests {
  private func makeConfiguration(withBaseline usesBaseline: Bool) -> NeuralREINFORCEConfiguration {
    var configuration = NeuralREINFORCEConfiguration()
    configuration.episodes = 1
    configuration.discount = 0.5
    configuration.usesBaseline = usesBaseline
    configuration.standardizesReturns = false
    configuration.rule = .gradientDescent
    configuration.rate = 0.4
    configuration.hidden = []
    configuration.largestGradient = 1e6
    return configuration
  }

  private func agrees(_ numbers: [Float], _ expected: [Float]) -> Bool {
    numbers.count == expected.count && zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  /// An episode of two steps, paid 0 and then 1.
  private func learn<Teacher: BatchLearner & ~Copyable>(
    _ learner: inout Teacher, _ parameters: inout ParameterStore, _ ending: Ending
  ) where Teacher.ActionSpace == DiscreteSpace {
    parameters.clear()
    var random = RandomStream(seed: 0)
    learner.learn(from: step([1], [0], [0], to: [1], [nil]), updating: &parameters, using: &random)
    learner.learn(from: step([1], [1], [1], to: [1], [ending]), updating: &parameters, using: &random)
  }

  /// G = (0.5, 1) for actions (0, 1) of an even linear policy: the loss rises with logit 0 by
  /// −½ (0.5 · 0.5 − 1 · 0.5) = 0.125 and falls with logit 1 by as much.
  @Test(
    "Without a baseline the update follows the return, which a truncation cuts off, and there is no critic",
    arguments: [Ending.terminated, .truncated])
  func withoutBaseline(ending: Ending) throws {
    var trainee = NeuralREINFORCE<DiscreteSpace>.make(
      observationCount: 1, actionSpace: DiscreteSpace(count: 2),
      configuration: makeConfiguration(withBaseline: false), runLength: 2, seed: 0)
    learn(&trainee.learner, &trainee.agent.parameters, ending)
    for tensor in trainee.agent.parameters.tensors(ofBlock: "actor") {
      #expect(agrees(tensor, [-0.05, 0.05]))
    }
    #expect(trainee.agent.parameters.blocks.map(\.name) == ["actor"])
    #expect(!NeuralREINFORCE<DiscreteSpace>.Agent.hasCritic)
    let metrics = trainee.learner.metrics
    let entries = try #require(metrics).entries
    // (0.5 + 1)/2 · ln 2
    #expect(abs(entries[0].value - 0.519_860) < 1e-6)
  }

  /// V is 0 at first, so that the actor moves the same; V then by 0.4 · 2 · mean G = 0.6, in weight and bias each.
  @Test("With a baseline there is a critic, and it learns the return")
  func withBaseline() throws {
    var trainee = NeuralREINFORCE<DiscreteSpace>.makeWithBaseline(
      observationCount: 1, actionSpace: DiscreteSpace(count: 2),
      configuration: makeConfiguration(withBaseline: true), runLength: 2, seed: 0)
    learn(&trainee.learner, &trainee.agent.parameters, .terminated)
    for tensor in trainee.agent.parameters.tensors(ofBlock: "actor") {
      #expect(agrees(tensor, [-0.05, 0.05]))
    }
    for tensor in trainee.agent.parameters.tensors(ofBlock: "critic") { #expect(agrees(tensor, [0.6])) }
    #expect(NeuralREINFORCE<DiscreteSpace>.AgentWithBaseline.hasCritic)
    let metrics = trainee.learner.metrics
    let entries = try #require(metrics).entries
    // ½ (0.5² + 1²)
    #expect(abs((entries.first { $0.name == "critic/loss" }?.value ?? .nan) - 0.625) < 1e-6)
    // Again, and truncated: V = 1.2 is now taken off, and half of it follows what was cut off. G = (0.8, 1.6), A =
    // (−0.4, 0.4); the critic's error is 1.2 − 1.2 on average, so that it stays.
    var random = RandomStream(seed: 0)
    trainee.learner.learn(
      from: step([1], [0], [0], to: [1], [nil]), updating: &trainee.agent.parameters, using: &random)
    trainee.learner.learn(
      from: step([1], [1], [1], to: [1], [.truncated]), updating: &trainee.agent.parameters, using: &random)
    for tensor in trainee.agent.parameters.tensors(ofBlock: "critic") { #expect(agrees(tensor, [0.6])) }
  }

  @Test("A run that is archived and taken up again ends where one in one go ends", arguments: [1, 3])
  func resuming(copies: Int) throws {
    let world = TimeLimit(CartPole(), steps: 20)
    var configuration = makeConfiguration(withBaseline: false)
    configuration.copies = copies
    configuration.hidden = [4]
    configuration.rule = .adam
    let ends = try trainInOneGoAndInTwo(in: world, copies: copies, steps: 111, more: 100) {
      NeuralREINFORCE<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
    #expect(ends.inOneGo.ledger.entries.contains { $0.usesReward && $0.count > 1 })
  }

  @Test("So it does with a baseline, where actions are vectors")
  func resumingWithBaseline() throws {
    let world = TimeLimit(Pendulum(), steps: 20)
    var configuration = makeConfiguration(withBaseline: true)
    configuration.hidden = [4]
    configuration.rule = .adam
    let ends = try trainInOneGoAndInTwo(in: world, copies: 1, steps: 111, more: 100) {
      NeuralREINFORCE<BoxSpace>.makeWithBaseline(
        observationCount: 3, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }

  @Test("It keeps the contract of agents with networks")
  func contract() throws {
    let world = TimeLimit(CartPole(), steps: 9)
    var configuration = makeConfiguration(withBaseline: true)
    configuration.copies = 2
    configuration.hidden = [4]
    let checks = BatchTraineeChecks(steps: 200) {
      NeuralREINFORCE<DiscreteSpace>.makeWithBaseline(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 400,
        seed: 1)
    } in: {
      world.copies(2, stream: $0)
    }
    #expect(try checks.run() == [])
  }
}
