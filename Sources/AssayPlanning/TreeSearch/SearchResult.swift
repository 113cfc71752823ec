import Assay

/// What a search of one root came to.
public struct SearchResult: Sendable, Hashable, Codable {
  /// What it would do.
  public var action: Int
  /// Mean return of all walks, in reward units.
  public var value: Double
  /// How often each action was taken at the root, `[actionCount]`.
  public var visits: [Int]
  /// Q of each action, `[actionCount]`; `nil` for one that was never taken.
  public var values: [Double?]
  /// The policy that the search recommends, `[actionCount]`, summing to 1; 0 for what cannot be done.
  public var policy: [Double]
  /// How many walks there were.
  public var simulations: Int

  public init(
    action: Int, value: Double, visits: [Int], values: [Double?], policy: [Double], simulations: Int
  ) {
    self.action = action
    self.value = value
    self.visits = visits
    self.values = values
    self.policy = policy
    self.simulations = simulations
  }
}

extension TreeSearch {
  /// What the search came to so far.
  ///
  /// - Parameters:
  ///   - root: which root.
  ///   - random: draws the action, where the policy draws it.
  /// - Returns: what it would do, and why.
  public mutating func result(root: Int = 0, using random: inout RandomStream) -> SearchResult {
    precondition(
      tree.usedNodes > 0 && root >= 0 && root < tree.rootCount,
      "root must be one of \(tree.usedNodes == 0 ? 0 : tree.rootCount) that were searched, but is \(root)")
    let (edge, policy) = policy.decide(root: root, in: tree, using: &random)
    let actionCount = problem.actionCount
    var result = SearchResult(
      action: Int(tree.actions[edge]), value: tree.meanReturn(at: root),
      visits: [Int](repeating: 0, count: actionCount), values: [Double?](repeating: nil, count: actionCount),
      policy: [Double](repeating: 0, count: actionCount), simulations: walks)
    for (index, edge) in tree.edges(of: root).enumerated() {
      let action = Int(tree.actions[edge])
      result.visits[action] = Int(tree.visits[edge])
      if tree.visits[edge] > 0, tree.children[edge] >= 0 {
        result.values[action] = tree.nodes[Int(tree.children[edge])].total / Double(tree.visits[edge])
      }
      result.policy[action] = Double(policy[index])
    }
    return result
  }

  /// What the search came to so far, for policies that draw nothing when they decide.
  public mutating func result(root: Int = 0) -> SearchResult {
    var random = streams[root]
    return result(root: root, using: &random)
  }

  /// Takes an action at each root: what it led to becomes the root, and keeps its part of the tree.
  ///
  /// - Parameters:
  ///   - actions: one for each root.
  ///   - outcomes: which of the action's outcomes it was, one for each root; 0 where there is only one.
  /// - Returns: whether the tree has all of these nodes and things go on there; where it does not, nothing is changed, and
  ///   a new search is needed.
  public mutating func follow(_ actions: [Int], outcomes: [Int]? = nil) -> Bool {
    precondition(!isBroken, "a search that was answered wrongly cannot go on")
    precondition(
      actions.count == tree.rootCount && (outcomes?.count ?? tree.rootCount) == tree.rootCount,
      "there must be \(tree.rootCount) actions and outcomes, one for each root, but there are \(actions.count)"
    )
    var roots: [Int] = []
    for root in 0..<tree.rootCount {
      guard let edge = tree.edges(of: root).first(where: { Int(tree.actions[$0]) == actions[root] })
      else { return false }
      let node = tree.child(of: edge, outcome: outcomes?[root] ?? 0)
      guard node >= 0, tree.nodes[node].discount != 0, tree.nodes[node].visits > 0 else { return false }
      roots.append(node)
    }
    problem.keep(nodes: tree.keep(roots))
    walks = roots.indices.map { Int(tree.nodes[$0].visits) - 1 }.min() ?? 0
    return true
  }
}
