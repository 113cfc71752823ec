import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Testing

/// Aims that change what a value is, against exact values in a world with chance and choice.
@Suite("Aims in a world with chance")
struct SmallChainTests {
  private func largestError(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).map { abs($0 - $1) }.max() ?? 0
  }

  /// Four states, three of which go one up or fall back to the first by chance; the last move up ends the episode.
  private func makeLadder() throws -> TabularEnvironment {
    try makeWorld(
      (0..<3).map { state in
        [0.75, 0.25].map { success in
          let up = Outcome(
            next: state + 1, probability: success, reward: Double(state), isTerminal: state == 2)
          return [up, Outcome(next: 0, probability: 1 - success, reward: Double(state))]
        }
      } + [[[], []]], discount: 0.9)
  }

  /// E[v(s′)] of each pair, nothing after a termination.
  private func late(_ process: FiniteMDP, _ values: [Double]) -> [Double] {
    let nothing = FiniteMDP.RewardFunction(name: "nothing", expected: .init(repeating: 0, count: 8))
    return process.actionValues(from: values, for: nothing, discount: 1)
  }

  @Test(
    "a step late, each agent values what is expected of the next state",
    arguments: [(AnyAgent.dyna, 1e-9), (.planner, 1e-9), (.linearActorCritic, 0.35), (.qLearning, 3)])
  func delay(agent: AnyAgent, tolerance: Double) throws {
    let world = try makeLadder()
    let record = try agent.record(in: world, advances: [60_000]) {
      $1.critic.delay = 1
      $1.critic.policy = .uniform
    }
    // Those with a model are as right as their model is.
    var process = world.process
    if record.parameters.block(named: "model.endings") != nil { process = try learned(record, like: process) }
    let values = try process.values(of: process.uniformPolicy).values
    let error = largestError(
      Array(record.values(AnyAgent.valueBlock)[0..<6]), Array(late(process, values)[0..<6]))
    #expect(error < max(tolerance, 1e-4), "\(error)")
  }

  /// The process that a model of counts describes.
  private func learned(_ record: AnyAgent.Record, like process: FiniteMDP) throws -> FiniteMDP {
    let transitions = record.values("model.transitions")
    let endings = record.values("model.endings")
    let outcomes = (0..<4).map { state in
      (0..<2).map { action -> [Outcome] in
        let pair = state * 2 + action
        let seen = transitions[pair * 4..<pair * 4 + 4].reduce(endings[pair], +)
        let reward = record.values("model.rewards")[pair]
        guard seen > 0 else { return [] }
        let moves = (0..<4).filter { transitions[pair * 4 + $0] > 0 }.map {
          Outcome(next: $0, probability: transitions[pair * 4 + $0] / seen, reward: reward)
        }
        guard endings[pair] > 0 else { return moves }
        return moves + [
          Outcome(next: 3, probability: endings[pair] / seen, reward: reward, isTerminal: true)
        ]
      }
    }
    return try makeWorld(outcomes, discount: process.discount).process
  }

  @Test("the best policy a step late is the one its own table prefers", arguments: [AnyAgent.dyna, .planner])
  func delayedOptimum(agent: AnyAgent) throws {
    let record = try agent.record(in: makeLadder(), advances: [20_000]) {
      $1.critic.delay = 1
      $1.critic.policy = .optimal
    }
    let process = try learned(record, like: makeLadder().process)
    let table = record.values(AnyAgent.valueBlock)
    let policy = PolicyTable(
      actionCount: 2, actions: (0..<4).map { $0 == 3 ? -1 : table[$0 * 2] >= table[$0 * 2 + 1] ? 0 : 1 })
    let expected = late(process, try process.values(of: policy).values)
    #expect(largestError(Array(table[0..<6]), Array(expected[0..<6])) < 0.01)
  }
}
