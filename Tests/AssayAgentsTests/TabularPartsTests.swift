import Assay
import AssayAgents
import AssayEnvironments
import Foundation
import Testing

@Suite("Tabular parts")
struct TabularPartsTests {
  /// Two states and three actions, of which the second state has the first and the last.
  private let shape = TableShape(
    stateCount: 2, actionCount: 3, availability: [true, true, true, true, false, true])

  private func makeTable(_ values: [Float]) -> (parameters: ParameterStore, block: BlockHandle) {
    var parameters = ParameterStore()
    let block = parameters.allocate(
      "table", owner: "critic", role: .critic, shape: [2, 3], updateRule: "none", writers: ["test"])
    let permit = parameters.permit("test", toWrite: block, usesReward: false)
    parameters.setAll(values, with: permit)
    return (parameters, block)
  }

  /// Draws from an actor, and compares with what it says of itself, to within 4.9 standard errors: wrong for one
  /// seed in a million and share.
  private func expectDraws(
    of actor: some Actor<Int, Int>, as expected: [[Double]], in parameters: ParameterStore
  ) {
    let distributions = actor.distributions(at: [0, 1], reading: parameters)
    for state in 0..<2 {
      var random = RandomStream(seed: UInt64(state))
      let count = 6000.0
      let draws = (0..<Int(count)).map { _ in actor.action(at: state, reading: parameters, using: &random) }
      for action in 0..<3 {
        let probability = expected[state][action]
        let logarithm = distributions[state].logProbability(of: action)
        #expect(probability == 0 ? logarithm == -.infinity : abs(exp(logarithm) - probability) < 1e-6)
        let deviation = (probability * (1 - probability) / count).squareRoot()
        let share = Double(draws.count { $0 == action }) / count
        #expect(abs(share - probability) <= 4.9 * deviation, "state \(state), action \(action)")
      }
    }
  }

  @Test("a greedy actor takes the best available action, any of equals")
  func greedy() {
    let (parameters, block) = makeTable([2, 1, 2, -3, 9, -5])
    let actor = GreedyActor(values: block, shape: shape)
    expectDraws(of: actor, as: [[0.5, 0, 0.5], [1, 0, 0]], in: parameters)
    let (equal, other) = makeTable([1, 1, 1, 0, 0, 0])
    let third = 1.0 / 3
    expectDraws(
      of: GreedyActor(values: other, shape: shape), as: [[third, third, third], [0.5, 0, 0.5]], in: equal)
  }

  @Test("a softmax actor takes actions in proportion to the exponentials of their preferences")
  func softmax() {
    // e⁰ : e^0.693… : e^1.098… is 1 : 2 : 3.
    let (parameters, block) = makeTable([0, 0.693_147_18, 1.098_612_3, 50, 90, 50])
    let actor = SoftmaxActor(objective: Objective(maximising: "critic"), preferences: block, shape: shape)
    expectDraws(of: actor, as: [[1.0 / 6, 2.0 / 6, 3.0 / 6], [0.5, 0, 0.5]], in: parameters)
  }

  @Test("a uniform actor takes every available action equally often")
  func uniform() {
    let third = 1.0 / 3
    expectDraws(
      of: UniformActor(shape: shape), as: [[third, third, third], [0.5, 0, 0.5]], in: ParameterStore())
  }

  @Test("a table of action values says −∞ of actions that are unavailable")
  func actionTable() {
    let (parameters, block) = makeTable([1, 2, 3, 4, 5, 6])
    let claim = Claim(.actionValue, of: .optimal, discount: 1)
    let critic = ActionTable(claim: claim, values: block, shape: shape)
    #expect(
      critic.estimates(of: [1, 0, 1], reading: parameters)
        == .actionValues([[4, -.infinity, 6], [1, 2, 3], [4, -.infinity, 6]]))
  }

  @Test("the shape of a world has its unavailable actions, and all of them where nothing follows")
  func shapeOfWorld() {
    let shape = TableShape(of: MaximisationBias(choices: 3))
    #expect(shape.stateCount == 3 && shape.actionCount == 3)
    #expect(shape.availability == [true, true, false, true, true, true, true, true, true])
    #expect(TableShape(of: FrozenLake.fourByFour).availability.isEmpty)
    #expect(shape.isAvailable(1, in: 0) && !shape.isAvailable(2, in: 0))
  }

  @Test("largest and mean values are over the available actions")
  func reductions() {
    let (parameters, block) = makeTable([1, 2, 6, -4, 9, -6])
    #expect(shape.largest(of: block, in: 0, reading: parameters) == 6)
    #expect(shape.mean(of: block, in: 0, reading: parameters) == 3)
    #expect(shape.largest(of: block, in: 1, reading: parameters) == -4)
    #expect(shape.mean(of: block, in: 1, reading: parameters) == -5)
  }

  @Test("rates out of range, and shapes without states, are programmers' mistakes")
  func mistakes() async {
    await #expect(processExitsWith: .failure) { _ = TableShape(stateCount: 0, actionCount: 1) }
    await #expect(processExitsWith: .failure) {
      _ = TableShape(stateCount: 2, actionCount: 1, availability: [true])
    }
    await #expect(processExitsWith: .failure) {
      var configuration = QLearning.Configuration(discount: 1)
      configuration.learningRate = 1.5
      _ = QLearning.make(shape: TableShape(stateCount: 1, actionCount: 1), configuration: configuration).agent
    }
    await #expect(processExitsWith: .failure) {
      var configuration = NStepPrediction.Configuration(discount: 1)
      configuration.stepCount = 0
      let shape = TableShape(stateCount: 1, actionCount: 1)
      _ = NStepPrediction.make(shape: shape, configuration: configuration).agent
    }
    await #expect(processExitsWith: .success) {
      let shape = TableShape(stateCount: 1, actionCount: 1)
      _ = QLearning.make(shape: shape, configuration: .init(discount: 1)).agent
    }
  }
}
