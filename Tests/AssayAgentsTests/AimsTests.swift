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

  @Test("a critic leaves out the first reward when its aim is a step late", arguments: AnyAgent.withCritic)
  func delay(agent: AnyAgent) throws {
    let late = try agent.record(in: makeCorridor()) { $1.critic.delay = 1 }
    // Each state's value is what the next one's would be: 3 + 0.9 · 4 = 6.6, …, and nothing after the last.
    #expect(distance(late.values(AnyAgent.valueBlock), [7.94, 6.6, 4, 0]) < 1e-5)
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
    let late = try agent.record(in: makeCorridor(), advances: [6000]) {
      $1.critic.endings = .terminationIgnored
      $1.critic.delay = 1
    }
    #expect(distance(late.values(AnyAgent.valueBlock), [second, third, fourth, first]) < 1e-4)
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
