import ArgumentParser
import Assay
import AssayScenarios
import Foundation

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run that was stopped, as if it had not been.",
    usage: "assay resume <folder> [<options>]",
    discussion: """
      Takes the last checkpoint, and ends with the same bits that the run would have had if nobody had stopped it. Of a \
      folder with several runs in it, all that are not finished go on.

      EXAMPLES
        assay resume runs/pole
        assay resume runs/pole --steps 200k
      """)

  @Argument(help: "The folder of a run, or one with such folders in it.")
  var folder: String

  @Option(help: "Take the run further: to so many steps in all. Schedules stay where they ended.")
  var steps: Count?

  @Option(help: "Which checkpoint to take, by its step; the last, if left out.")
  var checkpoint: Int?

  @Option(help: "How many are trained side by side; all cores, if left out.")
  var jobs: Int?

  @Flag(help: "Print JSON, schema assay.train/1.")
  var json = false

  func run() async throws {
    try await reporting {
      let jobs = try TrainCommand.check(jobs: jobs)
      var folders = try Runs.open(folder)
      if let steps {
        for index in folders.indices {
          let reached = folders[index].description.steps
          guard steps.number >= reached else {
            throw Failure(
              status: ExitStatus.usage, message: "--steps is \(steps.number); allowed: \(reached) or more")
          }
        }
        // What cannot go on is to stay as it is.
        for folder in folders { _ = try folder.checkpoint(checkpoint) }
        for index in folders.indices where steps.number > folders[index].description.steps {
          try folders[index].extend(to: steps.number)
        }
      }
      let interruption = Interruption()
      let results = try await TrainingJobs(folders: folders, jobs: jobs, checkpoint: checkpoint)
        .run(interruption: interruption)
      try finish(results, of: folders, at: folder, json: json, interruption: interruption)
    }
  }
}

/// Folders of runs as they are named on the command line.
enum Runs {
  /// The runs that a path stands for.
  static func open(_ path: String) throws -> [RunFolder] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue
    else {
      throw Failure(
        status: ExitStatus.noInput, message: "\(path): there is no such folder; allowed: the folder of a run")
    }
    return try RunFolder.runs(in: URL(fileURLWithPath: path, isDirectory: true))
  }

  /// The one run that a path stands for.
  ///
  /// - Parameters:
  ///   - path: its folder, or one with that folder and no other run in it.
  ///   - flag: the flag that names it.
  /// - Returns: the run.
  /// - Throws: `Failure` where there are several, or no such folder, and `DataError` where there is no run in it.
  static func openOne(_ path: String, flag: String) throws -> RunFolder {
    let folders = try open(path)
    guard folders.count == 1 else {
      let names = folders.map { path + (path.hasSuffix("/") ? "" : "/") + $0.url.lastPathComponent }
      throw Failure(
        status: ExitStatus.usage,
        message:
          "\(flag) \(path): has \(folders.count) runs in it; allowed: one of \(names.joined(separator: ", "))"
      )
    }
    return folders[0]
  }

  /// A run as it was after a step.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - step: that of a checkpoint or a snapshot; `nil` for the last checkpoint.
  /// - Returns: the run.
  /// - Throws: `DataError` where there is nothing of that step, or it is not as it was written.
  static func load(_ folder: RunFolder, at step: Int?) throws -> any LiveRun {
    let run = try folder.description.makeRun()
    let known = Set(folder.checkpointSteps + folder.snapshotSteps).sorted()
    if let step, !known.contains(step) {
      throw DataError(
        source: folder.url.relativePath, field: "--checkpoint", value: "\(step)",
        allowed: known.map(String.init).joined(separator: ", "))
    }
    if let step, !folder.checkpointSteps.contains(step) {
      let file = folder.snapshotFile(step)
      do throws(DataError) {
        try run.parameters.load(try folder.snapshot(step), by: "reading a snapshot")
      } catch { throw error.source == nil ? error.from(file.path) : error }
      run.parameters.step = step
      return run
    }
    guard let checkpoint = try folder.checkpoint(step) else {
      throw DataError(
        source: folder.url.relativePath, field: "checkpoints", value: "none",
        allowed: "a run that has come as far as its first")
    }
    try checkpoint.restore(run, from: folder.checkpointFolder(checkpoint.step))
    return run
  }
}
