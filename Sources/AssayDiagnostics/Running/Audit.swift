import Assay
import AssayPlanning

/// Trains agents, one for each seed, and audits each against the exact truth of its world.
///
/// ```swift
/// let audit = Audit(environment: world, agentName: "mine", steps: 200_000, seeds: Array(0..<10))
/// let report = try await audit.run { seed in MyAgent.make(…) }
/// print(report.diagnosis.name)
/// ```
public struct Audit<World: EnumerableEnvironment>: Sendable {
  /// The world to live in.
  public var environment: World
  /// What the report calls the agent.
  public var agentName: String
  /// Environment steps for each agent.
  public var steps: Int
  /// One agent is trained for each.
  public var seeds: [UInt64]
  /// What is changed from outside during training.
  public var interventions: [Intervention]
  /// Names of the faults these interventions and this world stand for, for the report.
  public var faults: [String]
  /// How many times an agent is measured during training, evenly spaced.
  public var checkpointCount = 40
  /// Told how many environment steps were taken, all agents together, as they are taken.
  public var onProgress: (@Sendable (_ stepsTaken: Int) -> Void)?

  public init(
    environment: World, agentName: String, steps: Int, seeds: [UInt64], interventions: [Intervention] = [],
    faults: [String] = []
  ) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    precondition(!seeds.isEmpty, "an audit needs at least one seed")
    self.environment = environment
    self.agentName = agentName
    self.steps = steps
    self.seeds = seeds
    self.interventions = interventions
    self.faults = faults
  }

  /// Trains and audits. Agents are trained side by side; the report does not depend on how many at a time.
  ///
  /// - Parameter make: makes the untrained agent and its learner for a seed.
  /// - Throws: ``DataError`` when the world or a part's answer is not as it must be, ``PlanningError`` when
  ///   the world has no exact truth, ``NonFiniteError`` when training ran into a number that is not finite.
  /// - Returns: what was found.
  public func run<M, C, A, P, Teacher: Learner & ~Copyable>(
    _ make: @escaping @Sendable (_ seed: UInt64) -> Trainee<Anatomy<M, C, A, P>, Teacher>
  ) async throws -> AuditReport
  where
    A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities, Teacher.Observation == Int,
    Teacher.Action == Int
  {
    let truth = try ProcessTruth(of: environment)
    let records = try await withThrowingTaskGroup(of: (Int, AgentRecord).self) { group in
      for (index, seed) in seeds.enumerated() {
        group.addTask { (index, try train(make(seed), seed: seed, truth: truth)) }
      }
      var records = [AgentRecord?](repeating: nil, count: seeds.count)
      for try await (index, record) in group { records[index] = record }
      return records.compactMap(\.self)
    }
    return try ReportAssembly(
      truth: truth, records: records, agentName: agentName, steps: steps, faults: faults
    ).report()
  }

  private func train<M, C, A, P, Teacher: Learner & ~Copyable>(
    _ trainee: consuming Trainee<Anatomy<M, C, A, P>, Teacher>, seed: UInt64, truth: ProcessTruth
  ) throws -> AgentRecord
  where
    A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities, Teacher.Observation == Int,
    Teacher.Action == Int
  {
    let trial = AnatomyTrial(
      in: environment, truth: truth, trainee: trainee, seed: seed,
      measuredEvery: max(1, steps / checkpointCount))
    try trial.live(for: steps, under: interventions, onProgress: onProgress)
    return trial.record
  }
}

extension EnumerableEnvironment {
  /// Audits an agent that was trained elsewhere, as it is.
  ///
  /// - Throws: ``DataError`` when a part's answer is not as it must be, ``PlanningError`` when the world has
  ///   no exact truth.
  public func audit<M, C, A, P>(_ agent: Anatomy<M, C, A, P>, named name: String) throws -> AuditReport
  where A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities {
    let truth = try ProcessTruth(of: self)
    var record = AgentRecord(seed: 0)
    record.add(try AgentAudit(of: agent, truth: truth))
    return try ReportAssembly(
      truth: truth, records: [record], agentName: name, steps: agent.parameters.step, faults: []
    ).report()
  }
}
