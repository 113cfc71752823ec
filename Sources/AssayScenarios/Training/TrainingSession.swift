import Assay
import AssayDiagnostics
import Foundation

/// Trains a run in its folder: takes steps, looks at them now and then, and keeps what there is to keep.
///
/// When the run is looked at follows from its steps alone, so what is written is the same, times aside, whether the run
/// went through in one go or was taken up from a checkpoint.
public final class TrainingSession {
  /// How far a run has come.
  public struct Progress: Sendable {
    public var step: Int
    /// How many steps it is to take.
    public var end: Int
    /// Of this session.
    public var stepsPerSecond: Double
    /// The training reward of the latest episodes, `nil` before the first ended.
    public var reward: Estimate?
  }

  /// How a session ended.
  public enum Outcome: Sendable {
    /// All steps were taken.
    case finished
    /// Somebody wanted it to stop; a checkpoint was made.
    case interrupted
    /// A number was not finite. Nothing was kept of what came after the last checkpoint.
    case diverged(NonFiniteError)
  }

  public private(set) var folder: RunFolder
  public let run: any LiveRun
  /// What came of the latest evaluation.
  public private(set) var evaluation: Evaluation?
  /// For how long the run has been training, in all sessions.
  public private(set) var seconds: Double

  private var log: RunLog
  private let lock: RunLock
  private let beginning: (step: Int, seconds: Double)
  /// When the last checkpoint was made, by ``seconds``.
  private var keptAt: Double

  private var description: RunDescription { folder.description }

  /// Takes up a run at its last checkpoint, or at its beginning.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - run: fresh, made after the folder's description.
  ///   - step: which checkpoint to take; `nil` for the last.
  /// - Throws: `DataError` where something in the folder is not as it was written, or another process has it.
  public init(_ folder: RunFolder, of run: any LiveRun, from step: Int? = nil) throws(DataError) {
    lock = try RunLock(folder.url)
    self.folder = folder
    self.run = run
    let checkpoint = try folder.checkpoint(step)
    try checkpoint?.restore(run, from: folder.checkpointFolder(checkpoint?.step ?? 0))
    seconds = checkpoint?.seconds ?? 0
    keptAt = checkpoint?.seconds ?? 0
    log = try RunLog(in: folder.url, lengths: checkpoint?.logs ?? [:])
    beginning = (run.step, seconds)
    folder.clean(after: run.step)
    if checkpoint == nil { try folder.keepSnapshot(of: run) }
  }

  /// Takes the steps that are left.
  ///
  /// - Parameters:
  ///   - isInterrupted: asked several times a second; once it says so, the session ends.
  ///   - onProgress: told as often.
  /// - Returns: how it ended.
  /// - Throws: `DataError` where something cannot be written.
  public func train(
    until isInterrupted: () -> Bool = { false }, onProgress: (Progress) -> Void = { _ in }
  ) throws(DataError) -> Outcome {
    let end = description.steps
    guard run.step < end else { return .finished }
    var chunk = max(1, description.copies)
    // What was due until here was done.
    var last = run.step
    while true {
      let next = min(end, nextLook, run.step + chunk)
      let (start, before) = (ContinuousClock.now, run.step)
      do throws(NonFiniteError) { try run.advance(to: next) } catch { return .diverged(error) }
      let took = start.duration(to: .now) / .seconds(1)
      seconds += took
      // About ten times a second somebody may want to know, or to stop.
      chunk = max(1, min(8 * chunk, Int(0.1 * Double(run.step - before) / max(took, 1e-6))))
      onProgress(progress)
      if run.step >= end {
        try finish()
        return .finished
      }
      if intervals.contains(where: { isDue($0, since: last) }) {
        try look(since: last)
        last = run.step
      }
      if isInterrupted() {
        try keep()
        return .interrupted
      }
    }
  }

  /// The first step after now at which there is something to do.
  private var nextLook: Int {
    intervals.map { (run.step / $0 + 1) * $0 }.min() ?? description.steps
  }

  private var intervals: [Int] {
    [
      description.logEvery, description.checkpointEvery, description.snapshotEvery, description.evaluateEvery,
    ].filter { $0 > 0 }
  }

  private func isDue(_ interval: Int, since last: Int) -> Bool {
    interval > 0 && run.step / interval > last / interval
  }

  private func look(since last: Int) throws(DataError) {
    let isEvaluated = isDue(description.evaluateEvery, since: last) && description.evaluationEpisodes > 0
    if isEvaluated || isDue(description.logEvery, since: last) { try note(evaluating: isEvaluated) }
    if isDue(description.snapshotEvery, since: last) { try folder.keepSnapshot(of: run) }
    if isDue(description.checkpointEvery, since: last), seconds - keptAt >= description.checkpointSeconds {
      try keep()
    }
  }

  private func finish() throws(DataError) {
    try note(evaluating: description.evaluationEpisodes > 0)
    try folder.keepSnapshot(of: run)
    try keep()
  }

  private func keep() throws(DataError) {
    keptAt = seconds
    log.sync()
    try folder.keep(Checkpoint(of: run, seconds: seconds, logs: log.lengths))
  }

  // MARK: What there is to say

  private var progress: Progress {
    let took = seconds - beginning.seconds
    return Progress(
      step: run.step, end: description.steps,
      stepsPerSecond: took > 0 ? Double(run.step - beginning.step) / took : 0, reward: reward)
  }

  /// The mean training reward of the latest episodes.
  public var reward: Estimate? {
    run.tally.recent.isEmpty ? nil : Estimate(mean: run.tally.recent.map(\.reward))
  }

  /// How many steps a second were taken in this session.
  public var stepsPerSecond: Double { progress.stepsPerSecond }

  private func note(evaluating: Bool) throws(DataError) {
    var scalars: [(name: String, value: Double)] = [
      ("run/steps per second", progress.stepsPerSecond.rounded()), ("episode/count", Double(run.tally.count)),
    ]
    if let reward {
      let episodes = run.tally.recent
      let count = Double(episodes.count)
      scalars += [
        ("episode/return", reward.estimate), ("episode/return low", reward.low),
        ("episode/return high", reward.high),
        ("episode/performance", episodes.reduce(0) { $0 + $1.performance } / count),
        ("episode/length", Double(episodes.reduce(0) { $0 + $1.length }) / count),
      ]
    }
    scalars += run.metrics
    if evaluating {
      // A stream that neither worlds, agent nor learner draw from.
      let stream = RandomStream(seed: description.seed).substream(4).substream(UInt64(run.step))
      let result = run.evaluate(episodes: description.evaluationEpisodes, conduct: .greedy, stream: stream)
      evaluation = result
      scalars += [
        ("evaluation/return", result.reward.estimate), ("evaluation/return low", result.reward.low),
        ("evaluation/return high", result.reward.high),
        ("evaluation/performance", result.performance.estimate),
        ("evaluation/length", result.length.estimate),
      ]
    }
    try log.add(step: run.step, seconds: seconds, scalars)
  }
}
