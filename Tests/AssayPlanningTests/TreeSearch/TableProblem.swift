import Assay
import AssayPlanning
import Foundation

/// A world that is a table: where each action leads, what it earns, what states are worth, and what would be done.
struct TableProblem: SearchProblem, Codable {
  var next: [[Int]]
  var rewards: [[Float]]
  var values: [Float]
  var logits: [[Float]]
  var discount: Float = 1
  /// States in which everything ends.
  var ends: Set<Int> = []
  var roots: [Int] = [0]
  /// The state of each node.
  var states: [Int] = []
  /// How many calls of ``expand(_:using:)`` there were, and how many nodes the largest had.
  var calls = 0
  var largestCall = 0

  enum CodingKeys: CodingKey { case next, rewards, values, logits }

  init(next: [[Int]], rewards: [[Float]], values: [Float], logits: [[Float]]) {
    self.next = next
    self.rewards = rewards
    self.values = values
    self.logits = logits
  }

  var rootCount: Int { roots.count }
  var actionCount: Int { logits[0].count }
  var isStochastic: Bool { false }
  var sources: SearchSources { SearchSources(dynamics: "a table", values: "a table", priors: "a table") }

  mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    states = roots
    for index in 0..<leaves.count { answer(index, roots[index], &leaves) }
  }

  mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    calls += 1
    largestCall = max(largestCall, leaves.count)
    for index in 0..<leaves.count {
      let (state, action) = (states[Int(leaves.parents[index])], Int(leaves.actions[index]))
      let after = next[state][action]
      states.append(after)
      leaves.rewards[index] = rewards[state][action]
      leaves.discounts[index] = ends.contains(after) ? 0 : discount
      answer(index, after, &leaves)
    }
  }

  private func answer(_ index: Int, _ state: Int, _ leaves: inout SearchLeaves) {
    leaves.values[index] = values[state]
    guard leaves.wantsLogits else { return }
    for action in 0..<actionCount { leaves.logits[index * actionCount + action] = logits[state][action] }
  }

  mutating func listActions(at node: Int, in actions: inout SearchActions) {
    for action in 0..<actionCount where logits[states[node]][action] > -.infinity { actions.append(action) }
  }

  mutating func keep(nodes old: [Int32]) { states = old.map { states[Int($0)] } }

  func label(of node: Int) -> String { "state \(states[node])" }

  /// Random tables, for comparisons of searches with one another.
  static func random(states: Int, actions: Int, seed: UInt64) -> TableProblem {
    var random = RandomStream(seed: seed)
    func number(_ scale: Double) -> Float { Float(scale * (2 * random.unit() - 1)) }
    return TableProblem(
      next: (0..<states).map { _ in (0..<actions).map { _ in random.integer(below: states) } },
      rewards: (0..<states).map { _ in (0..<actions).map { _ in number(1) } },
      values: (0..<states).map { _ in number(2) },
      logits: (0..<states).map { _ in (0..<actions).map { _ in number(2) } })
  }
}

/// A search of a table by mctx, written down; see `trees.py`.
struct PublishedTree: Codable {
  struct Settings: Codable {
    enum CodingKeys: String, CodingKey {
      case consideredActions = "max_num_considered_actions"
      case rescalesValues = "rescale_values"
      case mixesValues = "use_mixed_value"
    }

    var consideredActions: Int?
    var rescalesValues: Bool?
    var mixesValues: Bool?
  }

  struct Tree: Codable {
    var action: Int
    var policy: [Double]
    var visits: [Int]
    var values: [Double]
    var value: Double
    var parents: [Int]
    var actions: [Int]
    var nodeVisits: [Int]
    var nodeValues: [Double]
  }

  var rule: String
  var actions: Int
  var simulations: Int
  var discount: Float
  var settings: Settings
  var table: TableProblem
  var roots: [Int]
  var trees: [Tree]

  init(_ name: String) throws {
    // Whether the folder counts as a subdirectory of the bundle depends on the platform.
    let place =
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Resources/trees")
      ?? Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "trees")
    guard let place else { throw CocoaError(.fileNoSuchFile) }
    self = try JSONDecoder().decode(PublishedTree.self, from: Data(contentsOf: place))
  }

  var problem: TableProblem {
    var problem = table
    problem.discount = discount
    problem.roots = roots
    return problem
  }
}
