import Assay
import AssayEnvironments
import Testing

@testable import AssayPlanning

/// Action 0 earns 1 and ends things; action 1 earns nothing, and whatever is done then earns 3 and ends them.
struct Patience: Environment {
  let observationSpace = DiscreteSpace(count: 3)
  let actionSpace = DiscreteSpace(count: 2)
  private(set) var place = 0
  var isOver: Bool { place == 2 }

  mutating func reset(using random: inout RandomStream) -> Int {
    place = 0
    return place
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let reward = place == 1 ? 3.0 : action == 0 ? 1 : 0
    place = place == 0 && action == 1 ? 1 : 2
    return Step(observation: place, reward: Reward(reward), ending: isOver ? .terminated : nil)
  }
}

/// Earns 1 with probability a quarter, and ends.
private struct Coin: Environment {
  let observationSpace = DiscreteSpace(count: 1)
  let actionSpace = DiscreteSpace(count: 1)
  private(set) var isOver = false

  mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    return 0
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    isOver = true
    return Step(observation: 0, reward: Reward(random.unit() < 0.25 ? 1 : 0), ending: .terminated)
  }
}

@Suite("Copies of worlds, searched from")
struct EnvironmentProblemTests {
  private func searched<World: Environment>(
    _ world: World, actions: Int, outcomes: Int = 1, simulations: Int, seed: UInt64 = 0
  ) throws -> SearchTrace where World.Action == Int {
    var world = world
    var random = RandomStream(seed: seed)
    _ = world.reset(using: &random)
    let problem = EnvironmentProblem(
      [world], actionCount: actions, discount: 0.5, rolloutSteps: 0, outcomeCount: outcomes,
      using: RandomStream(seed: seed))
    var search = TreeSearch(of: problem, by: UCT(exploration: 1))
    try search.run(SearchBudget(simulations: simulations), using: &random)
    return search.trace()
  }

  @Test("A reward that waits is worth what the discount leaves of it, and a time limit cuts nothing off")
  func waiting() throws {
    for trace in [
      try searched(Patience(), actions: 2, simulations: 200),
      try searched(TimeLimit(Patience(), steps: 1), actions: 2, simulations: 200),
    ] {
      #expect(trace.result.values[0] == 1)
      // Its first walk ended in the new node, which was thought to be worth nothing; each of the others earned ½ · 3.
      let visits = Double(trace.result.visits[1])
      let value = try #require(trace.result.values[1])
      #expect(abs(value - 1.5 * (visits - 1) / visits) < 1e-6)
      #expect(trace.result.action == 1)
      #expect(trace.nodes.allSatisfy { $0.parent == nil || $0.discount == ($0.edges.isEmpty ? 0 : 0.5) })
    }
  }

  @Test("An outcome is the same draw whenever it comes up, and many are as the world is")
  func outcomes() throws {
    let one = try searched(Coin(), actions: 1, simulations: 50)
    #expect(one.nodes.count == 2 && (one.result.values[0] == 0 || one.result.values[0] == 1))
    let many = try searched(Coin(), actions: 1, outcomes: 400, simulations: 4000)
    #expect(many.nodes.count <= 401 && many.nodes.count > 390)
    #expect(Set(many.nodes.dropFirst().map(\.reward)) == [0, 1])
    // 400 draws of a quarter deviate by 0.022; five times that is a false alarm once in a million.
    #expect(abs(try #require(many.result.values[0]) - 0.25) < 0.11)
    #expect(try searched(Coin(), actions: 1, outcomes: 400, simulations: 4000) == many)
  }

  @Test("Random play is what new nodes are worth")
  func rollouts() throws {
    var world = Patience()
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    let problem = EnvironmentProblem(
      [world], actionCount: 2, discount: 0.5, rolloutSteps: 5, using: RandomStream(seed: 1))
    var search = TreeSearch(of: problem, by: UCT())
    try search.run(SearchBudget(simulations: 50), using: &random)
    // From where it waits, whatever is done earns 3; from the start 1 or 1.5.
    let nodes = search.trace().nodes
    #expect(nodes[0].value == 1 || nodes[0].value == 1.5)
    #expect(nodes.filter { $0.depth == 1 && $0.discount != 0 }.map(\.value) == [3])
    #expect(nodes.filter { $0.discount == 0 }.allSatisfy { $0.value == 0 })
  }
}
