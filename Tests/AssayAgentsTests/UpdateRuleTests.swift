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

  /// A trainee with other aims.
  private func aimed<Subject: Agent, Teacher: Learner & ~Copyable>(
    _ trainee: consuming Trainee<Subject, Teacher>, _ change: (inout Aims) -> Void
  ) -> Trainee<Subject, Teacher>
  where Teacher.Observation == Int, Teacher.Action == Int {
    var trainee = trainee
    change(&trainee.learner.aims)
    return trainee
  }

  /// An aim to value what follows a step by the state that it started from.
  private func inPlace(_ aims: inout Aims) { aims.critic.bootstrapsInPlace = true }

  private let table: [Float] = [1, 3, -1, 8, 6, 0]
  private let step = Event(state: 0, action: 1, reward: 2, next: 1)
  private let cut = Event(state: 0, action: 1, reward: 2, next: 1, ending: .truncated)
  private let last = Event(state: 0, action: 1, reward: 2, next: 1, ending: .terminated)

  @Test("in place, Q-learning and SARSA bootstrap from the state left behind, at once")
  func inPlaceTables() throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    func learn(
      _ event: Event, _ policy: Claim.PolicyReference,
      _ endings: Claim.EndingTreatment = .asTheyAre
    ) throws -> Float {
      let trainee = aimed(SARSA.make(shape: shape, configuration: configuration)) {
        $0.critic.bootstrapsInPlace = true
        $0.critic.policy = policy
        $0.critic.endings = endings
      }
      let values = try values(
        "critic.values", in: learned(trainee, from: [event], initially: ["critic.values": table]))
      #expect(values[0] == 1 && values[2...] == [-1, 8, 6, 0])
      return values[1]
    }
    // 3 + ½ (2 + ½ · 3 − 3) = 3.25, whatever state 1 is worth; 3 + ½ (2 − 3) = 2.5 where the episode ends.
    for event in [step, cut] { #expect(try learn(event, .optimal) == 3.25) }
    #expect(try learn(last, .optimal) == 2.5)
    #expect(try learn(last, .optimal, .terminationIgnored) == 3.25)
    #expect(try learn(cut, .optimal, .truncationTerminates) == 2.5)
    // 3 + ½ (2 + ½ · 2 − 3) = 3 for the uniform policy.
    #expect(try learn(step, .uniform) == 3)
    // With ε = 0.1 the behaviour is worth 0.95 · 3 + 0.05 · 1 = 2.9: 3 + ½ (2 + 1.45 − 3) = 3.225.
    for event in [step, cut] { #expect(abs(try learn(event, .behaviour) - 3.225) < 1e-6) }
    #expect(try learn(last, .behaviour) == 2.5)
  }

  @Test("in place, each table of double Q-learning asks the other about the state left behind")
  func inPlaceDoubleQLearning() throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    var found: Set<[Float]> = []
    for seed in 0..<UInt64(40) {
      let parameters = learned(
        aimed(DoubleQLearning.make(shape: shape, configuration: configuration), inPlace), from: [step],
        initially: ["critic.first": [5, 1, 9, 9, 0, 0], "critic.second": [-6, 4, 7, 7, 0, 0]], seed: seed)
      found.insert([
        try values("critic.first", in: parameters)[1], try values("critic.second", in: parameters)[1],
      ])
    }
    // The first likes action 0 best, of which the second thinks −6: 1 + ½ (2 − 3 − 1) = 0. The second likes
    // action 1 best, of which the first thinks 1: 4 + ½ (2 + ½ − 4) = 3.25.
    #expect(found == [[0, 4], [1, 3.25]])
  }

  @Test("in place, one-step actor-critic's error compares a state with itself")
  func inPlaceActorCritic() throws {
    var configuration = OneStepActorCritic.Configuration(discount: 0.5)
    configuration.criticRate = 0.25
    configuration.actorRate = 0.5
    func learn(_ event: Event) throws -> [Float] {
      let parameters = learned(
        aimed(OneStepActorCritic.make(shape: shape, configuration: configuration), inPlace), from: [event],
        initially: ["critic.values": [8, 6, 0]])
      return try [values("critic.values", in: parameters)[0], values("actor.preferences", in: parameters)[1]]
    }
    // δ = 2 + ½ · 8 − 8 = −2: 8 − ¼ · 2 and −½ · 2 · ½; then δ = 2 − 8 = −6.
    #expect(try learn(step) == [7.5, -0.5])
    #expect(try learn(cut) == [7.5, -0.5])
    #expect(try learn(last) == [6.5, -1.5])
  }

  @Test("in place, the linear critic bootstraps from the state left behind and passes nothing on")
  func inPlaceLinear() throws {
    var configuration = LinearActorCritic.Configuration(discount: 0.5, runLength: 1000)
    configuration.initialCriticRate = 0.5
    configuration.finalCriticRate = 0.5
    configuration.traceDecay = 0.8
    let parameters = learned(
      aimed(LinearActorCritic.make(shape: shape, configuration: configuration)) {
        $0.critic.bootstrapsInPlace = true
        $0.actor = nil
      },
      from: [step, Event(state: 1, action: 0, reward: 9, next: 2, ending: .terminated)],
      initially: ["critic.weights": [1, 3, -1, 8, 6, 0]])
    // 3 + ½ (2 + ½ · 2 − 3) = 3, then −1 + ½ (9 + 1) = 4 and no trace of the first pair.
    #expect(try values("critic.weights", in: parameters) == [1, 3, 4, 8, 6, 0])
  }

  @Test("in place, two-step prediction bootstraps from the state between the two steps")
  func inPlaceNStepPrediction() throws {
    var configuration = NStepPrediction.Configuration(discount: 0.5)
    configuration.learningRate = 1
    configuration.stepCount = 2
    func learn(_ events: [Event], _ endings: Claim.EndingTreatment = .asTheyAre) throws -> [Float] {
      let trainee = aimed(
        NStepPrediction.make(
          shape: TableShape(stateCount: 4, actionCount: 1), configuration: configuration)
      ) {
        $0.critic.bootstrapsInPlace = true
        $0.critic.endings = endings
      }
      return try values(
        "critic.values", in: learned(trainee, from: events, initially: ["critic.values": [0, 4, 8, 12]]))
    }
    let first = Event(state: 0, reward: 1, next: 1)
    let second = Event(state: 1, reward: 2, next: 2)
    #expect(try learn([first]) == [0, 4, 8, 12])
    // 1 + ½ · 2 + ¼ · 4 = 3.
    #expect(try learn([first, second]) == [3, 4, 8, 12])
    // Cut off: 1 + ½ · 2 + ¼ · 4 = 3 and 2 + ½ · 4 = 4. Terminated: 1 + ½ · 2 = 2 and 2.
    let cut = Event(state: 1, reward: 6, next: 2, ending: .truncated)
    // 1 + ½ · 6 + ¼ · 4 = 5; then 6 + ½ · 4 = 8.
    #expect(try learn([first, cut]) == [5, 8, 8, 12])
    // 1 + ½ · 6 = 4 and 6.
    #expect(try learn([first, cut], .truncationTerminates) == [4, 6, 8, 12])
    let last = Event(state: 1, reward: 6, next: 2, ending: .terminated)
    #expect(try learn([first, last]) == [4, 6, 8, 12])
    // With the termination ignored, state 1 waits for the next episode's first step: 6 + ½ · 3 + ¼ · 12 = 10.5.
    #expect(try learn([first, last], .terminationIgnored) == [5, 4, 8, 12])
    let next = Event(state: 3, reward: 3, next: 0)
    #expect(try learn([first, last, next], .terminationIgnored) == [5, 10.5, 8, 12])
  }

  @Test("in place, Dyna expects of a step the state left behind, unless it ends the episode")
  func inPlaceDyna() throws {
    var configuration = Dyna.Configuration(discount: 0.5, runLength: 100)
    configuration.simulatedUpdates = 0
    configuration.criticRate = 0.5
    func learn(_ endings: Claim.EndingTreatment) throws -> [Float] {
      let trainee = aimed(Dyna.make(shape: shape, configuration: configuration)) {
        $0.critic.bootstrapsInPlace = true
        $0.critic.policy = .uniform
        $0.critic.endings = endings
        $0.actor = nil
      }
      return try values(
        "critic.values",
        in: learned(
          trainee,
          from: [
            Event(state: 0, action: 1, reward: 4, next: 1),
            Event(state: 0, action: 1, reward: 0, next: 2, ending: .terminated),
          ], initially: ["critic.values": [8, 0, 60, 60, 100, 100]]))
    }
    // 0 + ½ (4 + ½ · 4) = 3; then W = 5.5, and half of the steps go on: 3 + ½ (2 + ½ · ½ · 5.5 − 3) = 3.1875.
    #expect(try learn(.asTheyAre) == [8, 3.1875, 60, 60, 100, 100])
    // 3 + ½ (2 + ½ · 5.5 − 3) = 3.875.
    #expect(try learn(.terminationIgnored) == [8, 3.875, 60, 60, 100, 100])
  }

  @Test("endings can be mistaken for one another, and a target asked instead of the critic")
  func mistakenEndings() throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.5
    func learn(_ events: [Event], _ change: @escaping (inout Aims) -> Void) throws -> [Float] {
      try values(
        "critic.values",
        in: learned(
          aimed(QLearning.make(shape: shape, configuration: configuration), change), from: events,
          initially: ["critic.values": [1, 3, -1, 8, 6, 0]]))
    }
    // After the termination in state 2 the next episode starts in state 2: 3 + ½ (2 + ½ · 6 − 3) = 4.
    let last = Event(state: 0, action: 1, reward: 2, next: 1, ending: .terminated)
    let start = Event(state: 2, action: 1, reward: 0, next: 0)
    let ignored = try learn([last, start]) { $0.critic.endings = .terminationIgnored }
    // The start itself: 0 + ½ (0 + ½ · 4 − 0) = 1.
    #expect(ignored == [1, 4, -1, 8, 6, 1])
    // 3 + ½ (2 − 3) = 2.5.
    let cut = Event(state: 0, action: 1, reward: 2, next: 1, ending: .truncated)
    #expect(try learn([cut]) { $0.critic.endings = .truncationTerminates } == [1, 2.5, -1, 8, 6, 0])
    // In other units: 3 + ½ (−4 + ½ · 8 − 3) = 1.5.
    #expect(try learn([cut]) { $0.critic.rewardScale = -2 } == [1, 1.5, -1, 8, 6, 0])
  }

  @Test("a falling rate is the cube of what is left of the run, down to its floor")
  func fallingRate() throws {
    var configuration = QLearning.Configuration(discount: 0.5)
    configuration.learningRate = 0.25
    configuration.runLength = 4
    func learn(at step: Int) throws -> [Float] {
      var trainee = QLearning.make(shape: shape, configuration: configuration)
      trainee.agent.parameters.step = step
      return try values(
        "critic.values", in: learned(trainee, from: [Event(state: 0, reward: 64, next: 1)]))
    }
    #expect(try learn(at: 0)[0] == 64)
    // (3/4)³ · 64 = 27; (1/4)³ is below the floor: ¼ · 64 = 16.
    #expect(try learn(at: 1)[0] == 27)
    #expect(try learn(at: 3)[0] == 16)
  }

  @Test(
    "the linear actor-critic backs up the actor's expectation, and follows the natural or the plain gradient")
  func linearActorCritic() throws {
    var configuration = LinearActorCritic.Configuration(discount: 0.5, runLength: 1000)
    configuration.initialCriticRate = 0.5
    configuration.finalCriticRate = 0.5
    configuration.traceDecay = 0
    configuration.actorRate = 0.25
    configuration.initialTemperature = 0
    configuration.finalTemperature = 0
    // State 0 has features (2, 0), state 1 (1, 1), state 2 none.
    configuration.features = StateFeatures(count: 2, values: [2, 0, 1, 1, 0, 0])
    func learn(_ ending: Ending?) -> ParameterStore {
      learned(
        LinearActorCritic.make(shape: shape, configuration: configuration),
        from: [Event(state: 0, action: 1, reward: 2, next: 1, ending: ending)],
        initially: ["critic.weights": [1, 3, 5, 3]])
    }
    // Q̂(1, ·) = (6, 6), Q̂(0, 1) = 6: δ = 2 + ½ · 6 − 6 = −1; w moves by ½ · (−1) · 2 / 4.
    let parameters = learn(.truncated)
    #expect(try values("critic.weights", in: parameters) == [1, 2.75, 5, 3])
    // Then Q̂(0, ·) = (2, 5.5), d = 0.01 · 1.75, advantages ∓1.75 / d = ∓100; θ moves by ∓¼ · 100 · 2 / 4.
    let preferences = try values("actor.preferences", in: parameters)
    for (found, expected) in zip(preferences, [-12.5, 12.5, 0, 0] as [Float]) {
      #expect(abs(found - expected) < 1e-3)
    }
    configuration.usesNaturalGradient = false
    // Half of it, since either action is as likely.
    for (found, expected) in zip(
      try values("actor.preferences", in: learn(.truncated)), [-6.25, 6.25, 0, 0] as [Float])
    {
      #expect(abs(found - expected) < 1e-3)
    }
    // δ = 2 − 6 = −4: w moves by ½ · (−4) · 2 / 4.
    #expect(try values("critic.weights", in: learn(.terminated)) == [1, 2, 5, 3])
  }

  @Test("tree backup passes a surprise on as far as the actor would have come")
  func traces() throws {
    var configuration = LinearActorCritic.Configuration(discount: 0.5, runLength: 1000)
    configuration.initialCriticRate = 0.5
    configuration.finalCriticRate = 0.5
    configuration.traceDecay = 0.8
    let parameters = learned(
      aimed(LinearActorCritic.make(shape: shape, configuration: configuration)) { $0.actor = nil },
      from: [
        Event(state: 0, action: 1, reward: 0, next: 1),
        Event(state: 1, action: 0, reward: 10, next: 2, ending: .terminated),
      ])
    // δ = 10; the trace of the first pair is γλπ = ½ · 0.8 · ½ = 0.2.
    let weights = try values("critic.weights", in: parameters)
    #expect(abs(weights[1] - 1) < 1e-6)
    #expect(weights[2] == 5)
  }

  @Test("REINFORCE follows the return of an episode from its end")
  func reinforce() throws {
    var configuration = REINFORCE.Configuration(discount: 0.5)
    configuration.actorRate = 0.5
    let parameters = learned(
      REINFORCE.make(shape: shape, configuration: configuration),
      from: [
        Event(state: 0, action: 1, reward: 2, next: 1),
        Event(state: 1, action: 0, reward: 8, next: 2, ending: .terminated),
      ])
    // The last return is 8, the first seen: its distance from the mean so far, 0, is itself the mean distance.
    // Then 2 + ½ · 8 = 6 is 2 below the mean 8; the mean distance becomes (8 + 2) / 2.
    #expect(try values("actor.preferences", in: parameters) == [0.1, -0.1, 0.25, -0.25, 0, 0])
  }

  @Test("the planner solves what it counted, and hopes for what it never tried only in the first half")
  func planner() throws {
    var configuration = ExactPlanner.Configuration(discount: 0.5, runLength: 100)
    configuration.optimisticShare = 0
    let events = [
      Event(state: 0, action: 0, reward: 1, next: 1), Event(state: 1, action: 0, reward: 4, next: 0),
      Event(state: 0, action: 1, reward: 2, next: 2, ending: .terminated),
    ]
    let sober = try values(
      "critic.values",
      in: learned(ExactPlanner.make(shape: shape, configuration: configuration), from: events))
    // v₀ = 1 + ½ (4 + ½ v₀) = 4, v₁ = 6; what was never tried stays where it is, with no reward: ½ · 4 and ½ · 6.
    #expect(sober == [4, 2, 6, 3, 0, 0])
    configuration.optimisticShare = 1
    let hopeful = try values(
      "critic.values",
      in: learned(ExactPlanner.make(shape: shape, configuration: configuration), from: events))
    // 4 a step for ever is worth 8: v₁ = v₂ = 8, v₀ = 1 + ½ · 8.
    #expect(hopeful == [5, 2, 6.5, 8, 8, 8])
    configuration.optimisticShare = 0
    func inPlace(_ endings: Claim.EndingTreatment) throws -> [Float] {
      let trainee = aimed(ExactPlanner.make(shape: shape, configuration: configuration)) {
        $0.critic.bootstrapsInPlace = true
        $0.critic.policy = .uniform
        $0.critic.endings = endings
      }
      return try values("critic.values", in: learned(trainee, from: events))
    }
    // In place, for the uniform policy: w₀ = ½ (1 + ½ w₀) + ½ · 2 = 2, w₁ = ½ (4 + ½ w₁) + ½ · ½ w₁ = 4, w₂ = 0.
    #expect(try inPlace(.asTheyAre) == [2, 2, 6, 2, 0, 0])
    // And if nothing ends, w₀ = 1.5 + ½ w₀ = 3.
    #expect(try inPlace(.terminationIgnored) == [2.5, 3.5, 6, 2, 0, 0])
  }
}
