import Assay
import AssayEnvironments
import AssayPlanning
import Testing

/// Numbers from Sutton & Barto (2018), and others of the same worlds that were recomputed independently.
@Suite("Textbook results of planning")
struct TextbookTests {
  @Test("the 5×5 grid of Examples 3.5 and 3.8 has the book's values")
  func fiveByFive() throws {
    let process = try FiniteMDP(enumerating: GridWorld.fiveByFive)
    let uniform = try process.values(of: process.uniformPolicy).values
    #expect(abs(uniform[0] - 3.309) < 0.0005)
    // The book prints one decimal of every cell.
    let printed = [
      3.3, 8.8, 4.4, 5.3, 1.5, 1.5, 3.0, 2.3, 1.9, 0.5, 0.1, 0.7, 0.7, 0.4, -0.4, -1.0, -0.4, -0.4, -0.6,
      -1.2,
      -1.9, -1.3, -1.2, -1.4, -2.0,
    ]
    #expect(distance(uniform, printed) < 0.0501)

    let best = try process.solved().values
    // From A one is back in A every five steps with +10: 10 / (1 − 0.9⁵).
    #expect(abs(best[1] - 10 / (1 - 0.9 * 0.9 * 0.9 * 0.9 * 0.9)) < 1e-12)
    #expect(abs(best[1] - 24.419) < 0.0005)
    let printedBest = [
      22.0, 24.4, 22.0, 19.4, 17.5, 19.8, 22.0, 19.8, 17.8, 16.0, 17.8, 19.8, 17.8, 16.0, 14.4, 16.0, 17.8,
      16.0,
      14.4, 13.0, 14.4, 16.0, 14.4, 13.0, 11.7,
    ]
    #expect(distance(best, printedBest) < 0.0501)
  }

  @Test("the random policy on the 4×4 grid of Example 4.1 has the book's values")
  func fourByFour() throws {
    let process = try FiniteMDP(enumerating: GridWorld.fourByFour)
    let solution = try process.values(of: process.uniformPolicy, discount: 1)
    let printed: [Double] = [0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0]
    #expect(distance(solution.values, printed) < 1e-11)
    #expect(try #require(solution.errorBound) < 1e-11)
    // Best is the number of steps to the nearer corner.
    let best: [Double] = [0, -1, -2, -3, -1, -2, -3, -2, -2, -3, -2, -1, -3, -2, -1, 0]
    for method in SolutionMethod.allCases {
      #expect(distance(try process.solved(method: method).values, best) < 1e-12)
    }
  }

  /// Which of several equally good actions an ε-greedy walker prefers.
  enum Preference: CaseIterable {
    case right
    case down
    case neither
  }

  @Test(
    "the cliff of Example 6.6 takes 13 steps, and costs about 50 to those who slip along its edge",
    arguments: zip(Preference.allCases, [-45.803_322_2, -51.813_187_9, -50.800_047_7]))
  func cliff(preference: Preference, published: Double) throws {
    let process = try FiniteMDP(enumerating: CliffWalking(discount: 1))
    let best = try process.solved()
    #expect(abs(best.values[36] + 13) < 1e-12)
    #expect(steps(of: best.policy, in: process) == 13)

    let actionValues = process.actionValues(from: best.values)
    var greedy = process.uniformPolicy
    for state in 0..<process.stateCount {
      let ties = (0..<4).filter { actionValues[state * 4 + $0] > best.values[state] - 1e-9 }
      let chosen =
        switch preference {
        case .right: [ties[0]]
        case .down: [ties[ties.count - 1]]
        case .neither: ties
        }
      for action in 0..<4 { greedy[state, action] = chosen.contains(action) ? 1 / Double(chosen.count) : 0 }
    }
    let slipping = try process.values(of: greedy.softened(by: 0.1, in: process))
    #expect(abs(slipping.values[36] - published) < 1e-6)
  }

  @Test("who knows that one slips keeps away from the cliff by one row, and loses 20.7")
  func softCliff() throws {
    // Whoever must take a random action with probability ε lives in a world that slips with probability ε.
    let process = try FiniteMDP(enumerating: CliffWalking(discount: 1))
    var rowStarts = [0]
    var outcomes: [(next: Int32, probability: Double, isTerminal: Bool)] = []
    var expected: [Double] = []
    for state in 0..<48 {
      for intended in 0..<4 {
        var reward = 0.0
        for action in 0..<4 {
          let probability = 0.1 / 4 + (action == intended ? 0.9 : 0)
          for entry in process.outcomeRange(state: state, action: action) {
            outcomes.append((process.successors[entry], probability, process.terminals[entry]))
          }
          reward += probability * process.reward.expected[state * 4 + action]
        }
        expected.append(reward)
        rowStarts.append(outcomes.count)
      }
    }
    let slippery = try FiniteMDP(
      name: "slippery cliff", stateCount: 48, actionCount: 4, discount: 1, initial: process.initial,
      rowStarts: rowStarts, successors: outcomes.map(\.next), probabilities: outcomes.map(\.probability),
      terminals: outcomes.map(\.isTerminal), rewards: [.init(name: "reward", expected: expected)])
    for method in SolutionMethod.allCases {
      let best = try slippery.solved(method: method)
      #expect(abs(best.values[36] + 20.707_677_398_669) < 1e-9)
      #expect(steps(of: best.policy, in: process) == 15)
    }
  }

  /// How many steps a policy takes from the start to the end, where nothing is left to chance.
  private func steps(of policy: [Int], in process: FiniteMDP) -> Int? {
    var state = 36
    for step in 1...100 {
      let entry = process.outcomeRange(state: state, action: policy[state]).lowerBound
      if process.terminals[entry] { return step }
      state = Int(process.successors[entry])
    }
    return nil
  }

  struct LakeFigures: Sendable {
    var world: FrozenLake
    /// V*(start) at discount 0.99.
    var discounted: Double
    var horizon: Int
    /// The best probability of success within as many steps.
    var bestWithin: Double
    /// That of the policy that is best at discount 0.99.
    var policyWithin: Double
  }

  @Test(
    "the frozen lakes have their published values, with and without a limit of steps",
    arguments: [
      LakeFigures(
        world: .fourByFour, discounted: 0.54203, horizon: 100, bestWithin: 0.7442, policyWithin: 0.7402),
      LakeFigures(
        world: .eightByEight, discounted: 0.41464, horizon: 200, bestWithin: 0.9132, policyWithin: 0.8630),
    ])
  func lakes(figures: LakeFigures) throws {
    let process = try FiniteMDP(enumerating: figures.world)
    let solution = try process.solved(discount: 0.99)
    #expect(abs(solution.values[0] - figures.discounted) < 5e-6)
    let best = process.finiteHorizonSolution(horizon: figures.horizon, discount: 1)
    #expect(abs(best.values[0] - figures.bestWithin) < 5e-5)
    let policy = PolicyTable(actionCount: 4, actions: solution.policy)
    let within = process.finiteHorizonSolution(horizon: figures.horizon, discount: 1, policy: policy)
    #expect(abs(within.values[0] - figures.policyWithin) < 5e-5)
    #expect(within.policy.isEmpty)
  }

  @Test("the small lake is crossed 14 times in 17 by who has all the time in the world")
  func undiscountedLake() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    for method in SolutionMethod.allCases {
      let solution = try process.solved(discount: 1, method: method)
      #expect(abs(solution.values[0] - 14.0 / 17) < 1e-12)
      // Staying on the ice for ever costs nothing, so that no bound can be shown.
      #expect(solution.errorBound == nil)
    }
  }
}
