import Assay

/// A task that algorithms are compared on, and which scores count as 0 and as 1 there.
public struct ScoredTask: Sendable, Hashable, Codable {
  /// What it is called, unique in a table.
  public var name: String
  /// The score that counts as 0: that of acting at random, say.
  public var low: Double
  /// The score that counts as 1: the best known, or what counts as solved.
  public var high: Double

  /// Names a task.
  ///
  /// - Parameters:
  ///   - name: what it is called, unique in a table.
  ///   - low: the score that counts as 0.
  ///   - high: the score that counts as 1.
  public init(_ name: String, from low: Double = 0, to high: Double = 1) {
    self.name = name
    self.low = low
    self.high = high
  }

  /// (score − low) / (high − low): tasks are compared in this unit.
  public func normalized(_ score: Double) -> Double { (score - low) / (high - low) }
}

/// One training run that was evaluated several times on its way.
public struct ScoredRun: Sendable, Hashable, Codable {
  /// The seed that the run followed from.
  public var seed: UInt64
  /// The score at each evaluation, the last being what the run is judged by; in the task's own units.
  public var scores: [Double]

  public init(seed: UInt64, scores: [Double]) {
    self.seed = seed
    self.scores = scores
  }
}

/// What one algorithm scored.
public struct ScoredGroup: Sendable, Hashable, Codable {
  /// What it is called, unique in a table.
  public var name: String
  /// The runs on each task, `[tasks][seeds]`.
  public var runs: [[ScoredRun]]

  public init(_ name: String, runs: [[ScoredRun]]) {
    self.name = name
    self.runs = runs
  }
}

/// Scores of several algorithms on several tasks over several seeds: what a ``Comparison`` is made of.
public struct ScoreTable: Sendable, Hashable {
  /// The tasks.
  public let tasks: [ScoredTask]
  /// Environment steps at each evaluation, rising.
  public let steps: [Int]
  /// The algorithms.
  public let groups: [ScoredGroup]

  /// Checks scores and puts them together.
  ///
  /// - Parameters:
  ///   - tasks: at least one, each with a name of its own and with `low` other than `high`.
  ///   - steps: environment steps at each evaluation, rising, at least one.
  ///   - groups: at least one, each with a name of its own, and with a run or more on every task.
  /// - Throws: `DataError` that names what is missing, not finite, or of another length. A run that diverged must be
  ///   given the score it deserves by whoever ran it; leaving it out would flatter its algorithm.
  public init(tasks: [ScoredTask], steps: [Int], groups: [ScoredGroup]) throws(DataError) {
    guard !tasks.isEmpty, Set(tasks.map(\.name)).count == tasks.count else {
      throw DataError(field: "tasks", value: "\(tasks.map(\.name))", allowed: "at least one, each named once")
    }
    for task in tasks where !(task.low.isFinite && task.high.isFinite && task.low != task.high) {
      throw DataError(
        field: "tasks.\(task.name)", value: "\(task.low) and \(task.high)",
        allowed: "two finite scores that differ")
    }
    guard !steps.isEmpty, zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DataError(field: "steps", value: "\(steps)", allowed: "at least one, rising")
    }
    guard !groups.isEmpty, Set(groups.map(\.name)).count == groups.count else {
      throw DataError(
        field: "groups", value: "\(groups.map(\.name))", allowed: "at least one, each named once")
    }
    for group in groups {
      guard group.runs.count == tasks.count else {
        throw DataError(
          field: "groups.\(group.name).runs", value: "\(group.runs.count) tasks", allowed: "\(tasks.count)")
      }
      for (task, runs) in zip(tasks, group.runs) {
        let field = "groups.\(group.name).runs on \(task.name)"
        guard !runs.isEmpty, Set(runs.map(\.seed)).count == runs.count else {
          throw DataError(field: field, value: "\(runs.map(\.seed))", allowed: "at least one, each seed once")
        }
        for run in runs {
          guard run.scores.count == steps.count else {
            throw DataError(
              field: "\(field), seed \(run.seed)", value: "\(run.scores.count) scores",
              allowed: "\(steps.count), one for each evaluation")
          }
          guard run.scores.allSatisfy(\.isFinite) else {
            throw DataError(
              field: "\(field), seed \(run.seed)", value: "\(run.scores)", allowed: "finite scores")
          }
        }
      }
    }
    self.tasks = tasks
    self.steps = steps
    self.groups = groups
  }

  /// The normalised scores of a group at an evaluation, `[tasks][seeds]`.
  public func scores(of group: Int, at evaluation: Int) -> [[Double]] {
    zip(tasks, groups[group].runs).map { task, runs in
      runs.map { task.normalized($0.scores[evaluation]) }
    }
  }
}
