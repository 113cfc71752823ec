import Assay
import AssayAgents
import AssayEnvironments
import AssayPlanning
import Foundation

/// How late planners stop that are given a time, or are cancelled.
struct BudgetResult: Encodable {
  var planner: String
  /// Milliseconds beyond the budget, of each try in turn.
  var lateAfterTime: [Double]
  var lateAfterCancellation: [Double]

  /// Milliseconds.
  static let limit = 5.0
  private static let budget = Duration.milliseconds(20)
  private static let tries = 50

  static let heading =
    """

    Planners that are stopped after 20 ms: how many milliseconds later they answer, the worst of 50 tries (the median)
    """
    + "\n" + Table.line("", width: 40, ["time is up", "cancelled"])

  var text: String {
    func late(_ tries: [Double]) -> String {
      let sorted = tries.sorted()
      return String(format: "%.2f (%.2f)", sorted.last ?? 0, sorted[sorted.count / 2])
    }
    let worst = max(lateAfterTime.max() ?? 0, lateAfterCancellation.max() ?? 0)
    return Table.line(planner, width: 40, [late(lateAfterTime), late(lateAfterCancellation)])
      + "\n  at most \(String(format: "%.0f", Self.limit)) ms: \(worst <= Self.limit ? "reached" : "MISSED")"
  }

  static func measured() throws -> [BudgetResult] {
    func game(_ name: String, _ game: some Game & Sendable) throws -> BudgetResult {
      try measured("UCT, \(name)") { time, isCancelled in
        var random = RandomStream(seed: 1)
        var search = TreeSearch(of: GameProblem(game), by: UCT())
        try search.run(SearchBudget(time: time, isCancelled: isCancelled), using: &random)
      }
    }
    func latents(_ batch: Int) throws -> BudgetResult {
      let problem = LatentSearchTask(rule: "gumbel", actions: 18, batch: batch, simulations: 32).problem
      return try measured("Gumbel, 18 actions, \(batch) roots") { time, isCancelled in
        var random = RandomStream(seed: 1)
        var search = TreeSearch(of: problem, by: GumbelSearch())
        try search.run(SearchBudget(time: time, isCancelled: isCancelled), using: &random)
      }
    }
    func sequences(_ name: String, _ optimizer: some TrajectoryOptimizer) throws -> BudgetResult {
      try measured("\(name), pendulum") { time, isCancelled in
        var random = RandomStream(seed: 1)
        var world = Pendulum()
        _ = world.reset(using: &random)
        var trace: TrajectoryTrace?
        _ = try optimizer.plan(
          in: EnvironmentTrajectories(world), from: 0, beginningWith: nil, trying: [],
          within: TrajectoryBudget(time: time, isCancelled: isCancelled), tracing: &trace, using: &random)
      }
    }
    return [
      try game("tic-tac-toe", TicTacToe()), try game("Connect Four", ConnectFour()),
      try game("Othello", Othello()),
      try latents(1), try latents(128),
      try sequences(
        "CEM", CrossEntropyMethod(horizon: 200, candidates: 10_000, eliteCount: 100, iterations: 100)),
      try sequences("MPPI", PathIntegralControl(horizon: 200, candidates: 10_000, iterations: 100)),
    ]
  }

  private static func measured(
    _ planner: String, _ plan: (Duration?, (@Sendable () -> Bool)?) throws -> Void
  ) throws -> BudgetResult {
    BudgetResult(
      planner: planner, lateAfterTime: try late { _ in try plan(budget, nil) },
      lateAfterCancellation: try late { end in try plan(nil) { ContinuousClock.now >= end } })
  }

  /// Milliseconds from the end of the budget until the plan is there.
  private static func late(_ plan: (_ end: ContinuousClock.Instant) throws -> Void) throws -> [Double] {
    var found: [Double] = []
    for _ in 0..<tries {
      let end = ContinuousClock.now + budget
      try plan(end)
      found.append((ContinuousClock.now - end) / .milliseconds(1))
    }
    return found
  }
}
