import Assay
import AssayPlanning
import Testing

@Suite("Searches that mctx made, too")
struct PublishedTreeTests {
  /// The whole tree is compared, node for node. Numbers are sums of at most a hundred multiples of 1/64 with discounts
  /// that are powers of 2 and 31/32, in another order and with single precision there: 10⁻⁵ is some 50 roundings.
  private static let tolerance = 1e-5

  private func check<Policy: SearchPolicy>(_ published: PublishedTree, _ policy: Policy, comparesPolicy: Bool)
    throws
  {
    var search = TreeSearch(of: published.problem, by: policy)
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: published.simulations), using: &random)
    for (root, tree) in published.trees.enumerated() {
      let result = search.result(root: root)
      #expect(result.visits == tree.visits)
      #expect(result.action == tree.action)
      #expect(abs(result.value - tree.value) < Self.tolerance)
      for action in 0..<published.actions {
        if let value = result.values[action] {
          #expect(abs(value - tree.values[action]) < Self.tolerance)
        }
        if comparesPolicy { #expect(abs(result.policy[action] - tree.policy[action]) < Self.tolerance) }
      }
      let trace = search.trace(root: root)
      #expect(trace.nodes.count == tree.parents.count)
      for (node, numbers) in trace.nodes.enumerated() {
        #expect(numbers.parent ?? -1 == tree.parents[node])
        #expect(numbers.action ?? -1 == tree.actions[node])
        #expect(numbers.visits == tree.nodeVisits[node])
        #expect(abs(numbers.meanReturn - tree.nodeValues[node]) < Self.tolerance)
      }
    }
  }

  @Test(
    "PUCT grows the same trees", arguments: ["puct-siblings", "puct-siblings-wide", "puct-players"])
  func puct(name: String) throws {
    try check(PublishedTree(name), PUCT(normalization: .siblings), comparesPolicy: false)
  }

  @Test(
    "Gumbel search grows the same trees and recommends the same policies",
    arguments: ["gumbel", "gumbel-wide", "gumbel-few", "gumbel-players", "gumbel-raw", "gumbel-own"])
  func gumbel(name: String) throws {
    let published = try PublishedTree(name)
    let policy = GumbelSearch(
      consideredActions: published.settings.consideredActions!,
      rescalesValues: published.settings.rescalesValues ?? true,
      mixesValues: published.settings.mixesValues ?? true, noiseScale: 0)
    try check(published, policy, comparesPolicy: true)
  }
}
