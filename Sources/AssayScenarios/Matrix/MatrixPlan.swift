import Assay
import AssayDiagnostics
import AssayPlanning
import Foundation

/// What a diagnosis matrix is made of: every fault in every agent in every world, wherever that makes sense.
public struct MatrixPlan: Sendable {
  public var agents: [AgentEntry]
  public var environments: [EnvironmentEntry]
  /// What is planted together; an empty list stands for a healthy agent.
  public var conditions: [[Fault]]
  public var strengths: [Fault.Strength]
  public var seeds: [UInt64]
  /// Environment steps of training, for each agent; `nil` for as many as each usually takes.
  public var steps: Int?
  /// How often an agent is measured during training.
  public var measurements = 40

  public init(
    agents: [AgentEntry], environments: [EnvironmentEntry], conditions: [[Fault]],
    strengths: [Fault.Strength], seeds: [UInt64], steps: Int?
  ) {
    self.agents = agents
    self.environments = environments
    self.conditions = conditions
    self.strengths = strengths
    self.seeds = seeds
    self.steps = steps
  }

  /// One cell to be filled.
  struct Cell: Sendable {
    var environment: EnvironmentEntry
    var agent: AgentEntry
    var faults: [Fault]
    var strength: Fault.Strength?

    /// A name for its file.
    var key: String {
      ([environment.name, agent.name] + (faults.isEmpty ? ["healthy"] : faults.map(\.rawValue))
        + (strength.map { [$0.rawValue] } ?? [])).joined(separator: "--")
    }
  }

  /// How many cells there are, those that make no sense included.
  public var cellCount: Int { cells.count }

  var cells: [Cell] {
    conditions.flatMap { faults -> [Cell] in
      let strengths: [Fault.Strength?] = faults.contains(where: \.hasStrengths) ? self.strengths : [nil]
      return strengths.flatMap { strength in
        environments.flatMap { environment in
          agents.map { Cell(environment: environment, agent: $0, faults: faults, strength: strength) }
        }
      }
    }
  }

  /// Every two faults in different places, in the order of places.
  public static func pairs(of faults: [Fault]) -> [[Fault]] {
    faults.indices.flatMap { first in
      faults[(first + 1)...].filter { faults[first].place != $0.place }.map { [faults[first], $0] }
    }
  }

  /// Fills all cells.
  ///
  /// - Parameters:
  ///   - jobs: how many agents are trained side by side at most, at least 1. The answers do not depend on it.
  ///   - directory: where finished cells are kept, so that nothing is done twice; `nil` keeps none.
  ///   - onProgress: told when a cell is done, with its place among all.
  /// - Throws: ``DataError`` when the directory holds cells of another plan or cannot be written, and as ``Setup``
  ///   and ``Trial`` do.
  /// - Returns: the matrix.
  public func run(
    jobs: Int, keepingIn directory: URL? = nil,
    onProgress: (@Sendable (_ done: Int, _ of: Int) -> Void)? = nil
  ) async throws -> DiagnosisMatrix {
    precondition(jobs > 0, "jobs must be positive, but is \(jobs)")
    let store = try directory.map { try CellStore(directory: $0, plan: self) }
    let cells = cells
    var outcomes = [Outcome?](repeating: nil, count: cells.count)
    var done = 0
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
      var next = 0
      func start() {
        guard next < cells.count else { return }
        let index = next
        next += 1
        group.addTask { (index, try outcome(of: cells[index], store: store)) }
      }
      for _ in 0..<jobs { start() }
      while let (index, outcome) = try await group.next() {
        outcomes[index] = outcome
        done += 1
        onProgress?(done, cells.count)
        start()
      }
    }
    var filled: [DiagnosisMatrix.Cell] = []
    var omissions: [DiagnosisMatrix.Omission] = []
    for outcome in outcomes {
      switch outcome {
      case .filled(let cell): filled.append(cell)
      case .omitted(let omission): omissions.append(omission)
      case nil: preconditionFailure("a cell was never looked at")
      }
    }
    return DiagnosisMatrix(steps: steps, seeds: seeds, cells: filled, omissions: omissions)
  }

  enum Outcome: Sendable {
    case filled(DiagnosisMatrix.Cell)
    case omitted(DiagnosisMatrix.Omission)
  }

  private func outcome(of cell: Cell, store: CellStore?) throws -> Outcome {
    if let kept = store?.cell(named: cell.key) { return .filled(kept) }
    let setup: Setup
    let steps = steps ?? cell.agent.usualSteps
    do {
      setup = try Setup(
        planting: cell.faults.map { ($0, cell.strength ?? .medium) }, agent: cell.agent,
        environment: cell.environment)
      try setup.requireBite(steps: steps, measurements: measurements)
    } catch let obstacle as Setup.Obstacle {
      return .omitted(
        .init(
          environment: cell.environment.name, agent: cell.agent.name, faults: cell.faults.map(\.rawValue),
          strength: cell.strength?.rawValue, reason: obstacle.reason))
    }
    let records = try seeds.map { seed in
      try Task.checkCancellation()
      return try setup.run(seed: seed, steps: steps, measurements: measurements)
    }
    let report = try AuditReport(
      of: records, truth: setup.auditedTruth, agentName: cell.agent.name, steps: steps,
      faults: cell.faults.map(\.rawValue))
    let filled = DiagnosisMatrix.Cell(
      environment: cell.environment.name, agent: cell.agent.name, faults: cell.faults.map(\.rawValue),
      strength: cell.strength?.rawValue,
      answers: report.agents.map { .init(seed: $0.seed, diagnosis: $0.diagnosis, also: $0.also) })
    try store?.keep(filled, named: cell.key)
    return .filled(filled)
  }
}
