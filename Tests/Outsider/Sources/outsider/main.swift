import Assay
import AssayDiagnostics
import AssayReports
import Foundation

/// A mill that earns less the more its stones are worn, until the miller pays for new ones.
struct Mill: EnumerableEnvironment {
  let name = "mill"
  let discount = 0.9
  let observationSpace = DiscreteSpace(count: 5)  // how worn they are
  let actionSpace = DiscreteSpace(count: 2)  // 0 grinds on, 1 replaces the stones
  let initialDistribution = [1.0, 0, 0, 0, 0]
  private(set) var state = 0
  func outcomes(of action: Int, in wear: Int) -> [Outcome] {
    if action == 1 { return [Outcome(next: 0, probability: 1, reward: -3)] }
    return [wear, min(wear + 1, 4)].map { Outcome(next: $0, probability: 0.5, reward: Double(4 - 2 * wear)) }
  }
  mutating func place(in wear: Int) { state = wear }
  mutating func reset(using random: inout RandomStream) -> Int {
    state = 0
    return state
  }
  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let outcome = outcomes(of: action, in: state)[action == 1 ? 0 : random.integer(below: 2)]
    state = outcome.next
    return Step(observation: state, reward: Reward(outcome.reward))
  }
}
/// A critic says what it estimates. The audit holds it to that.
struct Table: Critic {
  typealias Action = Int
  let name: PartName = "critic"
  let claim = Claim(.actionValue, of: .optimal, discount: 0.9)
  let values: BlockHandle
  func estimates(of wears: [Int], reading store: ParameterStore) -> CriticEstimates {
    .actionValues(wears.map { [Double(store[values, 2 * $0]), Double(store[values, 2 * $0 + 1])] })
  }
}
/// An actor says what it maximises. It is handed a state, and never a reward.
struct Miller: Actor {
  let name: PartName = "actor"
  let objective = Objective(maximising: "critic")
  let urges: BlockHandle
  func distributions(at wears: [Int], reading store: ParameterStore) -> [ActionProbabilities] {
    wears.map { 1 / (1 + exp(-Double(store[urges, $0]))) }.map {
      ActionProbabilities(probabilities: [1 - $0, $0])
    }
  }
  func exploratoryAction(at wear: Int, using random: inout RandomStream) -> Int { random.integer(below: 2) }
}
/// A learner sees rewards, and writes the blocks it has permits for, towards aims that others may change.
struct Teacher: Learner, ~Copyable {
  var aims: Aims
  let critic, actor: WritePermit
  mutating func learn(
    from experience: Experience<Int, Int>, updating store: inout ParameterStore, using _: inout RandomStream
  ) {
    let seen = experience[age: 0]
    let (now, next) = (2 * seen.observation, 2 * seen.nextObservation)
    let best = max(store[critic.block, next], store[critic.block, next + 1])
    let target = Float(experience.reward(age: 0).value + aims.critic.discount * Double(best))
    store.add(0.003 * (target - store[critic.block, now + seen.action]), at: now + seen.action, with: critic)
    store.add(0.05 * (store[critic.block, now + 1] - store[critic.block, now]), at: now / 2, with: actor)
  }
}
let report = try await Audit(environment: Mill(), agentName: "me", steps: 99_000, seeds: [0, 1, 2]).run { _ in
  var store = ParameterStore()
  let values = store.allocate(
    "values", owner: "critic", role: .critic, shape: [5, 2], updateRule: "Q-learning", writers: ["teacher"])
  let urges = store.allocate(
    "urges", owner: "actor", role: .actor, shape: [5], updateRule: "climbing", writers: ["teacher"])
  let critic = store.permit("teacher", toWrite: values, usesReward: true)
  let actor = store.permit("teacher", toWrite: urges, usesReward: false)
  let (table, planner) = (Table(values: values), ReactivePlanner<Int>(exploration: 0.5))
  return Trainee(
    agent: Anatomy(critic: table, actor: Miller(urges: urges), planner: planner, parameters: store),
    learner: Teacher(aims: Aims(critic: table.claim, actor: values), critic: critic, actor: actor))
}
print(TerminalReport(report).text)
exit(report.critic?.verdict.name == .healthy && report.actor.verdict.name == .healthy ? 0 : 1)
