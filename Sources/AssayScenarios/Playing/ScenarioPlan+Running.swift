import Assay
import AssayDiagnostics

extension ScenarioPlan {
  /// Runs every agent of every arm, and compares what was found with what must be.
  ///
  /// - Parameters:
  ///   - jobs: how many agents live at a time, from 1. What comes out does not depend on it.
  ///   - onProgress: told how many environment steps were taken, all agents together, as they are taken.
  /// - Throws: ``DataError`` and ``PlanningError`` when something cannot be measured, and `CancellationError`. An
  ///   agent that ran into a number that is not finite is no error: its record says so.
  /// - Returns: what was found.
  public func run(
    jobs: Int, onProgress: @escaping @Sendable (_ stepsTaken: Int) -> Void = { _ in }
  ) async throws -> ScenarioResult {
    precondition(jobs > 0, "jobs must be positive, but is \(jobs)")
    let lives = arms.indices.flatMap { arm in arms[arm].seeds.indices.map { (arm: arm, seed: $0) } }
    let played = try await withThrowingTaskGroup(of: (Int, [Measurement]).self) { group in
      var next = 0
      func start() {
        guard next < lives.count else { return }
        let index = next
        let arm = arms[lives[index].arm]
        let seed = arm.seeds[lives[index].seed]
        group.addTask {
          var player = try Player(arm, seed: seed)
          return (index, try player.play(onProgress: onProgress))
        }
        next += 1
      }
      for _ in 0..<jobs { start() }
      var played = [[Measurement]?](repeating: nil, count: lives.count)
      while let (index, measurements) = try await group.next() {
        played[index] = measurements
        start()
      }
      return played.compactMap(\.self)
    }
    var results: [ScenarioResult.ArmResult] = []
    var first = 0
    for arm in arms {
      let agents = played[first..<first + arm.seeds.count]
      first += arm.seeds.count
      results.append(.init(name: arm.name, moments: try moments(of: arm, Array(agents))))
    }
    let judge = Judge(plan: self, arms: results)
    return ScenarioResult(plan: self, arms: results, findings: expectations.map(judge.finding))
  }

  private func moments(of arm: Arm, _ agents: [[Measurement]]) throws -> [ScenarioResult.MomentResult] {
    try arm.moments.enumerated().map { index, moment in
      let measurements = agents.map { $0[index] }
      let report: AuditReport? =
        moment.isEvaluation
        ? nil
        : try AuditReport(
          of: measurements.map(\.record), truth: arm.worlds[moment.world].truth, agentName: arm.agent.name,
          steps: moment.step, faults: arm.setup.faults.map(\.fault.rawValue))
      return .init(label: moment.label, step: moment.step, report: report, agents: measurements)
    }
  }
}
