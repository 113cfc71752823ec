import Assay
import Foundation

/// The folder that a run is kept in.
///
/// | name | what it is |
/// | --- | --- |
/// | `run.json` | what the run is: agent, world, hyperparameters, seed |
/// | `metrics.jsonl` | a line for each time the run was looked at |
/// | `events.out.tfevents.assay` | the same for TensorBoard |
/// | `checkpoints/STEP/` | everything that the run needs to go on; the last two |
/// | `snapshots/STEP.safetensors` | the parameters only, about ten over the run |
///
/// Nothing has its name before it is whole and on the disk, so whenever the process is killed, the last checkpoint is a
/// whole one. What was begun and left has a name that begins with a dot, and goes when the run is taken up.
public struct RunFolder: Sendable {
  public let url: URL
  /// What the run is.
  public private(set) var description: RunDescription

  /// How many checkpoints are kept.
  static let keptCheckpoints = 2
  static let descriptionFile = "run.json"
  static let metricsFile = "metrics.jsonl"
  static let eventsFile = "events.out.tfevents.assay"

  private var checkpointsFolder: URL { url.appending(path: "checkpoints", directoryHint: .isDirectory) }
  private var snapshotsFolder: URL { url.appending(path: "snapshots", directoryHint: .isDirectory) }

  /// Makes a folder for a new run.
  ///
  /// - Parameters:
  ///   - url: where; nothing may be there, or an empty folder. Folders above it are made.
  ///   - description: what the run is.
  /// - Throws: `DataError` where the folder has something in it, or cannot be made.
  public init(creating url: URL, for description: RunDescription) throws(DataError) {
    self.url = url
    self.description = description
    try Self.checkFree(url)
    do {
      try FileManager.default.createDirectory(at: checkpointsFolder, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(at: snapshotsFolder, withIntermediateDirectories: true)
    } catch {
      throw DataError(
        source: url.path, field: "the folder", value: "not to be made (\(error.localizedDescription))",
        allowed: "a place that can be written to")
    }
    try write(description)
  }

  /// Opens the folder of a run.
  ///
  /// - Parameter url: where it is.
  /// - Throws: `DataError` where there is no run, or its description was altered into nonsense.
  public init(opening url: URL) throws(DataError) {
    let file = url.appending(path: Self.descriptionFile)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw DataError(
        source: url.path, field: Self.descriptionFile, value: "missing", allowed: "the folder of a run")
    }
    self.url = url
    description = try StrictJSON.read(RunDescription.self, from: file)
    do throws(DataError) { try description.check() } catch { throw error.from(file.path) }
  }

  /// Makes sure that a run can begin in a folder.
  ///
  /// - Throws: `DataError` where the folder has something in it.
  public static func checkFree(_ url: URL) throws(DataError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    // What a run that was killed before it had a description leaves behind.
    let leftovers = names.allSatisfy {
      $0 == "checkpoints" || $0 == "snapshots" || $0.hasPrefix(".run.json.")
    }
    guard isDirectory.boolValue, leftovers else {
      throw DataError(
        source: url.path, field: "the folder", value: isDirectory.boolValue ? "not empty" : "a file",
        allowed: "a new or empty folder")
    }
  }

  /// Whether there is a run in a folder.
  public static func isRun(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: descriptionFile).path)
  }

  /// The runs that a folder stands for: itself, or those in it, in the order of their names' numbers.
  ///
  /// - Throws: `DataError` where there is none.
  public static func runs(in url: URL) throws(DataError) -> [RunFolder] {
    if isRun(url) { return [try RunFolder(opening: url)] }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [])
      .filter { !$0.hasPrefix(".") && isRun(url.appending(path: $0, directoryHint: .isDirectory)) }
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    guard !names.isEmpty else {
      throw DataError(
        source: url.path, field: descriptionFile, value: "missing",
        allowed: "the folder of a run, or one with such folders in it")
    }
    var runs: [RunFolder] = []
    for name in names {
      runs.append(try RunFolder(opening: url.appending(path: name, directoryHint: .isDirectory)))
    }
    return runs
  }

  /// Writes down that the run is to go further.
  ///
  /// - Parameter steps: how many environment steps it is to have taken.
  public mutating func extend(to steps: Int) throws(DataError) {
    description.steps = steps
    try write(description)
  }

  private func write(_ description: RunDescription) throws(DataError) {
    try WholeFile.write(StrictJSON.bytes(of: description), to: url.appending(path: Self.descriptionFile))
  }

  // MARK: Checkpoints

  /// The steps that there are checkpoints of, the oldest first.
  public var checkpointSteps: [Int] { steps(in: checkpointsFolder, suffix: "") }

  /// The steps that there are snapshots of, the oldest first.
  public var snapshotSteps: [Int] { steps(in: snapshotsFolder, suffix: ".safetensors") }

  private func steps(in folder: URL, suffix: String) -> [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasSuffix(suffix) }.compactMap { Int($0.dropLast(suffix.count)) }.sorted()
  }

  /// The place of a checkpoint.
  public func checkpointFolder(_ step: Int) -> URL {
    checkpointsFolder.appending(path: Self.name(of: step), directoryHint: .isDirectory)
  }

  /// The place of a snapshot.
  public func snapshotFile(_ step: Int) -> URL {
    snapshotsFolder.appending(path: Self.name(of: step) + ".safetensors")
  }

  private static func name(of step: Int) -> String {
    String(repeating: "0", count: max(0, 12 - "\(step)".count)) + "\(step)"
  }

  /// Reads a checkpoint.
  ///
  /// - Parameter step: which; `nil` for the last.
  /// - Returns: the checkpoint; `nil` where there is none at all and none was asked for.
  /// - Throws: `DataError` where it is not there, or not as it was written. The last whole one is named then.
  public func checkpoint(_ step: Int? = nil) throws(DataError) -> Checkpoint? {
    let known = checkpointSteps
    guard let chosen = step ?? known.last else { return nil }
    guard known.contains(chosen) else {
      throw DataError(
        source: url.path, field: "checkpoint", value: "\(chosen)",
        allowed: known.isEmpty
          ? "none, since there are none" : known.map(String.init).joined(separator: " or "))
    }
    do throws(DataError) { return try Checkpoint(in: checkpointFolder(chosen)) } catch {
      var error = error
      if let other = known.last(where: { $0 != chosen && (try? Checkpoint(in: checkpointFolder($0))) != nil })
      {
        error.allowed += "; the checkpoint of step \(other) is whole (--checkpoint \(other))"
      }
      throw error
    }
  }

  /// The parameters as they were after a step, from a snapshot.
  ///
  /// - Throws: `DataError` where it is not there or cannot be read.
  public func snapshot(_ step: Int) throws(DataError) -> [StoredTensor] {
    try Safetensors(contentsOf: snapshotFile(step)).tensors
  }

  /// Keeps a checkpoint, and lets go of the oldest.
  func keep(_ checkpoint: Checkpoint) throws(DataError) {
    let hidden = checkpointsFolder.appending(
      path: ".\(Self.name(of: checkpoint.step)).\(UUID().uuidString)", directoryHint: .isDirectory)
    do { try FileManager.default.createDirectory(at: hidden, withIntermediateDirectories: true) } catch {
      throw Self.unwritable(hidden, error)
    }
    try checkpoint.write(into: hidden)
    let place = checkpointFolder(checkpoint.step)
    if FileManager.default.fileExists(atPath: place.path) { remove(place) }
    do { try FileManager.default.moveItem(at: hidden, to: place) } catch {
      throw Self.unwritable(place, error)
    }
    Self.sync(checkpointsFolder)
    for step in checkpointSteps.dropLast(Self.keptCheckpoints) { remove(checkpointFolder(step)) }
  }

  /// Keeps the parameters for good.
  func keepSnapshot(of run: any LiveRun) throws(DataError) {
    try Safetensors(run.parameters.storedTensors(), metadata: ["step": "\(run.step)"])
      .write(to: snapshotFile(run.step))
  }

  /// Removes what was begun and left, and what comes after a step.
  ///
  /// - Parameter step: where the run is taken up.
  func clean(after step: Int) {
    for folder in [url, checkpointsFolder, snapshotsFolder] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      where name.hasPrefix(".") {
        try? FileManager.default.removeItem(at: folder.appending(path: name))
      }
    }
    for later in checkpointSteps where later > step { remove(checkpointFolder(later)) }
    for later in snapshotSteps where later > step {
      try? FileManager.default.removeItem(at: snapshotFile(later))
    }
  }

  /// Removes a checkpoint so that it is never there in part.
  private func remove(_ place: URL) {
    let hidden = checkpointsFolder.appending(path: ".\(UUID().uuidString)")
    try? FileManager.default.moveItem(at: place, to: hidden)
    try? FileManager.default.removeItem(at: hidden)
  }

  private static func sync(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func unwritable(_ url: URL, _ error: any Error) -> DataError {
    DataError(
      source: url.path, field: "the folder", value: "not writable (\(error.localizedDescription))",
      allowed: "a place that can be written to")
  }
}

/// Keeps others from training the same run at the same time, for as long as it is held or the process lives.
final class RunLock {
  private let descriptor: Int32

  /// Takes the folder of a run.
  ///
  /// - Throws: `DataError` where another process has it.
  init(_ folder: URL) throws(DataError) {
    descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw DataError(
        source: folder.path, field: "the run", value: "being trained by another process",
        allowed: "one process at a time")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
