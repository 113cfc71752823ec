import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

/// Trains runs in their folders, several side by side.
struct TrainingJobs {
  var folders: [RunFolder]
  /// How many are trained at a time, at least 1. What comes of them does not depend on it.
  var jobs: Int
  /// Which checkpoint to take up; `nil` for the last of each.
  var checkpoint: Int?

  /// Trains them all, as far as nobody interrupts.
  ///
  /// - Parameter interruption: tells when to end.
  /// - Returns: what came of each, in order; `nil` where one was never begun.
  /// - Throws: the first thing that went wrong, but for numbers that were not finite, once the others have ended.
  func run(interruption: Interruption) async throws -> [TrainingSummary.Run?] {
    let line = TrainingLine(runs: folders.count)
    defer { line.finish() }
    var results = [Result<TrainingSummary.Run, any Error>?](repeating: nil, count: folders.count)
    await withTaskGroup(of: (Int, Result<TrainingSummary.Run, any Error>).self) { group in
      var next = 0
      func start() {
        guard next < folders.count, !interruption.isWanted else { return }
        let index = next
        next += 1
        group.addTask {
          (index, Result { try train(folders[index], interruption) { line.show($0, run: index) } })
        }
      }
      for _ in 0..<jobs { start() }
      while let (index, result) = await group.next() {
        results[index] = result
        start()
      }
    }
    return try results.map { try $0?.get() }
  }

  private func train(
    _ folder: RunFolder, _ interruption: Interruption,
    onProgress: (TrainingSession.Progress) -> Void
  ) throws -> TrainingSummary.Run {
    let session = try TrainingSession(folder, of: try folder.description.makeRun(), from: checkpoint)
    let outcome = try session.train(until: { interruption.isWanted }, onProgress: onProgress)
    return TrainingSummary.Run(session, outcome)
  }
}

/// What came of training.
struct TrainingSummary: Encodable {
  var schema = "assay.train/1"
  var agent: String
  var environment: String
  var runs: [Run]
  /// The mean over seeds of what greedy episodes brought, `nil` where none were played.
  var evaluation: Estimate?

  struct Run: Encodable {
    var folder: String
    var seed: UInt64
    /// `finished`, `interrupted` or `diverged`.
    var outcome: String
    /// What was not finite, where something was.
    var problem: String?
    var step: Int
    var steps: Int
    var seconds: Double
    var stepsPerSecond: Double
    var episodes: Int
    /// The training reward of the latest episodes.
    var reward: Estimate?
    var evaluation: EvaluationSummary?
    var hyperparameters: Hyperparameters

    init(_ session: TrainingSession, _ outcome: TrainingSession.Outcome) {
      folder = session.folder.url.relativePath
      seed = session.folder.description.seed
      (self.outcome, problem) =
        switch outcome {
        case .finished: ("finished", nil)
        case .interrupted: ("interrupted", nil)
        case .diverged(let error): ("diverged", "in the \(error.owner), \(error)")
        }
      step = session.run.step
      steps = session.folder.description.steps
      seconds = session.seconds
      stepsPerSecond = session.stepsPerSecond
      episodes = session.run.tally.count
      reward = session.reward
      evaluation = session.evaluation.map { EvaluationSummary($0) }
      hyperparameters = session.folder.description.hyperparameters
    }
  }

  init(_ runs: [Run], of description: RunDescription) {
    agent = description.agent
    environment = description.environment
    self.runs = runs
    let means = runs.compactMap { $0.outcome == "finished" ? $0.evaluation?.reward.estimate : nil }
    evaluation = means.isEmpty ? nil : Estimate(mean: means)
  }

  /// In 80 columns.
  func text(title: String) -> String {
    guard runs.count > 1, let first = runs.first else {
      return runs.first.map { Self.text(of: $0, title: title) } ?? ""
    }
    var lines = TextLayout.wrapped(
      "\(agent) in \(environment), \(runs.count) seeds, \(NumberText.count(first.steps)) steps each")
    let columns = [6, 12, 10, 26, 26]
    func row(_ cells: [String]) -> String {
      var text = ""
      for (index, cell) in cells.enumerated() {
        text += TextLayout.padded(cell, columns: columns[index], onLeft: index < 3) + (index < 3 ? "" : " ")
        if index == 2 { text += "  " }
      }
      while text.last == " " { text.removeLast() }
      return TextLayout.clipped(text)
    }
    lines.append(row(["seed", "steps", "time", "return in training", "greedy return"]))
    for run in runs {
      lines.append(
        row([
          "\(run.seed)", NumberText.count(run.step), TrainingLine.time(run.seconds),
          NumberText.interval(run.reward),
          run.outcome == "finished" ? NumberText.interval(run.evaluation?.reward) : run.outcome,
        ]))
    }
    if let evaluation {
      lines.append("greedy return over \(evaluation.count) seeds: \(NumberText.interval(evaluation))")
    }
    return lines.map { $0.replacing("\u{A0}", with: " ") + "\n" }.joined()
  }

  private static func text(of run: Run, title: String) -> String {
    var rows: [(String, String)] = []
    if let reward = run.reward {
      rows.append(
        (
          "return in training",
          "\(NumberText.interval(reward)) over the last \(reward.count) of \(counted(run.episodes, "episode"))"
        ))
    }
    if let evaluation = run.evaluation {
      rows.append(
        (
          "return, greedy",
          "\(NumberText.interval(evaluation.reward)) over \(counted(evaluation.reward.count, "episode"))"
        ))
    }
    rows.append(("written", run.folder))
    var lines = TextLayout.wrapped(
      "\(title): \(NumberText.count(run.step)) of \(NumberText.count(run.steps)) steps in "
        + TrainingLine.time(run.seconds)
        + (run.stepsPerSecond > 0 ? ", \(NumberText.count(Int(run.stepsPerSecond))) a second" : ""))
    for (name, text) in rows {
      for (index, line) in TextLayout.wrapped(text, columns: 57).enumerated() {
        lines.append("  " + TextLayout.padded(index == 0 ? name : "", columns: 20) + line)
      }
    }
    return lines.map { $0.replacing("\u{A0}", with: " ") + "\n" }.joined()
  }
}

/// What episodes brought that an agent was tried out in.
struct EvaluationSummary: Encodable {
  var conduct: String
  /// Of an episode, undiscounted.
  var reward: Estimate
  var performance: Estimate
  var length: Estimate
  /// The training reward of each episode.
  var rewards: [Double]
  /// How many episodes were left before they ended.
  var unfinished: Int

  init(_ evaluation: Evaluation) {
    conduct = evaluation.conduct.rawValue
    reward = evaluation.reward
    performance = evaluation.performance
    length = evaluation.length
    rewards = evaluation.episodes.map(\.reward)
    unfinished = evaluation.episodes.count { !$0.isOver }
  }
}

/// Shows what came of training, and how the command ends.
func finish(
  _ results: [TrainingSummary.Run?], of folders: [RunFolder], at path: String, json: Bool,
  interruption: Interruption
) throws {
  guard let description = folders.first?.description else { return }
  let runs = results.compactMap(\.self)
  let summary = TrainingSummary(runs, of: description)
  if json {
    try printJSON(summary)
  } else {
    print(summary.text(title: description.title), terminator: "")
  }
  if let diverged = runs.first(where: { $0.outcome == "diverged" }), let problem = diverged.problem {
    let last = try RunFolder(opening: URL(fileURLWithPath: diverged.folder)).checkpointSteps.last
    let kept = last.map { "; the checkpoint of step \($0) is whole" } ?? "; there was no checkpoint before"
    throw Failure(status: ExitStatus.software, message: "\(diverged.folder): \(problem)\(kept)")
  }
  if interruption.isWanted, runs.count < folders.count || runs.contains(where: { $0.outcome != "finished" }) {
    FileHandle.standardError.write(
      Data("Stopped, and kept: 'assay resume \(path)' goes on from here.\n".utf8))
    throw interruption.status
  }
}
