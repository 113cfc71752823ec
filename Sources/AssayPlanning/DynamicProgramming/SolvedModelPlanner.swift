import Assay

/// Decides exactly, as far as the agent's own world model goes: all latents that the model can lead to are
/// listed, and the process that they make is solved.
///
/// This is for models of few latents, which have to be `Hashable`. Each decision lists and solves anew, so
/// the planner never lags behind a model that learns. The critic is asked for its γ, and for the actions that
/// are unavailable, where it gives action values; what it thinks of them does not count.
///
/// ```swift
/// let exact = agent.replacing(planner: SolvedModelPlanner(actionCount: 4))
/// ```
public struct SolvedModelPlanner: Planner {
  public typealias Action = Int

  /// How many actions there are.
  public var actionCount: Int
  /// γ; that of the critic's claim where it is `nil`.
  public var discount: Double?
  /// How many latents there may be at most; a model that leads to more stops the program.
  public var latentLimit: Int
  public var exploration: Double

  public var needsWorldModel: Bool { true }

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - actionCount: how many actions there are, positive.
  ///   - discount: γ in [0, 1]; that of the critic's claim where it is `nil`.
  ///   - latentLimit: how many latents there may be at most, positive.
  ///   - exploration: ε, in [0, 1].
  public init(
    actionCount: Int, discount: Double? = nil, latentLimit: Int = 10_000, exploration: Double = 0
  ) {
    precondition(actionCount > 0, "actionCount must be positive, but is \(actionCount)")
    precondition(latentLimit > 0, "latentLimit must be positive, but is \(latentLimit)")
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    if let discount {
      precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    }
    self.actionCount = actionCount
    self.discount = discount
    self.latentLimit = latentLimit
    self.exploration = exploration
  }

  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Int>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    var listing = ModelListing<A.Latent>(actionCount: actionCount, limit: latentLimit)
    listing.list(from: latent, model: model, critic: critic, reading: parameters)
    do {
      let process = try listing.process(named: "\(model.name)", discount: discount ?? critic.claim.discount)
      let solution = try process.solved()
      let values = process.actionValues(from: solution.values)
      let candidates = (0..<actionCount).filter { values[$0] > -.infinity }.map { action in
        Plan.Candidate(action: action, reward: listing.rewards[action], value: values[action])
      }
      return Plan(
        action: solution.policy[0], candidates: candidates, criticCalls: listing.latents.count,
        modelCalls: listing.modelCalls)
    } catch {
      fatalError("\(model.name) cannot be solved: \(error)")
    }
  }
}

/// What a model makes of all that follows from one latent, which gets number 0.
private struct ModelListing<Latent: Sendable> {
  let actionCount: Int
  let limit: Int
  private(set) var latents: [Latent] = []
  private(set) var modelCalls = 0
  /// What the model expects of each latent and action; `nil` where the action is unavailable.
  private(set) var rewards: [PredictedReward?] = []
  private var numbers: [AnyHashable: Int] = [:]
  private var rowStarts = [0]
  private var successors: [Int32] = []
  private var probabilities: [Double] = []
  private var terminals: [Bool] = []

  init(actionCount: Int, limit: Int) {
    self.actionCount = actionCount
    self.limit = limit
  }

  mutating func list<M: WorldModel, C: Critic>(
    from latent: Latent, model: M, critic: C, reading parameters: ParameterStore
  ) where M.Latent == Latent, C.Latent == Latent, M.Action == Int, C.Action == Int {
    _ = number(of: latent)
    var state = 0
    while state < latents.count {
      let latent = latents[state]
      var actions = Array(0..<actionCount)
      if case .actionValues(let rows) = critic.estimates(of: [latent], reading: parameters) {
        precondition(
          rows[0].count == actionCount,
          "\(critic.name) has values of \(rows[0].count) actions, but actionCount is \(actionCount)")
        actions.removeAll { rows[0][$0] == -.infinity }
      }
      let predictions = model.predictions(
        from: actions.map { _ in latent }, taking: actions, reading: parameters)
      modelCalls += actions.count
      var position = 0
      for action in 0..<actionCount {
        if position < actions.count, actions[position] == action {
          add(predictions[position], from: state)
          position += 1
        } else {
          rewards.append(nil)
        }
        rowStarts.append(successors.count)
      }
      state += 1
    }
  }

  private mutating func add(_ prediction: Prediction<Latent>, from state: Int) {
    rewards.append(prediction.reward)
    // Models that count or compute in single precision sum to 1 only nearly.
    let sum = prediction.successors.reduce(prediction.termination) { $0 + $1.probability }
    precondition(abs(sum - 1) < 1e-3, "a prediction must sum to 1, but sums to \(sum)")
    for successor in prediction.successors where successor.probability > 0 {
      successors.append(Int32(number(of: successor.latent)))
      probabilities.append(successor.probability / sum)
      terminals.append(false)
    }
    if prediction.termination > 0 {
      successors.append(Int32(state))
      probabilities.append(prediction.termination / sum)
      terminals.append(true)
    }
  }

  private mutating func number(of latent: Latent) -> Int {
    guard let key = latent as? any Hashable else {
      preconditionFailure("latents must be hashable to be listed, but \(Latent.self) is not")
    }
    let hashable = AnyHashable(key)
    if let number = numbers[hashable] { return number }
    precondition(latents.count < limit, "the model must lead to at most \(limit) latents, but leads to more")
    numbers[hashable] = latents.count
    latents.append(latent)
    return latents.count - 1
  }

  func process(named name: String, discount: Double) throws(DataError) -> FiniteMDP {
    try FiniteMDP(
      name: name, stateCount: latents.count, actionCount: actionCount, discount: discount,
      initial: latents.indices.map { $0 == 0 ? 1 : 0 }, rowStarts: rowStarts, successors: successors,
      probabilities: probabilities, terminals: terminals,
      rewards: [.init(name: "reward", expected: rewards.map { $0?.value ?? 0 })])
  }
}
