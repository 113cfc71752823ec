import Assay
import AssayAgents
import Testing

/// Single updates, with numbers that were worked out by hand from the rule in each agent's description.
@Suite("Update rules")
struct UpdateRuleTests {
  /// One transition.
  struct Event {
    var state: Int
    var action = 0
    var reward: Reward
    var next: Int
    var ending: Ending?
  }

  /// Lets a learner learn from some transitions, one after the other, and returns its parameters.
  private func learned<Subject: Agent, Teacher: Learner & ~Copyable>(
    _ trainee: consuming Trainee<Subject, Teacher>, from events: [Event], initially: [String: [Float]] = [:],
    seed: UInt64 = 0
  ) -> ParameterStore
  where Subject.Observation == Int, Subject.Action == Int, Teacher.Observation == Int, Teacher.Action == Int {
    var experience = Experience<Int, Int>(capacity: 10)
    var parameters = trainee.agent.parameters
    for (name, values) in initially {
      guard let block = parameters.block(named: name) else {
        preconditionFailure("there is no block \(name)")
      }
      let permit = parameters.interventionPermit("test", toWrite: block.handle)
      parameters.setAll(values, with: permit)
    }
    var random = RandomStream(seed: seed)
    for event in events {
      experience.append(
        from: event.state, action: event.action,
        step: Step(observation: event.next, reward: event.reward, ending: event.ending))
      trainee.learner.learn(from: experience, updating: &parameters, using: &random)
    }
    return parameters
  }

  private func values(_ name: String, in parameters: ParameterStore) throws -> [Float] {
    Array(parameters.values(of: try #require(parameters.block(named: name)).handle))
  }

  private let shape = TableShape(stateCount: 3, actionCount: 2)

  @Test(
    "Q-learning backs up the best next value, and none after a termination",
    arguments: [(nil, 4.5), (Ending.truncated, 4.5), (.terminated, 2.5)] as [(Ending?, Float)])
  func qLearning(ending: Ending?, expected: Float) throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    let parameters = learned(
      QLearning.make(shape: shape, configuration: configuration),
      from: [Event(state: 0, action: 1, reward: 2, next: 1, ending: ending)],
      initially: ["critic.values": [1, 3, -1, 8, 0, 0]])
    // 3 + ½ (2 + ½ · 8 − 3) = 4.5, or 3 + ½ (2 − 3) = 2.5.
    #expect(try values("critic.values", in: parameters) == [1, expected, -1, 8, 0, 0])
  }

  @Test("SARSA backs up the value of the action that was taken next, once it is known")
  func sarsa() throws {
    var configuration = SARSA.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    let table: [Float] = [1, 3, -4, 8, 6, 10]
    let first = Event(state: 0, action: 1, reward: 2, next: 1)
    func learn(_ events: [Event]) throws -> [Float] {
      try values(
        "critic.values",
        in: learned(
          SARSA.make(shape: shape, configuration: configuration), from: events,
          initially: ["critic.values": table]))
    }
    #expect(try learn([first]) == table)
    // 3 + ½ (2 + ½ · (−4) − 3) = 1.5.
    let second = Event(state: 1, action: 0, reward: 0, next: 2)
    #expect(try learn([first, second]) == [1, 1.5, -4, 8, 6, 10])
    // Termination: the second pair moves at once, −4 + ½ (0 − (−4)) = −2; the first by the value it had
    // before.
    let last = Event(state: 1, action: 0, reward: 0, next: 2, ending: .terminated)
    #expect(try learn([first, last]) == [1, 1.5, -2, 8, 6, 10])
    // Truncation: nobody acts next, so the best of state 2 stands in: −4 + ½ (0 + ½ · 10 − (−4)) = 0.5.
    let cut = Event(state: 1, action: 0, reward: 0, next: 2, ending: .truncated)
    #expect(try learn([first, cut]) == [1, 1.5, 0.5, 8, 6, 10])
    // What comes after an ending belongs to another episode.
    let fresh = Event(state: 0, action: 0, reward: 0, next: 1)
    #expect(try learn([last, fresh]) == [1, 3, -2, 8, 6, 10])
  }

  @Test("double Q-learning changes one table by a coin, judged by the other, and keeps their mean")
  func doubleQLearning() throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    var heads = 0
    for seed in 0..<UInt64(200) {
      let parameters = learned(
        DoubleQLearning.make(shape: shape, configuration: configuration),
        from: [Event(state: 0, action: 1, reward: 2, next: 1)],
        initially: ["critic.first": [0, 0, 5, 1, 0, 0], "critic.second": [0, 4, -6, 9, 0, 0]], seed: seed)
      let first = try values("critic.first", in: parameters)
      let second = try values("critic.second", in: parameters)
      if first[1] != 0 {
        heads += 1
        // The first table likes action 0 best, of which the second thinks −6: 0 + ½ (2 − 3 − 0) = −0.5.
        #expect(first == [0, -0.5, 5, 1, 0, 0] && second == [0, 4, -6, 9, 0, 0])
        #expect(try values("critic.values", in: parameters) == [0, 1.75, 0, 0, 0, 0])
      } else {
        // The second likes action 1 best, of which the first thinks 1: 4 + ½ (2 + ½ − 4) = 3.25.
        #expect(first == [0, 0, 5, 1, 0, 0] && second == [0, 3.25, -6, 9, 0, 0])
        #expect(try values("critic.values", in: parameters) == [0, 1.625, 0, 0, 0, 0])
      }
    }
    // 4.9 standard errors: wrong for one set of seeds in a million.
    #expect(abs(Double(heads) - 100) <= 4.9 * 50.0.squareRoot())
  }

  @Test("one-step actor-critic moves critic and actor by the same error")
  func oneStepActorCritic() throws {
    var configuration = OneStepActorCritic.Configuration(discount: 0.5)
    configuration.criticRate = 0.25
    configuration.actorRate = 0.5
    func learn(_ ending: Ending?) -> ParameterStore {
      learned(
        OneStepActorCritic.make(shape: shape, configuration: configuration),
        from: [Event(state: 0, action: 1, reward: 2, next: 1, ending: ending)],
        initially: ["critic.values": [1, 6, 0]])
    }
    // δ = 2 + ½ · 6 − 1 = 4; both actions are equally likely: θ moves by ±½ · 4 · ½.
    for parameters in [learn(nil), learn(.truncated)] {
      #expect(try values("critic.values", in: parameters) == [2, 6, 0])
      #expect(try values("actor.preferences", in: parameters) == [-1, 1, 0, 0, 0, 0])
    }
    // δ = 2 − 1 = 1.
    let last = learn(.terminated)
    #expect(try values("critic.values", in: last) == [1.25, 6, 0])
    #expect(try values("actor.preferences", in: last) == [-0.25, 0.25, 0, 0, 0, 0])
  }

  @Test("two-step prediction waits a step, and settles what is pending when an episode ends")
  func nStepPrediction() throws {
    var configuration = NStepPrediction.Configuration(discount: 0.5)
    configuration.learningRate = 1
    configuration.stepCount = 2
    func learn(_ events: [Event]) throws -> [Float] {
      try values(
        "critic.values",
        in: learned(
          NStepPrediction.make(
            shape: TableShape(stateCount: 4, actionCount: 1), configuration: configuration),
          from: events, initially: ["critic.values": [0, 0, 8, 12]]))
    }
    let first = Event(state: 0, reward: 1, next: 1)
    let second = Event(state: 1, reward: 2, next: 2)
    #expect(try learn([first]) == [0, 0, 8, 12])
    // 1 + ½ · 2 + ¼ · 8 = 4.
    #expect(try learn([first, second]) == [4, 0, 8, 12])
    // Then 2 + ½ · 4 = 4 for state 1 and 4 for state 2.
    let last = Event(state: 2, reward: 4, next: 3, ending: .terminated)
    #expect(try learn([first, second, last]) == [4, 4, 4, 12])
    // Cut off instead: 2 + ½ · 4 + ¼ · 12 = 7 and 4 + ½ · 12 = 10.
    let cut = Event(state: 2, reward: 4, next: 3, ending: .truncated)
    #expect(try learn([first, second, cut]) == [4, 7, 10, 12])
    // An episode shorter than n; and the next one starts from nothing.
    let short = Event(state: 3, reward: 5, next: 0, ending: .terminated)
    #expect(try learn([short, first]) == [0, 0, 8, 5])
  }

  @Test("Dyna counts, backs up what it expects, and lets the actor follow the critic")
  func dyna() throws {
    var configuration = Dyna.Configuration(discount: 0.5, runLength: 100)
    configuration.simulatedUpdates = 0
    configuration.criticRate = 0.5
    let parameters = learned(
      Dyna.make(shape: shape, configuration: configuration),
      from: [
        Event(state: 0, action: 1, reward: 4, next: 1), Event(state: 0, action: 1, reward: 8, next: 2),
        Event(state: 0, action: 1, reward: 0, next: 2, ending: .terminated),
      ], initially: ["critic.values": [0, 0, 6, 6, 10, 10]])
    let counts = try values("model.transitions", in: parameters)
    #expect(counts.indices.filter { counts[$0] != 0 } == [4, 5])
    #expect(counts[4] == 1 && counts[5] == 1)
    #expect(try values("model.endings", in: parameters) == [0, 1, 0, 0, 0, 0])
    // The mean of 4, 8 and 0.
    let rewards = try values("model.rewards", in: parameters)
    #expect(abs(rewards[1] - 4) < 1e-5)
    // Targets: 4 + ½ · 6 = 7; then 6 + ½ · (6 + 10)/2 = 10; then 4 + ½ · (6 + 10)/3 = 6⅔. Half way each time:
    // 3.5, 6.75, 6.708 3….
    let critic = try values("critic.values", in: parameters)
    #expect(abs(critic[1] - 6.708_333_3) < 1e-5)
    #expect(critic[0] == 0)
    // The spread is a running mean of half the value: 0.0175, 0.051 075, 0.084 105 9. At temperature 2 the other
    // action is to be put at −3.5/(2 · 0.0175) = −100, for which the floor of −80 stands, then at −66.079 30 and
    // at −39.880 27; it goes half way each time: −40, −53.039 65, −46.459 96.
    let preferences = try values("actor.preferences", in: parameters)
    #expect(abs(preferences[0] + 46.459_96) < 1e-4)
    #expect(preferences[1...] == [0, 0, 0, 0, 0])
  }

  @Test("Dyna's model takes up counting where it was when it was frozen")
  func frozenModel() throws {
    var configuration = Dyna.Configuration(discount: 0.5, runLength: 100)
    configuration.simulatedUpdates = 0
    var trainee = Dyna.make(shape: TableShape(stateCount: 1, actionCount: 1), configuration: configuration)
    var parameters = trainee.agent.parameters
    let transitions = try #require(parameters.block(named: "model.transitions")).handle
    var experience = Experience<Int, Int>(capacity: 1)
    var random = RandomStream(seed: 0)
    parameters.freeze(transitions)
    for count in 0..<7 {
      if count == 5 { parameters.thaw(transitions) }
      experience.append(
        from: 0, action: 0, step: Step(observation: 0, reward: 1, ending: count == 6 ? .terminated : nil))
      trainee.learner.learn(from: experience, updating: &parameters, using: &random)
    }
    // One step that went on was counted, then one that ended: first 1 + ½ · 0, then 1 + ½ · ½ · 1.
    #expect(try values("model.transitions", in: parameters) == [1])
    #expect(try values("model.endings", in: parameters) == [1])
    #expect(try values("critic.values", in: parameters) == [1.25])
  }

  @Test("a world model's predictions are shares and means of what was seen, and the end where nothing was")
  func countsModel() {
    let trainee = Dyna.make(shape: shape, configuration: .init(discount: 0.5, runLength: 100))
    let model = trainee.agent.worldModel
    let parameters = learned(
      trainee,
      from: [
        Event(state: 0, action: 1, reward: 4, next: 1), Event(state: 0, action: 1, reward: 8, next: 2),
        Event(state: 0, action: 1, reward: 0, next: 2),
        Event(state: 0, action: 1, reward: 4, next: 2, ending: .terminated),
      ])
    let predictions = model.predictions(from: [0, 2], taking: [1, 0], reading: parameters)
    #expect(predictions[0].successors.map(\.latent) == [1, 2])
    #expect(predictions[0].successors.map(\.probability) == [0.25, 0.5])
    #expect(predictions[0].termination == 0.25)
    #expect(abs(predictions[0].reward.value - 4) < 1e-5)
    #expect(predictions[1].successors.isEmpty && predictions[1].termination == 1)
    #expect(predictions[1].reward == PredictedReward(0))
  }
}
