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
  /// Where the walks of this round are, `[leavesTogether × roots]` of those that are walked from together.
  @usableFromInline let steps: UnsafeMutablePointer<Step>
  /// Which of a turn's walks still go on.
  @usableFromInline let going: UnsafeMutablePointer<Int32>
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
    let steps = UnsafeMutablePointer<Step>.allocate(capacity: rootCount * together)
    steps.initialize(repeating: Step(node: 0), count: rootCount * together)
    let going = UnsafeMutablePointer<Int32>.allocate(capacity: rootCount)
    going.initialize(repeating: 0, count: rootCount)
    self.problem = problem
    self.policy = policy
    self.tree = tree
    self.leavesTogether = together
    self.leaves = leaves
    self.streams = streams
    self.steps = steps
    self.going = going
  }

  deinit {
    leaves.deallocate()
    streams.deallocate()
    steps.deallocate()
    going.deallocate()
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
      let node = try walkDown(from: root, depth: depth, walk: walk)
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
    for turn in 0..<together {
      let ends = steps + turn &* roots.count
      try walkDown(from: roots, depth: depth, newFrom: firstNew, walk: walk &+ turn, to: ends)
      if together > 1 {
        for index in 0..<roots.count { tree.count(pending: 1, to: Int(ends[index].node)) }
      }
    }
    if together > 1 {
      for walk in 0..<count { tree.count(pending: -1, to: Int(steps[walk].node)) }
    }
    if leaves.filled > 0 {
      problem.expand(&leaves, using: &streams[roots.lowerBound])
      for index in 0..<leaves.filled { try accept(index) }
      leaves.filled = 0
    }
    for turn in 0..<together { backUp(from: steps + turn &* roots.count, roots: roots) }
  }

  /// Counts a walk of each root, all one step up after another.
  @inlinable
  mutating func backUp(from ends: UnsafeMutablePointer<Step>, roots: Range<Int>) {
    for index in 0..<roots.count {
      ends[index].result = tree.beginBackUp(from: Int(ends[index].node))
      going[index] = Int32(truncatingIfNeeded: index)
    }
    var goingCount = roots.count
    while goingCount > 0 {
      var kept = 0
      for place in 0..<goingCount {
        let index = Int(going[place])
        var node = Int(ends[index].node)
        let isGoing = tree.backUp(one: &node, &ends[index].result, root: roots.lowerBound &+ index)
        ends[index].node = Int32(truncatingIfNeeded: node)
        going[kept] = Int32(truncatingIfNeeded: index)
        kept &+= isGoing ? 1 : 0
      }
      goingCount = kept
    }
  }

  /// Walks down from each root, all one step after another: what the next step of one walk waits for, others are not
  /// held up by. The nodes in which walks end are written to `ends`.
  @inlinable
  mutating func walkDown(
    from roots: Range<Int>, depth: Int, newFrom firstNew: Int, walk: Int, to ends: UnsafeMutablePointer<Step>
  ) throws(SearchError) {
    for index in 0..<roots.count {
      ends[index] = Step(node: Int32(truncatingIfNeeded: roots.lowerBound &+ index))
      going[index] = Int32(truncatingIfNeeded: index)
    }
    var goingCount = roots.count
    var depthNow = 0
    while goingCount > 0 {
      depthNow &+= 1
      var kept = 0
      for place in 0..<goingCount {
        let index = Int(going[place])
        let root = roots.lowerBound &+ index
        ends[index].depth = Int32(truncatingIfNeeded: depthNow)
        let isGoing = try step(
          &ends[index], root: root, isFirst: depthNow == 1, isLast: depthNow >= depth, newFrom: firstNew,
          walk: walk)
        going[kept] = Int32(truncatingIfNeeded: index)
        kept &+= Int(isGoing)
      }
      goingCount = kept
    }
    for index in 0..<roots.count where ends[index].edge >= 0 {
      addNode(to: &ends[index], root: roots.lowerBound &+ index)
    }
  }

  /// Where a walk is; on the way down, by which edge it leaves the tree.
  @usableFromInline
  struct Step {
    @usableFromInline var node: Int32
    /// −1 while it is inside.
    @usableFromInline var edge: Int32 = -1
    @usableFromInline var outcome: Int32 = 0
    @usableFromInline var depth: Int32 = 0
    /// G, on the way up.
    @usableFromInline var result = 0.0

    @inlinable
    init(node: Int32) { self.node = node }
  }

  /// Walks down to a new node, one where things end, or as deep as it may.
  @inlinable
  mutating func walkDown(from root: Int, depth: Int, walk: Int) throws(SearchError) -> Int {
    var place = Step(node: Int32(truncatingIfNeeded: root))
    var steps = 0
    var isGoing: UInt8 = 1
    while isGoing != 0 {
      steps &+= 1
      isGoing = try step(
        &place, root: root, isFirst: steps == 1, isLast: steps >= depth, newFrom: .max, walk: walk)
    }
    place.depth = Int32(truncatingIfNeeded: steps)
    if place.edge >= 0 { addNode(to: &place, root: root) }
    return Int(place.node)
  }

  /// Goes one step down.
  ///
  /// - Returns: 1 where the walk goes on, 0 where it is at its end.
  @inlinable
  @inline(__always)
  mutating func step(
    _ place: inout Step, root: Int, isFirst: Bool, isLast: Bool, newFrom firstNew: Int, walk: Int
  ) throws(SearchError) -> UInt8 {
    let node = Int(place.node)
    if tree.nodeColumn[node].firstEdge < 0 { try listEdges(of: node, root: root) }
    let edge =
      isFirst
      ? policy.rootEdge(root, in: &tree, walk: walk, using: &streams[root])
      : policy.edge(at: node, in: &tree, root: root, using: &streams[root])
    var next = Int(tree.childColumn[edge])
    if problem.isStochastic {
      let outcome = problem.outcome(at: node, taking: Int(tree.actionColumn[edge]), using: &streams[root])
      if outcome < 0 || outcome > Int(Int32.max) {
        throw refused(.outcome, Double(outcome), node: node, root: root)
      }
      place.outcome = Int32(truncatingIfNeeded: outcome)
      next = tree.child(of: edge, outcome: outcome)
    }
    // Without branches: whether a walk goes on cannot be guessed, and the walks that follow need not wait for it.
    let isNew = next < 0
    place.edge = isNew ? Int32(truncatingIfNeeded: edge) : -1
    let reached = isNew ? node : next
    place.node = Int32(truncatingIfNeeded: reached)
    var isGoing: UInt8 = isNew ? 0 : 1
    isGoing &= reached < firstNew ? 1 : 0
    isGoing &= isLast ? 0 : 1
    isGoing &= tree.nodeColumn[reached].discount != 0 ? 1 : 0
    return isGoing
  }

  /// Adds the node that a walk leaves the tree for.
  @inlinable
  mutating func addNode(to place: inout Step, root: Int) {
    let (node, edge) = (Int(place.node), Int(place.edge))
    let next = tree.addNode(parent: node, edge: edge, outcome: Int(place.outcome))
    if tree.visitColumn[edge] == 0 {
      // Seen only by other walks of the same round: what the node was thought to be worth.
      tree.valueColumn[edge] = tree.nodeColumn[node].value
    }
    addLeaf(
      next, parent: node, action: Int(tree.actionColumn[edge]), outcome: Int(place.outcome),
      depth: Int(place.depth), root: root)
    place.node = Int32(truncatingIfNeeded: next)
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
    let placed = tree.placePriors(of: row, count: leaves.actionCount)
    if placed.count <= 0 { throw refusedLogits(index) }
    tree.addEdges(to: node, count: placed.count)
    tree.nodeColumn[node].nextChoice = UInt16(truncatingIfNeeded: placed.likeliest)
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
