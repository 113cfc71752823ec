import Assay
import AssayAgents
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Advantage actor-critic")
struct A2CTests {
  /// Two copies, one step each, V at 0 and an even linear policy: A = (1, 0), so that the policy loss falls with logit 0
  /// by 0.25 and rises with logit 1 by as much, and the value loss 0.5 · ((V − 1)² + V²)/2 falls with V by 0.5. With x = 1
  /// the weight moves as the bias does.
  @Test("An update's numbers and changes are those worked out by hand")
  func update() throws {
    var configuration = A2CConfiguration()
    configuration.copies = 2
    configuration.rolloutLength = 1
    configuration.rule = .gradientDescent
    configuration.rate = 0.4
    configuration.hidden = []
    configuration.largestGradient = 1e6
    var trainee = A2C<DiscreteSpace>.make(
      observationCount: 1, actionSpace: DiscreteSpace(count: 2), configuration: configuration, runLength: 2,
      seed: 0)
    trainee.agent.parameters.clear()
    var random = RandomStream(seed: 0)
    trainee.learner.learn(
      from: step([1, 1], [0, 1], [1, 0], to: [1, 1], [.terminated, .terminated]),
      updating: &trainee.agent.parameters, using: &random)
    func agrees(_ numbers: [Float], _ expected: [Float]) -> Bool {
      numbers.count == expected.count && zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-6 }
    }
    for tensor in trainee.agent.parameters.tensors(ofBlock: "actor") { #expect(agrees(tensor, [0.1, -0.1])) }
    for tensor in trainee.agent.parameters.tensors(ofBlock: "critic") { #expect(agrees(tensor, [0.2])) }
    let metrics = trainee.learner.metrics
    let entries = try #require(metrics).entries
    let expected = [
      // ½ ln 2, ln 2, ½ · ½, and √(4 · 0.25² + 2 · 0.5²).
      "actor/loss": 0.346_574, "actor/entropy": 0.693_147, "critic/loss": 0.25,
      "critic/explained variance": 0, "gradient norm": 0.866_025, "rate": 0.4,
    ]
    #expect(entries.count == expected.count)
    for (name, value) in entries {
      #expect(abs(value - (expected[name] ?? .nan)) < 1e-6, "\(name): \(value)")
    }
  }

  @Test("A run that is archived and taken up again ends where one in one go ends")
  func resuming() throws {
    let world = TimeLimit(CartPole(), steps: 20)
    var configuration = A2CConfiguration()
    configuration.copies = 2
    configuration.hidden = [4]
    let ends = try trainInOneGoAndInTwo(in: world, copies: 2, steps: 106, more: 100) {
      A2C<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }

  @Test("So it does where actions are vectors")
  func resumingWithVectors() throws {
    let world = TimeLimit(Pendulum(), steps: 20)
    var configuration = A2CConfiguration()
    configuration.copies = 2
    configuration.hidden = [4]
    configuration.rule = .adam
    let ends = try trainInOneGoAndInTwo(in: world, copies: 2, steps: 64, more: 50) {
      A2C<BoxSpace>.make(
        observationCount: 3, actionSpace: world.actionSpace, configuration: configuration, runLength: 200,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }

  @Test("It keeps the contract of agents with networks")
  func contract() throws {
    let world = TimeLimit(CartPole(), steps: 9)
    var configuration = A2CConfiguration()
    configuration.copies = 3
    configuration.hidden = [4]
    let checks = BatchTraineeChecks(steps: 200) {
      A2C<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 400,
        seed: 1)
    } in: {
      world.copies(3, stream: $0)
    }
    #expect(try checks.run() == [])
  }
}
