import Assay

/// By which rule a planner searches.
public enum SearchRule: Sendable {
  case uct(UCT)
  case puct(PUCT)
  case gumbel(GumbelSearch)

  public var name: String {
    switch self {
    case .uct(let policy): policy.name
    case .puct(let policy): policy.name
    case .gumbel(let policy): policy.name
    }
  }
}

/// Decides by tree search in the agent's own world model: the critic judges what is found, and the actor says what is worth
/// a look.
///
/// ```swift
/// let searching = agent.replacing(planner: TreeSearchPlanner(.gumbel(GumbelSearch()), simulations: 64))
/// ```
///
/// A world model, critic or actor that answers with something that is no number stops the program, with a sentence that
/// says which number of which node; ``search(from:model:critic:actor:reading:using:)`` throws instead.
public struct TreeSearchPlanner: Planner {
  public typealias Action = Int

  /// By which rule it searches.
  public var rule: SearchRule
  /// How much a search may do.
  public var budget: SearchBudget
  /// How many actions there are; where it is `nil`, the critic's action values or the actor's probabilities say it.
  public var actionCount: Int?
  /// γ of the search; that of the critic's claim where it is `nil`.
  public var discount: Double?
  /// How much of what the actor would do is replaced with the uniform policy, in 0…1.
  public var uniformShare: Double
  public var exploration: Double

  public var needsWorldModel: Bool { true }

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - rule: by which it searches.
  ///   - simulations: how many walks a search makes, positive.
  ///   - actionCount: how many actions there are, where neither critic nor actor says it.
  ///   - discount: γ of the search; that of the critic's claim where it is `nil`.
  ///   - uniformShare: how much of what the actor would do is replaced with the uniform policy, in 0…1.
  ///   - exploration: ε, in [0, 1].
  public init(
    _ rule: SearchRule, simulations: Int, actionCount: Int? = nil, discount: Double? = nil,
    uniformShare: Double = 0.1, exploration: Double = 0
  ) {
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    precondition(
      uniformShare >= 0 && uniformShare <= 1, "uniformShare must be in 0…1, but is \(uniformShare)")
    self.rule = rule
    budget = SearchBudget(simulations: simulations)
    self.actionCount = actionCount
    self.discount = discount
    self.uniformShare = uniformShare
    self.exploration = exploration
  }

  /// Searches, and gives the whole tree.
  ///
  /// - Parameters:
  ///   - latent: what is searched from.
  ///   - model: says what actions lead to.
  ///   - critic: says what is worth how much.
  ///   - actor: says what would be done.
  ///   - parameters: the store their numbers lie in.
  ///   - random: what chance there is comes from here.
  /// - Returns: the tree, and what it came to.
  /// - Throws: ``SearchError`` where one of the parts gives no answer.
  public func search<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) throws(SearchError) -> SearchTrace
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    try searched(latent, model, critic, actor, parameters, wantsTrace: true, using: &random).trace!
  }

  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Int>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    do throws(SearchError) {
      return try searched(latent, model, critic, actor, parameters, wantsTrace: false, using: &random).plan
    } catch {
      fatalError("a tree search was answered wrongly: \(error)")
    }
  }

  private func searched<M: WorldModel, C: Critic, A: Actor>(
    _ latent: A.Latent, _ model: M, _ critic: C, _ actor: A, _ parameters: ParameterStore, wantsTrace: Bool,
    using random: inout RandomStream
  ) throws(SearchError) -> (plan: Plan<Int>, trace: SearchTrace?)
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    var listed: Int?
    if case .actionValues(let rows) = critic.estimates(of: [latent], reading: parameters) {
      listed = rows[0].count
    }
    var count = actionCount ?? listed
    if count == nil,
      let distribution = actor.distributions(at: [latent], reading: parameters)[0] as? ActionProbabilities
    {
      count = distribution.probabilities.count
    }
    guard let count else {
      preconditionFailure("neither critic nor actor says how many actions there are, so the planner must")
    }
    let menu = EveryAction(count: count, uniformShare: uniformShare, criticListsActions: listed != nil)
    let problem = ModelProblem(
      [latent], model: model, critic: critic, actor: actor, reading: parameters, menu: menu,
      discount: discount)
    switch rule {
    case .uct(let policy): return try problem.planned(by: policy, budget, wantsTrace, using: &random)
    case .puct(let policy): return try problem.planned(by: policy, budget, wantsTrace, using: &random)
    case .gumbel(let policy):
      return try problem.planned(by: policy, budget, wantsTrace, using: &random)
    }
  }
}

/// Decides as ``TreeSearchPlanner`` does among actions that cannot be listed: a few that were drawn from the actor, at each
/// node of the tree.
public struct SampledTreeSearchPlanner<Action: Sendable>: Planner {
  /// By which rule it searches.
  public var rule: SearchRule
  /// How much a search may do.
  public var budget: SearchBudget
  /// K, how many actions are drawn at each node, positive.
  public var sampleCount: Int
  /// γ of the search; that of the critic's claim where it is `nil`.
  public var discount: Double?
  public var exploration: Double

  public var needsWorldModel: Bool { true }

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - rule: by which it searches.
  ///   - simulations: how many walks a search makes, positive.
  ///   - sampleCount: K, how many actions are drawn at each node, positive.
  ///   - discount: γ of the search; that of the critic's claim where it is `nil`.
  ///   - exploration: ε, in [0, 1].
  public init(
    _ rule: SearchRule, simulations: Int, sampleCount: Int, discount: Double? = nil, exploration: Double = 0
  ) {
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    precondition(sampleCount > 0, "sampleCount must be positive, but is \(sampleCount)")
    self.rule = rule
    budget = SearchBudget(simulations: simulations)
    self.sampleCount = sampleCount
    self.discount = discount
    self.exploration = exploration
  }

  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Action>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Action, C.Action == Action, A.Action == Action
  {
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    let problem = ModelProblem(
      [latent], model: model, critic: critic, actor: actor, reading: parameters,
      menu: SampledActions<Action>(count: sampleCount), discount: discount)
    do throws(SearchError) {
      switch rule {
      case .uct(let policy): return try problem.planned(by: policy, budget, false, using: &random).plan
      case .puct(let policy): return try problem.planned(by: policy, budget, false, using: &random).plan
      case .gumbel(let policy): return try problem.planned(by: policy, budget, false, using: &random).plan
      }
    } catch {
      fatalError("a tree search was answered wrongly: \(error)")
    }
  }
}

extension ModelProblem {
  /// Searches from the first root.
  fileprivate consuming func planned<Policy: SearchPolicy>(
    by policy: Policy, _ budget: SearchBudget, _ wantsTrace: Bool, using random: inout RandomStream
  ) throws(SearchError) -> (plan: Plan<Doer.Action>, trace: SearchTrace?) {
    var search = TreeSearch(of: self, by: policy)
    try search.run(budget, using: &random)
    let result = search.result(using: &random)
    var candidates: [Plan<Doer.Action>.Candidate] = []
    for (number, value) in result.values.enumerated() {
      guard let value else { continue }
      candidates.append(
        .init(
          action: search.problem.action(number, at: 0),
          reward: search.problem.prediction(of: number, at: 0)?.reward, value: value))
    }
    let plan = Plan(
      action: search.problem.action(result.action, at: 0), candidates: candidates,
      criticCalls: search.problem.criticCalls, modelCalls: search.problem.modelCalls)
    guard wantsTrace else { return (plan, nil) }
    var trace = search.trace()
    // The very decision that was made, where it was drawn.
    trace.result = result
    return (plan, trace)
  }
}
