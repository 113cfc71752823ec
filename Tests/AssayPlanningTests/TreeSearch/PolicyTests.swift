import Assay
import Testing

@testable import AssayPlanning

@Suite("Policies that look at what an actor would do")
struct PolicyTests {
  // By hand: ⌈log₂ 4⌉ = 2 rounds. The first gives ⌊16/(2·4)⌋ = 2 visits to each of 4, the next ⌊16/(2·2)⌋ = 4 to each of
  // 2; with 5 of 12, 3 rounds: max(1, ⌊12/15⌋) = 1 to each of 5, then ⌊12/6⌋ = 2 to each of 2, and again 2, cut off.
  @Test("Sequential halving shares out visits as by hand")
  func halving() {
    #expect(
      GumbelSearch.schedule(considered: 4, simulations: 16)
        == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    #expect(
      GumbelSearch.schedule(considered: 5, simulations: 12) == [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4])
    #expect(GumbelSearch.schedule(considered: 1, simulations: 3) == [0, 1, 2])
    #expect(GumbelSearch.schedule(considered: 16, simulations: 3) == [0, 0, 0])
  }

  // By hand, with c₁ = 1.25, c₂ so large that the logarithm is 0 (ln(1 + 10⁻⁹ …)), P = 0.7 and 0.3, rewards 0 and 1, and
  // values as they are. N is 1, 2, 3, 4 and so on at walks 1, 2, 3, 4.
  //   1: 0.7·1.25 > 0.3·1.25, so the first, worth 0.
  //   2: √2·1.25·0.7/2 = 0.619 > √2·1.25·0.3 = 0.530, so the first.
  //   3: √3·1.25·0.7/3 = 0.505 < √3·1.25·0.3 = 0.650, so the second, worth 1.
  //   4: 2·1.25·0.7/3 = 0.583 < 1 + 2·1.25·0.3/2 = 1.375, so the second, and so on: to get the first again takes
  //      1.25·0.7·√N/3 > 1, N > 11.
  @Test("PUCT takes the edges that a hand-worked tree takes")
  func handWorked() throws {
    var problem = UCTTests.bandit([0, 1])
    problem.logits = [[Float(doubleLogarithm(0.7)), Float(doubleLogarithm(0.3))], [0, 0]]
    let expected = [[1, 0], [2, 0], [2, 1], [2, 2], [2, 3], [2, 4]]
    for (index, visits) in expected.enumerated() {
      var search = TreeSearch(
        of: problem, by: PUCT(normalization: .none, exploration: 1.25, explorationBase: 1e9))
      var random = RandomStream(seed: 1)
      try search.run(SearchBudget(simulations: index + 1), using: &random)
      #expect(search.result().visits == visits)
    }
  }

  @Test("Values are brought to 0 to 1, whatever their units are")
  func units() throws {
    let problem = TableProblem.random(states: 40, actions: 5, seed: 4)
    var stretched = problem
    // A power of two, so that every sum is stretched without rounding otherwise.
    stretched.rewards = problem.rewards.map { $0.map { $0 * 1024 } }
    stretched.values = problem.values.map { $0 * 1024 }
    func visits<Policy: SearchPolicy>(_ problem: TableProblem, _ policy: Policy) throws -> [Int] {
      var search = TreeSearch(of: problem, by: policy)
      var random = RandomStream(seed: 1)
      try search.run(SearchBudget(simulations: 80), using: &random)
      return search.result().visits
    }
    for normalization in [PUCT.Normalization.tree, .siblings] {
      let policy = PUCT(normalization: normalization)
      #expect(try visits(problem, policy) == visits(stretched, policy))
    }
    #expect(try visits(problem, GumbelSearch()) == visits(stretched, GumbelSearch()))
    #expect(
      try visits(problem, PUCT(normalization: .none)) != visits(stretched, PUCT(normalization: .none)))
  }

  @Test(
    "Where values are right, Gumbel search recommends no worse a policy than the actor's, after 1 to 50 walks"
  )
  func improvement() throws {
    var random = RandomStream(seed: 11)
    for _ in 0..<12 {
      let count = 2 + random.integer(below: 7)
      let rewards = (0..<count).map { _ in Float(2 * random.unit() - 1) }
      let logits = (0..<count).map { _ in Float(3 * random.normal()) }
      let weights = logits.map { naturalExponential(Double($0)) }
      let sum = weights.reduce(0, +)
      let worth = zip(weights, rewards).reduce(0) { $0 + $1.0 / sum * Double($1.1) }
      var problem = UCTTests.bandit(rewards)
      problem.logits = [logits, logits]
      problem.values[0] = Float(worth)
      for simulations in 1...50 {
        var search = TreeSearch(
          of: problem, by: GumbelSearch(consideredActions: 1 + simulations % 5, mixesValues: false))
        try search.run(SearchBudget(simulations: simulations), using: &random)
        let improved = zip(search.result().policy, rewards).reduce(0) { $0 + $1.0 * Double($1.1) }
        // Single precision: rewards are at most 1, and the policy is right to within 10⁻⁶.
        #expect(improved >= worth - 4e-6)
      }
    }
  }

  @Test("An action that the actor all but excludes is taken where it is far better than all others")
  func hardlyPossible() throws {
    var problem = UCTTests.bandit([0, 1, 0])
    // π of the good one is 0 in single precision.
    problem.logits = [[0, -110, 0], [0, 0, 0]]
    problem.values[0] = 0
    var search = TreeSearch(of: problem, by: GumbelSearch(valueScale: 4, noiseScale: 0))
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 12), using: &random)
    #expect(search.result().action == 1)
    #expect(search.result().policy[1] > 0.99)
  }

  // Without noise, g is −ln(−ln u): with all values the same and one action considered, each action is chosen as often as
  // the actor would. 4,000 draws; a standard error of at most 0.0079 a share: six of them, once in 10⁸ or so.
  @Test("With Gumbel noise, actions of the same worth are chosen as often as the actor would")
  func noise() throws {
    var problem = UCTTests.bandit([0, 0, 0])
    let policy: [Float] = [0.6, 0.3, 0.1]
    problem.logits = [policy.map { Float(doubleLogarithm(Double($0))) }, [0, 0, 0]]
    var counts = [0, 0, 0]
    var random = RandomStream(seed: 9)
    for _ in 0..<4_000 {
      var search = TreeSearch(of: problem, by: GumbelSearch(consideredActions: 1))
      try search.run(SearchBudget(simulations: 1), using: &random)
      counts[search.result().action] += 1
    }
    for action in 0..<3 { #expect(abs(Float(counts[action]) / 4_000 - policy[action]) < 0.047) }
  }

  @Test("Root noise is Dirichlet's: its mean and variance are right, and it is mixed in anew from π")
  func dirichlet() throws {
    var random = RandomStream(seed: 6)
    let (count, concentration) = (4, 0.3)
    let draws = (0..<4_000).map { _ in random.dirichlet(concentration: concentration, count: count) }
    let mean = draws.reduce(0) { $0 + $1[1] } / 4_000
    let variance = draws.reduce(0) { $0 + ($1[1] - mean) * ($1[1] - mean) } / 4_000
    // Mean 1/k and variance (1/k)(1 − 1/k)/(kα + 1) = 0.0852; the standard errors are 0.0046 and, as x⁴ is at most x² here,
    // below 0.004: six of them.
    #expect(abs(mean - 0.25) < 0.028)
    #expect(abs(variance - 0.1875 / 2.2) < 0.024)
    for draw in draws { #expect(abs(draw.reduce(0, +) - 1) < 1e-12) }

    var problem = UCTTests.bandit([0, 0])
    problem.logits = [[Float(doubleLogarithm(0.9)), Float(doubleLogarithm(0.1))], [0, 0]]
    var search = TreeSearch(of: problem, by: PUCT(noiseFraction: 0.25, noiseConcentration: 1))
    for _ in 0..<20 {
      try search.run(SearchBudget(simulations: 1), using: &random)
      let prior = search.trace().nodes[0].edges[0].prior ?? .nan
      #expect(prior >= 0.675 - 1e-6 && prior <= 0.925 + 1e-6)
    }
  }

  // Counts are 40 and 10 of 50: at temperature ½ they are drawn as 16 : 1, at temperature 1 as 4 : 1. Of 4,000 draws the
  // shares have standard errors of at most 0.0064: six of them.
  @Test(
    "Actions are drawn in proportion to a power of their visits", arguments: [(0.5, 16.0 / 17), (1, 0.8)])
  func temperature(temperature: Double, share: Double) throws {
    var policy = PUCT(temperature: temperature)
    var tree = SearchTree(rootCount: 1, actionLimit: 2, hasPriors: true)
    _ = tree.addNode(parent: -1, edge: -1, outcome: 0)
    tree.addEdges(to: 0, count: 2)
    tree.visits[0] = 40
    tree.visits[1] = 10
    var random = RandomStream(seed: 5)
    var count = 0
    for _ in 0..<4_000 where policy.decide(root: 0, in: tree, using: &random).edge == 0 { count += 1 }
    #expect(abs(Double(count) / 4_000 - share) < 0.039)
    #expect(policy.decide(root: 0, in: tree, using: &random).policy == [0.8, 0.2])
  }
}
