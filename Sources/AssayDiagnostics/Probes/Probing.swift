import Assay

extension ProbeResult {
  /// Lets an agent learn in a probe world, and then asks its parts what they made of it.
  ///
  /// A probe of values judges the critic by its own claim; a probe of actions judges the actor, by what its greedy
  /// action and its policy are paid.
  ///
  /// - Parameters:
  ///   - trainee: a fresh agent, and what changes it.
  ///   - world: where it learns.
  ///   - copies: in how many copies of the world at once.
  ///   - steps: for how many environment steps, in all copies together.
  ///   - seed: everything random follows from it.
  /// - Throws: `NonFiniteError` when a number that is not finite was written.
  public init<World: ProbeWorld, Model: WorldModel, Judge: Critic, Doer: ColumnActor, Teacher>(
    training trainee:
      consuming BatchTrainee<
        Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>, Teacher
      >,
    in world: World, copies: Int, steps: Int, seed: UInt64
  ) throws(NonFiniteError)
  where
    Teacher: BatchLearner & ~Copyable, Doer.ActionSpace == World.ActionSpace, Doer.Action == World.Action
  {
    var run = BatchRun(trainee: trainee, seed: seed) { EnvironmentCopies(world, count: copies, stream: $0) }
    try run.advance(to: steps)
    let hasCritic = Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>.hasCritic
    var agent = run.agent
    var random = RandomStream(seed: seed).substream(9)
    self.probe = world.probe
    self.steps = run.step
    self.readings = world.shownObservations.map { observation in
      Self.reading(of: &agent, at: observation, in: world, hasCritic: hasCritic, using: &random)
    }
    if world.probe.isOfValuesOnly {
      let isRight = readings.allSatisfy { $0.error <= Self.valueTolerance }
      verdict = !hasCritic ? .notApplicable : isRight ? .passed : .failed
    } else {
      let isRight = readings.allSatisfy {
        $0.greedyShortfall <= Self.greedyTolerance
          && $0.policyShortfall <= Self.policyTolerance * $0.randomShortfall
      }
      verdict = isRight ? .passed : .failed
    }
  }

  private static func reading<World: ProbeWorld, Model: WorldModel, Judge: Critic, Doer: ColumnActor>(
    of agent: inout Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>, at observation: [Float],
    in world: World, hasCritic: Bool, using random: inout RandomStream
  ) -> Reading where Doer.ActionSpace == World.ActionSpace, Doer.Action == World.Action {
    let drawCount = 1000
    var rows = VectorColumn(count: drawCount, width: observation.count)
    for row in 0..<drawCount { rows[row] = observation }
    let greedy = world.actionSpace.clamped(agent.act(on: rows, as: .greedy, using: &random))[0]
    let drawn = world.actionSpace.clamped(agent.act(on: rows, as: .policy, using: &random))
    let actions = (0..<drawCount).map { drawn[$0] as World.Action }
    let chosenAtRandom = (0..<drawCount).map { _ in world.actionSpace.sample(using: &random) }
    func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    var exact: [Double] = []
    var estimates: [Double] = []
    if hasCritic {
      let claim = agent.critic.claim
      func value(_ action: World.Action) -> Double {
        claim.rewardScale * world.value(of: action, at: observation, discount: claim.discount)
      }
      switch agent.critic.estimates(of: [observation], reading: agent.parameters) {
      case .stateValues(let values):
        estimates = values
        let best = world.bestAction(at: observation)
        exact = [claim.policy == .optimal && best != nil ? value(best!) : mean(actions.map(value))]
      case .actionValues(let values):
        estimates = values[0]
        exact = estimates.indices.compactMap { world.actionSpace.element(from: [Double($0)]) }.map(value)
      }
    }
    return Reading(
      observation: observation, exact: exact, estimates: estimates,
      greedyShortfall: world.shortfall(of: greedy, at: observation),
      policyShortfall: mean(actions.map { world.shortfall(of: $0, at: observation) }),
      randomShortfall: mean(chosenAtRandom.map { world.shortfall(of: $0, at: observation) }))
  }
}
