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
/// An aim that bootstraps in place has W(s) instead of W(s′); one that ignores terminations values them as the
/// mean start of an episode. A truncation is no ending to the model, so an aim to treat it as one changes nothing
/// here.
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
    let claim = Claim(.actionValue, of: .part("actor"), discount: configuration.discount)
    var parameters = ParameterStore()
    let counts = CountsLearner(shape, in: &parameters)
    let model = counts.model
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount, shape.actionCount],
      updateRule: "expected backup in the model", writers: ["critic learner"])
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [shape.stateCount, shape.actionCount],
      updateRule: "follow the critic's softmax", writers: ["actor learner"])
    let actor = SoftmaxActor(
      objective: Objective(maximising: "critic"), preferences: preferences, shape: shape)
    let learner = Learner(
      aims: Aims(critic: claim, actor: values),
      counts: counts,
      permits: Learner.Permits(
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
      let values: WritePermit
      let preferences: WritePermit
    }

    public var aims: Aims {
      didSet { valuesAreStale = true }
    }
    private var counts: CountsLearner
    private let permits: Permits
    private let shape: TableShape
    private let configuration: Configuration
    /// W(s), `[S]`: what a state is worth under the policy that the critic is trained for.
    private var stateValues: [Double]
    private var valuesAreStale = false
    /// How often critic and actor were written when the learner last looked.
    private var valuedVersion = 0
    /// How much actions differ: a running mean of maxₐ Q − meanₐ Q.
    private var spread = 0.0
    private let spreadRate = 0.01

    init(
      aims: Aims, counts: consuming CountsLearner, permits: consuming Permits, shape: TableShape,
      configuration: Configuration
    ) {
      self.aims = aims
      self.counts = counts
      self.permits = permits
      self.shape = shape
      self.configuration = configuration
      stateValues = .init(repeating: 0, count: shape.stateCount)
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      let newest = experience[age: 0]
      let pair = newest.observation * shape.actionCount + newest.action
      counts.record(experience, in: &parameters)
      if valuesAreStale || valuedVersion != versionOfValues(in: parameters) {
        valuesAreStale = false
        for state in 0..<shape.stateCount { refreshValue(of: state, reading: parameters) }
      }
      let temperature = temperature(at: parameters.step)
      simulate(pair, temperature: temperature, in: &parameters)
      for _ in 0..<configuration.simulatedUpdates {
        let known = Int(counts.knownPairs[random.integer(below: counts.knownPairs.count)])
        simulate(known, temperature: temperature, in: &parameters)
      }
      valuedVersion = versionOfValues(in: parameters)
    }

    // MARK: Critic and actor

    /// One simulated update of critic and actor.
    private mutating func simulate(_ pair: Int, temperature: Double, in parameters: inout ParameterStore) {
      let state = pair / shape.actionCount
      let inPlace = aims.critic.bootstrapsInPlace
      let endings = Double(parameters[counts.endings.block, pair])
      var seen = endings
      var following = 0.0
      for next in counts.successors[pair] {
        let count = Double(parameters[counts.transitions.block, pair * shape.stateCount + Int(next)])
        seen += count
        following += count * stateValues[inPlace ? state : Int(next)]
      }
      if endings > 0, aims.critic.endings == .terminationIgnored {
        following += endings * (inPlace ? stateValues[state] : counts.meanOverStarts(of: stateValues))
      }
      if seen > 0 {
        let target = reward(of: pair, reading: parameters) + aims.critic.discount * following / seen
        let error = Float(target) - parameters[permits.values.block, pair]
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

    /// How often the values that follow and the actor were written, by whomever.
    private func versionOfValues(in parameters: ParameterStore) -> Int {
      parameters.version(of: permits.values.block) + parameters.version(of: permits.preferences.block)
        + (aims.target.map(parameters.version) ?? 0)
    }

    /// The model's reward, in the units that the critic is trained in.
    private func reward(of pair: Int, reading parameters: ParameterStore) -> Double {
      aims.critic.rewardScale * Double(parameters[counts.rewards.block, pair])
    }

    /// W(s) under the policy that the critic is trained for.
    private mutating func refreshValue(of state: Int, reading parameters: ParameterStore) {
      let values = aims.target ?? permits.values.block
      stateValues[state] =
        switch aims.critic.policy {
        case .part: expectation(of: values, in: state, reading: parameters)
        case .uniform: Double(shape.mean(of: values, in: state, reading: parameters))
        case .optimal: Double(shape.largest(of: values, in: state, reading: parameters))
        case .behaviour:
          (1 - configuration.exploration) * expectation(of: values, in: state, reading: parameters)
            + configuration.exploration * Double(shape.mean(of: values, in: state, reading: parameters))
        }
    }

    /// E_π Q(s, ·).
    private func expectation(
      of values: BlockHandle, in state: Int, reading parameters: ParameterStore
    ) -> Double {
      let first = state * shape.actionCount
      let largest = shape.largest(of: permits.preferences.block, in: state, reading: parameters)
      var total = 0.0
      var sum = 0.0
      for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
        let weight = actorWeight(of: action, in: state, largest: largest, reading: parameters)
        total += weight
        sum += weight * Double(parameters[values, first + action])
      }
      return sum / total
    }

    /// π(a|s) up to a factor.
    private func actorWeight(
      of action: Int, in state: Int, largest: Float, reading parameters: ParameterStore
    ) -> Double {
      Double(exp(parameters[permits.preferences.block, state * shape.actionCount + action] - largest))
    }

    private func temperature(at step: Int) -> Double {
      let progress = Double(step) / (0.8 * Double(max(configuration.runLength, 1)))
      return max(configuration.finalTemperature, configuration.initialTemperature * (1 - progress))
    }
  }
}
