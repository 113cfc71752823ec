import Assay

/// What a tree search asks of the world it plans in: what actions lead to, and what that is worth.
///
/// The search knows nodes and edges by their numbers alone. A problem keeps what a node stands for (a position of a game,
/// a state, a row of a matrix, a place in a history) under the node's number, and works out many new nodes at once, so
/// that a network sees matrices. Roots are the nodes `0..<rootCount`.
///
/// Two players who move in turn are a ``SearchLeaves/discounts`` of −1: what is good for one is bad for the other.
///
/// - SeeAlso: Danihelka, Guez, Schrittwieser & Silver (2022), *Policy improvement by planning with Gumbel*, whose code
///   treats players so.
public protocol SearchProblem {
  /// How many roots are searched side by side.
  var rootCount: Int { get }

  /// How many actions a node has at most.
  var actionCount: Int { get }

  /// Whether an action may lead to more than one node. Where it may not, a search follows an edge that it knows without
  /// asking.
  var isStochastic: Bool { get }

  /// Evaluates the roots: as ``expand(_:using:)`` does, but for rewards and discounts, which are not looked at.
  mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream)

  /// Told that a walk begins at a root; problems that follow a history go back to it.
  mutating func begin(root: Int)

  /// Draws what an action leads to; asked at every edge of a walk where the world is stochastic.
  ///
  /// - Parameters:
  ///   - node: where the walk is.
  ///   - action: what is done there.
  ///   - random: what chance there is comes from here.
  /// - Returns: a number that tells outcomes of one action apart.
  mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int

  /// Works out new nodes: what they stand for, what led to them, and what they are worth.
  ///
  /// - Parameters:
  ///   - leaves: which; what is found is written into it.
  ///   - random: what chance there is comes from here.
  mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream)
}

extension SearchProblem {
  @inlinable public mutating func begin(root: Int) {}

  @inlinable
  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    0
  }
}
