import Assay

/// A tree search of some roots, side by side: walks down a tree that grows by what they find.
///
/// ```swift
/// var search = TreeSearch(of: GameProblem(ConnectFour()), by: UCT())
/// try search.run(SearchBudget(simulations: 10_000), using: &random)
/// search.result().action
/// ```
///
/// Each simulation is a walk from every root: down the tree by the ``SearchPolicy``, until it comes to where nobody was
/// before. The ``SearchProblem`` works out all the new nodes in one call, and what they are worth is counted along their
/// paths, G = r + γG. A search can be run again, to go on, and keep the part of its tree that remains of use after an
/// action was taken.
///
/// The same seed gives the same tree. Where the problem draws nothing in ``SearchProblem/expand(_:using:)``, or expands
/// one by one, a root's tree does not depend on the other roots.
public struct TreeSearch<Problem: SearchProblem, Policy: SearchPolicy>: ~Copyable {
  /// The world, and what it is worth.
  public var problem: Problem
  /// How walks choose.
  public var policy: Policy
  /// What was found so far.
  public var tree: SearchTree
  /// How many walks of a root are under way before their ends are worked out together, at least 1.
  ///
  /// Those that are count as visits already, so that the next ones go elsewhere; their values are not known yet.
  ///
  /// - SeeAlso: Liu et al. (2020), *Watch the unobserved: a simple approach to parallelizing Monte Carlo tree search*.
  public let leavesTogether: Int
  /// How many roots are walked from side by side at most, at least 1: the others wait until those have made all their
  /// walks, so that their trees stay in the processor's caches. Where it is `nil`, as many as make 4,096 walks together,
  /// and at least 16. Where time decides, or somebody may cancel, all are.
  public var rootsTogether: Int?
  /// How many walks were made from each root, in all runs since the tree was begun.
  @inlinable public var simulationCount: Int { walks }
  /// Why the last run stopped.
  public var lastEnd: SearchEnd? { end }

  @usableFromInline var leaves: SearchLeaves
  /// One for each root.
  @usableFromInline let streams: UnsafeMutablePointer<RandomStream>
  /// Where the walks of this round ended, `[rootCount × leavesTogether]`.
  @usableFromInline let ends: UnsafeMutablePointer<Int32>
  @usableFromInline var walks = 0
  @usableFromInline var end: SearchEnd?
  /// Whether an answer was refused, so that the tree has nodes of which nothing is known.
  @usableFromInline var isBroken = false

  /// Gets ready to search.
  ///
  /// - Parameters:
  ///   - problem: the world, with the roots that are searched from.
  ///   - policy: how walks choose.
  ///   - leavesTogether: how many walks of a root are worked out together, at least 1.
  public init(of problem: consuming Problem, by policy: Policy, leavesTogether: Int = 1) {
    precondition(leavesTogether > 0, "leavesTogether must be positive, but is \(leavesTogether)")
    let rootCount = problem.rootCount
    let actionCount = problem.actionCount
    precondition(rootCount > 0, "rootCount must be positive, but is \(rootCount)")
    precondition(
      actionCount > 0 && actionCount <= Int(UInt16.max),
      "actionCount must be from 1 to \(UInt16.max), but is \(actionCount)")
    let together = problem.expandsOneByOne ? 1 : leavesTogether
    let tree = SearchTree(
      rootCount: rootCount, actionLimit: actionCount, hasPriors: policy.usesPriors)
    let leaves = SearchLeaves(
      capacity: rootCount * together, actionCount: actionCount, wantsLogits: policy.usesPriors)
    let streams = UnsafeMutablePointer<RandomStream>.allocate(capacity: rootCount)
    streams.initialize(repeating: RandomStream(seed: 0), count: rootCount)
    let ends = UnsafeMutablePointer<Int32>.allocate(capacity: rootCount * together)
    ends.initialize(repeating: 0, count: rootCount * together)
    self.problem = problem
    self.policy = policy
    self.tree = tree
    self.leavesTogether = together
    self.leaves = leaves
    self.streams = streams
    self.ends = ends
  }

  deinit {
    leaves.deallocate()
    streams.deallocate()
    ends.deallocate()
  }

  /// Searches, or goes on.
  ///
  /// - Parameters:
  ///   - budget: how much it may do now.
  ///   - random: a single root draws from it; several get streams of their own, which one number of it decides.
  /// - Returns: why it stopped.
  /// - Throws: ``SearchError`` where an answer of the problem is no answer. What was found before can still be read, but
  ///   the search cannot go on.
  @inlinable
  @discardableResult
  public mutating func run(_ budget: SearchBudget, using random: inout RandomStream) throws(SearchError)
    -> SearchEnd
  {
    if problem.rootCount == 1 {
      streams[0] = random
      defer { random = streams[0] }
      return try search(budget)
    }
    let base = RandomStream(seed: random.next())
    for root in 0..<problem.rootCount { streams[root] = base.substream(UInt64(root)) }
    return try search(budget)
  }

  /// Searches, or goes on, with a stream of random numbers for each root.
  ///
  /// - Parameters:
  ///   - budget: how much it may do now.
  ///   - randoms: what chance there is in each root's tree, `[rootCount]`.
  /// - Returns: why it stopped.
  /// - Throws: ``SearchError`` as ``run(_:using:)`` does.
  @inlinable
  @discardableResult
  public mutating func run(_ budget: SearchBudget, using randoms: inout [RandomStream]) throws(SearchError)
    -> SearchEnd
  {
    precondition(
      randoms.count == problem.rootCount,
      "there must be \(problem.rootCount) streams, one for each root, but there are \(randoms.count)")
    for root in randoms.indices { streams[root] = randoms[root] }
    defer { for root in randoms.indices { randoms[root] = streams[root] } }
    return try search(budget)
  }

  @inlinable
  mutating func search(_ budget: SearchBudget) throws(SearchError) -> SearchEnd {
    precondition(!isBroken, "a search that was answered wrongly cannot go on")
    let clock = ContinuousClock()
    let deadline = budget.time.map { clock.now + $0 }
    try prepareRoots()
    if let simulations = budget.simulations {
      // All at once where that is not much; memory that nobody touches costs next to nothing.
      let nodes = min(tree.rootCount.multipliedReportingOverflow(by: simulations).partialValue, 1 << 16)
      if nodes > 0 {
        tree.reserve(nodes: nodes, edges: min(nodes * problem.actionCount, 1 << 18))
        problem.reserve(nodes: nodes)
      }
    }
    for root in 0..<tree.rootCount {
      policy.begin(root: root, in: &tree, simulations: budget.simulations, using: &streams[root])
    }
    let depth = budget.depth ?? .max
    let limit = budget.simulations ?? .max
    let isWatched = deadline != nil || budget.isCancelled != nil
    let roots = tree.rootCount
    let block = isWatched ? roots : max(1, min(rootsTogether ?? max(16, 4096 / limit), roots))
    var made = 0
    var first = 0
    while first < roots {
      let range = first..<min(first &+ block, roots)
      made = 0
      while made < limit {
        if isWatched {
          if let deadline, clock.now >= deadline { return finish(.time) }
          if let isCancelled = budget.isCancelled, isCancelled() { return finish(.cancellation) }
        }
        if problem.expandsOneByOne {
          try walkOneByOne(from: range, depth: depth, walk: made)
          made &+= 1
        } else {
          let together = min(leavesTogether, limit &- made)
          try walkTogether(together, from: range, depth: depth, walk: made)
          made &+= together
        }
      }
      first = range.upperBound
    }
    return finish(.simulations)

    func finish(_ reason: SearchEnd) -> SearchEnd {
      walks += made
      end = reason
      return reason
    }
  }

  /// Forgets the tree, so that the next run begins anew, with the roots that the problem then has, which must be as many;
  /// its memory is kept.
  public mutating func restart() {
    precondition(
      problem.rootCount == tree.rootCount,
      "the problem must have \(tree.rootCount) roots as before, but has \(problem.rootCount)")
    tree.removeAll()
    leaves.filled = 0
    walks = 0
    end = nil
    isBroken = false
  }

  // MARK: Roots

  @inlinable
  mutating func prepareRoots() throws(SearchError) {
    let roots = tree.rootCount
    if tree.usedNodes == 0 {
      tree.reserve(nodes: roots, edges: roots * problem.actionCount)
      for _ in 0..<roots { _ = tree.addNode(parent: -1, edge: -1, outcome: 0) }
      let atOnce = problem.expandsOneByOne ? 1 : roots
      var first = 0
      while first < roots {
        for root in first..<first &+ atOnce {
          addLeaf(root, parent: -1, action: -1, outcome: 0, depth: 0, root: root)
        }
        for index in 0..<atOnce {
          leaves.rewards[index] = 0
          leaves.discounts[index] = 1
        }
        problem.evaluateRoots(&leaves, using: &streams[first])
        for index in 0..<atOnce {
          leaves.rewards[index] = 0
          leaves.discounts[index] = 1
          try accept(index)
          tree.nodeColumn[first &+ index].visits = 1
          tree.nodeColumn[first &+ index].total = Double(leaves.values[index])
        }
        leaves.filled = 0
        first &+= atOnce
      }
    }
    for root in 0..<roots where tree.nodeColumn[root].firstEdge < 0 { try listEdges(of: root, root: root) }
  }

  // MARK: Walks

  @inlinable
  mutating func walkOneByOne(from roots: Range<Int>, depth: Int, walk: Int) throws(SearchError) {
    for root in roots {
      tree.reserve(nodes: 1, edges: 2 &* problem.actionCount)
      problem.begin(root: root)
      let node = try walkDown(from: root, depth: depth, newFrom: .max, walk: walk)
      if leaves.filled > 0 {
        problem.expand(&leaves, using: &streams[root])
        try accept(0)
        leaves.filled = 0
      }
      tree.backUp(from: node, root: root)
    }
  }

  @inlinable
  mutating func walkTogether(_ together: Int, from roots: Range<Int>, depth: Int, walk: Int)
    throws(SearchError)
  {
    let count = roots.count &* together
    tree.reserve(nodes: count, edges: 2 &* count &* problem.actionCount)
    let firstNew = tree.usedNodes
    var walked = 0
    for turn in 0..<together {
      for root in roots {
        problem.begin(root: root)
        let node = try walkDown(from: root, depth: depth, newFrom: firstNew, walk: walk &+ turn)
        ends[walked] = Int32(truncatingIfNeeded: node)
        walked &+= 1
        if together > 1 { tree.count(pending: 1, to: node) }
      }
    }
    if together > 1 {
      for walk in 0..<walked { tree.count(pending: -1, to: Int(ends[walk])) }
    }
    if leaves.filled > 0 {
      problem.expand(&leaves, using: &streams[roots.lowerBound])
      for index in 0..<leaves.filled { try accept(index) }
      leaves.filled = 0
    }
    walked = 0
    for _ in 0..<together {
      for root in roots {
        tree.backUp(from: Int(ends[walked]), root: root)
        walked &+= 1
      }
    }
  }

  /// Walks down to a new node, one where things end, or as deep as it may.
  @inlinable
  mutating func walkDown(from root: Int, depth: Int, newFrom firstNew: Int, walk: Int) throws(SearchError)
    -> Int
  {
    var node = root
    var steps = 0
    while true {
      if tree.nodeColumn[node].firstEdge < 0 { try listEdges(of: node, root: root) }
      let edge =
        steps == 0
        ? policy.rootEdge(root, in: &tree, walk: walk, using: &streams[root])
        : policy.edge(at: node, in: &tree, root: root, using: &streams[root])
      steps &+= 1
      var outcome = 0
      var next = Int(tree.childColumn[edge])
      if problem.isStochastic {
        outcome = problem.outcome(
          at: node, taking: Int(tree.actionColumn[edge]), using: &streams[root])
        if outcome < 0 || outcome > Int(Int32.max) {
          throw refused(.outcome, Double(outcome), node: node, root: root)
        }
        next = tree.child(of: edge, outcome: outcome)
      }
      if next < 0 {
        next = tree.addNode(parent: node, edge: edge, outcome: outcome)
        if tree.visitColumn[edge] == 0 {
          // Seen only by other walks of the same round: what the node was thought to be worth.
          tree.valueColumn[edge] = tree.nodeColumn[node].value
        }
        addLeaf(
          next, parent: node, action: Int(tree.actionColumn[edge]), outcome: outcome, depth: steps, root: root
        )
        return next
      }
      node = next
      if node >= firstNew || steps >= depth || tree.nodeColumn[node].discount == 0 { return node }
    }
  }

  @inlinable
  mutating func addLeaf(_ node: Int, parent: Int, action: Int, outcome: Int, depth: Int, root: Int) {
    let index = leaves.filled
    leaves.nodes[index] = Int32(truncatingIfNeeded: node)
    leaves.parents[index] = Int32(truncatingIfNeeded: parent)
    leaves.actions[index] = Int32(truncatingIfNeeded: action)
    leaves.outcomes[index] = Int32(truncatingIfNeeded: outcome)
    leaves.depths[index] = Int32(truncatingIfNeeded: depth)
    leaves.roots[index] = Int32(truncatingIfNeeded: root)
    leaves.filled = index &+ 1
  }

  // MARK: Answers

  /// Takes what a problem found out about a new node, if it is an answer.
  @inlinable
  mutating func accept(_ index: Int) throws(SearchError) {
    let node = Int(leaves.nodes[index])
    let reward = leaves.rewards[index]
    let discount = leaves.discounts[index]
    let value = leaves.values[index]
    // Of finite numbers, and of no others, the difference with themselves is 0.
    if (reward - reward) + (discount - discount) + (value - value) != 0 { throw refusedNumber(index) }
    tree.nodeColumn[node].reward = reward
    tree.nodeColumn[node].discount = discount
    tree.nodeColumn[node].value = value
    guard tree.hasPriors, discount != 0 else { return }
    let row = leaves.logits + index &* leaves.actionCount
    let count = tree.placePriors(of: row, count: leaves.actionCount)
    if count <= 0 { throw refusedLogits(index) }
    tree.addEdges(to: node, count: count)
  }

  /// Lists the edges of a node that has none.
  @inlinable
  mutating func listEdges(of node: Int, root: Int) throws(SearchError) {
    var actions = SearchActions(
      actions: tree.actionColumn + tree.usedEdges, limit: problem.actionCount)
    problem.listActions(at: node, in: &actions)
    if actions.filled == 0 { throw refused(.action, -1, node: node, root: root) }
    for index in 0..<actions.filled where Int(actions.actions[index]) >= problem.actionCount {
      throw refused(.action, Double(actions.actions[index]), node: node, root: root)
    }
    tree.addEdges(to: node, count: actions.filled)
  }

  @usableFromInline
  mutating func refused(
    _ fault: SearchError.Fault, _ answer: Double, action: Int? = nil, node: Int, root: Int
  )
    -> SearchError
  {
    isBroken = true
    return SearchError(
      fault: fault, answer: answer, action: action, node: node, root: root, path: tree.path(to: node))
  }

  @usableFromInline
  mutating func refusedNumber(_ index: Int) -> SearchError {
    let numbers: [(SearchError.Fault, Float)] = [
      (.reward, leaves.rewards[index]), (.discount, leaves.discounts[index]), (.value, leaves.values[index]),
    ]
    let (fault, answer) = numbers.first { !$0.1.isFinite }!
    return refused(
      fault, Double(answer), node: Int(leaves.nodes[index]), root: Int(leaves.roots[index]))
  }

  @usableFromInline
  mutating func refusedLogits(_ index: Int) -> SearchError {
    let (node, root) = (Int(leaves.nodes[index]), Int(leaves.roots[index]))
    for action in 0..<leaves.actionCount {
      let logit = leaves.logits[index * leaves.actionCount + action]
      if logit.isNaN || logit == .infinity {
        return refused(.logit, Double(logit), action: action, node: node, root: root)
      }
    }
    return refused(.action, -1, node: node, root: root)
  }
}
