import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import AssayNetworks
import AssayTesting
import Foundation

/// An actor-critic of one's own: parts that ship, composed with a learner that does not.
///
/// After each step of all copies, with δ = r + γ V(s′) − V(s) as the critic sees it now:
///
///     value loss  = mean (V(s) − (r + γ V(s′)))²
///     policy loss = −mean δ log π(a|s)
enum OneStepLearning {
  typealias Agent = Anatomy<
    NoWorldModel<[Float], Int>, StateValueCritic<Int>, NetworkActor<DiscreteSpace>, ReactivePlanner<Int>
  >

  static let copies = 16
  static let discount = 0.98

  static func make(observationCount: Int, actionSpace: DiscreteSpace, seed: UInt64) -> BatchTrainee<
    Agent, Learner
  > {
    var stream = RandomStream(seed: seed)
    var store = ParameterStore()
    let actor = store.add("actor", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
      PolicyNetwork([observationCount, 64], actionSpace, activation: .tanh, in: &$0)
    }
    let critic = store.add("critic", owner: "critic", role: .critic, writers: ["value"], using: &stream) {
      MLP([observationCount, 64, 1], in: &$0)
    }
    let claim = Claim(.stateValue, of: .part("actor"), discount: discount)
    let update = Program(reading: store) { trace in
      let x = trace.input("observations", copies, observationCount)
      let targets = trace.input("targets", copies)
      let surprises = trace.input("surprises", copies)
      let (logProbability, entropy) = actionSpace.describe(actor.layer(x), rows: copies)
      let values = critic(x).reshaped(to: [copies], as: Rank1.self)
      trace.loss("value", square(values - targets).mean(), reaching: [critic.block])
      trace.loss("policy", -(surprises * logProbability + entropy * 0.01).mean(), reaching: [actor.block])
    }
    let optimizer = Optimizer(
      .adam(), rate: 1e-3, clipping: .globalNorm(1), of: [actor.block, critic.block],
      following: ["value", "policy"],
      usesReward: true, in: &store)
    let learner = Learner(
      aims: Aims(critic: claim, actor: critic.block), actionSpace: actionSpace, update: update,
      optimizer: optimizer,
      values: RowProgram(inputs: observationCount) { critic($0) })
    let agent = Agent(
      critic: StateValueCritic(claim: claim, observationCount: observationCount) { critic($0) },
      actor: NetworkActor(
        objective: Objective(maximising: "critic"), observationCount: observationCount,
        actionSpace: actionSpace
      ) { actor.layer($0) },
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  struct Learner: BatchLearner, ~Copyable {
    typealias ActionSpace = DiscreteSpace

    struct Metrics: LearningMetrics {
      var surprise: Double
      var entries: [(name: String, value: Double)] { [("critic/surprise", surprise)] }
    }

    var aims: Aims
    var metrics: Metrics?
    let actionSpace: DiscreteSpace
    var update: Program
    var optimizer: Optimizer
    var values: RowProgram

    init(
      aims: Aims, actionSpace: DiscreteSpace, update: Program, optimizer: consuming Optimizer,
      values: RowProgram
    ) {
      self.aims = aims
      self.actionSpace = actionSpace
      self.update = update
      self.optimizer = optimizer
      self.values = values
    }

    mutating func learn(
      from step: BatchStep<[Int]>, updating parameters: inout ParameterStore, using random: inout RandomStream
    ) {
      let before = values(step.observations, reading: parameters).values
      let after = values(step.nextObservations, reading: parameters).values
      // A truncated episode would have gone on; a terminated one is worth nothing more.
      let targets = step.rewards.indices.map { copy in
        Float(step.rewards[copy])
          + (step.endings[copy] == .terminated ? 0 : Float(aims.critic.discount) * after[copy])
      }
      let surprises = zip(targets, before).map { $0 - $1 }
      update.set("observations", to: step.observations.values)
      update.set("targets", to: targets)
      update.set("surprises", to: surprises)
      actionSpace.set(step.actions, rows: Array(0..<step.count), in: &update)
      update.run(reading: parameters)
      optimizer.step(&parameters, following: update)
      metrics = Metrics(surprise: Double(surprises.reduce(0, +)) / Double(step.count))
    }

    func archive(into archive: inout StateArchive) { archive.put(optimizer, as: "optimizer") }

    mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&optimizer, from: "optimizer")
    }
  }
}

let world = TimeLimit(CartPole(), steps: 500)
func make() -> BatchTrainee<OneStepLearning.Agent, OneStepLearning.Learner> {
  OneStepLearning.make(observationCount: 4, actionSpace: world.actionSpace, seed: 1)
}

// Is it sound? Same seed, same bits; resumes where it was; writes only what it declares; and so on.
let findings = try BatchTraineeChecks(steps: 1600, make: make) {
  world.copies(OneStepLearning.copies, stream: $0)
}.run()
for finding in findings { print(finding) }
guard findings.isEmpty else { exit(EXIT_FAILURE) }

// Does it learn?
var run = BatchRun(trainee: make(), seed: 1) { world.copies(OneStepLearning.copies, stream: $0) }
for end in stride(from: 50_000, through: 300_000, by: 50_000) {
  try run.advance(to: end)
  let returns = run.tally.recent.map(\.reward)
  print("\(run.step) steps: mean return \(Int(returns.reduce(0, +) / Double(returns.count)))")
}

// Is its critic right? 100 states it meets, 50 lives on from each of them.
let stream = RandomStream(seed: 2)
let worlds = world.copies(1, stream: stream)
let states = run.agent.visitedStates(in: worlds, count: 100, time: 2000, using: stream.substream(1))
let horizon = MonteCarlo.horizon(discount: OneStepLearning.discount)
let truth = await MonteCarlo(discounts: [OneStepLearning.discount], restarts: 50, horizon: horizon).truth(
  of: run.agent, from: states, using: stream.substream(2))
guard
  case .stateValues(let values) = run.agent.critic.estimates(
    of: (0..<100).map { states.observations[$0] }, reading: run.agent.parameters)
else { exit(EXIT_FAILURE) }
let bias = zip(values, truth.means[0]).map { $0 - $1 }.reduce(0, +) / 100
print(
  "its critic says \(values.reduce(0, +) / 100) on average, and is off by \(bias) ± \(truth.standardError())")
