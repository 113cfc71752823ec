import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Models that trajectories are planned in")
struct TrajectoryModelTests {
  let clock = TrajectoryBudget().started()

  // MARK: The true model

  @Test("copies of a world earn what the world itself earns")
  func worlds() throws {
    var pendulum = Pendulum()
    try pendulum.place(at: [3, 0.5])
    let actions: [Float] = [1, -2, 0.5, 2, 0, -1]
    let model = EnvironmentTrajectories(pendulum) { $0.map { 100 * Double($0[0]) } }
    var batch = TrajectoryBatch(actions: actions, horizon: 3, width: 1)
    var random = RandomStream(seed: 1)
    #expect(try model.rollOut(&batch, within: clock, using: &random))
    for candidate in 0..<2 {
      var world = pendulum
      var stream = RandomStream(seed: 2)
      for step in 0..<3 {
        let outcome = world.step([actions[candidate * 3 + step]], using: &stream)
        #expect(batch.rewards[candidate * 3 + step] == outcome.reward.value)
        if step == 2 { #expect(batch.terminalValues[candidate] == 100 * Double(outcome.observation[0])) }
      }
    }
    // −(3² + 0.1·0.5² + 0.001·1²), by hand.
    #expect(abs(batch.rewards[0] + 9.026) < 1e-12)
    // The sum with γ = ½.
    let sum = batch.rewards[0] + batch.rewards[1] / 2 + batch.rewards[2] / 4 + batch.terminalValues[0] / 8
    #expect(abs(try batch.returns(discount: 0.5)[0] - sum) < 1e-12)
  }

  @Test("copies of rows of a batch earn what those rows would, whatever the time limit")
  func batches() throws {
    var copies = Pendulum().copies(3, timeLimit: 5, stream: RandomStream(seed: 3))
    copies.reset()
    let push = VectorColumn([[1], [2], [-1]], width: 1)
    for _ in 0..<3 { copies.step(push) }
    let model = BatchTrajectories(copies, rows: [2, 0]) { column in
      (0..<column.count).map { Double(column[$0][2]) }
    }
    #expect(model.startCount == 2)
    let sequence: [Float] = [1, 0, -1, 2]
    var batch = TrajectoryBatch(actions: sequence + sequence + sequence, horizon: 4, width: 1)
    batch.starts = [0, 1, 0]
    var random = RandomStream(seed: 4)
    #expect(try model.rollOut(&batch, within: clock, using: &random))
    var free = copies.withoutTimeLimit()
    for step in 0..<4 {
      free.step(VectorColumn([[sequence[step]], [0], [sequence[step]]], width: 1))
      #expect(batch.rewards[step] == free.rewards[2])
      #expect(batch.rewards[4 + step] == free.rewards[0])
      #expect(batch.rewards[8 + step] == free.rewards[2])
    }
    #expect(batch.terminalValues[0] == Double(free.observations[2][2]))
    #expect(batch.terminalValues[1] == Double(free.observations[0][2]))
  }

  @Test("after an ending nothing is earned, and nothing is asked of what follows")
  func endings() throws {
    var car = MountainCarContinuous()
    try car.place(at: [0.44, 0.06])
    let model = EnvironmentTrajectories(TimeLimit(car, steps: 1)) { _ in [] }
    var batch = TrajectoryBatch(actions: [1, 1, 1], horizon: 3, width: 1)
    var random = RandomStream(seed: 5)
    #expect(try model.rollOut(&batch, within: clock, using: &random))
    // The flag's 100, less 0.1 for pushing.
    #expect(abs(batch.rewards[0] - 99.9) < 1e-12)
    #expect(batch.rewards[1...] == [0, 0])
    #expect(batch.terminalValues == [0])
  }

  @Test("all candidates meet the same chance, and several samples are averaged")
  func chance() throws {
    var random = RandomStream(seed: 6)
    var world = Dice()
    _ = world.reset(using: &random)
    for samples in [1, 4] {
      var batch = TrajectoryBatch(actions: [0, 0, 0, 0], horizon: 2, width: 1)
      #expect(
        try EnvironmentTrajectories(world, samples: samples).rollOut(&batch, within: clock, using: &random))
      #expect(batch.rewards[0..<2] == batch.rewards[2..<4])
      #expect(batch.rewards[0] != batch.rewards[1])
    }
    // A mean of 4000 numbers between 0 and 1 has a standard error of 0.0046; five of them fail one time in 10⁶.
    var many = TrajectoryBatch(actions: [0], horizon: 1, width: 1)
    _ = try EnvironmentTrajectories(world, samples: 4000).rollOut(&many, within: clock, using: &random)
    #expect(abs(many.rewards[0] - 0.5) < 0.023)
  }

  @Test("sequences of an actor are what it does at what the world shows")
  func environmentSequences() throws {
    var pendulum = Pendulum()
    try pendulum.place(at: [1, 0])
    var random = RandomStream(seed: 7)
    let sequences = EnvironmentTrajectories(pendulum).sequences(
      of: { seen, _ in [10 * seen[1]] }, showing: [0.1, 0.05, 0], count: 2, horizon: 2, using: &random)
    // First ten times what was said to be shown; then, as sin 1 = 0.84, more than the limit.
    #expect(sequences == [[0.5, 2], [0.5, 2]])
  }

  @Test("sequences of an actor are what it does where each copy is, clipped, until things end")
  func actorInBatch() throws {
    var copies = Pendulum().copies(2, timeLimit: 3, stream: RandomStream(seed: 3))
    copies.reset()
    let model = BatchTrajectories(copies)
    var random = RandomStream(seed: 5)
    let sequences = model.sequences(
      of: Damper(), from: 1, count: 2, horizon: 40, reading: ParameterStore(), using: &random)
    // By hand: from where the second copy is, whatever the time limit.
    var free = copies.withoutTimeLimit()
    var expected: [Float] = []
    for _ in 0..<40 {
      let push = max(-2, min(2, -3 * free.observations[1][2]))
      expected.append(push)
      free.step(VectorColumn([[0], [push]], width: 1))
    }
    #expect(sequences == [expected, expected])
    #expect(expected.contains { abs($0) == 2 } && expected.contains { abs($0) < 2 })
    #expect(
      model.sequences(of: Damper(), count: 0, horizon: 6, reading: ParameterStore(), using: &random) == [])
  }

  @Test("after an ending an actor's sequence repeats its last action, whatever the next episode shows")
  func actorAfterEnding() throws {
    // Who pushes with the speed, comes to the flag; the next episode begins at rest, where it would push by nothing.
    let pusher = Damper(actionSpace: BoxSpace(count: 1, in: -1...1), number: 1, gain: 1000)
    var copies = MountainCarContinuous().copies(1, timeLimit: nil, stream: RandomStream(seed: 3))
    copies.reset()
    var random = RandomStream(seed: 5)
    let sequence = BatchTrajectories(copies).sequences(
      of: pusher, count: 1, horizon: 200, reading: ParameterStore(), using: &random)[0]
    var end: Int?
    for (step, push) in sequence.enumerated() where end == nil {
      copies.step(VectorColumn([[push]], width: 1))
      if copies.endings[0] != nil { end = step }
    }
    let last = try #require(end)
    #expect(last > 20 && last < 190 && Set(sequence[..<last]).count > 2)
    #expect(Set(sequence[last...]) == [1])
  }

  // MARK: Learned models

  /// By hand: r₀ = 1; then 0.8 of an episode goes on at 1 + (0.5·0.6 − 0.5·0.2)/0.8 = 1.25 on average, r₁ = 0.8·1.25 = 1;
  /// then 0.64 at 1.25 + 0.25 = 1.5 is worth 0.64·2·1.5 = 1.92, so that R = 1 + ½·1 + ¼·1.92 = 1.98.
  @Test("the mean of successors is followed, weighted by the probability that there is one")
  func means() throws {
    let model = WorldModelTrajectories(
      from: [[1]], model: Walk(), critic: DoubleCritic(), actionSpace: Walk.space,
      reading: ParameterStore())
    var batch = TrajectoryBatch(actions: [0.5, 0.5], horizon: 2, width: 1)
    var random = RandomStream(seed: 8)
    #expect(try model.rollOut(&batch, within: clock, using: &random))
    #expect(abs(batch.rewards[0] - 1) < 1e-6)
    #expect(abs(batch.rewards[1] - 1) < 1e-6)
    #expect(abs(batch.terminalValues[0] - 1.92) < 1e-6)
    #expect(abs(try batch.returns(discount: 0.5)[0] - 1.98) < 1e-6)
  }

  /// Everything is linear in the latent, so the mean over drawn rollouts is that of the test above. A rollout's terminal
  /// value lies in 0…4, so that the mean of 4000 has a standard error below 0.032; five of them are allowed, and less than
  /// one run in 10⁶ fails by chance.
  @Test("drawn successors are right on average")
  func drawn() throws {
    let model = WorldModelTrajectories(
      from: [[1]], model: Walk(), critic: DoubleCritic(), actionSpace: Walk.space,
      successors: .drawn(samples: 4000), reading: ParameterStore())
    var batch = TrajectoryBatch(actions: [0.5, 0.5], horizon: 2, width: 1)
    var random = RandomStream(seed: 9)
    #expect(try model.rollOut(&batch, within: clock, using: &random))
    #expect(abs(batch.rewards[0] - 1) < 1e-9)
    #expect(abs(batch.rewards[1] - 1) < 0.08)
    #expect(abs(batch.terminalValues[0] - 1.92) < 0.16)
    #expect(batch.terminalValues[0] != 1.92)
  }

  @Test("a critic that is not asked, or is not there, adds nothing")
  func noCritic() throws {
    var random = RandomStream(seed: 10)
    var batch = TrajectoryBatch(actions: [0.5, 0.5], horizon: 2, width: 1)
    let unasked = WorldModelTrajectories(
      from: [[1]], model: Walk(), critic: DoubleCritic(), asksCritic: false, actionSpace: Walk.space,
      reading: ParameterStore())
    _ = try unasked.rollOut(&batch, within: clock, using: &random)
    #expect(batch.terminalValues == [0])
    let absent = WorldModelTrajectories(
      from: [[1]], model: Walk(), critic: NoCritic<[Float], [Float]>(discount: 1), actionSpace: Walk.space,
      reading: ParameterStore())
    _ = try absent.rollOut(&batch, within: clock, using: &random)
    #expect(batch.terminalValues == [0])
  }

  @Test("a latent that is no number is named")
  func faultyLatent() {
    let model = WorldModelTrajectories(
      from: [[1]], model: Walk(brokenAbove: 1.7), critic: DoubleCritic(), actionSpace: Walk.space,
      reading: ParameterStore())
    var random = RandomStream(seed: 11)
    var batch = TrajectoryBatch(actions: [0, 0, 0, 1, 1, 1], horizon: 3, width: 1)
    let error = #expect(throws: TrajectoryError.self) {
      _ = try model.rollOut(&batch, within: clock, using: &random)
    }
    // Candidate 1 walks from 1 to 1.5 and to 2, beyond which the model answers NaN.
    #expect(error?.quantity == .latent)
    #expect(error?.candidate == 1)
    #expect(error?.step == 2)
  }

  // MARK: Agents

  typealias Optimizer = CrossEntropyMethod

  private func agent<O: TrajectoryOptimizer>(
    _ optimizer: O, sequences: Int = 0, exploration: Double = 0
  ) -> Anatomy<Walk, DoubleCritic, Steady, TrajectoryPlanner<O>> {
    Anatomy(
      worldModel: Walk(), critic: DoubleCritic(), actor: Steady(),
      planner: TrajectoryPlanner(
        optimizer, actionSpace: Walk.space, actorSequences: sequences, exploration: exploration),
      parameters: ParameterStore())
  }

  @Test("an anatomy plans in its own model, with its critic at the end")
  func anatomy() {
    let agent = agent(Optimizer(horizon: 2, candidates: 60, eliteCount: 6, iterations: 8, discount: 0.5))
    var random = RandomStream(seed: 12)
    let plan = agent.plan(on: Percept(observation: [1], isFirst: true), using: &random)
    // Further is better, so 1 is best everywhere.
    #expect(plan.action[0] > 0.95)
    #expect(plan.candidates.count == 6)
    // With a = 1: the places are 1, 1 + 0.4/0.8 = 1.5 and 2, and R = 1 + ½·0.8·1.5 + ¼·0.64·4 = 2.24.
    #expect(abs(plan.candidates[0].value - 2.24) < 0.02)
    // Eight iterations, and the mean.
    #expect(plan.criticCalls == 481)
    #expect(plan.modelCalls == 962)
    #expect(!plan.isExploratory)
  }

  @Test("what the actor would do is tried")
  func actorSequences() {
    var random = RandomStream(seed: 13)
    let planner = agent(RandomShooting(horizon: 3, candidates: 20, discount: 0.5), sequences: 1)
    // The actor always does the best there is; random shooting alone all but never does.
    let plan = planner.plan(on: Percept(observation: [1], isFirst: true), using: &random)
    #expect(plan.action == [1])
    let alone = agent(RandomShooting(horizon: 3, candidates: 20, discount: 0.5))
    #expect(alone.plan(on: Percept(observation: [1], isFirst: true), using: &random).action != [1])
  }

  @Test("exploration hands over to the actor's exploratory actions")
  func exploration() {
    var random = RandomStream(seed: 14)
    let agent = agent(RandomShooting(horizon: 1, candidates: 1, discount: 0.5), exploration: 1)
    let plan = agent.plan(on: Percept(observation: [1], isFirst: true), using: &random)
    #expect(plan.isExploratory)
    #expect(plan.action == [-1])
  }

  @Test("an agent begins with what is left of its last plan, and afresh in a new episode")
  func warmStart() {
    var agent = TrajectoryAgent(agent(Script()))
    var random = RandomStream(seed: 15)
    func act(_ isFirst: Bool) -> [Float] {
      agent.act(on: Percept(observation: [1], isFirst: isFirst), using: &random)
    }
    #expect(act(true) == [0])
    #expect(act(false) == [0.25])
    #expect(act(false) == [0.5])
    #expect(act(true) == [0])
  }

  @Test("a controller does, too")
  func control() throws {
    var control = TrajectoryControl(Script())
    var random = RandomStream(seed: 16)
    let model = LinearQuadraticModel()
    #expect(try control.action(in: model, using: &random) == [0])
    #expect(try control.action(in: model, using: &random) == [0.25])
    control.restart()
    #expect(try control.action(in: model, using: &random) == [0])
    #expect(control.latest?.actions == [0, 0.25, 0.5])
  }

  @Test("a critic of another discount than the plan's is a programmer's mistake")
  func otherDiscount() async {
    await #expect(processExitsWith: .failure) {
      let agent = TrajectoryModelTests().agent(RandomShooting(horizon: 1, candidates: 1, discount: 1))
      var random = RandomStream(seed: 0)
      _ = agent.plan(on: Percept(observation: [1], isFirst: true), using: &random)
    }
  }
}

/// Plans 0, ¼ and ½, or else what it is given.
private struct Script: TrajectoryOptimizer {
  let horizon = 3
  let discount = 0.5

  func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int, beginningWith guess: TrajectoryPlan?, trying seeds: [[Float]],
    within budget: TrajectoryBudget, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) -> TrajectoryPlan {
    guess ?? TrajectoryPlan(horizon: 3, width: 1, actions: [0, 0.25, 0.5], mean: [0, 0.25, 0.5])
  }
}

/// Earns a number between 0 and 1 by chance.
private struct Dice: Environment {
  let observationSpace = BoxSpace(count: 1, in: 0...1)
  let actionSpace = BoxSpace(count: 1, in: -1...1)
  mutating func reset(using random: inout RandomStream) -> [Float] { [0] }
  mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    Step(observation: [0], reward: Reward(random.unit()))
  }
}

/// Steps by a with probability 0.6, by −a with 0.2, or it is over; earns where it is.
private struct Walk: WorldModel {
  typealias Latent = [Float]
  typealias Action = [Float]
  static let space = BoxSpace(count: 1, in: -1...1)
  let name: PartName = "walk"
  var brokenAbove: Float = .infinity

  func predictions(
    from latents: [[Float]], taking actions: [[Float]], reading parameters: ParameterStore
  ) -> [Prediction<[Float]>] {
    zip(latents, actions).map { latent, action in
      let isBroken = latent[0] > brokenAbove
      return Prediction(
        successors: [
          ([isBroken ? .nan : latent[0] + action[0]], 0.6), ([latent[0] - action[0]], 0.2),
        ], termination: 0.2, reward: PredictedReward(Double(latent[0])))
    }
  }
}

/// Thinks that a place is worth twice its number, in units of ten.
private struct DoubleCritic: Critic {
  typealias Latent = [Float]
  typealias Action = [Float]
  let name: PartName = "critic"
  let claim = Claim(.stateValue, of: .part("actor"), discount: 0.5, rewardScale: 10)

  func estimates(of latents: [[Float]], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { 20 * Double($0[0]) })
  }
}

/// Always does 1.
private struct Steady: Actor {
  typealias Latent = [Float]
  typealias Action = [Float]
  let name: PartName = "actor"
  let objective = Objective(maximising: nil)

  struct Sure: ActionDistribution {
    func logProbability(of action: [Float]) -> Double { action == [1] ? 0 : -.infinity }
    func sample(using random: inout RandomStream) -> [Float] { [1] }
  }

  func distributions(at latents: [[Float]], reading parameters: ParameterStore) -> [Sure] {
    latents.map { _ in Sure() }
  }

  func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> [Float] { [-1] }
}

/// Pushes three times as hard against the third number that it sees.
private struct Damper: ColumnActor {
  typealias Latent = [Float]
  typealias Action = [Float]
  let name: PartName = "actor"
  let objective = Objective(maximising: nil)
  var actionSpace = BoxSpace(count: 1, in: -2...2)
  /// Which number it goes by, and how strongly.
  var number = 2
  var gain: Float = -3

  func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> VectorColumn {
    VectorColumn((0..<observations.count).map { [gain * observations[$0][number]] }, width: 1)
  }

  func distributions(at latents: [[Float]], reading parameters: ParameterStore) -> [Steady.Sure] {
    latents.map { _ in Steady.Sure() }
  }

  func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> [Float] { [0] }
}
