import Assay

/// Heuristic search value iteration: walks from the start by the action that may be best and the observation
/// after which least is known, and backs up both bounds on the way back.
///
/// A walk ends at depth t where the bounds are within ε γ⁻ᵗ of each other, since what is left then matters no
/// more than ε at the start.
///
/// - SeeAlso: Smith & Simmons (2004), *Heuristic search value iteration for POMDPs*; (2005), *Point-based
///   POMDP algorithms: improved analysis and implementation*.
struct HeuristicSearch {
  private let dynamics: BeliefDynamics
  private var nodes: [Node] = []
  private var numbers: [SparseBelief: Int] = [:]
  private var joint: JointWeights
  /// The lower bound: vectors one after another, `[count × S]`, and their first actions.
  private var vectorValues: [Double] = []
  private var vectorActions: [Int] = []
  private var ceiling: SawtoothBound
  /// How often corners have fallen far enough for old points to say something new.
  private var cornerVersion = 0
  private var cornerFall = 0.0
  private var backups = 0

  /// A belief that was come upon.
  private struct Node {
    var belief: SparseBelief
    var low: Double
    var high: Double
    /// How many vectors, and how many points, the bounds take into account.
    var vectorCount = 0
    var pointCount = 0
    var cornerVersion = 0
    /// What each action may lead to; empty before the first visit.
    var branches: [Branch] = []
  }

  private struct Branch {
    var reward: Double
    var outcomes: [(observation: Int, probability: Double, node: Int)]
  }

  init(_ process: FinitePOMDP, reward: FiniteMDP.RewardFunction, discount: Double) throws(DataError) {
    dynamics = try BeliefDynamics(process, reward: reward, discount: discount)
    joint = JointWeights(count: dynamics.observationCount * dynamics.stateCount)
    ceiling = SawtoothBound(
      informed: dynamics.fastInformedBound(), stateCount: dynamics.stateCount)
    for action in 0..<dynamics.actionCount {
      vectorValues += dynamics.valuesOfRepeating(action)
      vectorActions.append(action)
    }
  }

  /// Goes on until the value of starting is known to within the tolerance, or for so many backups.
  ///
  /// - Parameters:
  ///   - starts: beliefs that episodes start with, and how likely.
  ///   - tolerance: how wide the interval may be.
  ///   - backupLimit: how many beliefs may be backed up.
  /// - Returns: the bounds.
  mutating func solve(
    from starts: [(belief: [Double], probability: Double)], tolerance: Double, backupLimit: Int
  ) -> BeliefSolution {
    let roots = starts.map { (node: number(of: SparseBelief($0.belief)), probability: $0.probability) }
    let rounding = dynamics.roundingError
    // Where rounding alone is as wide as the tolerance, bounds that meet are all one can ask for.
    let target = max(tolerance - 2 * rounding, rounding)
    while backups < backupLimit {
      var gap = 0.0
      var widest = (node: roots[0].node, excess: -Double.infinity)
      for root in roots {
        refresh(root.node)
        let width = nodes[root.node].high - nodes[root.node].low
        gap += root.probability * max(width, 0)
        let excess = root.probability * (width - target)
        if excess > widest.excess { widest = (root.node, excess) }
      }
      if gap <= target { break }
      // Walks that are too deep too soon lead where nothing is known yet.
      let width = nodes[widest.node].high - nodes[widest.node].low
      let before = backups
      walk(from: widest.node, target: max(target, 0.5 * width), backupLimit: backupLimit)
      if backups == before { break }
      tidy(target: target)
    }
    var value = (low: 0.0, high: 0.0)
    for root in roots {
      refresh(root.node)
      value.low += root.probability * nodes[root.node].low
      value.high += root.probability * max(nodes[root.node].low, nodes[root.node].high)
    }
    let stateCount = dynamics.stateCount
    return BeliefSolution(
      vectors: vectorActions.enumerated().map { index, action in
        AlphaVector(
          action: action, values: Array(vectorValues[index * stateCount..<(index + 1) * stateCount]))
      },
      startValue: value.low - rounding...value.high + rounding, backups: backups, ceiling: .points(ceiling),
      rounding: rounding)
  }

  /// One walk, and the backups on the way back.
  private mutating func walk(from root: Int, target: Double, backupLimit: Int) {
    var path: [Int] = []
    var node = root
    var allowed = target
    refresh(node)
    while nodes[node].high - nodes[node].low > allowed, path.count < backupLimit - backups {
      path.append(node)
      branch(node)
      var best = (action: 0, value: -Double.infinity)
      for (action, branch) in nodes[node].branches.enumerated() {
        for outcome in branch.outcomes { refresh(outcome.node) }
        let value = upperValue(of: branch)
        if value > best.value { best = (action, value) }
      }
      allowed /= dynamics.discount
      var next = (node: -1, excess: 0.0)
      for outcome in nodes[node].branches[best.action].outcomes {
        let width = nodes[outcome.node].high - nodes[outcome.node].low
        let excess = outcome.probability * (width - allowed)
        if excess > next.excess { next = (outcome.node, excess) }
      }
      if next.node < 0 { break }
      node = next.node
    }
    for node in path.reversed() { backUp(node) }
  }

  private func upperValue(of branch: Branch) -> Double {
    branch.outcomes.reduce(branch.reward) {
      $0 + dynamics.discount * $1.probability * nodes[$1.node].high
    }
  }

  private func lowerValue(of branch: Branch) -> Double {
    branch.outcomes.reduce(branch.reward) {
      $0 + dynamics.discount * $1.probability * nodes[$1.node].low
    }
  }

  private mutating func number(of belief: SparseBelief) -> Int {
    if let number = numbers[belief] { return number }
    numbers[belief] = nodes.count
    nodes.append(Node(belief: belief, low: -.infinity, high: ceiling.informedValue(of: belief)))
    return nodes.count - 1
  }

  /// Works out what may follow a belief.
  private mutating func branch(_ node: Int) {
    guard nodes[node].branches.isEmpty else { return }
    let belief = nodes[node].belief
    nodes[node].branches = (0..<dynamics.actionCount).map { action in
      let sights = dynamics.sights(after: action, from: belief, joint: &joint)
      return Branch(
        reward: dynamics.reward(of: action, in: belief),
        outcomes: sights.map { ($0.observation, $0.probability, number(of: $0.belief)) })
    }
  }

  /// Takes into account what was found since the bounds of a node were looked at.
  private mutating func refresh(_ node: Int) {
    let vectorCount = vectorActions.count
    for index in nodes[node].vectorCount..<vectorCount {
      let value = nodes[node].belief.expectation(of: vectorValues, from: index * dynamics.stateCount)
      nodes[node].low = max(nodes[node].low, value)
    }
    nodes[node].vectorCount = vectorCount
    let first = nodes[node].cornerVersion == cornerVersion ? nodes[node].pointCount : 0
    nodes[node].high = ceiling.refined(nodes[node].high, of: nodes[node].belief, since: first)
    nodes[node].pointCount = ceiling.points.count
    nodes[node].cornerVersion = cornerVersion
  }

  /// Backs up both bounds at a node.
  private mutating func backUp(_ node: Int) {
    backups += 1
    var high = -Double.infinity
    var best = (action: 0, value: -Double.infinity)
    for (action, branch) in nodes[node].branches.enumerated() {
      for outcome in branch.outcomes { refresh(outcome.node) }
      high = max(high, upperValue(of: branch))
      let low = lowerValue(of: branch)
      if low > best.value { best = (action, low) }
    }
    refresh(node)
    if high < nodes[node].high {
      nodes[node].high = high
      cornerFall += ceiling.add(nodes[node].belief, value: high)
    }
    guard best.value > nodes[node].low else { return }
    var choice = [Int](repeating: 0, count: dynamics.observationCount)
    for outcome in nodes[node].branches[best.action].outcomes {
      choice[outcome.observation] = bestVector(in: nodes[outcome.node].belief)
    }
    vectorValues += dynamics.values(ofTaking: best.action, then: choice, among: vectorValues)
    vectorActions.append(best.action)
    refresh(node)
  }

  private func bestVector(in belief: SparseBelief) -> Int {
    var best = 0
    var highest = -Double.infinity
    for index in vectorActions.indices {
      let value = belief.expectation(of: vectorValues, from: index * dynamics.stateCount)
      if value > highest { (best, highest) = (index, value) }
    }
    return best
  }

  // MARK: Tidying up

  private var tidyVectorCount = 64
  private var tidyPointCount = 64

  private mutating func tidy(target: Double) {
    if cornerFall > 0.05 * target {
      cornerVersion += 1
      cornerFall = 0
    }
    if ceiling.points.count > tidyPointCount {
      ceiling.prune()
      // Which points a node knew is forgotten; its bound is not.
      for node in nodes.indices { nodes[node].pointCount = 0 }
      tidyPointCount = ceiling.points.count * 3 / 2 + 64
    }
    if vectorActions.count > tidyVectorCount {
      pruneVectors()
      for node in nodes.indices { nodes[node].vectorCount = 0 }
      tidyVectorCount = vectorActions.count * 3 / 2 + 64
    }
  }

  /// Drops vectors that are nowhere above another.
  private mutating func pruneVectors() {
    let stateCount = dynamics.stateCount
    var kept: [Int] = []
    for index in vectorActions.indices.reversed() {
      let isDominated = kept.contains { other in
        (0..<stateCount).allSatisfy {
          vectorValues[index * stateCount + $0] <= vectorValues[other * stateCount + $0]
        }
      }
      if !isDominated { kept.append(index) }
    }
    kept.reverse()
    vectorValues = kept.flatMap { vectorValues[$0 * stateCount..<($0 + 1) * stateCount] }
    vectorActions = kept.map { vectorActions[$0] }
  }
}
