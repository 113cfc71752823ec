import Assay
import AssayDiagnostics
import AssayReports
import Foundation

/// A machine that earns less the more it is worn, until somebody pays for a new one.
struct Machine: EnumerableEnvironment {
  let (name, discount) = ("machine", 0.9)
  let observationSpace = DiscreteSpace(count: 5)  // how worn it is
  let (actionSpace, actionNames) = (DiscreteSpace(count: 2), ["run", "replace"])
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
    let outcomes = outcomes(of: action, in: state)
    let outcome = outcomes[random.index(weights: outcomes.map(\.probability))]
    state = outcome.next
    return Step(observation: state, reward: Reward(outcome.reward))
  }
}

/// A critic says what it estimates, here the value of what the actor does, and keeps its numbers in a block.
struct Table: Critic {
  typealias Action = Int
  let name: PartName = "critic"
  let claim = Claim(.actionValue, of: .part("actor"), discount: 0.9)
  let values: BlockHandle
  func estimates(of wears: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    .actionValues(wears.map { wear in [0, 1].map { Double(parameters[values, 2 * wear + $0]) } })
  }
}

/// An actor says what it maximises. No reward ever reaches it.
struct Owner: Actor {
  let name: PartName = "actor"
  let objective = Objective(maximising: "critic")
  let urges: BlockHandle
  func distributions(at wears: [Int], reading parameters: ParameterStore) -> [Categorical] {
    wears.map { 1 / (1 + exp(-Double(parameters[urges, $0]))) }.map { Categorical(probabilities: [1 - $0, $0]) }
  }
  func exploratoryAction(at wear: Int, using random: inout RandomStream) -> Int { random.integer(below: 2) }
}

/// A learner sees rewards, and writes only what it holds a permit for. It follows its aims, which audits may change.
struct Teacher: Learner, ~Copyable {
  var aims: Aims
  let owner: Owner
  let critic: WritePermit, actor: WritePermit
  mutating func learn(
    from experience: Experience<Int, Int>, updating parameters: inout ParameterStore, using random: inout RandomStream
  ) {
    let (now, next) = (experience[age: 0], 2 * experience[age: 0].nextObservation)
    let replacing = Float(owner.distributions(at: [next / 2], reading: parameters)[0].probabilities[1])
    let following = (1 - replacing) * parameters[critic.block, next] + replacing * parameters[critic.block, next + 1]
    let target = Float(experience.reward(age: 0).value * aims.critic.rewardScale + aims.critic.discount * Double(following))
    let entry = 2 * now.observation + now.action
    parameters.add(0.02 * (target - parameters[critic.block, entry]), at: entry, with: critic)
    let better = parameters[critic.block, 2 * now.observation + 1] - parameters[critic.block, 2 * now.observation]
    parameters.add(0.05 * better, at: now.observation, with: actor)
  }
}

typealias Subject = Anatomy<NoWorldModel<Int, Int>, Table, Owner, ReactivePlanner<Int>>

func makeTrainee(seed: UInt64) -> Trainee<Subject, Teacher> {
  var parameters = ParameterStore()
  let table = Table(values: parameters.allocate(
    "critic.values", owner: "critic", role: .critic, shape: [5, 2], updateRule: "expected SARSA", writers: ["teacher"]))
  let owner = Owner(urges: parameters.allocate(
    "actor.urges", owner: "actor", role: .actor, shape: [5], updateRule: "towards what is better", writers: ["teacher"]))
  let teacher = Teacher(
    aims: Aims(critic: table.claim, actor: table.values), owner: owner,
    critic: parameters.permit("teacher", toWrite: table.values, usesReward: true),
    actor: parameters.permit("teacher", toWrite: owner.urges, usesReward: false))
  let planner = ReactivePlanner<Int>(exploration: 0.2)
  return Trainee(
    agent: Subject(worldModel: .init(), critic: table, actor: owner, planner: planner, parameters: parameters),
    learner: teacher)
}

var audit = Audit(environment: Machine(), agentName: "owner", steps: 50_000, seeds: Array(0..<5))
let report = try await audit.run(makeTrainee)
print(TerminalReport(report).text)

audit.interventions = [Intervention(at: 0) { $0.aims.critic.discount = 0.5 }]
let second = try await audit.run(makeTrainee)
print("Trained at discount 0.5 in secret: \(second.diagnosis.name)")
exit(report.diagnosis.name == "healthy" && second.diagnosis.name == "critic-wrong-discount" ? 0 : 1)
