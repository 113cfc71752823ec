import Assay
import Foundation

/// Dyna actor-critic (after Sutton, 1990): every real step also trains a model, and the model trains critic
/// and actor some more.
///
/// Anatomy: the world model counts outcomes; the critic is a table of action values of the actor's policy;
/// the actor is a softmax of preferences; the planner takes the actor's word and, with probability ε, a
/// random action.
///
/// The planning happens in the background, as n simulated updates a step. Each takes a pair that was seen
/// before, asks the model what follows, and backs up the whole expectation:
///
///     Q(s, a) ← Q(s, a) + α [r̂(s, a) + γ Σ P̂(s′|s, a) W(s′) − Q(s, a)],  W(s′) = E_π Q(s′, ·)
///     θ(s, ·) ← θ(s, ·) + β [(Q(s, ·) − maxₐ Q(s, a)) / τ − θ(s, ·)]
///
/// So the actor follows the softmax of the critic at temperature τ. Temperatures are in units of how much
/// actions differ (the mean of maxₐ Q − meanₐ Q over the backups), and fall in a straight line over the first
/// four fifths of the run.
///
/// - SeeAlso: Sutton & Barto (2018), §8.2 and §8.5 (expected updates).
public enum Dyna {
  public typealias Agent = Anatomy<CountsModel, ActionTable, SoftmaxActor, ReactivePlanner<Int>>

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// Environment steps of the whole run, over which the temperature falls.
    public var runLength: Int
    /// α, in (0, 1].
    public var criticRate: Float = 1
    /// β, in (0, 1].
    public var actorRate: Float = 0.5
    /// n, simulated updates a step.
    public var simulatedUpdates = 10
    /// ε, in [0, 1].
    public var exploration = 0.1
    /// Temperature at the start, in units of how much actions differ.
    public var initialTemperature = 2.0
    /// Temperature from four fifths of the run on, in the same units.
    public var finalTemperature = 0.005

    public init(discount: Double, runLength: Int) {
      self.discount = discount
      self.runLength = runLength
    }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    let (states, actions) = (shape.stateCount, shape.actionCount)
    precondition(
      states * actions * states <= CountsModel.largestTable,
      "a table of counts over \(states) states and \(actions) actions would take more than a gibibyte")
    let claim = Claim(.actionValue, of: .part("actor"), discount: configuration.discount)
    var parameters = ParameterStore()
    let transitions = parameters.allocate(
      "model.transitions", owner: "world model", role: .worldModel, shape: [states, actions, states],
      updateRule: "count", writers: ["model learner"])
    let endings = parameters.allocate(
      "model.endings", owner: "world model", role: .worldModel, shape: [states, actions], updateRule: "count",
      writers: ["model learner"])
    let rewards = parameters.allocate(
      "model.rewards", owner: "world model", role: .worldModel, shape: [states, actions],
      updateRule: "running mean", writers: ["model learner"])
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [states, actions],
      updateRule: "expected backup in the model", writers: ["critic learner"])
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [states, actions],
      updateRule: "follow the critic's softmax", writers: ["actor learner"])
    let model = CountsModel(
      name: "world model", transitions: transitions, endings: endings, rewards: rewards, shape: shape)
    let actor = SoftmaxActor(
      objective: Objective(maximising: "critic"), preferences: preferences, shape: shape)
    let learner = Learner(
      aims: Aims(critic: claim, actor: values),
      permits: Learner.Permits(
        transitions: parameters.permit("model learner", toWrite: transitions, usesReward: false),
        endings: parameters.permit("model learner", toWrite: endings, usesReward: false),
        rewards: parameters.permit("model learner", toWrite: rewards, usesReward: true),
        values: parameters.permit("critic learner", toWrite: values, usesReward: true),
        preferences: parameters.permit("actor learner", toWrite: preferences, usesReward: false)),
      shape: shape, configuration: configuration)
    let agent = Agent(
      worldModel: model, critic: ActionTable(claim: claim, values: values, shape: shape), actor: actor,
      planner: ReactivePlanner(exploration: configuration.exploration), parameters: parameters)
    return Trainee(agent: agent, learner: learner)
  }

  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    struct Permits: ~Copyable {
      let transitions: WritePermit
      let endings: WritePermit
      let rewards: WritePermit
      let values: WritePermit
      let preferences: WritePermit
    }

    public var aims: Aims {
      didSet { valuesAreStale = true }
    }
    private let permits: Permits
    private let shape: TableShape
    private let configuration: Configuration
    /// The pairs that the model knows something about, in the order in which they were first seen.
    private var knownPairs: [Int32] = []
    /// Whether each pair is among them, `[S·A]`.
    private var isKnown: [Bool]
    /// The states each pair is known to lead to, `[S·A]`.
    private var successors: [[Int32]]
    /// How often the counts were written when the two lists above were made.
    private var indexedVersion = 0
    /// W(s), `[S]`: what a state is worth under the policy that the critic is trained for.
    private var stateValues: [Double]
    private var valuesAreStale = false
    /// How often critic and actor were written when the learner last looked.
    private var valuedVersion = 0
    /// How much actions differ: a running mean of maxₐ Q − meanₐ Q.
    private var spread = 0.0
    private let spreadRate = 0.01

    init(aims: Aims, permits: consuming Permits, shape: TableShape, configuration: Configuration) {
      self.aims = aims
      self.permits = permits
      self.shape = shape
      self.configuration = configuration
      isKnown = .init(repeating: false, count: shape.stateCount * shape.actionCount)
      successors = .init(repeating: [], count: shape.stateCount * shape.actionCount)
      stateValues = .init(repeating: 0, count: shape.stateCount)
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let newest = experience[age: 0]
      let pair = newest.observation * shape.actionCount + newest.action
      if parameters.version(of: permits.transitions.block) + parameters.version(of: permits.endings.block)
        != indexedVersion
      {
        reindex(parameters)
      }
      record(newest, pair, reward: experience.reward(age: 0), in: &parameters)
      if valuesAreStale || valuedVersion != versionOfValues(in: parameters) {
        valuesAreStale = false
        for state in 0..<shape.stateCount { refreshValue(of: state, reading: parameters) }
      }
      let temperature = temperature(at: parameters.step)
      simulate(pair, temperature: temperature, in: &parameters)
      for _ in 0..<configuration.simulatedUpdates {
        let known = Int(knownPairs[random.integer(below: knownPairs.count)])
        simulate(known, temperature: temperature, in: &parameters)
      }
      valuedVersion = versionOfValues(in: parameters)
    }

    // MARK: Model

    private mutating func record(
      _ transition: Transition<Int, Int>, _ pair: Int, reward: Reward, in parameters: inout ParameterStore
    ) {
      if !isKnown[pair] {
        isKnown[pair] = true
        knownPairs.append(Int32(pair))
      }
      if transition.ending == .terminated {
        parameters.add(1, at: pair, with: permits.endings)
      } else {
        let index = pair * shape.stateCount + transition.nextObservation
        let isNew = parameters[permits.transitions.block, index] == 0
        parameters.add(1, at: index, with: permits.transitions)
        // A frozen block takes no count.
        if isNew, parameters[permits.transitions.block, index] > 0 {
          successors[pair].append(Int32(transition.nextObservation))
        }
      }
      let seen = Float(timesSeen(pair, reading: parameters))
      let error = Float(reward.value) - parameters[permits.rewards.block, pair]
      parameters.add(error / max(seen, 1), at: pair, with: permits.rewards)
      indexedVersion =
        parameters.version(of: permits.transitions.block) + parameters.version(of: permits.endings.block)
    }

    private func timesSeen(_ pair: Int, reading parameters: ParameterStore) -> Double {
      successors[pair].reduce(Double(parameters[permits.endings.block, pair])) {
        $0 + Double(parameters[permits.transitions.block, pair * shape.stateCount + Int($1)])
      }
    }

    /// Finds out again which pairs and successors the counts hold, after somebody else wrote them.
    private mutating func reindex(_ parameters: ParameterStore) {
      for pair in successors.indices {
        successors[pair] = (0..<shape.stateCount).filter {
          parameters[permits.transitions.block, pair * shape.stateCount + $0] > 0
        }.map { Int32($0) }
        if !isKnown[pair], !successors[pair].isEmpty || parameters[permits.endings.block, pair] > 0 {
          isKnown[pair] = true
          knownPairs.append(Int32(pair))
        }
      }
    }

    // MARK: Critic and actor

    /// One simulated update of critic and actor.
    private mutating func simulate(_ pair: Int, temperature: Double, in parameters: inout ParameterStore) {
      let state = pair / shape.actionCount
      var seen = Double(parameters[permits.endings.block, pair])
      var following = 0.0
      for next in successors[pair] {
        let count = Double(parameters[permits.transitions.block, pair * shape.stateCount + Int(next)])
        seen += count
        following += count * stateValues[Int(next)]
      }
      if seen > 0 {
        let reward = aims.critic.rewardScale * Double(parameters[permits.rewards.block, pair])
        let target = Float(reward + aims.critic.discount * following / seen)
        let error = target - parameters[permits.values.block, pair]
        parameters.add(configuration.criticRate * error, at: pair, with: permits.values)
      }
      follow(in: state, temperature: temperature, in: &parameters)
      refreshValue(of: state, reading: parameters)
    }

    /// Moves the preferences of a state towards the followed critic's.
    private mutating func follow(in state: Int, temperature: Double, in parameters: inout ParameterStore) {
      guard let followed = aims.actor else { return }
      let largest = shape.largest(of: followed, in: state, reading: parameters)
      spread +=
        spreadRate * (Double(largest - shape.mean(of: followed, in: state, reading: parameters)) - spread)
      guard spread > 0 else { return }
      let scale = Float(1 / (temperature * spread))
      for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
        let index = state * shape.actionCount + action
        // Far below the best, more distance makes no difference to the policy.
        let preference = max((parameters[followed, index] - largest) * scale, -80)
        let error = preference - parameters[permits.preferences.block, index]
        parameters.add(configuration.actorRate * error, at: index, with: permits.preferences)
      }
    }

    /// How often critic and actor were written, by whomever.
    private func versionOfValues(in parameters: ParameterStore) -> Int {
      parameters.version(of: permits.values.block) + parameters.version(of: permits.preferences.block)
    }

    /// W(s) under the policy that the critic is trained for.
    private mutating func refreshValue(of state: Int, reading parameters: ParameterStore) {
      let values = permits.values.block
      stateValues[state] =
        switch aims.critic.policy {
        case .part: expectation(in: state, reading: parameters)
        case .uniform: Double(shape.mean(of: values, in: state, reading: parameters))
        case .optimal: Double(shape.largest(of: values, in: state, reading: parameters))
        case .behaviour:
          (1 - configuration.exploration) * expectation(in: state, reading: parameters)
            + configuration.exploration * Double(shape.mean(of: values, in: state, reading: parameters))
        }
    }

    /// E_π Q(s, ·).
    private mutating func expectation(in state: Int, reading parameters: ParameterStore) -> Double {
      let first = state * shape.actionCount
      let preferences = permits.preferences.block
      let largest = shape.largest(of: preferences, in: state, reading: parameters)
      var total = 0.0
      var sum = 0.0
      for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
        let weight = Double(exp(parameters[preferences, first + action] - largest))
        total += weight
        sum += weight * Double(parameters[permits.values.block, first + action])
      }
      return sum / total
    }

    private func temperature(at step: Int) -> Double {
      let progress = Double(step) / (0.8 * Double(max(configuration.runLength, 1)))
      return max(configuration.finalTemperature, configuration.initialTemperature * (1 - progress))
    }
  }
}
