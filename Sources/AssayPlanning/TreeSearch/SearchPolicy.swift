import Assay

/// How a tree search chooses: where walks go, and what is done in the end.
///
/// A policy sees the tree alone: visits, values and, where it asks for them, what an actor would do.
public protocol SearchPolicy: Sendable {
  /// A short name, as in traces.
  var name: String { get }

  /// Whether it looks at what an actor would do. Then nodes get their edges, with ``SearchTree/priors``, when they are
  /// new; otherwise when a walk first goes on from them.
  var usesPriors: Bool { get }

  /// Told that walks are about to begin: the roots are evaluated, and may have been walked from before.
  ///
  /// - Parameters:
  ///   - root: one of the roots, which has its edges.
  ///   - tree: the tree.
  ///   - simulations: how many walks there will be, where that is known.
  ///   - random: what chance there is comes from here.
  mutating func begin(
    root: Int, in tree: inout SearchTree, simulations: Int?, using random: inout RandomStream)

  /// The edge that a walk takes at a root.
  mutating func rootEdge(
    _ root: Int, in tree: inout SearchTree, walk: Int, using random: inout RandomStream
  ) -> Int

  /// The edge that a walk takes at any other node.
  ///
  /// - Parameters:
  ///   - node: where the walk is; it has edges.
  ///   - tree: the tree.
  ///   - root: the root that the walk began at.
  ///   - random: what chance there is comes from here.
  /// - Returns: one of the node's edges.
  mutating func edge(
    at node: Int, in tree: inout SearchTree, root: Int, using random: inout RandomStream
  ) -> Int

  /// Decides what to do at a root: the edge to take, and how good a policy thinks each is.
  ///
  /// - Parameters:
  ///   - root: the root.
  ///   - tree: the tree.
  ///   - random: what chance there is comes from here.
  /// - Returns: one of the root's edges, and the policy that the search recommends, one probability for each of them.
  mutating func decide(
    root: Int, in tree: borrowing SearchTree, using random: inout RandomStream
  ) -> (edge: Int, policy: [Float])
}

extension SearchPolicy {
  @inlinable
  public mutating func begin(
    root: Int, in tree: inout SearchTree, simulations: Int?, using random: inout RandomStream
  ) {}

  @inlinable
  public mutating func rootEdge(
    _ root: Int, in tree: inout SearchTree, walk: Int, using random: inout RandomStream
  ) -> Int {
    edge(at: root, in: &tree, root: root, using: &random)
  }
}

extension SearchTree {
  /// The edge of a node that was taken most often; of several, the one with the largest value.
  public func mostVisitedEdge(of node: Int) -> Int {
    var best = -1
    for edge in edges(of: node)
    where best < 0 || visits[edge] > visits[best]
      || (visits[edge] == visits[best] && values[edge] > values[best])
    {
      best = edge
    }
    return best
  }

  /// How often each edge of a node was taken, as shares; equal ones where none was.
  public func visitShares(of node: Int) -> [Float] {
    let edges = edges(of: node)
    let sum = edges.reduce(0.0) { $0 + Double(visits[$1]) }
    return edges.map { sum > 0 ? Float(Double(visits[$0]) / sum) : 1 / Float(edges.count) }
  }
}
