import Assay
import AssayPlanning

/// What the parts of an agent say over all states of a process: tables that exact truth can be compared with.
///
/// Only the parts' protocols are asked, so any agent over states and actions by number can be read.
public struct PartsReading: Sendable {
  /// What the critic says it estimates.
  public var claim: Claim
  /// What the actor says it does.
  public var objective: Objective
  /// Q̂, `[S·A]`; −∞ where an action is unavailable. For a critic of states, one step of lookahead on V̂: in
  /// the agent's own model where it has one, or else in the true process.
  public var actionValues: [Double]
  /// V̂ as the critic gives it, `[S]`; `nil` for a critic of actions.
  public var stateValues: [Double]?
  /// π of the actor.
  public var policy: PolicyTable
  /// π of what acts, exploration included.
  public var behaviour: PolicyTable
  /// The learned model as a process; `nil` for a model-free agent.
  public var model: FiniteMDP?
  /// Whether there is a critic. Where there is none, the exact Q of the actor's policy stands in its place.
  public var hasCritic = true
  /// What the critic sees of each state; `nil` for a critic that tells all states apart.
  public var features: StateFeatures?

  /// Asks every part about every state and action.
  ///
  /// - Throws: ``DataError`` naming the part whose answer is not finite or not a distribution; for an agent without
  ///   a critic ``PlanningError`` at discount 1, when its policy may never end.
  public init<M, C, A, P>(
    of agent: Anatomy<M, C, A, P>, on process: FiniteMDP
  ) throws where A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities {
    let states = Array(0..<process.stateCount)
    claim = agent.critic.claim
    objective = agent.actor.objective
    policy = try Self.policy(of: agent, on: process)
    behaviour = policy.softened(by: agent.planner.exploration, in: process)
    if Anatomy<M, C, A, P>.hasWorldModel { model = try Self.model(of: agent, on: process) }
    features = (agent.critic as? any FeatureCritic)?.features
    guard Anatomy<M, C, A, P>.hasCritic else {
      hasCritic = false
      actionValues = try ClaimTruth(
        of: claim, process: process, actorPolicy: policy, behaviour: behaviour
      ).actionValues
      return
    }
    switch agent.critic.estimates(of: states, reading: agent.parameters) {
    case .stateValues(let values):
      try Self.check(values, count: process.stateCount, of: agent.critic.name)
      stateValues = values
      actionValues = (model ?? process).actionValues(from: values, discount: claim.discount)
    case .actionValues(let rows):
      guard rows.count == states.count, rows.allSatisfy({ $0.count == process.actionCount }) else {
        throw DataError(
          field: "the \(agent.critic.name)'s answer",
          value: "\(rows.count) rows of \(Set(rows.map(\.count)).sorted())",
          allowed: "\(states.count) rows of \(process.actionCount)")
      }
      let isFinal = states.map { process.isFinal(state: $0) }
      actionValues = rows.flatMap(\.self)
      for state in states where !isFinal[state] {
        for action in 0..<process.actionCount where !process.isAvailable(action: action, in: state) {
          actionValues[state * process.actionCount + action] = -.infinity
        }
      }
      for state in states where isFinal[state] {
        for action in 0..<process.actionCount {
          actionValues[state * process.actionCount + action] = -.infinity
        }
      }
      try Self.check(
        actionValues.map { $0 == -.infinity ? 0 : $0 }, count: process.stateCount * process.actionCount,
        of: agent.critic.name)
    }
  }

  private static func check(_ values: [Double], count: Int, of part: PartName) throws(DataError) {
    guard values.count == count else {
      throw DataError(
        field: "the \(part)'s answer", value: "\(values.count) numbers", allowed: "\(count) numbers")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DataError(
        field: "the \(part)'s value [\(index)]", value: "\(values[index])", allowed: "a finite number")
    }
  }

  private static func policy<M, C, A, P>(
    of agent: Anatomy<M, C, A, P>, on process: FiniteMDP
  ) throws(DataError) -> PolicyTable
  where A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities {
    let distributions = agent.actor.distributions(
      at: Array(0..<process.stateCount), reading: agent.parameters)
    var table = PolicyTable(
      actionCount: process.actionCount,
      probabilities: .init(repeating: 0, count: process.stateCount * process.actionCount))
    guard distributions.count == process.stateCount else {
      throw DataError(
        field: "the \(agent.actor.name)'s answer", value: "\(distributions.count) distributions",
        allowed: "\(process.stateCount) distributions")
    }
    for (state, distribution) in distributions.enumerated() where !process.isFinal(state: state) {
      let probabilities = distribution.probabilities
      let available = (0..<process.actionCount).filter { process.isAvailable(action: $0, in: state) }
      let isComplete = probabilities.count == process.actionCount
      let sum = isComplete ? available.reduce(0) { $0 + probabilities[$1] } : .nan
      guard abs(sum - 1) < 1e-6, available.allSatisfy({ probabilities[$0] >= 0 }) else {
        throw DataError(
          field: "the \(agent.actor.name)'s distribution in state \(state)", value: "\(probabilities)",
          allowed: "\(process.actionCount) probabilities that sum to 1 over the available actions")
      }
      for action in available { table[state, action] = probabilities[action] / sum }
    }
    return table
  }

  private static func model<M, C, A, P>(
    of agent: Anatomy<M, C, A, P>, on process: FiniteMDP
  ) throws(DataError) -> FiniteMDP where A.Latent == Int, A.Action == Int {
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    var terminals: [Bool] = []
    var rewards: [Double] = []
    for state in 0..<process.stateCount {
      let actions = (0..<process.actionCount).filter { process.isAvailable(action: $0, in: state) }
      let predictions = agent.worldModel.predictions(
        from: actions.map { _ in state }, taking: actions, reading: agent.parameters)
      guard predictions.count == actions.count else {
        throw DataError(
          field: "the \(agent.worldModel.name)'s answer in state \(state)",
          value: "\(predictions.count) predictions",
          allowed: "\(actions.count) predictions")
      }
      var next = predictions.makeIterator()
      for action in 0..<process.actionCount {
        if actions.contains(action), let prediction = next.next() {
          let sum = prediction.successors.reduce(prediction.termination) { $0 + $1.probability }
          guard abs(sum - 1) < 1e-6, prediction.termination >= 0,
            prediction.successors.allSatisfy({ $0.probability >= 0 })
          else {
            throw DataError(
              field: "the \(agent.worldModel.name)'s prediction for state \(state), action \(action)",
              value: "\(prediction.successors.map(\.probability)) and the end with \(prediction.termination)",
              allowed: "probabilities that sum to 1, termination included")
          }
          // What is a distribution up to rounding is taken at its word, so that an exact model reads back exactly.
          let total = abs(sum - 1) > FiniteMDP.probabilityTolerance ? sum : 1
          for (latent, probability) in prediction.successors where probability > 0 {
            successors.append(Int32(latent))
            probabilities.append(min(probability / total, 1))
            terminals.append(false)
          }
          if prediction.termination > 0 {
            successors.append(Int32(state))
            probabilities.append(min(prediction.termination / total, 1))
            terminals.append(true)
          }
          rewards.append(prediction.reward.value)
        } else {
          rewards.append(0)
        }
        rowStarts.append(successors.count)
      }
    }
    do {
      return try FiniteMDP(
        name: "the learned model", stateCount: process.stateCount, actionCount: process.actionCount,
        discount: process.discount, initial: process.initial, rowStarts: rowStarts, successors: successors,
        probabilities: probabilities, terminals: terminals,
        rewards: [.init(name: "reward", expected: rewards)])
    } catch {
      throw error.from("the \(agent.worldModel.name)")
    }
  }
}

extension PartsReading {
  /// maxₐ Q̂(s, a), `[S]`; 0 in a state without actions.
  public var bestValues: [Double] {
    let actions = policy.actionCount
    return (0..<policy.stateCount).map { state in
      let best = actionValues[state * actions..<(state + 1) * actions].max() ?? 0
      return best == -.infinity ? 0 : best
    }
  }

  /// E_p Q̂(s, ·) under a policy, `[S]`.
  public func expectedValues(under policy: PolicyTable) -> [Double] {
    Self.expectation(of: actionValues, under: policy)
  }

  /// What a block says of each state and action, `[S·A]`: a table of them, or the weights of features such as the
  /// critic's; `nil` where its shape is neither.
  func table(of block: Block, in parameters: ParameterStore) -> [Double]? {
    let (states, actions) = (policy.stateCount, policy.actionCount)
    let numbers = parameters.values(of: block.handle).map(Double.init)
    var table: [Double]
    if block.shape == [states, actions] {
      table = numbers
    } else if let features, block.shape == [features.count, actions] {
      table = (0..<states * actions).map { pair in
        features.values[features.range(of: pair / actions)].enumerated().reduce(0) {
          $0 + Double($1.element) * numbers[$1.offset * actions + pair % actions]
        }
      }
    } else {
      return nil
    }
    for pair in table.indices where actionValues[pair] == -.infinity { table[pair] = -.infinity }
    return table
  }

  static func expectation(of actionValues: [Double], under policy: PolicyTable) -> [Double] {
    let actions = policy.actionCount
    return (0..<policy.stateCount).map { state in
      (0..<actions).reduce(0) { sum, action in
        let probability = policy[state, action]
        return probability > 0 ? sum + probability * actionValues[state * actions + action] : sum
      }
    }
  }

  /// The policy that is greedy on Q̂, the lowest action of equals.
  public var greedyPolicy: PolicyTable { Self.greedy(actionValues, actionCount: policy.actionCount) }

  static func greedy(_ actionValues: [Double], actionCount: Int) -> PolicyTable {
    let actions = (0..<actionValues.count / actionCount).map { state -> Int in
      let row = actionValues[state * actionCount..<(state + 1) * actionCount]
      guard let best = row.max(), best > -.infinity else { return -1 }
      return (row.firstIndex(of: best) ?? row.startIndex) - row.startIndex
    }
    return PolicyTable(actionCount: actionCount, actions: actions)
  }
}
