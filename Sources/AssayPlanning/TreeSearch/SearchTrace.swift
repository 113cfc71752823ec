import Assay

/// A whole tree of a search as plain values, for people and files.
public struct SearchTrace: Sendable, Hashable, Codable {
  /// A node.
  public struct Node: Sendable, Hashable, Codable {
    /// The place of the node it was reached from in ``SearchTrace/nodes``; `nil` for the root.
    public var parent: Int?
    /// What was done there; `nil` for the root.
    public var action: Int?
    /// Which of the action's outcomes it is.
    public var outcome: Int
    /// How many steps it is from the root.
    public var depth: Int
    /// What it stands for; empty where the problem has no words for it.
    public var label: String
    /// How many walks ended here or went through, one for its evaluation included.
    public var visits: Int
    /// V̂, what it was thought to be worth when it was new.
    public var value: Double
    /// Mean G of all walks that ended here or went through.
    public var meanReturn: Double
    /// What the step that led here earned.
    public var reward: Double
    /// What its value is multiplied by, seen from its parent; 0 where things ended.
    public var discount: Double
    /// What can be done; empty where things ended or no walk went on.
    public var edges: [Edge]
  }

  /// An action that can be taken at a node.
  public struct Edge: Sendable, Hashable, Codable {
    public var action: Int
    /// What the actor would do; `nil` where the policy does not look at it.
    public var prior: Double?
    public var visits: Int
    /// Q, the mean of r + γG; `nil` before the first visit.
    public var value: Double?
    /// The places of its outcomes in ``SearchTrace/nodes``.
    public var children: [Int]
  }

  /// What the file is: `assay.search/1`.
  public var schema = "assay.search/1"
  /// The name of the policy.
  public var policy: String
  /// Which parts answered.
  public var sources: SearchSources
  /// How many walks there were.
  public var simulations: Int
  /// Why the search stopped.
  public var end: SearchEnd?
  /// What it came to.
  public var result: SearchResult
  /// The root, and every other node after the one it was reached from.
  public var nodes: [Node]
}

extension TreeSearch {
  /// The tree of a root as plain values. It costs nothing until somebody asks for it.
  ///
  /// - Parameters:
  ///   - root: which root.
  ///   - leastVisits: nodes with fewer visits are left out.
  /// - Returns: the tree.
  public mutating func trace(root: Int = 0, leastVisits: Int = 0) -> SearchTrace {
    let result = result(root: root)
    var places = [Int](repeating: -1, count: tree.nodeCount)
    var kept: [Int] = []
    for node in 0..<tree.nodeCount {
      let parent = Int(tree.nodes[node].parent)
      let belongs = parent < 0 ? node == root : places[parent] >= 0
      if belongs, parent < 0 || Int(tree.nodes[node].visits) >= leastVisits {
        places[node] = kept.count
        kept.append(node)
      }
    }
    var depths: [Int] = []
    let nodes = kept.map { node -> SearchTrace.Node in
      let record = tree.nodes[node]
      let parent = Int(record.parent)
      let depth = parent < 0 ? 0 : depths[places[parent]] + 1
      depths.append(depth)
      let edges = tree.edges(of: node).map { edge -> SearchTrace.Edge in
        let outcomes = tree.outcomes(of: edge)
        let visits = Int(tree.visits[edge])
        return SearchTrace.Edge(
          action: Int(tree.actions[edge]), prior: tree.hasPriors ? Double(tree.priors[edge]) : nil,
          visits: visits,
          value: outcomes.first.flatMap { visits > 0 ? tree.nodes[$0].total / Double(visits) : nil },
          children: outcomes.map { places[$0] }.filter { $0 >= 0 }.sorted())
      }
      return SearchTrace.Node(
        parent: parent < 0 ? nil : places[parent],
        action: parent < 0 ? nil : Int(tree.actions[Int(record.edge)]), outcome: Int(record.outcome),
        depth: depth, label: problem.label(of: node), visits: Int(record.visits),
        value: Double(record.value), meanReturn: tree.meanReturn(at: node), reward: Double(record.reward),
        discount: parent < 0 ? 1 : Double(record.discount), edges: edges)
    }
    return SearchTrace(
      policy: policy.name, sources: problem.sources, simulations: walks, end: end, result: result,
      nodes: nodes)
  }
}
