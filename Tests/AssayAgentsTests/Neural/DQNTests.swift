import Assay
import AssayEnvironments
import AssayNetworks
import AssayTesting
import Testing

@testable import AssayAgents

@Suite("deep Q-learning")
struct DQNTests {
  /// Two numbers in, two actions out, nothing between, one row in a batch: small enough to work out by hand.
  private static var linear: DQNConfiguration {
    var configuration = DQNConfiguration()
    configuration.hidden = []
    configuration.learningStart = 0
    configuration.trainingPeriod = 1
    configuration.batchSize = 1
    configuration.discount = 0.9
    configuration.rate = 0.01
    return configuration
  }

  /// A linear agent with
  ///
  ///     Q(x) = x · [[0.5, −0.25], [0.25, 1]] + (0.1, −0.2)
  ///     Q̄(x) = x · [[0.1, 0.6], [−0.2, 0.3]] + (0, 0.1)
  private static func makeTrainee(_ configuration: DQNConfiguration) -> BatchTrainee<DQN.Agent, DQN.Learner> {
    var trainee = DQN.make(
      observationCount: 2, actionSpace: DiscreteSpace(count: 2), configuration: configuration, runLength: 100,
      seed: 1)
    let numbers: [String: [Float]] = [
      "critic": [0.5, -0.25, 0.25, 1, 0.1, -0.2], "critic target": [0.1, 0.6, -0.2, 0.3, 0, 0.1],
    ]
    for block in trainee.agent.parameters.blocks {
      let permit = trainee.agent.parameters.interventionPermit("test", toWrite: block.handle)
      let places = block.tensors.flatMap { tensor in (0..<tensor.count).map { tensor.offset + $0 } }
      for (place, number) in zip(places, numbers[block.name]!) {
        trainee.agent.parameters.set(number, at: place, with: permit)
      }
    }
    return trainee
  }

  private static func step(
    _ observation: [Float], _ reward: Double, _ next: [Float], _ ending: Ending? = nil
  ) -> BatchStep<[Int]> {
    BatchStep(
      observations: VectorColumn([observation], width: 2), actions: [0], rewards: [reward],
      nextObservations: VectorColumn([next], width: 2), endings: [ending])
  }

  /// What an update sees: Q of the action taken, |δ|, H(δ) and the norm of the gradient.
  private struct Sight {
    var value: Double
    var error: Double
    var loss: Double
    var gradient: Double

    init(_ metrics: DQNMetrics?) {
      let entries = Dictionary(uniqueKeysWithValues: metrics?.entries ?? [])
      value = entries["critic/mean value"] ?? .nan
      error = entries["critic/mean error"] ?? .nan
      loss = entries["critic/loss"] ?? .nan
      gradient = entries["gradient norm"] ?? .nan
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var reward = 0.5
    var ending: Ending?
    var isDouble = false
    var aim: @Sendable (inout Aims, [BlockHandle]) -> Void = { _, _ in }
    /// |δ|.
    var error: Double
  }

  /// From x = (1, 2), where Q(x, 0) = 1.1, to x′ = (3, −1), where Q = (1.35, −1.95) and Q̄ = (0.5, 1.6).
  static let cases = [
    Case(testDescription: "the largest value of the target network", error: 0.84),  // 0.5 + 0.9 · 1.6 − 1.1
    Case(testDescription: "double", isDouble: true, error: 0.15),  // 0.5 + 0.9 · 0.5 − 1.1
    Case(testDescription: "terminated", ending: .terminated, error: 0.6),  // 0.5 − 1.1
    Case(testDescription: "truncated", ending: .truncated, error: 0.84),
    Case(testDescription: "a large error", reward: 5, ending: .terminated, error: 3.9),  // 5 − 1.1
    Case(
      testDescription: "another discount", aim: { aims, _ in aims.critic.discount = 0.5 }, error: 0.2),
    Case(  // 0.5 + 0.8 − 1.1
      testDescription: "other units", aim: { aims, _ in aims.critic.rewardScale = -1 }, error: 0.16),
    Case(  // −0.5 + 1.44 − 1.1
      testDescription: "truncation taken for termination", ending: .truncated,
      aim: { aims, _ in aims.critic.endings = .truncationTerminates }, error: 0.6),
    Case(
      testDescription: "termination ignored", ending: .terminated,
      aim: { aims, _ in aims.critic.endings = .terminationIgnored }, error: 0.84),
    Case(  // 0.5 + 0.9 · 1.05 − 1.1
      testDescription: "the uniform policy", aim: { aims, _ in aims.critic.policy = .uniform }, error: 0.345),
    Case(  // Q̄(x) = (−0.3, 1.3): 0.5 + 0.9 · 1.3 − 1.1
      testDescription: "in place", aim: { aims, _ in aims.critic.bootstrapsInPlace = true }, error: 0.57),
    Case(  // 0.5 + 0.9 · 1.35 − 1.1
      testDescription: "no target network", aim: { aims, blocks in aims.target = blocks[0] }, error: 0.615),
    Case(testDescription: "none named", aim: { aims, _ in aims.target = nil }, error: 0.615),
  ]

  @Test("an update sees what was worked out by hand", arguments: cases)
  func update(of example: Case) {
    var configuration = Self.linear
    configuration.isDouble = example.isDouble
    var trainee = Self.makeTrainee(configuration)
    example.aim(&trainee.learner.aims, trainee.agent.parameters.blocks.map(\.handle))
    var random = RandomStream(seed: 1)
    var parameters = trainee.agent.parameters
    parameters.step = 1
    trainee.learner.learn(
      from: Self.step([1, 2], example.reward, [3, -1], example.ending), updating: &parameters, using: &random)
    let sight = Sight(trainee.learner.metrics)
    // The program computes in Float32, whose numbers near 4 lie 2·10⁻⁷ apart.
    #expect(abs(sight.value - 1.1) < 2e-6)
    #expect(abs(sight.error - example.error) < 2e-6)
    let loss = example.error <= 1 ? example.error * example.error / 2 : example.error - 0.5
    #expect(abs(sight.loss - loss) < 2e-6)
    // Of the action taken, δ to each of (1, 2, 1), cut at 1: √6 = 2.449490.
    #expect(abs(sight.gradient - 2.449490 * min(example.error, 1)) < 1e-5)
  }

  @Test("a step of Adam moves only the action that was taken, and towards what it came to")
  func direction() {
    var trainee = Self.makeTrainee(Self.linear)
    var random = RandomStream(seed: 1)
    var parameters = trainee.agent.parameters
    parameters.step = 1
    trainee.learner.learn(
      from: Self.step([1, 2], 5, [3, -1], .terminated), updating: &parameters, using: &random)
    let block = parameters.blocks[0]
    let found = block.tensors.flatMap { tensor in
      (0..<tensor.count).map { parameters[block.handle, tensor.offset + $0] }
    }
    // The first step of Adam is the rate, 0.01, whatever the gradient's length.
    let expected: [Float] = [0.51, -0.25, 0.26, 1, 0.11, -0.2]
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-6) }
    #expect(
      parameters.values(of: parameters.blocks[1].handle)
        == trainee.agent.parameters.values(of: parameters.blocks[1].handle))
  }

  @Test("rows drawn more often weigh less")
  func priorities() {
    var configuration = Self.linear
    configuration.isPrioritized = true
    configuration.priorityExponent = 1
    configuration.correction = 1
    configuration.batchSize = 5
    configuration.rate = 0
    var trainee = Self.makeTrainee(configuration)
    var random = RandomStream(seed: 1)
    var parameters = trainee.agent.parameters
    // δ of −1, −0.5 and −0.2.
    for (step, reward) in [0.1, 0.6, 0.9].enumerated() {
      parameters.step = step + 1
      trainee.learner.learn(
        from: Self.step([1, 2], reward, [3, -1], .terminated), updating: &parameters, using: &random)
      // Only the first row is there.
      if step == 0 { #expect(abs(Sight(trainee.learner.metrics).loss - 0.5) < 2e-6) }
    }
    // When the third is new, priorities are 1, 0.5 and 1: of five equal parts of 2.5, rows 0, 0, 1, 2 and 2 are drawn,
    // and weigh 0.5, 0.5, 1, 0.5 and 0.5. (2 · 0.5 · 0.5 + 0.125 + 2 · 0.5 · 0.02) / 5; ε = 10⁻⁶ does not show.
    #expect(abs(Sight(trainee.learner.metrics).loss - 0.129) < 5e-6)
  }

  @Test("the target network is copied every so many updates, or goes a part of the way")
  func targets() {
    for (period, rate) in [(3, 1.0), (2, 0.25)] {
      var configuration = Self.linear
      configuration.targetPeriod = period
      configuration.targetRate = rate
      var trainee = Self.makeTrainee(configuration)
      var random = RandomStream(seed: 1)
      var parameters = trainee.agent.parameters
      let blocks = parameters.blocks.map(\.handle)
      var expected = Float(0.1)
      for step in 1...7 {
        parameters.step = step
        trainee.learner.learn(from: Self.step([1, 2], 5, [3, -1]), updating: &parameters, using: &random)
        if step.isMultiple(of: period) { expected += Float(rate) * (parameters[blocks[0], 0] - expected) }
        #expect(abs(parameters[blocks[1], 0] - expected) < 1e-6)
      }
    }
  }

  @Test("updates come in rounds, after the start")
  func rounds() {
    var configuration = Self.linear
    configuration.copies = 3
    configuration.learningStart = 12
    configuration.trainingPeriod = 5
    configuration.gradientSteps = 2
    var trainee = Self.makeTrainee(configuration)
    var random = RandomStream(seed: 1)
    var parameters = trainee.agent.parameters
    let critic = parameters.blocks[0].handle
    let row = Self.step([1, 2], 5, [3, -1])
    var step = row
    for _ in 1..<3 {
      step.observations.append(contentsOf: row.observations)
      step.nextObservations.append(contentsOf: row.nextObservations)
      step.actions += row.actions
      step.rewards += row.rewards
      step.endings += row.endings
    }
    let before = parameters.version(of: critic)
    var updates: [Int] = []
    for count in stride(from: 3, through: 30, by: 3) {
      parameters.step = count
      trainee.learner.learn(from: step, updating: &parameters, using: &random)
      updates.append(parameters.version(of: critic) - before)
    }
    // Rounds are due at 5 steps, which is before the start, at 10, 15, 20, 25 and 30, and taken at the first count that
    // reaches them: 12, 15, 21, 27 and 30.
    #expect(updates == [0, 0, 0, 2, 4, 4, 6, 6, 8, 10])
  }

  @Test("exploration falls as the configuration says, and only exploring conduct explores")
  func exploration() {
    var configuration = Self.linear
    configuration.explorationShare = 0.4
    configuration.finalExploration = 0.1
    var agent = Self.makeTrainee(configuration).agent
    // Of 100 steps, 40 are for the fall from 1 to 0.1.
    for (step, expected) in [(0, 1.0), (20, 0.55), (40, 0.1), (90, 0.1)] {
      #expect(abs(agent.actor.exploration.value(at: step) - expected) < 1e-12)
    }
    var random = RandomStream(seed: 3)
    // Q(x) = (1.1, 1.55): the best action is 1.
    let observations = VectorColumn([[Float]](repeating: [1, 2], count: 2000), width: 2)
    for (step, expected) in [(0, 0.5), (20, 0.275), (40, 0.05)] {
      agent.parameters.step = step
      let others = agent.act(on: observations, as: .exploring, using: &random).count { $0 == 0 }
      // To within 4.9 standard errors: false by chance once in a million.
      #expect(abs(Double(others) / 2000 - expected) < 4.9 * (expected * (1 - expected) / 2000).squareRoot())
    }
    let before = random
    for conduct in [Conduct.policy, .greedy] {
      #expect(agent.act(on: observations, as: conduct, using: &random).allSatisfy { $0 == 1 })
    }
    #expect(random == before)
    #expect(
      agent.actor.distributions(at: [[1, 2], [3, -1]], reading: agent.parameters).map(\.probabilities)
        == [[0, 1], [1, 0]])
    guard case .actionValues(let values) = agent.critic.estimates(of: [[1, 2]], reading: agent.parameters)
    else {
      Issue.record("no action values")
      return
    }
    #expect(abs(values[0][0] - 1.1) < 1e-6 && abs(values[0][1] - 1.55) < 1e-6)
  }

  @Test("it finds the values of the best policy of a fork", arguments: [false, true])
  func convergence(isPrioritized: Bool) throws {
    var configuration = DQNConfiguration()
    configuration.hidden = []
    configuration.discount = 0.9
    configuration.rate = 0.05
    configuration.isAnnealed = true
    configuration.largestGradient = 100
    configuration.trainingPeriod = 2
    configuration.targetPeriod = 20
    configuration.finalExploration = 1
    configuration.isPrioritized = isPrioritized
    let world = try makeFork()
    let trainee = DQN.make(
      observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 4000,
      seed: 2)
    var run = BatchRun(trainee: trainee, seed: 2) { stream in
      guard case .discrete(let batch)? = try? WorldBatch(world, count: 1, stream: stream) else {
        preconditionFailure("a fork has choices")
      }
      return batch
    }
    try run.advance(to: 4000)
    guard
      case .actionValues(let values) = run.agent.critic.estimates(
        of: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], reading: run.agent.parameters)
    else {
      Issue.record("no action values")
      return
    }
    // 8 at the end, 7.2 and 6.48 before it; 0.9 of those for a step back; 2 for ending at once. The last steps are
    // so short that what is left of the error is far below a hundredth.
    let expected = [[6.48, 2], [7.2, 5.832], [8, 6.48]]
    for (found, expected) in zip(values, expected) {
      for (one, other) in zip(found, expected) { #expect(abs(one - other) < 0.05) }
    }
  }

  @Test(
    "it keeps the contract",
    arguments: [
      (steps: 1, isDueling: false, isPrioritized: false, targetRate: 1.0, copies: 1),
      (steps: 3, isDueling: true, isPrioritized: true, targetRate: 0.1, copies: 3),
    ])
  func contract(steps: Int, isDueling: Bool, isPrioritized: Bool, targetRate: Double, copies: Int) throws {
    var configuration = DQNConfiguration()
    configuration.copies = copies
    configuration.bufferSize = 70
    configuration.learningStart = 20
    configuration.batchSize = 8
    configuration.targetPeriod = 3
    configuration.hidden = [8]
    configuration.steps = steps
    configuration.isDueling = isDueling
    configuration.isPrioritized = isPrioritized
    configuration.targetRate = targetRate
    configuration.isAnnealed = true
    let world = TimeLimit(CartPole(), steps: 9)
    let checks = BatchTraineeChecks(steps: 180) {
      DQN.make(
        observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 180,
        seed: 1)
    } in: {
      world.copies(copies, stream: $0)
    }
    #expect(try checks.run() == [])
  }

  @Test("everything in the configuration can be said by name, once, and its standard is allowed")
  func hyperparameters() {
    let parameters = DQNConfiguration.hyperparameters
    #expect(Set(parameters.map(\.name)).count == parameters.count)
    let properties = Mirror(reflecting: DQNConfiguration()).children.count
    #expect(parameters.count == properties)
    for parameter in parameters {
      let standard = parameter.value(DQNConfiguration())
      switch (parameter.kind, standard) {
      case (.number(let range), .number(let number)): #expect(range.contains(number))
      case (.integer(let range), .integer(let number)): #expect(range.contains(number))
      case (.flag, .flag(let flag)):
        var other = DQNConfiguration()
        parameter.set(&other, .flag(!flag))
        #expect(other != DQNConfiguration())
      case (.choice(let words), .word(let word)): #expect(words.contains(word))
      case (.integers(let count, let range), .integers(let numbers)):
        #expect(count.contains(numbers.count) && numbers.allSatisfy(range.contains))
      default: Issue.record("\(parameter.name) is not of its kind")
      }
    }
  }
}
