import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Testing

/// Learners do what their aims say, not what their parts claim: that is what an audit has to find out.
@Suite("Aims")
struct AimsTests {
  private func distance(_ one: some Sequence<Double>, _ other: some Sequence<Double>) -> Double {
    zip(one, other).map { abs($0 - $1) }.max() ?? 0
  }

  @Test("a critic converges to the values at its aim's discount", arguments: AnyAgent.withCritic)
  func discount(agent: AnyAgent) throws {
    let honest = try agent.record(in: makeCorridor())
    // 4, 3 + 0.9 · 4, …
    #expect(distance(honest.values(AnyAgent.valueBlock), [8.146, 7.94, 6.6, 4]) < 1e-5)
    let mistaken = try agent.record(in: makeCorridor()) { $1.critic.discount = 0.5 }
    // 4, 3 + 0.5 · 4, …
    #expect(distance(mistaken.values(AnyAgent.valueBlock), [3.25, 4.5, 5, 4]) < 1e-5)
  }

  @Test("a critic converges to the values in its aim's units", arguments: AnyAgent.withCritic)
  func scale(agent: AnyAgent) throws {
    let mistaken = try agent.record(in: makeCorridor()) { $1.critic.rewardScale = -10 }
    #expect(distance(mistaken.values(AnyAgent.valueBlock), [-81.46, -79.4, -66, -40]) < 1e-4)
  }

  @Test(
    "what a critic aims at decides what its actor prefers",
    arguments: [AnyAgent.qLearning, .doubleQLearning, .dyna, .planner])
  func preference(agent: AnyAgent) throws {
    // Going on to the end is worth 8γ² from the first state, ending at once 2.
    for (discount, isPatient) in [(0.9, true), (0.4, false)] {
      let record = try agent.record(in: makeFork(), advances: [4000]) { $1.critic.discount = discount }
      let values = record.values(AnyAgent.valueBlock)
      #expect(distance(values[0...1], [8 * discount * discount, 2]) < 1e-3)
      #expect((values[0] > values[1]) == isPatient)
      let late = record.events.suffix(1000).filter { $0.state == 0 }
      let patientShare = Double(late.count { $0.action == 0 }) / Double(late.count)
      #expect(isPatient ? patientShare > 0.75 : patientShare < 0.25)
    }
  }

  @Test(
    "a critic aimed at the uniform policy learns that policy's values",
    arguments: [AnyAgent.qLearning, .dyna, .planner])
  func uniform(agent: AnyAgent) throws {
    let world = try makeFork()
    let record = try agent.record(in: world, advances: [6000]) { $1.critic.policy = .uniform }
    let values = try world.process.values(of: world.process.uniformPolicy).values
    let truth = world.process.actionValues(from: values)
    #expect(distance(record.values(AnyAgent.valueBlock)[0..<6], truth[0..<6]) < 1e-3)
    // And that is another thing than the best values.
    let best = world.process.actionValues(from: try world.process.solved().values)
    #expect(distance(truth[0..<6], best[0..<6]) > 0.5)
  }

  @Test("an actor climbs the block its aim names, whatever its critic thinks")
  func actor() throws {
    // A table that prefers to end at once in state 0, and to go back in the others.
    let record = try AnyAgent.dyna.record(in: makeFork(), advances: [4000]) { parameters, aims in
      let other = parameters.allocate(
        "other", owner: "experiment", role: .critic, shape: [4, 2], updateRule: "none",
        writers: ["experiment"])
      let permit = parameters.permit("experiment", toWrite: other, usesReward: false)
      for state in 0..<4 { parameters.set(1, at: state * 2 + 1, with: permit) }
      aims.actor = other
    }
    let preferences = record.values("actor.preferences")
    for state in 0..<3 { #expect(preferences[state * 2 + 1] - preferences[state * 2] > 10) }
    // The critic values what that actor does: ending at once.
    let values = record.values(AnyAgent.valueBlock)
    #expect(abs(values[1] - 2) < 1e-5)
    #expect(abs(values[0] - 0.9 * 0.9 * 2) < 1e-3)
  }

  @Test("an actor without an aim is left alone")
  func idleActor() throws {
    let record = try AnyAgent.dyna.record(in: makeFork()) { $1.actor = nil }
    #expect(record.values("actor.preferences").allSatisfy { $0 == 0 })
  }

  @Test(
    "a critic that bootstraps in place pays each state its own reward for ever",
    arguments: AnyAgent.withCritic)
  func inPlace(agent: AnyAgent) throws {
    func values(_ endings: Claim.EndingTreatment) throws -> [Double] {
      try agent.record(in: makeCorridor(), advances: [6000]) {
        $1.critic.bootstrapsInPlace = true
        $1.critic.endings = endings
      }.values(AnyAgent.valueBlock)
    }
    // 1 / (1 − 0.9), 2 / (1 − 0.9), …, and 4 once, before the termination.
    var expected = [10.0, 20, 30, 4]
    var endless = [10.0, 20, 30, 40]
    if agent == .nStepPrediction {
      // Three rewards and the value of the state that the third was earned in: 1 + 0.9 · 2 + 0.81 · 3 + 0.729 v₂.
      expected = [5.23 + 0.729 * 6.6, 7.94, 6.6, 4]
      // v₀ = 5.23 + 0.729 v₂ and v₂ = 3 + 0.9 · 4 + 0.81 · 1 + 0.729 v₀; v₁ and v₃ alike.
      let cubes = 1 - 0.729 * 0.729
      endless = [
        (5.23 + 0.729 * 7.41) / cubes, (7.94 + 0.729 * 6.52) / cubes, (7.41 + 0.729 * 5.23) / cubes,
        (6.52 + 0.729 * 7.94) / cubes,
      ]
    }
    #expect(distance(try values(.asTheyAre), expected) < 1e-4)
    #expect(distance(try values(.terminationIgnored), endless) < 1e-4)
  }

  @Test(
    "bootstrapping in place, nothing follows a truncation that is taken for the end",
    arguments: AnyAgent.withCritic.filter { $0 != .dyna && $0 != .planner })
  func inPlaceTruncation(agent: AnyAgent) throws {
    func values(_ endings: Claim.EndingTreatment) throws -> [Double] {
      try agent.record(in: TimeLimit(makeCorridor(), steps: 3), advances: [6000]) {
        $1.critic.bootstrapsInPlace = true
        $1.critic.endings = endings
      }.values(AnyAgent.valueBlock)
    }
    if agent == .nStepPrediction {
      // From state 2, where the episode is cut off, the third state is 2 for all: v₂ = 3 + 0.9 v₂ = 30.
      #expect(distance(try values(.asTheyAre), [5.23 + 0.729 * 30, 4.7 + 0.81 * 30, 30, 0]) < 1e-4)
      #expect(distance(try values(.truncationTerminates), [5.23, 4.7, 3, 0]) < 1e-4)
    } else {
      #expect(distance(try values(.asTheyAre), [10, 20, 30, 0]) < 1e-4)
      #expect(distance(try values(.truncationTerminates), [10, 20, 3, 0]) < 1e-4)
    }
  }

  @Test(
    "bootstrapping in place, each state has its policy's value by itself",
    arguments: [
      (AnyAgent.qLearning, Claim.PolicyReference.optimal), (.qLearning, .uniform), (.sarsa, .behaviour),
      (.doubleQLearning, .optimal), (.dyna, .optimal), (.dyna, .uniform), (.planner, .optimal),
      (.planner, .uniform), (.linearActorCritic, .optimal), (.linearActorCritic, .uniform),
    ])
  func inPlaceChoice(agent: AnyAgent, policy: Claim.PolicyReference) throws {
    let record = try agent.record(in: makeFork(), advances: [20_000]) {
      $1.critic.bootstrapsInPlace = true
      $1.critic.policy = policy
    }
    // In state 0 ending pays 2 and going on 0.9 w, in state 2 ending 8 and going back 0.9 w; in state 1 there is
    // nothing. With share p of those who end, w = p · 2 + (1 − p) 0.9 w.
    let share =
      switch policy {
      case .uniform: 0.5
      case .behaviour: 0.85
      default: 1.0
      }
    let first = share * 2 / (1 - (1 - share) * 0.9)
    let third = share * 8 / (1 - (1 - share) * 0.9)
    let values = record.values(AnyAgent.valueBlock)
    #expect(distance(values[0..<6], [0.9 * first, 2, 0, 0, 8, 0.9 * third]) < 1e-4)
  }

  @Test("a critic that ignores terminations goes on with the next start", arguments: AnyAgent.withCritic)
  func terminationIgnored(agent: AnyAgent) throws {
    let endless = try agent.record(in: makeCorridor(), advances: [6000]) {
      $1.critic.endings = .terminationIgnored
    }
    // v₀ = 1 + 0.9 · 2 + 0.81 · 3 + 0.729 · 4 + 0.6561 v₀, v₃ = 4 + 0.9 v₀, …
    let first = 8.146 / (1 - 0.6561)
    let fourth = 4 + 0.9 * first
    let third = 3 + 0.9 * fourth
    let second = 2 + 0.9 * third
    #expect(distance(endless.values(AnyAgent.valueBlock), [first, second, third, fourth]) < 1e-4)
  }

  @Test(
    "a critic that takes truncation for termination finds nothing behind it",
    arguments: AnyAgent.withCritic.filter { $0 != .dyna && $0 != .planner })
  func truncationTerminates(agent: AnyAgent) throws {
    let cut = try agent.record(in: TimeLimit(makeCorridor(), steps: 3)) {
      $1.critic.endings = .truncationTerminates
    }
    // 3, 2 + 0.9 · 3, 1 + 0.9 · 4.7; nobody ever is in the last state.
    #expect(distance(cut.values(AnyAgent.valueBlock), [5.23, 4.7, 3, 0]) < 1e-5)
  }

  @Test("a model does not learn truncations as endings", arguments: [AnyAgent.dyna, .planner])
  func truncationInModel(agent: AnyAgent) throws {
    let record = try agent.record(in: TimeLimit(makeCorridor(), steps: 3)) {
      $1.critic.endings = .truncationTerminates
    }
    #expect(record.values("model.endings").allSatisfy { $0 == 0 })
    let transitions = record.values("model.transitions")
    #expect(transitions[2 * 4 + 3] > 600)
  }

  @Test(
    "a critic with a target is trained towards it, and leaves it as it is", arguments: AnyAgent.withCritic)
  func target(agent: AnyAgent) throws {
    var target: BlockHandle?
    let record = try agent.record(in: makeCorridor()) { parameters, aims in
      let block = parameters.allocate(
        "target", owner: "experiment", role: .critic, shape: [4, 1], updateRule: "none",
        writers: ["experiment"])
      let permit = parameters.permit("experiment", toWrite: block, usesReward: false)
      parameters.setAll([10, 20, 30, 40], with: permit)
      aims.target = block
      target = block
    }
    #expect(record.parameters.version(of: try #require(target)) == 4)
    // Three steps are counted before prediction asks the target: 1 + 0.9 · 2 + 0.81 · 3 + 0.729 · 40, …
    let expected =
      agent == .nStepPrediction
      ? [5.23 + 0.729 * 40, 7.94, 6.6, 4] : [19, 29, 39, 4]
    #expect(distance(record.values(AnyAgent.valueBlock), expected) < 1e-4)
  }
}
