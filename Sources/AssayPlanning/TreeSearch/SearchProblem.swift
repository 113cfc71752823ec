import Assay

/// What a tree search asks of the world it plans in: what actions lead to, and what that is worth.
///
/// The search knows nodes and edges by their numbers alone. A problem keeps what a node stands for (a position of a game,
/// a state, a row of a matrix, a place in a history) under the node's number, and works out many new nodes at once, so
/// that a network sees matrices. Roots are the nodes `0..<rootCount`.
///
/// Two players who move in turn are a ``SearchLeaves/discounts`` of −1: what is good for one is bad for the other. A
/// discount of 0 ends things: nobody looks at what follows.
///
/// - SeeAlso: Danihelka, Guez, Schrittwieser & Silver (2022), *Policy improvement by planning with Gumbel*, whose code
///   treats players so.
public protocol SearchProblem {
  /// How many roots are searched side by side.
  var rootCount: Int { get }

  /// How many actions a node has at most, at most 65,535.
  var actionCount: Int { get }

  /// Whether an action may lead to more than one node. Where it may not, a search follows an edge that it knows without
  /// asking.
  var isStochastic: Bool { get }

  /// Whether each new node is worked out as soon as a walk ends there, with its root's own random numbers: for problems
  /// that draw, as those who play to the end do, or that follow a history. Others see the new nodes of all roots at
  /// once.
  var expandsOneByOne: Bool { get }

  /// Evaluates roots, all at once or one by one: as ``expand(_:using:)`` does, but for rewards and discounts, which are not
  /// looked at.
  mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream)

  /// Told how many more nodes there may be soon, so that memory can be taken at once.
  mutating func reserve(nodes: Int)

  /// Told that a walk begins at a root, where ``expandsOneByOne``; problems that follow a history go back to it. Others are
  /// not told: walks from their roots go on side by side.
  mutating func begin(root: Int)

  /// Draws what an action leads to; asked at every edge of a walk where the world is stochastic, of the walks of several
  /// roots in turn unless ``expandsOneByOne``.
  ///
  /// - Parameters:
  ///   - node: where the walk is.
  ///   - action: what is done there.
  ///   - random: what chance there is comes from here.
  /// - Returns: a number that tells outcomes of one action apart, not negative.
  mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int

  /// Works out new nodes: what they stand for, what led to them, and what they are worth.
  ///
  /// - Parameters:
  ///   - leaves: which; what is found is written into it.
  ///   - random: what chance there is comes from here.
  mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream)

  /// Lists what can be done at a node; asked, once a node, by policies that do not look at
  /// ``SearchLeaves/logits``.
  mutating func listActions(at node: Int, in actions: inout SearchActions)

  /// Told that nodes were left out, and the others numbered anew: node `i` is the one that was `old[i]`.
  ///
  /// - Parameter old: the numbers that the nodes had; the roots' come first.
  mutating func keep(nodes old: [Int32])

  /// What a node stands for, in traces; empty where a problem has no words for it.
  func label(of node: Int) -> String

  /// Which parts answer, in traces.
  var sources: SearchSources { get }
}

extension SearchProblem {
  @inlinable public var expandsOneByOne: Bool { false }

  @inlinable public mutating func reserve(nodes: Int) {}

  @inlinable public mutating func begin(root: Int) {}

  @inlinable
  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    0
  }

  @inlinable
  public mutating func listActions(at node: Int, in actions: inout SearchActions) {
    for action in 0..<actionCount { actions.append(action) }
  }

  public mutating func keep(nodes old: [Int32]) {
    preconditionFailure("\(Self.self) cannot number its nodes anew, so its tree cannot be kept")
  }

  public func label(of node: Int) -> String { "" }

  public var sources: SearchSources { SearchSources() }
}

/// Which parts answer what a search asks.
public struct SearchSources: Sendable, Hashable, Codable {
  /// Who says what actions lead to and earn.
  public var dynamics: String
  /// Who says what a new node is worth.
  public var values: String
  /// Who says what would be done; empty where nobody is asked.
  public var priors: String

  public init(dynamics: String = "the world", values: String = "the world", priors: String = "") {
    self.dynamics = dynamics
    self.values = values
    self.priors = priors
  }
}

extension SearchActions {
  /// Adds one that is not there yet.
  @inlinable
  public mutating func append(_ action: Int) {
    precondition(count < limit, "a node must have at most \(limit) actions, but has more")
    actions[filled] = UInt16(truncatingIfNeeded: action)
    filled &+= 1
  }
}
