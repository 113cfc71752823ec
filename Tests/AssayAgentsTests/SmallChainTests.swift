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
          // The surer way up pays less.
          let reward = Double(state) + 1 - success
          let up = Outcome(next: state + 1, probability: success, reward: reward, isTerminal: state == 2)
          return [up, Outcome(next: 0, probability: 1 - success, reward: reward)]
        }
      } + [[[], []]], discount: 0.9)
  }

  /// Q(s, a) = r(s, a) + γ (1 − p) W(s), state by state: where every action may be taken, W(s) is the mean reward
  /// over 1 − γ (1 − p̄) for the uniform policy, and for the best the largest r / (1 − γ (1 − p)) of all actions.
  private func inPlace(_ process: FiniteMDP, isBest: Bool) -> [Double] {
    (0..<3).flatMap { state in
      let going = (0..<2).map { action in
        process.outcomeRange(state: state, action: action).reduce(0.0) {
          process.hasTerminals && process.terminals[$1] ? $0 : $0 + process.probabilities[$1]
        }
      }
      let rewards = (0..<2).map { process.reward.expected[state * 2 + $0] }
      let alone = (0..<2).map { rewards[$0] / (1 - process.discount * going[$0]) }
      let mixed = (rewards[0] + rewards[1]) / (2 - process.discount * (going[0] + going[1]))
      let worth = isBest ? max(alone[0], alone[1]) : mixed
      return (0..<2).map { rewards[$0] + process.discount * going[$0] * worth }
    }
  }

  @Test(
    "bootstrapping in place, each agent pays a state its own reward until a step ends the episode",
    // Where the episode may end, a target of the last one has a deviation of 3.3, which a rate of 0.005 leaves
    // 3.3 √(0.005 / (2 · 0.325)) = 0.29 of: five times that.
    arguments: [(AnyAgent.dyna, 1e-4), (.planner, 1e-4), (.linearActorCritic, 1.45)],
    [false, true])
  func inPlace(expected: (agent: AnyAgent, tolerance: Double), isBest: Bool) throws {
    let world = try makeLadder()
    let record = try expected.agent.record(in: world, advances: [60_000]) {
      $1.critic.bootstrapsInPlace = true
      $1.critic.policy = isBest ? .optimal : .uniform
    }
    // Those with a model are as right as their model is.
    var process = world.process
    if record.parameters.block(named: "model.endings") != nil { process = try learned(record, like: process) }
    let error = largestError(
      Array(record.values(AnyAgent.valueBlock)[0..<6]), inPlace(process, isBest: isBest))
    #expect(error < expected.tolerance, "\(error)")
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
}
