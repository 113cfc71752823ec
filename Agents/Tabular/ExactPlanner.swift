import Assay
import AssayPlanning
import Foundation

/// Planning in a learned model, exactly: the model counts, and every so often it is solved to the last digit.
///
/// Anatomy: the world model counts outcomes; the critic is the table of action values of the best policy in the
/// model; the actor is a softmax of preferences that follow the critic sharply; the planner takes the actor's
/// word and, with probability ε, a random action.
///
/// The model is solved again when there is a fifth more experience than the last time, when somebody changed the
/// aims or the counts from outside, and at the end of the run. A pair that was never tried stays where it is,
/// with the greatest reward anybody could hope for over the first half of the run, so that it gets tried, and
/// with no reward afterwards.
///
/// An aim that bootstraps in place is met by a model in which every step leads back to where it started. A
/// truncation is no ending to the model, so an aim to treat it as one changes nothing here.
///
/// - SeeAlso: Brafman & Tennenholtz (2002), R-max, for the hope.
public enum ExactPlanner {
  public typealias Agent = Dyna.Agent

  public struct Configuration: Sendable {
    /// γ, in [0, 1].
    public var discount: Double
    /// Environment steps of the whole run.
    public var runLength: Int
    /// ε, in [0, 1].
    public var exploration = 0.2
    /// Over which share of the run pairs that were never tried are hoped for, in [0, 1].
    public var optimisticShare = 0.5
    /// By how much experience grows before the model is solved again, positive.
    public var growth = 0.2
    /// Temperature of the actor, in units of how much actions differ.
    public var temperature = 0.005
    /// The world, where it need not be learned: the model then is this, and stays so.
    public var process: FiniteMDP?

    public init(discount: Double, runLength: Int) {
      self.discount = discount
      self.runLength = runLength
    }
  }

  /// Makes an untrained agent and its learner.
  public static func make(shape: TableShape, configuration: Configuration) -> Trainee<Agent, Learner> {
    let claim = Claim(.actionValue, of: .optimal, discount: configuration.discount)
    precondition(configuration.growth > 0, "growth must be positive, but is \(configuration.growth)")
    var parameters = ParameterStore()
    let counts = CountsLearner(shape, in: &parameters)
    let model = counts.model
    let values = parameters.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [shape.stateCount, shape.actionCount],
      updateRule: "exact solution of the model", writers: ["critic learner"])
    let preferences = parameters.allocate(
      "actor.preferences", owner: "actor", role: .actor, shape: [shape.stateCount, shape.actionCount],
      updateRule: "follow the critic's softmax", writers: ["actor learner"])
    if let process = configuration.process { counts.adopt(process, in: &parameters) }
    let actor = SoftmaxActor(
      objective: Objective(maximising: "critic"), preferences: preferences, shape: shape)
    let learner = Learner(
      aims: Aims(critic: claim, actor: values), counts: counts,
      permits: Learner.Permits(
        values: parameters.permit("critic learner", toWrite: values, usesReward: true),
        preferences: parameters.permit("actor learner", toWrite: preferences, usesReward: false)),
      actor: actor, shape: shape, configuration: configuration)
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
      didSet { isDue = true }
    }
    private var counts: CountsLearner
    private let permits: Permits
    private let actor: SoftmaxActor
    private let shape: TableShape
    private let configuration: Configuration
    /// Whether the model has to be solved at the next step, whatever was learned.
    private var isDue = true
    /// After how many steps the model is solved again.
    private var nextSolution = 0
    private var stepCount = 0
    /// The greatest reward anybody saw, whatever its sign.
    private var greatestReward = 0.0

    init(
      aims: Aims, counts: consuming CountsLearner, permits: consuming Permits, actor: SoftmaxActor,
      shape: TableShape, configuration: Configuration
    ) {
      self.aims = aims
      self.counts = counts
      self.permits = permits
      self.actor = actor
      self.shape = shape
      self.configuration = configuration
    }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      stepCount += 1
      greatestReward = max(greatestReward, abs(experience.reward(age: 0).value))
      let isChanged = counts.record(
        experience, countsOutcome: configuration.process == nil, in: &parameters)
      guard isDue || isChanged || stepCount >= nextSolution || stepCount == configuration.runLength else {
        return
      }
      isDue = false
      nextSolution = stepCount + max(1, Int(Double(stepCount) * configuration.growth))
      solve(in: &parameters)
    }

    // MARK: Solving

    private func solve(in parameters: inout ParameterStore) {
      let process = process(reading: parameters)
      guard let values = actionValues(in: process, reading: parameters) else { return }
      for pair in values.indices where values[pair] > -.infinity {
        let value = Float(values[pair])
        if parameters[permits.values.block, pair] != value {
          parameters.set(value, at: pair, with: permits.values)
        }
      }
      follow(in: &parameters)
    }

    /// The model as a process, in the units that the critic is trained in.
    private func process(reading parameters: ParameterStore) -> FiniteMDP {
      let hope =
        configuration.process == nil
          && Double(stepCount) < configuration.optimisticShare * Double(configuration.runLength)
        ? abs(aims.critic.rewardScale) * max(greatestReward, 1e-3) : 0
      let startCount = counts.starts.reduce(0) { $0 + $1.count }
      let inPlace = aims.critic.bootstrapsInPlace
      let goesOn = aims.critic.endings == .terminationIgnored && startCount > 0
      var rowStarts = [0]
      var successors: [Int32] = []
      var probabilities: [Double] = []
      var terminals: [Bool] = []
      var rewards: [Double] = []
      func add(_ next: Int32, _ probability: Double, isTerminal: Bool = false) {
        successors.append(next)
        probabilities.append(probability)
        terminals.append(isTerminal)
      }
      for pair in 0..<shape.stateCount * shape.actionCount {
        let (state, action) = pair.quotientAndRemainder(dividingBy: shape.actionCount)
        var reward = 0.0
        if shape.isAvailable(action, in: state) {
          let seen = counts.timesSeen(pair, reading: parameters)
          if seen > 0 {
            reward = aims.critic.rewardScale * Double(parameters[counts.rewards.block, pair])
            for next in counts.successors[pair] {
              let count = parameters[counts.transitions.block, pair * shape.stateCount + Int(next)]
              add(inPlace ? Int32(state) : next, Double(count) / seen)
            }
            let ended = Double(parameters[counts.endings.block, pair]) / seen
            if ended > 0, goesOn, inPlace {
              add(Int32(state), ended)
            } else if ended > 0, goesOn {
              for start in counts.starts { add(Int32(start.state), ended * start.count / startCount) }
            } else if ended > 0 {
              add(Int32(state), ended, isTerminal: true)
            }
          } else {
            reward = hope
            add(Int32(state), 1)
          }
        }
        rewards.append(reward)
        rowStarts.append(successors.count)
      }
      do {
        return try FiniteMDP(
          name: "the learned model", stateCount: shape.stateCount, actionCount: shape.actionCount,
          discount: aims.critic.discount, initial: (0..<shape.stateCount).map { $0 == 0 ? 1 : 0 },
          rowStarts: rowStarts, successors: successors, probabilities: probabilities, terminals: terminals,
          rewards: [.init(name: "reward", expected: rewards)])
      } catch {
        preconditionFailure("counts make a process, but \(error)")
      }
    }

    /// Q, `[S·A]`, as aimed at; `nil` where the model has no such values, as at discount 1 it may not have.
    private func actionValues(in process: FiniteMDP, reading parameters: ParameterStore) -> [Double]? {
      if let target = aims.target {
        return backup(parameters.values(of: target).map(Double.init), in: process, reading: parameters)
      }
      if aims.critic.policy == .optimal {
        return (try? process.solved()).map { process.actionValues(from: $0.values) }
      }
      let own = parameters.values(of: permits.values.block).map(Double.init)
      let policy = policy(valuedBy: own, in: process, reading: parameters)
      return (try? process.values(of: policy)).map { process.actionValues(from: $0.values) }
    }

    /// One backup of a table of action values that somebody else keeps.
    private func backup(
      _ table: [Double], in process: FiniteMDP, reading parameters: ParameterStore
    ) -> [Double] {
      let policy = policy(valuedBy: table, in: process, reading: parameters)
      let values = (0..<shape.stateCount).map { state in
        (0..<shape.actionCount).reduce(0.0) { sum, action in
          let pair = state * shape.actionCount + action
          return policy[state, action] > 0 ? sum + policy[state, action] * table[pair] : sum
        }
      }
      return process.actionValues(from: values)
    }

    /// The policy that the critic is trained to value.
    private func policy(
      valuedBy table: [Double], in process: FiniteMDP, reading parameters: ParameterStore
    ) -> PolicyTable {
      switch aims.critic.policy {
      case .uniform: return process.uniformPolicy
      case .optimal: return greedy(table, in: process)
      case .part, .behaviour:
        let policy = PolicyTable(
          actionCount: shape.actionCount,
          probabilities: (0..<shape.stateCount).flatMap {
            actor.probabilities(in: $0, reading: parameters)
          })
        return aims.critic.policy == .behaviour
          ? policy.softened(by: configuration.exploration, in: process) : policy
      }
    }

    private func greedy(_ table: [Double], in process: FiniteMDP) -> PolicyTable {
      PolicyTable(
        actionCount: shape.actionCount,
        actions: (0..<shape.stateCount).map { state in
          var best = -1
          for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
            let row = state * shape.actionCount
            if best < 0 || table[row + action] > table[row + best] { best = action }
          }
          return best
        })
    }

    // MARK: Actor

    /// Sets the preferences to the sharp softmax of the followed table.
    private func follow(in parameters: inout ParameterStore) {
      guard let followed = aims.actor else { return }
      var spread = 0.0
      for state in 0..<shape.stateCount {
        let mean = shape.mean(of: followed, in: state, reading: parameters)
        spread += Double(shape.largest(of: followed, in: state, reading: parameters) - mean)
      }
      spread /= Double(shape.stateCount)
      guard spread > 0 else { return }
      let scale = Float(1 / (configuration.temperature * spread))
      for state in 0..<shape.stateCount {
        let largest = shape.largest(of: followed, in: state, reading: parameters)
        for action in 0..<shape.actionCount where shape.isAvailable(action, in: state) {
          let index = state * shape.actionCount + action
          // Far below the best, more distance makes no difference to the policy.
          let preference = max((parameters[followed, index] - largest) * scale, -80)
          if parameters[permits.preferences.block, index] != preference {
            parameters.set(preference, at: index, with: permits.preferences)
          }
        }
      }
    }
  }
}
