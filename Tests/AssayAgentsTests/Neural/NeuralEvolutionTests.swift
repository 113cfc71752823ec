import Assay
import AssayAgents
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Evolution over networks")
struct NeuralEvolutionTests {
  private func makeSmall() -> NeuralEvolutionConfiguration {
    var configuration = NeuralEvolutionConfiguration()
    configuration.populationSize = 3
    configuration.parents = 1
    configuration.episodes = 1
    configuration.hidden = [2]
    return configuration
  }

  @Test("The member that was paid most stays, and acts alone in the end")
  func selection() {
    var trainee = NeuralEvolution<DiscreteSpace>.make(
      observationCount: 1, actionSpace: DiscreteSpace(count: 2), configuration: makeSmall(), runLength: 100,
      seed: 1)
    var parameters = trainee.agent.parameters
    var random = RandomStream(seed: 0)
    var members: [[[Float]]] = []
    func live(_ reward: Double, at time: Int) {
      members.append(parameters.tensors(ofBlock: "actor"))
      parameters.step = time
      trainee.learner.learn(
        from: step([1], [0], [reward], to: [1], [.terminated]), updating: &parameters, using: &random)
    }
    live(2, at: 1)
    live(5, at: 2)
    live(-1, at: 3)
    // A new generation: the second member, and two that nobody has seen.
    live(5, at: 4)
    #expect(members[3] == members[1])
    #expect(Set(members).count == 3)
    live(4, at: 5)
    live(3, at: 90)
    #expect(Set(members).count == 5)
    #expect(parameters.tensors(ofBlock: "actor") == members[1])
    live(1000, at: 91)
    #expect(parameters.tensors(ofBlock: "actor") == members[1])
  }

  @Test("Every write is selection by reward, and gaps between parameters stay zero")
  func ledger() throws {
    let world = TimeLimit(CartPole(), steps: 20)
    var run = BatchRun(
      trainee: NeuralEvolution<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: makeSmall(), runLength: 1000,
        seed: 1), seed: 2
    ) { EnvironmentCopies(world, count: 1, stream: $0) }
    try run.advance(to: 300)
    let parameters = run.agent.parameters
    let entries = parameters.ledger.entries.filter { $0.count > 0 }
    #expect(entries.map(\.writer) == ["selection"])
    #expect(entries.allSatisfy { $0.usesReward && $0.cause == .learning && $0.squaredNorm > 0 })
    // A write for each episode but the first, at most 20 steps each.
    #expect((entries.first?.count ?? 0) >= 14)
    let block = try #require(parameters.block(named: "actor"))
    let inTensors = Set(block.tensors.flatMap { Array($0.offset..<$0.offset + $0.count) })
    for (index, number) in parameters.values(of: block.handle).enumerated() where !inTensors.contains(index) {
      #expect(number == 0)
    }
  }

  @Test("A run that is archived and taken up again ends where one in one go ends", arguments: [1, 2])
  func resuming(copies: Int) throws {
    let world = TimeLimit(CartPole(), steps: 20)
    var configuration = makeSmall()
    configuration.copies = copies
    let ends = try trainInOneGoAndInTwo(in: world, copies: copies, steps: 111, more: 200) {
      NeuralEvolution<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 1000,
        seed: 3)
    }
    #expect(ends.inOneGo == ends.inTwo)
  }

  @Test("It keeps the contract of agents with networks")
  func contract() throws {
    let world = TimeLimit(CartPole(), steps: 9)
    let configuration = makeSmall()
    let checks = BatchTraineeChecks(steps: 200) {
      NeuralEvolution<DiscreteSpace>.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 400,
        seed: 1)
    } in: {
      world.copies(1, stream: $0)
    }
    #expect(try checks.run() == [])
  }
}
