import Assay
import Foundation

/// Everything that a run needs to go on, as it was after a step.
public struct Checkpoint: Sendable {
  /// How many environment steps the run had taken.
  public var step: Int { record.step }
  /// For how long it had been training, in seconds.
  public var seconds: Double { record.seconds }
  /// Every write to the parameters until then.
  public var ledger: Ledger { record.ledger }
  /// What the learner had said of its latest update.
  public var metrics: [(name: String, value: Double)] { record.metrics.map { ($0.name, $0.value) } }
  /// The parameters' numbers.
  public let parameters: [StoredTensor]
  /// Everything else.
  public let state: StateArchive
  /// How long each log was, in bytes.
  var logs: [String: Int] { record.logs }

  private let record: Record

  static let parametersFile = "parameters.safetensors"
  static let stateFile = "state.safetensors"
  static let recordFile = "checkpoint.json"

  /// The checkpoint's own account: what is in its other files, and what has no place there.
  private struct Record: Codable {
    var schema = "assay.checkpoint/1"
    var step: Int
    var seconds: Double
    var files: [String: FileFacts]
    var logs: [String: Int]
    var metrics: [Metric]
    var ledger: Ledger
    /// The digest of the file as it is with sixteen zeros in this place.
    var digest = unsigned

    static let unsigned = String(repeating: "0", count: 16)
  }

  private struct FileFacts: Codable {
    var bytes: Int
    var digest: String
  }

  private struct Metric: Codable {
    var name: String
    var value: Double
  }

  /// Takes a run as it is now.
  ///
  /// - Parameters:
  ///   - run: the run, all of whose parameters must be finite.
  ///   - seconds: for how long it has been training.
  ///   - logs: how long each log is, in bytes.
  init(of run: any LiveRun, seconds: Double, logs: [String: Int]) {
    precondition(run.parameters.isFinite, "only a run with finite parameters is worth keeping")
    parameters = run.parameters.storedTensors()
    state = run.archive()
    record = Record(
      step: run.step, seconds: seconds, files: [:], logs: logs,
      metrics: run.metrics.map { Metric(name: $0.name, value: $0.value) }, ledger: run.parameters.ledger)
  }

  /// Reads a checkpoint, and makes sure that each file is as it was written.
  ///
  /// - Parameter folder: where it is.
  /// - Throws: `DataError` that names the file and what is wrong with it.
  init(in folder: URL) throws(DataError) {
    let url = folder.appending(path: Self.recordFile)
    let bytes = try WholeFile.read(url)
    let record = try StrictJSON.decode(Record.self, from: bytes, in: url)
    guard record.schema == "assay.checkpoint/1" else {
      throw DataError(source: url.path, field: "schema", value: record.schema, allowed: "assay.checkpoint/1")
    }
    let digest = Digest.text(of: Self.exchanging(record.digest, for: Record.unsigned, in: bytes))
    guard record.digest == digest else {
      throw DataError(
        source: url.path, field: "digest", value: record.digest,
        allowed: "\(digest), that of the file: it was altered")
    }
    func tensors(_ name: String) throws(DataError) -> [StoredTensor] {
      let file = folder.appending(path: name)
      guard let facts = record.files[name] else {
        throw DataError(source: url.path, field: "files.\(name)", value: "missing", allowed: "its digest")
      }
      let bytes = try WholeFile.read(file)
      guard bytes.count == facts.bytes else {
        throw DataError(
          source: file.path, field: "the length", value: "\(bytes.count) bytes",
          allowed: "\(facts.bytes) bytes, as it was written")
      }
      guard Digest.text(of: bytes) == facts.digest else {
        throw DataError(
          source: file.path, field: "the digest", value: Digest.text(of: bytes),
          allowed: "\(facts.digest), as it was written: the file was altered")
      }
      do throws(DataError) { return try Safetensors(bytes: bytes).tensors } catch {
        throw error.from(file.path)
      }
    }
    self.record = record
    parameters = try tensors(Self.parametersFile)
    state = StateArchive(try tensors(Self.stateFile))
  }

  /// Writes the files into a folder that is there.
  func write(into folder: URL) throws(DataError) {
    var record = record
    for (name, tensors) in [(Self.parametersFile, parameters), (Self.stateFile, state.tensors)] {
      let bytes = Safetensors(tensors, metadata: ["step": "\(step)"]).bytes()
      record.files[name] = FileFacts(bytes: bytes.count, digest: Digest.text(of: bytes))
      try WholeFile.write(bytes, to: folder.appending(path: name))
    }
    let unsigned = StrictJSON.bytes(of: record)
    let signed = Self.exchanging(Record.unsigned, for: Digest.text(of: unsigned), in: unsigned)
    try WholeFile.write(signed, to: folder.appending(path: Self.recordFile))
  }

  /// The bytes of an account with another digest in place of the one that it has.
  private static func exchanging(_ digest: String, for other: String, in bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    if let place = bytes.firstRange(of: Array(digest.utf8)) {
      result.replaceSubrange(place, with: other.utf8)
    }
    return result
  }

  /// Takes up a run where it was.
  ///
  /// - Parameters:
  ///   - run: a fresh one, made the same way.
  ///   - folder: where the checkpoint came from, for errors.
  /// - Throws: `DataError` that names what does not fit.
  public func restore(_ run: any LiveRun, from folder: URL) throws(DataError) {
    do throws(DataError) {
      try run.resume(from: state, tensors: parameters, ledger: ledger, step: step, metrics: metrics)
    } catch { throw error.from(folder.path) }
  }
}

/// The digest of a file: FNV-1a of 64 bits over its bytes. It guards against accidents, not against forgery.
///
/// - SeeAlso: Fowler, Noll, Vo & Eastlake (2019), *The FNV non-cryptographic hash algorithm*.
enum Digest {
  static func of(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBufferPointer { bytes in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      return hash
    }
  }

  /// As 16 hexadecimal digits.
  static func text(of bytes: [UInt8]) -> String {
    let digits = String(of(bytes), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
