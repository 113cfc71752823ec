import Assay
import AssayNetworks

/// Deep Q-learning: a critic of the optimal policy, learned from anything that was ever done, and an actor that is
/// greedy on it.
///
/// What happened goes into a replay buffer. Every so many environment steps some batches are drawn from it, and the
/// critic's values are moved towards what n steps came to and what the target network sees after them:
///
///     G = Σ_{i<k} γⁱ rᵢ₊₁ + γᵏ Q̄(s′, argmaxₐ Q(s′, a))    double;  else G = Σ_{i<k} γⁱ rᵢ₊₁ + γᵏ maxₐ Q̄(s′, a)
///     value loss = mean w · H(G − Q(s, a)),  H(δ) = δ²/2 where |δ| ≤ κ, else κ (|δ| − κ/2)
///
/// with k = n, or fewer where the episode ends before; w makes up for drawing in proportion to |δ|, and is 1 where rows
/// are drawn equally often. A truncated episode is bootstrapped with its last observation; nothing follows a terminated
/// one. While it explores, the actor takes any action with probability ε.
///
/// | part | block | written by |
/// | --- | --- | --- |
/// | critic | `critic` | value loss |
/// | critic, slow copy Q̄ | `critic target` | target averaging |
/// | actor | none of its own | – |
///
/// - SeeAlso: Mnih et al. (2015), *Human-level control through deep reinforcement learning*; van Hasselt, Guez & Silver
///   (2016), *Deep reinforcement learning with double Q-learning*; Wang et al. (2016), *Dueling network architectures for
///   deep reinforcement learning*; Schaul et al. (2016), *Prioritized experience replay*; Hessel et al. (2018), *Rainbow*,
///   for n steps. Standards are those of Stable-Baselines3, with double values.
public enum DQN {
  /// The parts.
  public typealias Agent = Anatomy<
    NoWorldModel<[Float], Int>, ActionValueCritic, GreedyNetworkActor, ReactivePlanner<Int>
  >

  /// Makes an agent and its learner.
  ///
  /// - Parameters:
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from.
  ///   - configuration: how.
  ///   - runLength: environment steps of the whole run: exploration takes a share of it, and what is annealed falls to
  ///     zero over it.
  ///   - seed: the initial parameters follow from it.
  /// - Returns: both, ready for a `BatchRun` in as many copies as the configuration says.
  public static func make(
    observationCount: Int, actionSpace: DiscreteSpace, configuration: DQNConfiguration, runLength: Int,
    seed: UInt64
  ) -> BatchTrainee<Agent, Learner> {
    var stream = RandomStream(seed: seed).substream(3)
    var store = ParameterStore()
    func add(_ name: String, writer: String) -> Network<ActionValueNetwork> {
      store.add(name, owner: "critic", role: .critic, writers: [writer], using: &stream) {
        ActionValueNetwork(
          inputs: observationCount, hidden: configuration.hidden, actions: actionSpace.count,
          activation: configuration.activation.function, isNormalized: configuration.isNormalized,
          isDueling: configuration.isDueling, in: &$0)
      }
    }
    let critic = add("critic", writer: "value")
    let target = add("critic target", writer: "target averaging")
    let claim = Claim(.actionValue, of: .optimal, discount: configuration.discount)
    let exploration = Schedule.linear(
      from: 1, to: configuration.finalExploration,
      over: max(1, Int(configuration.explorationShare * Double(runLength))))
    let learner = Learner(
      configuration, critic: critic, target: target, claim: claim, observationCount: observationCount,
      actionSpace: actionSpace, exploration: exploration, runLength: runLength, in: &store)
    let agent = Agent(
      critic: ActionValueCritic(claim: claim, observationCount: observationCount) { critic.layer($0) },
      actor: GreedyNetworkActor(
        observationCount: observationCount, actionSpace: actionSpace, exploration: exploration
      ) { critic.layer($0) },
      planner: ReactivePlanner(), parameters: store)
    return BatchTrainee(agent: agent, learner: learner)
  }

  /// Remembers everything, and learns from some of it again and again.
  public struct Learner: BatchLearner, ~Copyable {
    public typealias ActionSpace = DiscreteSpace

    public var aims: Aims
    public private(set) var metrics: DQNMetrics?

    private let configuration: DQNConfiguration
    private let critic: Network<ActionValueNetwork>
    private let targetNetwork: Network<ActionValueNetwork>
    private let exploration: Schedule
    private let runLength: Int
    private var buffer: ReplayBuffer<DiscreteSpace>
    private var sampler: PrioritizedSampler?
    private var update: Program
    /// What the update takes for Q̄.
    private var updatesTowards: BlockHandle
    private var optimizer: Optimizer
    private var targetAverage: TargetAverage
    private var batch: Batch

    init(
      _ configuration: DQNConfiguration, critic: Network<ActionValueNetwork>,
      target: Network<ActionValueNetwork>, claim: Claim, observationCount: Int, actionSpace: DiscreteSpace,
      exploration: Schedule, runLength: Int, in store: inout ParameterStore
    ) {
      let update = Learner.describe(
        configuration, critic: critic.layer, block: critic.block, target: target.layer,
        observationCount: observationCount, reading: store)
      let optimizer = Optimizer(
        .adam(), rate: .constant(configuration.rate),
        clipping: .globalNorm(configuration.largestGradient), of: [critic.block], following: ["value"],
        usesReward: true, in: &store)
      let rule: TargetAverage.Rule =
        configuration.targetRate == 1 ? .copy(every: 1) : .average(rate: configuration.targetRate)
      let targetAverage = TargetAverage(
        rule, from: critic.block, to: target.block, usesReward: true, in: &store)
      targetAverage.copy(in: &store)
      self.aims = Aims(critic: claim, target: target.block)
      self.configuration = configuration
      self.critic = critic
      self.targetNetwork = target
      self.exploration = exploration
      self.runLength = runLength
      self.buffer = ReplayBuffer(
        capacity: configuration.bufferSize, observationCount: observationCount, actionSpace)
      self.sampler =
        configuration.isPrioritized
        ? PrioritizedSampler(capacity: configuration.bufferSize, exponent: configuration.priorityExponent)
        : nil
      self.update = update
      self.updatesTowards = target.block
      self.optimizer = optimizer
      self.targetAverage = targetAverage
      self.batch = Batch(configuration.batchSize)
    }

    /// Describes an update, with `target` for Q̄.
    private static func describe(
      _ configuration: DQNConfiguration, critic: ActionValueNetwork, block: BlockHandle,
      target: ActionValueNetwork, observationCount: Int, reading store: borrowing ParameterStore
    ) -> Program {
      let rows = configuration.batchSize
      return Program(reading: copy store) { trace in
        let actions = trace.indices("actions", rows)
        let value = critic(trace.input("observations", rows, observationCount)).picking(actions)
        let next = trace.input("nextObservations", rows, observationCount)
        let seen = target(next)
        let best =
          configuration.isDouble
          ? seen.picking(critic(next).indexOfMaximum()) : seen.maximum(alongAxis: 1)
        let greedyShare = trace.input("greedyShare", 1)
        let following = greedyShare * best + (1 - greedyShare) * seen.mean(alongAxis: 1)
        let goal = trace.input("rewards", rows) + trace.input("discounts", rows) * following
        let error = goal.stoppingGradient() - value
        let size = abs(error)
        let inner = minimum(size, Float(configuration.largestError))
        let losses = inner * (size - inner * 0.5)
        trace.loss(
          "value",
          configuration.isPrioritized ? (trace.input("weights", rows) * losses).mean() : losses.mean(),
          reaching: [block])
        trace.output("errors", error)
        trace.output("meanValue", value.mean())
        trace.output("meanError", size.mean())
      }
    }

    public mutating func learn(
      from step: BatchStep<[Int]>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      precondition(
        step.count == configuration.copies,
        "a learner for \(configuration.copies) copies cannot take a step of \(step.count)")
      for index in 0..<step.count { sampler?.insert((buffer.total + index) % buffer.capacity) }
      buffer.append(step)
      let now = parameters.step
      let due = now / configuration.trainingPeriod - (now - step.count) / configuration.trainingPeriod
      guard now >= configuration.learningStart, due > 0 else { return }
      improve(&parameters, updates: due * configuration.gradientSteps, using: &random)
    }

    private mutating func improve(
      _ parameters: inout ParameterStore, updates: Int, using random: inout RandomStream
    ) {
      follow(aims.target ?? critic.block, reading: parameters)
      let progress = min(Double(parameters.step) / Double(runLength), 1)
      let rate = configuration.isAnnealed ? configuration.rate * (1 - progress) : configuration.rate
      let correction = configuration.correction + (1 - configuration.correction) * progress
      let share = exploration.value(at: parameters.step)
      optimizer.rate = .constant(rate)
      update.set("greedyShare", to: [Float(greedyShare(exploration: share))])
      var noted = DQNMetrics(rate: rate, exploration: share)
      for _ in 0..<updates {
        if let count = sampler?.count, count > 0 {
          sampler?.draw(into: &batch.rows, weights: &batch.weights, correction: correction, using: &random)
          update.set("weights", to: batch.weights)
        } else {
          buffer.draw(into: &batch.rows, using: &random)
        }
        hand()
        update.run(reading: parameters)
        optimizer.step(&parameters, following: update)
        if optimizer.steps % configuration.targetPeriod == 0 { targetAverage.step(&parameters) }
        noted.add(update, gradientNorm: optimizer.lastGradientNorm ?? 0)
        if sampler != nil {
          for (row, error) in zip(batch.rows, update.values(of: "errors")) {
            sampler?.update(row, error: Double(error))
          }
        }
        // What is not finite ends the run, and more of it would only hide where it began.
        guard parameters.isFinite else { break }
      }
      metrics = noted
    }

    /// What share of the policy whose value is learned is the best action; the rest is any action.
    private func greedyShare(exploration: Double) -> Double {
      switch aims.critic.policy {
      case .optimal, .part: 1
      case .behaviour: 1 - exploration
      case .uniform: 0
      }
    }

    /// Takes another block for Q̄ where the aims say so.
    private mutating func follow(_ target: BlockHandle, reading parameters: borrowing ParameterStore) {
      if target == updatesTowards { return }
      let networks = [critic, targetNetwork]
      guard let network = networks.first(where: { $0.block == target }) else {
        preconditionFailure(
          "the target of a critic's aims must be one of its blocks, but is block \(target.index)")
      }
      update = Learner.describe(
        configuration, critic: critic.layer, block: critic.block, target: network.layer,
        observationCount: buffer.observations.width, reading: parameters)
      updatesTowards = target
    }

    /// Gives the program the rows that were drawn.
    private mutating func hand() {
      for (index, row) in batch.rows.enumerated() {
        let outcome = buffer.nStepReturn(
          from: row, steps: configuration.steps, copies: configuration.copies, claim: aims.critic)
        batch.actions[index] = buffer.actions[row]
        batch.rewards[index] = Float(outcome.reward)
        batch.discounts[index] = Float(outcome.discount)
        batch.lasts[index] = outcome.last
      }
      update.set("actions", to: batch.actions)
      update.set("rewards", to: batch.rewards)
      update.set("discounts", to: batch.discounts)
      update.fill("observations", with: batch.rows, of: buffer.observations)
      update.fill(
        "nextObservations", with: batch.lasts,
        of: aims.critic.bootstrapsInPlace ? buffer.observations : buffer.nextObservations)
    }

    // MARK: Archives

    public func archive(into archive: inout StateArchive) {
      archive.put(buffer, as: "buffer")
      if let sampler { archive.put(sampler, as: "sampler") }
      archive.put(optimizer, as: "optimizer")
      archive.put(targetAverage, as: "targetAverage")
    }

    public mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&buffer, from: "buffer")
      if var sampler {
        try archive.restore(&sampler, from: "sampler")
        self.sampler = sampler
      }
      try archive.restore(&optimizer, from: "optimizer")
      try archive.restore(&targetAverage, from: "targetAverage")
    }

    /// Room for what is drawn, used again and again.
    private struct Batch: Sendable {
      var rows: [Int]
      /// Where the rows' n steps end.
      var lasts: [Int]
      var actions: [Int]
      var rewards: [Float]
      var discounts: [Float]
      var weights: [Float]

      init(_ count: Int) {
        let integers = [Int](repeating: 0, count: count)
        let numbers = [Float](repeating: 0, count: count)
        (rows, lasts, actions) = (integers, integers, integers)
        (rewards, discounts, weights) = (numbers, numbers, numbers)
      }
    }
  }
}

extension Program {
  /// Gives an input some rows of a column.
  mutating func fill(_ name: String, with rows: [Int], of column: VectorColumn) {
    let width = column.width
    column.values.withUnsafeBufferPointer { numbers in
      fill(name) { input in
        for (index, row) in rows.enumerated() {
          for place in 0..<width { input[index * width + place] = numbers[row * width + place] }
        }
      }
    }
  }
}

/// How DQN is made. Standards are those of Stable-Baselines3, with double values and a smaller buffer.
public struct DQNConfiguration: AgentConfiguration {
  /// In how many copies of the world it acts.
  public var copies = 1
  /// How many steps the replay buffer holds.
  public var bufferSize = 100_000
  /// Environment steps before the first update.
  public var learningStart = 100
  /// How many rows make a batch.
  public var batchSize = 32
  /// Environment steps, in all copies together, from one round of updates to the next.
  public var trainingPeriod = 4
  /// How many updates a round has.
  public var gradientSteps = 1
  /// γ.
  public var discount = 0.99
  /// n, how many steps are taken as they were before a value stands for the rest.
  public var steps = 1
  /// Step size of Adam.
  public var rate = 1e-4
  /// Whether the step size falls to zero over the run, linearly.
  public var isAnnealed = false
  /// The norm to which gradients are cut.
  public var largestGradient = 10.0
  /// κ, up to which errors count as squares and beyond which by their size.
  public var largestError = 1.0
  /// How many updates pass between two steps of the target network.
  public var targetPeriod = 2500
  /// How much of the way the target network goes in a step: 1 copies the critic.
  public var targetRate = 1.0
  /// The share of the run over which ε falls from 1.
  public var explorationShare = 0.1
  /// ε from there on.
  public var finalExploration = 0.05
  /// Whether the critic chooses the action whose value the target network gives.
  public var isDouble = true
  /// Whether the network has a value of states and advantages of actions.
  public var isDueling = false
  /// Whether rows are drawn in proportion to how wrong they were.
  public var isPrioritized = false
  /// α of the priorities.
  public var priorityExponent = 0.6
  /// β of the weights at first; it rises to 1 over the run.
  public var correction = 0.4
  /// Sizes of the hidden layers.
  public var hidden = [64, 64]
  /// What follows each of them.
  public var activation = ActivationName.relu
  /// Whether a layer normalisation stands before it, which keeps values from running away.
  ///
  /// - SeeAlso: Gallici et al. (2024), *Simplifying deep temporal difference learning*.
  public var isNormalized = false

  public init() {}

  public static let hyperparameters: [Hyperparameter<Self>] = [
    .integer("copies", "in how many copies of the world it acts", 1...65_536, \.copies),
    .integer("buffer-size", "how many steps the replay buffer holds", 1...100_000_000, \.bufferSize),
    .integer(
      "learning-start", "environment steps before the first update", 0...1_000_000_000, \.learningStart),
    .integer("batch-size", "how many rows make a batch", 1...1_000_000, \.batchSize),
    .integer(
      "training-period", "environment steps from one round of updates to the next", 1...1_000_000,
      \.trainingPeriod),
    .integer("gradient-steps", "how many updates a round has", 1...1_000_000, \.gradientSteps),
    .number("discount", "γ", 0...1, \.discount),
    .integer(
      "return-steps", "n, how many steps are taken as they were before a value stands in", 1...1000, \.steps),
    .number("rate", "step size of Adam", 0...1, \.rate),
    .flag("is-annealed", "whether the step size falls to zero over the run", \.isAnnealed),
    .number("largest-gradient", "the norm to which gradients are cut", 1e-6...1e6, \.largestGradient),
    .number(
      "largest-error", "κ, up to which errors count as squares, beyond by their size", 1e-6...1e9,
      \.largestError),
    .integer(
      "target-period", "updates between two steps of the target network", 1...1_000_000_000, \.targetPeriod),
    .number("target-rate", "how far the target network goes in a step: 1 copies", 1e-6...1, \.targetRate),
    .number("exploration-share", "share of the run over which ε falls from 1", 0...1, \.explorationShare),
    .number("final-exploration", "ε from there on", 0...1, \.finalExploration),
    .flag("is-double", "whether the critic chooses what the target network judges", \.isDouble),
    .flag("is-dueling", "whether states' values and actions' advantages come apart", \.isDueling),
    .flag("is-prioritized", "whether rows are drawn in proportion to how wrong they were", \.isPrioritized),
    .number("priority-exponent", "α of the priorities", 0...10, \.priorityExponent),
    .number("correction", "β of the weights at first; it rises to 1 over the run", 0...1, \.correction),
    .integers("hidden", "sizes of the hidden layers", count: 0...8, 1...4096, \.hidden),
    .choice("activation", "what follows each hidden layer", \.activation),
    .flag("is-normalized", "whether a layer normalisation stands before it", \.isNormalized),
  ]
}

/// How a round of updates of DQN went.
public struct DQNMetrics: LearningMetrics {
  private let rate: Double
  private let exploration: Double
  private var updates = 0
  private var loss = 0.0
  private var meanValue = 0.0
  private var meanError = 0.0
  private var gradientNorm = 0.0

  init(rate: Double, exploration: Double) {
    self.rate = rate
    self.exploration = exploration
  }

  mutating func add(_ update: borrowing Program, gradientNorm: Double) {
    updates += 1
    loss += Double(update.value(of: "value"))
    meanValue += Double(update.value(of: "meanValue"))
    meanError += Double(update.value(of: "meanError"))
    self.gradientNorm += gradientNorm
  }

  public var entries: [(name: String, value: Double)] {
    let count = Double(max(updates, 1))
    return [
      ("critic/loss", loss / count), ("critic/mean value", meanValue / count),
      ("critic/mean error", meanError / count), ("actor/exploration", exploration),
      ("gradient norm", gradientNorm / count), ("rate", rate),
    ]
  }
}
