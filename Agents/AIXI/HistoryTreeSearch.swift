import Assay
import AssayPlanning
import Foundation

/// ρUCT: plans in a history model by tree search to a horizon, and explores by ε that falls with time.
///
/// At a node d steps from the present, of the actions that all were tried it walks along the one that maximises
///
///     V̂(ha)/((m − d)(β − α)) + C √(ln T(h)/T(ha))
///
/// for rewards in α…β and the horizon m; untried ones come first, in any order. In the end it takes the action with the
/// largest V̂, any of equals. Values are sums of rewards up to the horizon, undiscounted.
///
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, §4.
public struct HistoryTreeSearch: Sendable {
  /// How many futures are drawn for a decision, positive.
  public var simulations: Int
  /// m, how many steps are looked ahead, positive.
  public let horizon: Int
  /// C, at least 0.
  public var confidence: Double
  /// ε at the start, in [0, 1]: how likely a uniformly random action is taken instead of the planned one.
  public var exploration: Double
  /// What ε is multiplied by with every step, in [0, 1].
  public var explorationDecay: Double
  /// The rule of the latest search, since it takes time to make.
  private var rule: HistoryUCT?

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - simulations: how many futures are drawn for a decision, positive.
  ///   - horizon: m, how many steps are looked ahead, positive.
  ///   - confidence: C, at least 0.
  ///   - exploration: ε at the start, in [0, 1].
  ///   - explorationDecay: what ε is multiplied by with every step, in [0, 1].
  public init(
    simulations: Int, horizon: Int, confidence: Double = 2.0.squareRoot(), exploration: Double = 0,
    explorationDecay: Double = 1
  ) {
    precondition(simulations > 0, "simulations must be positive, but is \(simulations)")
    precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
    precondition(confidence >= 0, "confidence must not be negative, but is \(confidence)")
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    precondition(
      explorationDecay >= 0 && explorationDecay <= 1,
      "explorationDecay must be in [0, 1], but is \(explorationDecay)")
    self.simulations = simulations
    self.horizon = horizon
    self.confidence = confidence
    self.exploration = exploration
    self.explorationDecay = explorationDecay
  }

  /// ε before a step, from 0.
  public func exploration(at step: Int) -> Double {
    explorationDecay == 1 ? exploration : exploration * pow(explorationDecay, Double(step))
  }

  /// Plans from the present of a problem's model, without exploring.
  ///
  /// - Parameters:
  ///   - problem: where futures come from, not `nil`; at the present again when they are drawn. Meanwhile it is with the
  ///     search, and `nil` here, as a model that is walked along and held twice would be copied.
  ///   - random: what chance there is comes from here.
  /// - Returns: the action, and what each of them is worth over the horizon.
  public mutating func plan<Model: HistoryModel, Doer: Actor>(
    in problem: inout HistoryProblem<Model, Doer>?, using random: inout RandomStream
  ) -> Plan<Int> where Doer.Latent == Int, Doer.Action == Int {
    search(problem: &problem, wantsTrace: false, using: &random).plan
  }

  /// Plans as ``plan(in:using:)`` does, and tells all of it. Nodes are labelled by what is perceived there.
  ///
  /// - Parameters:
  ///   - problem: as for ``plan(in:using:)``.
  ///   - random: what chance there is comes from here.
  /// - Returns: the same plan, and the tree.
  public mutating func tracedPlan<Model: HistoryModel, Doer: Actor>(
    in problem: inout HistoryProblem<Model, Doer>?, using random: inout RandomStream
  ) -> (plan: Plan<Int>, trace: SearchTrace) where Doer.Latent == Int, Doer.Action == Int {
    let (plan, trace) = search(problem: &problem, wantsTrace: true, using: &random)
    guard let trace else { preconditionFailure("a trace was asked for") }
    return (plan, trace)
  }

  private mutating func search<Model: HistoryModel, Doer: Actor>(
    problem: inout HistoryProblem<Model, Doer>?, wantsTrace: Bool, using random: inout RandomStream
  ) -> (plan: Plan<Int>, trace: SearchTrace?) where Doer.Latent == Int, Doer.Action == Int {
    guard let code = problem?.model.code else { preconditionFailure("there is no problem to plan in") }
    precondition(
      problem?.horizon == horizon,
      "the planner looks \(horizon) steps ahead, but its problem \(problem?.horizon ?? 0)")
    problem?.startPlanning()
    let policy: HistoryUCT
    if let rule, rule.fits(code, confidence: confidence) {
      policy = rule
    } else {
      policy = HistoryUCT(code: code, horizon: horizon, confidence: confidence)
      rule = policy
    }
    var search = TreeSearch(of: problem.take()!, by: policy)
    do {
      try search.run(SearchBudget(simulations: simulations), using: &random)
    } catch {
      preconditionFailure("rewards are finite and all actions available, but \(error)")
    }
    let result = search.result(using: &random)
    search.problem.stopPlanning()
    let plan = Plan(
      action: result.action,
      candidates: result.values.enumerated().compactMap { action, value in
        value.map { Plan.Candidate(action: action, value: $0) }
      },
      modelCalls: search.problem.drawnPercepts)
    var trace: SearchTrace?
    if wantsTrace {
      var told = search.trace()
      told.result = result
      // The root is what was perceived already.
      for node in told.nodes.indices.dropFirst() {
        let outcome = told.nodes[node].outcome
        told.nodes[node].label =
          "observation \(code.observation(of: outcome)), reward \(Int(code.reward(of: outcome).value))"
      }
      trace = told
    }
    problem = search.problem
    return (plan, trace)
  }
}

/// The rule by which ρUCT walks: upper confidence bounds, on the scale of what can still be earned.
public struct HistoryUCT: SearchPolicy {
  /// The rule with so many steps left, less one.
  @usableFromInline let rules: [UCT]
  /// How many steps the walk has taken.
  @usableFromInline var depth = 0
  private let rewards: ClosedRange<Int>
  private let confidence: Double

  public var name: String { "rho-uct" }
  @inlinable public var usesPriors: Bool { false }

  /// Makes the rule.
  ///
  /// - Parameters:
  ///   - code: says between which rewards β − α lies.
  ///   - horizon: m, how many steps are looked ahead.
  ///   - confidence: C, at least 0.
  public init(code: PerceptCode, horizon: Int, confidence: Double) {
    rewards = code.rewards
    self.confidence = confidence
    rules = (1...horizon).map { left in
      UCT.overHorizon(
        exploration: confidence, horizon: left,
        rewards: Double(code.rewards.lowerBound)...Double(code.rewards.upperBound))
    }
  }

  /// Whether it is the rule for these settings.
  func fits(_ code: PerceptCode, confidence: Double) -> Bool {
    rewards == code.rewards && self.confidence == confidence
  }

  public mutating func rootEdge(
    _ root: Int, in tree: inout SearchTree, walk: Int, using random: inout RandomStream
  ) -> Int {
    depth = 0
    return edge(at: root, in: &tree, root: root, using: &random)
  }

  @inlinable
  public mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int {
    depth &+= 1
    var rule = rules[rules.count &- depth]
    return rule.edge(at: node, in: &tree, root: root, using: &random)
  }

  /// The edge with the largest value; any of equals.
  public mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float]) {
    let edges = tree.edges(of: root)
    var best = edges.lowerBound
    var ties = 0
    for edge in edges where tree.visits[edge] > 0 {
      if ties == 0 || tree.values[edge] > tree.values[best] {
        best = edge
        ties = 1
      } else if tree.values[edge] == tree.values[best] {
        ties += 1
        if random.integer(below: ties) == 0 { best = edge }
      }
    }
    return (best, edges.map { $0 == best ? 1 : 0 })
  }
}
