import Assay
import AssayReports
import Foundation

/// The logs of a run: a line of JSON and a record for TensorBoard each time the run is looked at.
///
/// A line is an object: `step` and `seconds`, and then the same names and numbers that TensorBoard is shown. A number
/// that is not finite is the text `NaN`, `Infinity` or `-Infinity`, for which JSON has no numbers.
struct RunLog {
  private var metrics: GrowingFile
  private var events: GrowingFile

  /// Opens the logs of a run, cut back to where they were.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - lengths: how long each was, by its name; empty for a run that begins.
  /// - Throws: `DataError` where one is shorter than it was, or cannot be written.
  init(in folder: URL, lengths: [String: Int]) throws(DataError) {
    metrics = try GrowingFile(
      folder.appending(path: RunFolder.metricsFile), length: lengths[RunFolder.metricsFile] ?? 0)
    events = try GrowingFile(
      folder.appending(path: RunFolder.eventsFile), length: lengths[RunFolder.eventsFile] ?? 0)
    if events.length == 0 {
      try events.append(TensorBoardLog.opening(wallTime: Date().timeIntervalSince1970))
    }
  }

  /// How long each log is, by its name.
  var lengths: [String: Int] {
    [RunFolder.metricsFile: metrics.length, RunFolder.eventsFile: events.length]
  }

  /// Adds a line.
  ///
  /// - Parameters:
  ///   - step: the environment step.
  ///   - seconds: for how long the run has been training.
  ///   - scalars: what there is to say, each under a name of its own.
  /// - Throws: `DataError` where it cannot be written.
  mutating func add(step: Int, seconds: Double, _ scalars: [(name: String, value: Double)]) throws(DataError)
  {
    let members =
      ["\"step\":\(step)", "\"seconds\":\(Self.json((seconds * 1e6).rounded() / 1e6))"]
      + scalars.map { "\"\($0.name)\":\(Self.json($0.value))" }
    try metrics.append(Array("{\(members.joined(separator: ","))}\n".utf8))
    try events.append(
      TensorBoardLog.record(of: scalars, step: step, wallTime: Date().timeIntervalSince1970))
  }

  /// Makes sure that all of it is on the disk.
  func sync() {
    metrics.sync()
    events.sync()
  }

  private static func json(_ number: Double) -> String {
    number.isNaN ? "\"NaN\"" : number.isInfinite ? "\"\(number < 0 ? "-" : "")Infinity\"" : "\(number)"
  }
}

/// A file that only grows.
private struct GrowingFile {
  private let url: URL
  private let handle: FileHandle
  private(set) var length: Int

  /// Opens a file, or makes it, and cuts off what is beyond a length.
  init(_ url: URL, length: Int) throws(DataError) {
    self.url = url
    self.length = length
    if length == 0, !FileManager.default.fileExists(atPath: url.path) { try WholeFile.write([], to: url) }
    do {
      handle = try FileHandle(forUpdating: url)
      let there = Int(try handle.seekToEnd())
      guard there >= length else {
        throw DataError(
          source: url.path, field: "the length", value: "\(there) bytes",
          allowed: "\(length) bytes or more, as at the checkpoint")
      }
      try handle.truncate(atOffset: UInt64(length))
    } catch { throw error as? DataError ?? Self.unwritable(url, error) }
  }

  mutating func append(_ bytes: [UInt8]) throws(DataError) {
    do { try handle.write(contentsOf: bytes) } catch { throw Self.unwritable(url, error) }
    length += bytes.count
  }

  func sync() { try? handle.synchronize() }

  private static func unwritable(_ url: URL, _ error: any Error) -> DataError {
    DataError(
      source: url.path, field: "the file", value: "not writable (\(error.localizedDescription))",
      allowed: "a file that can be written to")
  }
}
