import Assay
import AssayEnvironments
import Testing

@testable import AssayPlanning

@Suite("Upper confidence bounds for trees")
struct UCTTests {
  /// One state with some actions, after each of which all is over.
  static func bandit(_ rewards: [Float]) -> TableProblem {
    let count = rewards.count
    var problem = TableProblem(
      next: [Array(repeating: 1, count: count), Array(repeating: 1, count: count)],
      rewards: [rewards, rewards], values: [0, 0],
      logits: Array(repeating: Array(repeating: 0, count: count), count: 2))
    problem.ends = [1]
    return problem
  }

  // The counts are those of a few lines of Python that know the formula and no tree: in each of them the largest bound is
  // larger than the next by more than 10⁻⁵, and single precision gets it right to within 10⁻⁶.
  @Test(
    "Known rewards get the visits that the formula gives them",
    arguments: [
      ([1, 0, 0.5] as [Float], 0.75, 1.0, 100, [92, 2, 6]), ([1, 0, 0.5], 0.75, 1, 25, [20, 2, 3]),
      ([7, -3, 2.25, 6], 1.4, 10, 200, [111, 7, 18, 64]),
      ([0.3, 0.9, 0.1, 0.8], 0.3, 1, 60, [1, 47, 1, 11]),
    ])
  func banditVisits(rewards: [Float], exploration: Double, scale: Double, simulations: Int, visits: [Int])
    throws
  {
    var search = TreeSearch(
      of: Self.bandit(rewards), by: UCT(exploration: exploration, valueScale: scale))
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: simulations), using: &random)
    let result = search.result()
    #expect(result.visits == visits)
    #expect(result.values == rewards.map { Double($0) })
    #expect(result.action == 0 || rewards[result.action] == rewards.max())
    #expect(result.simulations == simulations)
  }

  @Test("The rule of a horizon divides values by the most that can be earned in it")
  func horizonRule() {
    let rule = UCT.overHorizon(exploration: 0.5, horizon: 6, rewards: -1...3)
    #expect(rule.valueScale == 24)
    #expect(rule.exploration == 0.5)
  }

  @Test("Logarithms are those of the system to within two units in the last place")
  func logarithms() {
    var random = RandomStream(seed: 3)
    for count in Array(1...5000) + (0..<2000).map({ _ in 1 + random.integer(below: Int(Int32.max) - 1) }) {
      let truth = doubleLogarithm(Double(count))
      let ours = Double(naturalLogarithm(of: Int32(count)))
      #expect(abs(ours - truth) <= 2 * Double(Float(truth).ulp), "ln \(count)")
    }
  }

  // MARK: Convergence

  @Test("On slippery ice, values come close to those of backward induction as walks become more")
  func frozenLake() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    // From the cell left of the goal; what the last cell is worth after five steps is 0 in both.
    let truth = process.finiteHorizonSolution(horizon: 5, discount: 0.9).values[14]
    var errors: [Double] = []
    for simulations in [100, 1_000, 10_000] {
      var search = TreeSearch(
        of: ProcessProblem(process, from: [14], discount: 0.9), by: UCT(exploration: 0.5))
      var random = RandomStream(seed: 2)
      try search.run(SearchBudget(simulations: simulations, depth: 5), using: &random)
      let best = search.result().values.compactMap { $0 }.max() ?? .nan
      errors.append(abs(best - truth))
      #expect(search.trace().nodes.allSatisfy { $0.depth <= 5 })
    }
    // One walk's return is 0 or at most 1, so that the mean of the 9,000 or so that took the best action has a standard
    // error below 0.006; the rest is what those who still explored below it lost.
    #expect(errors[2] < 0.04)
    #expect(errors[2] < errors[0])
  }

  private func check<G: Game>(_ game: G, simulations: [Int], tolerance: Double) throws {
    var exact = GameSearch(of: game)
    let (value, moves) = (exact.value(of: game), exact.bestMoves(in: game))
    var errors: [Double] = []
    for count in simulations {
      var search = TreeSearch(of: GameProblem(game), by: UCT(exploration: 1))
      var random = RandomStream(seed: 5)
      try search.run(SearchBudget(simulations: count), using: &random)
      let result = search.result()
      errors.append(abs((result.values[result.action] ?? .nan) - Double(value)))
      if count == simulations.last { #expect(moves >> UInt64(result.action) & 1 == 1, "\(game)") }
    }
    #expect(errors[simulations.count - 1] < tolerance, "\(game): \(errors)")
    #expect(errors[simulations.count - 1] <= max(errors[0], 0.01), "\(game): \(errors)")
  }

  // What is left of the error after so many walks is what exploring costs: of n walks, some c² ln n / Δ² a move go to a
  // move that is worse by Δ = 1 or 2.
  @Test("In tic-tac-toe, values come close to those of perfect play, which then is found")
  func ticTacToe() throws {
    try check(TicTacToe().position(".../.X./... O"), simulations: [100, 6_000], tolerance: 0.15)
    try check(TicTacToe().position("X../.O./..X O"), simulations: [100, 3_000], tolerance: 0.1)
    try check(TicTacToe().position("XO./.X./..O X"), simulations: [20, 2_000], tolerance: 0.1)
  }

  @Test("In Connect Four on 4 by 4, values come close to those of perfect play, which then is found")
  func connectFour() throws {
    let empty = ConnectFour(rows: 4, columns: 4)
    for position in ["..../..../.OX./.XO. X", "..../X.../O..X/XO.O X"] {
      try check(empty.position(position), simulations: [100, 6_000], tolerance: 0.2)
    }
  }

  @Test("A million nodes of Connect Four would take less than 200 megabytes")
  func memory() throws {
    var search = TreeSearch(of: GameProblem(ConnectFour()), by: UCT(exploration: 1))
    var random = RandomStream(seed: 5)
    try search.run(SearchBudget(simulations: 10_000), using: &random)
    let bytes = search.tree.byteCount + search.tree.nodeCount * MemoryLayout<ConnectFour>.stride
    #expect(search.tree.nodeCount > 9_000)
    #expect(bytes < 200 * search.tree.nodeCount)
  }
}
