import AssayPlanning

/// Where the mean return at the root of a searched tree comes from: rewards of steps in the tree, or values that new
/// nodes were given.
///
/// Node n has N visits, its step earned r, what follows is multiplied by γ, and V̂ is what it was thought to be worth.
/// Of its visits, E = N − Σ N(edges) went no further. With wₙ the product of γ over the nodes between the root and n,
/// neither included, the mean return of all walks is
///
///     Ḡ = Σₙ (Nₙ/N₀) wₙ rₙ  +  Σₙ (Eₙ/N₀) wₙ γₙ V̂ₙ
///
/// The first sum is over all nodes but the root, the second over all; the root has w = γ = 1. In games γ = −1 where the
/// other player moves on, so that every term is seen by who moves at the root. What is missing of Ḡ is due to nodes that
/// the trace leaves out.
package struct ReturnSources: Sendable, Hashable {
  /// What rewards contribute, by how many steps the node is from the root, in reward units.
  package private(set) var rewards: [Double]
  /// What values of new nodes contribute, by how many steps the node is from the root, in reward units.
  package private(set) var values: [Double]
  /// Ḡ.
  package let meanReturn: Double
  /// What part of all that was summed is reward, sizes without their signs, in [0, 1]; `nil` where all of it is 0.
  package let rewardShare: Double?
  /// What part of the walks came to where things end, in [0, 1].
  package let endedShare: Double

  package init(of trace: SearchTrace) {
    let nodes = trace.nodes
    let depth = nodes.map(\.depth).max() ?? 0
    var rewards = [Double](repeating: 0, count: depth + 1)
    var values = rewards
    var (rewardSize, valueSize, ended) = (0.0, 0.0, 0.0)
    // wγ of each node: what its own return is multiplied by, seen from the root.
    var weights = [Double](repeating: 1, count: nodes.count)
    let all = Double(max(1, nodes.first?.visits ?? 0))
    for (place, node) in nodes.enumerated() {
      if let parent = node.parent {
        let reward = Double(node.visits) / all * weights[parent] * node.reward
        rewards[node.depth] += reward
        rewardSize += abs(reward)
        weights[place] = weights[parent] * node.discount
      }
      let stayed = Double(node.visits - node.edges.reduce(0) { $0 + $1.visits }) / all
      if node.parent != nil, node.discount == 0 { ended += stayed }
      let value = stayed * weights[place] * node.value
      values[node.depth] += value
      valueSize += abs(value)
    }
    self.rewards = rewards
    self.values = values
    meanReturn = nodes.first?.meanReturn ?? 0
    rewardShare = rewardSize + valueSize > 0 ? rewardSize / (rewardSize + valueSize) : nil
    endedShare = ended
  }

  /// What rewards contribute in all.
  package var reward: Double { rewards.reduce(0, +) }
  /// What values of new nodes contribute in all.
  package var value: Double { values.reduce(0, +) }
  /// What nodes that the trace leaves out contribute.
  package var leftOut: Double { meanReturn - reward - value }
}

extension SearchTrace {
  /// The places of the nodes on the line that was looked at most, from the root on.
  package var principalVariation: [Int] {
    var path = [0]
    while let edge = nodes[path[path.count - 1]].edges.max(by: {
      ($0.visits, $1.action) < ($1.visits, $0.action)
    }),
      edge.visits > 0, let child = edge.children.max(by: { (nodes[$0].visits, $1) < (nodes[$1].visits, $0) })
    {
      path.append(child)
    }
    return path
  }

  /// What the return along a line of nodes consists of, seen from its start.
  ///
  /// - Parameter path: the places of its nodes, from the root on.
  /// - Returns: the discounted reward of each step, and the discounted value that the last node was given.
  package func promise(along path: [Int]) -> (rewards: [Double], end: Double) {
    var weight = 1.0
    var rewards: [Double] = []
    for place in path.dropFirst() {
      rewards.append(weight * nodes[place].reward)
      weight *= nodes[place].discount
    }
    return (rewards, weight * (path.last.map { nodes[$0].value } ?? 0))
  }

  /// Whether two players move in turn, so that what is good for one is bad for the other.
  package var isGame: Bool { nodes.contains { $0.discount < 0 } }

  /// r + γG of each node, seen by who moves at the root; at the root the mean return.
  package var worths: [Double] {
    var signs = [Double](repeating: 1, count: nodes.count)
    return nodes.enumerated().map { place, node in
      guard let parent = node.parent else { return node.meanReturn }
      signs[place] = signs[parent] * (node.discount < 0 ? -1 : 1)
      return signs[parent] * (node.reward + node.discount * node.meanReturn)
    }
  }
}

extension TrajectoryTrace {
  /// The best candidate of all that were tried, the earliest of equals.
  package var best: Candidate? {
    iterations.map(\.best).reduce(nil) { best, next in
      best.map { $0.predictedReturn >= next.predictedReturn } == true ? best : next
    }
  }
}
