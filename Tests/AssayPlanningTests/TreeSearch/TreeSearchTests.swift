import Assay
import AssayEnvironments
import Foundation
import Testing

@testable import AssayPlanning

@Suite("The engine of tree search")
struct TreeSearchTests {
  // MARK: Roots

  private func checkBatch<Problem: SearchProblem, Policy: SearchPolicy>(
    _ whole: Problem, alone: [Problem], _ policy: Policy, simulations: Int = 60
  ) throws {
    var randoms = alone.indices.map { RandomStream(seed: 40 + UInt64($0)) }
    let before = randoms
    var together = TreeSearch(of: whole, by: policy)
    try together.run(SearchBudget(simulations: simulations), using: &randoms)
    for (root, problem) in alone.enumerated() {
      var search = TreeSearch(of: problem, by: policy)
      var random = before[root]
      try search.run(SearchBudget(simulations: simulations), using: &random)
      #expect(random == randoms[root])
      var ours = together.trace(root: root)
      ours.end = search.trace().end
      // Said so, traces are not printed.
      let isSame = ours == search.trace()
      #expect(isSame)
    }
  }

  @Test("A batch of roots grows the trees that each root grows alone, bit for bit")
  func batch() throws {
    let roots = [3, 0, 11, 7, 3]
    var whole = TableProblem.random(states: 30, actions: 6, seed: 8)
    whole.roots = roots
    let alone = roots.map { root in
      var problem = whole
      problem.roots = [root]
      return problem
    }
    try checkBatch(whole, alone: alone, UCT())
    try checkBatch(whole, alone: alone, PUCT(noiseFraction: 0.25))
    try checkBatch(whole, alone: alone, PUCT(normalization: .siblings))
    try checkBatch(whole, alone: alone, GumbelSearch())
  }

  @Test("A batch of games grows the trees that each grows alone, bit for bit")
  func batchOfGames() throws {
    let roots = [try TicTacToe().position("X../.O./... X"), TicTacToe()]
    let whole = GameProblem(roots, judge: RandomRollouts())
    let alone = roots.map { GameProblem($0) }
    try checkBatch(whole, alone: alone, UCT(), simulations: 100)
    try checkBatch(whole, alone: alone, PUCT(), simulations: 100)
  }

  // MARK: Walks together

  @Test(
    "Walks that are worked out together are as many as asked for, and the same every time",
    arguments: [2, 3, 8])
  func together(count: Int) throws {
    var problem = TableProblem.random(states: 30, actions: 6, seed: 8)
    problem.roots = [2, 9]
    func checkSame(_ traces: () throws -> [SearchTrace]) throws {
      let isSame = try traces() == traces()
      #expect(isSame)
    }
    func traces<Policy: SearchPolicy>(_ policy: Policy) throws -> [SearchTrace] {
      var search = TreeSearch(of: problem, by: policy, leavesTogether: count)
      var random = RandomStream(seed: 1)
      try search.run(SearchBudget(simulations: 50), using: &random)
      // Walks that meet at a new node share it.
      #expect(search.problem.largestCall > 2 && search.problem.largestCall <= 2 * count)
      #expect(search.problem.calls == (50 + count - 1) / count)
      let traces = (0..<2).map { search.trace(root: $0) }
      for trace in traces {
        #expect(trace.result.visits.reduce(0, +) == 50)
        // Visits add up at every node, and nothing is left pending.
        for node in trace.nodes {
          let below = node.edges.reduce(0) { $0 + $1.visits }
          #expect(below < node.visits)
          for edge in node.edges {
            #expect(edge.children.reduce(0) { $0 + trace.nodes[$1].visits } == edge.visits)
          }
        }
      }
      return traces
    }
    try checkSame { try traces(UCT()) }
    try checkSame { try traces(PUCT()) }
    try checkSame { try traces(GumbelSearch()) }
  }

  @Test("A walk sees those under way: of two, the second takes the other of two equal actions")
  func pending() throws {
    var problem = UCTTests.bandit([0, 0])
    problem.logits = [[0.1, 0], [0, 0]]
    var search = TreeSearch(of: problem, by: PUCT(), leavesTogether: 2)
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 2), using: &random)
    #expect(search.result().visits == [1, 1])
  }

  // MARK: Budgets

  @Test("A search that is cancelled stops after the round it is in, and gives the best so far")
  func cancellation() throws {
    final class Counter: @unchecked Sendable { var count = 0 }
    let counter = Counter()
    var search = TreeSearch(of: TableProblem.random(states: 30, actions: 6, seed: 8), by: UCT())
    var random = RandomStream(seed: 1)
    let end = try search.run(
      SearchBudget(isCancelled: {
        counter.count += 1
        return counter.count > 17
      }), using: &random)
    #expect(end == .cancellation)
    #expect(search.lastEnd == .cancellation)
    #expect(search.simulationCount == 17)
    #expect(search.result().visits.reduce(0, +) == 17)
  }

  @Test("A search whose time is over stops, and can go on")
  func time() throws {
    var search = TreeSearch(of: TableProblem.random(states: 30, actions: 6, seed: 8), by: PUCT())
    var random = RandomStream(seed: 1)
    #expect(try search.run(SearchBudget(time: .milliseconds(5)), using: &random) == .time)
    let made = search.simulationCount
    #expect(made > 0)
    #expect(try search.run(SearchBudget(simulations: 10, time: .seconds(60)), using: &random) == .simulations)
    #expect(search.simulationCount == made + 10)
    // With no time at all it has looked at the roots, and can say what the actor would do.
    var none = TreeSearch(of: TableProblem.random(states: 30, actions: 6, seed: 8), by: GumbelSearch())
    #expect(try none.run(SearchBudget(time: .zero), using: &random) == .time)
    #expect(none.result().visits == [0, 0, 0, 0, 0, 0])
    #expect(abs(none.result().policy.reduce(0, +) - 1) < 1e-5)
  }

  @Test("Going on is the same as having been allowed more at once")
  func goingOn() throws {
    let problem = TableProblem.random(states: 30, actions: 6, seed: 8)
    var (one, other) = (RandomStream(seed: 1), RandomStream(seed: 1))
    var whole = TreeSearch(of: problem, by: UCT())
    try whole.run(SearchBudget(simulations: 70), using: &one)
    var parts = TreeSearch(of: problem, by: UCT())
    try parts.run(SearchBudget(simulations: 30), using: &other)
    try parts.run(SearchBudget(simulations: 40), using: &other)
    var isSame = whole.trace() == parts.trace()
    #expect(isSame)
    parts.restart()
    other = RandomStream(seed: 1)
    try parts.run(SearchBudget(simulations: 70), using: &other)
    isSame = whole.trace() == parts.trace()
    #expect(isSame)
  }

  // MARK: Wrong answers

  private func fault(_ change: (inout TableProblem) -> Void, uct: Bool = false) -> SearchError? {
    // 0 →(1) 1 →(0) 2; everything else leads to 3, which ends things.
    var problem = TableProblem(
      next: [[3, 1], [2, 3], [3, 3], [3, 3]], rewards: [[0, 0], [0, 0], [0, 0], [0, 0]],
      values: [0, 1, 1, 0], logits: [[0, 0], [0, 0], [0, 0], [0, 0]])
    problem.ends = [3]
    change(&problem)
    var random = RandomStream(seed: 1)
    do throws(SearchError) {
      if uct {
        var search = TreeSearch(of: problem, by: UCT())
        try search.run(SearchBudget(simulations: 50), using: &random)
      } else {
        var search = TreeSearch(of: problem, by: PUCT())
        try search.run(SearchBudget(simulations: 50), using: &random)
      }
      return nil
    } catch {
      return error
    }
  }

  @Test("A model that answers with no number is named: which answer, of which node, and how one gets there")
  func wrongAnswers() throws {
    #expect(fault { _ in } == nil)
    for uct in [false, true] {
      let reward = try #require(fault({ $0.rewards[1][0] = .nan }, uct: uct))
      #expect(reward.fault == .reward && reward.path == [1, 0] && reward.answer.isNaN)
      let value = try #require(fault({ $0.values[2] = -.infinity }, uct: uct))
      #expect(value.fault == .value && value.path == [1, 0] && value.answer == -.infinity)
      let root = try #require(fault({ $0.values[0] = .nan }, uct: uct))
      #expect(root.fault == .value && root.path.isEmpty && root.node == 0)
      let discount = try #require(fault({ $0.discount = .nan }, uct: uct))
      #expect(discount.fault == .discount && discount.path == [1])
      let none = try #require(fault({ $0.logits[2] = [-.infinity, -.infinity] }, uct: uct))
      #expect(none.fault == .action && none.path == [1, 0])
    }
    for wrong in [Float.nan, .infinity] {
      let logit = try #require(fault { $0.logits[1][1] = wrong })
      #expect(logit.fault == .logit && logit.path == [1] && logit.action == 1)
    }
    let text = try #require(fault { $0.rewards[1][0] = .nan }).description
    #expect(text.hasPrefix("the reward of the step to node ") && text.contains("[1, 0]"))
  }

  // MARK: Keeping a part

  /// A subtree as nested values, with places of nodes left out.
  private indirect enum Shape: Equatable {
    case node(String, Int, Double, Double, [[Shape]], [Int], [Double?])

    init(_ trace: SearchTrace, _ place: Int) {
      let node = trace.nodes[place]
      self = .node(
        node.label, node.visits, node.value, node.meanReturn,
        node.edges.map { $0.children.map { Shape(trace, $0) } }, node.edges.map(\.visits),
        node.edges.map(\.value))
    }
  }

  @Test("After a step, the subtree it led to is kept as it was, and the search goes on in it")
  func following() throws {
    var problem = TableProblem.random(states: 30, actions: 4, seed: 8)
    problem.roots = [2, 9]
    for action in 0..<4 {
      var search = TreeSearch(of: problem, by: PUCT())
      var random = RandomStream(seed: 1)
      try search.run(SearchBudget(simulations: 120), using: &random)
      let before = (0..<2).map { search.trace(root: $0) }
      let places = before.map { trace in trace.nodes[0].edges.first { $0.action == action }?.children.first }
      guard let first = places[0], let second = places[1] else {
        let isKept = search.follow([action, action])
        #expect(!isKept)
        continue
      }
      let isKept = search.follow([action, action])
      #expect(isKept)
      for (root, place) in [first, second].enumerated() {
        let (kept, was) = (Shape(search.trace(root: root), 0), Shape(before[root], place))
        guard
          case .node(let label, let visits, let value, let mean, let children, let counts, let values) = kept,
          case .node(
            let wasLabel, let wasVisits, let wasValue, let wasMean, let wasChildren, let wasCounts,
            let wasValues) = was
        else { return }
        #expect(label == wasLabel && visits == wasVisits && value == wasValue)
        #expect(children == wasChildren && counts == wasCounts && values == wasValues)
        // The mean is a sum that was divided and multiplied again.
        #expect(abs(mean - wasMean) < 1e-12 * (1 + abs(mean)))
      }
      let count = search.result().visits.reduce(0, +)
      try search.run(SearchBudget(simulations: 30), using: &random)
      #expect(search.result().visits.reduce(0, +) == count + 30)
    }
  }

  @Test("A step to where no walk went, or things ended, keeps nothing")
  func notFollowing() throws {
    var search = TreeSearch(of: UCTTests.bandit([0, 1]), by: UCT())
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 1), using: &random)
    for action in [0, 1, 7] {
      let isKept = search.follow([action])
      #expect(!isKept)
    }
    #expect(search.result().visits.reduce(0, +) == 1)
  }

  @Test("Outcomes of one action are kept apart, and each can be followed")
  func outcomes() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    var search = TreeSearch(
      of: ProcessProblem(process, from: [14], valuation: .rollout(steps: 20)), by: UCT(exploration: 0.5))
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 400), using: &random)
    let trace = search.trace()
    let edge = try #require(trace.nodes[0].edges.first { $0.action == 1 })
    // Down at the cell left of the goal: stay, go left or reach the goal, each as likely.
    #expect(edge.children.count == 3)
    #expect(edge.children.reduce(0) { $0 + trace.nodes[$1].visits } == edge.visits)
    let total = edge.children.reduce(0.0) { sum, child in
      let node = trace.nodes[child]
      return sum + Double(node.visits) * (node.reward + node.discount * node.meanReturn)
    }
    #expect(abs(total / Double(edge.visits) - (edge.value ?? .nan)) < 1e-6)
    let child = try #require(edge.children.first { trace.nodes[$0].discount > 0 })
    let (label, visits) = (trace.nodes[child].label, trace.nodes[child].visits)
    let isKept = search.follow([1], outcomes: [trace.nodes[child].outcome])
    #expect(isKept)
    #expect(search.trace().nodes[0].label == label)
    #expect(search.trace().nodes[0].visits == visits)
  }

  // MARK: Traces

  @Test("A trace is one JSON object that can be read again, and says who answered")
  func trace() throws {
    var search = TreeSearch(of: TableProblem.random(states: 30, actions: 4, seed: 8), by: PUCT())
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 25), using: &random)
    let trace = search.trace()
    #expect(trace.schema == "assay.search/1" && trace.policy == "puct" && trace.simulations == 25)
    #expect(trace.sources.values == "a table")
    #expect(trace.nodes.count == 26)
    #expect(trace.nodes[0].label == "state 0")
    let read = try JSONDecoder().decode(SearchTrace.self, from: JSONEncoder().encode(trace))
    let isSame = read == trace
    #expect(isSame)
    let pruned = search.trace(leastVisits: 3)
    #expect(pruned.nodes.allSatisfy { $0.visits >= 3 })
    #expect(pruned.nodes.count < trace.nodes.count)
  }
}
