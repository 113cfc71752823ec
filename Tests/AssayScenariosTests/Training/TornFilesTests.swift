import Assay
import AssayScenarios
import Foundation
import Testing

@Suite("Files of a run that were torn or altered")
struct TornFilesTests {
  private static let run = { () -> SmallRun in
    guard let ppo = Catalogue.standard.learners.first(where: { $0.name == "ppo" }) else {
      preconditionFailure("there is no ppo")
    }
    return SmallRun(learner: ppo)
  }()

  static let files = ["checkpoint.json", "parameters.safetensors", "state.safetensors"]

  /// What a session says that is begun in a folder.
  private func complaint(in url: URL) throws -> DataError {
    do {
      try Self.run.train(in: url)
    } catch let error as DataError { return error }
    Issue.record("a torn file was taken")
    return DataError(field: "", value: "", allowed: "")
  }

  @Test(
    "a file that is cut short, wherever, is refused by name, and the checkpoint before it is named",
    arguments: files)
  func cut(name: String) throws {
    let place = try TrainingFolder()
    let folder = try Self.run.train(in: place.place("run")).folder
    try extend(folder)
    let file = folder.checkpointFolder(480).appending(path: name)
    let bytes = try Data(contentsOf: file)
    for length in [0, 1, 8, bytes.count / 3, bytes.count / 2, bytes.count - 2] {
      try bytes.prefix(length).write(to: file)
      let error = try complaint(in: folder.url)
      #expect(error.source == file.path, "\(length): \(error)")
      #expect(error.allowed.contains("--checkpoint 384"), "\(length): \(error)")
    }
    // The one before is whole, and the run goes on from there to the same end.
    try bytes.prefix(100).write(to: file)
    let session = try Self.run.train(in: folder.url, from: 384)
    #expect(session.run.step == 600)
  }

  @Test("a single bit that is turned over is noticed", arguments: files)
  func flipped(name: String) throws {
    let place = try TrainingFolder()
    let folder = try Self.run.train(in: place.place("run")).folder
    try extend(folder)
    let file = folder.checkpointFolder(480).appending(path: name)
    let bytes = try Data(contentsOf: file)
    var random = RandomStream(seed: 11)
    for _ in 0..<40 {
      var altered = bytes
      let index = random.integer(below: altered.count)
      // Space that nobody reads may be any other space: in JSON a turned bit makes of a blank no other one.
      altered[index] ^= 1 << UInt8(random.integer(below: 8))
      try altered.write(to: file)
      let error = try complaint(in: folder.url)
      #expect(error.source == file.path, "byte \(index): \(error)")
    }
  }

  @Test("a file that is missing is named", arguments: files + ["run.json", "metrics.jsonl"])
  func missing(name: String) throws {
    let place = try TrainingFolder()
    let folder = try Self.run.train(in: place.place("run")).folder
    try extend(folder)
    let isInside = Self.files.contains(name)
    let file = (isInside ? folder.checkpointFolder(480) : folder.url).appending(path: name)
    try FileManager.default.removeItem(at: file)
    if name == "run.json" {
      let error = try #require(throws: DataError.self) { try RunFolder(opening: folder.url) }
      #expect(error.field == "run.json" && error.value == "missing")
      return
    }
    let error = try complaint(in: folder.url)
    #expect(error.source == file.path, "\(error)")
  }

  @Test(
    "a description with nonsense in it is refused by field",
    arguments: [
      ("\"steps\" : 600", "\"steps\" : 0", "steps"), ("\"steps\" : 600", "\"steps\" : \"many\"", "steps"),
      ("\"seed\" : 3,", "", "seed"), ("assay.run/1", "assay.run/2", "schema"),
    ])
  func description(what: String, other: String, field: String) throws {
    let place = try TrainingFolder()
    let folder = try Self.run.train(in: place.place("run")).folder
    try extend(folder)
    let file = folder.url.appending(path: "run.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(what))
    try text.replacing(what, with: other).write(to: file, atomically: true, encoding: .utf8)
    let error = try #require(throws: DataError.self) { try RunFolder(opening: folder.url) }
    #expect(error.source == file.path && error.field == field, "\(error)")
  }

  @Test(
    "what a killed process leaves behind is cleaned away, and what it wrote after the checkpoint is cut off")
  func leftovers() throws {
    let place = try TrainingFolder()
    let one = try Self.run.train(in: place.place("one")).folder
    let two = try Self.run.train(in: place.place("two")).folder
    let names = ["checkpoints/.000000000576.x", "snapshots/.y", ".run.json.z"]
    for name in names {
      try FileManager.default.createDirectory(
        at: two.url.appending(path: name), withIntermediateDirectories: true)
    }
    for name in ["metrics.jsonl", "events.out.tfevents.assay"] {
      let handle = try FileHandle(forWritingTo: two.url.appending(path: name))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"step\":5".utf8))
      try handle.close()
    }
    for folder in [one, two] {
      try extend(folder)
      try Self.run.train(in: folder.url)
    }
    #expect(try one.bytes(of: 600) == two.bytes(of: 600))
    #expect(try one.lines() == two.lines())
    for name in names { #expect(!FileManager.default.fileExists(atPath: two.url.appending(path: name).path)) }
  }

  @Test("two sessions cannot train the same run at the same time")
  func lock() throws {
    let place = try TrainingFolder()
    let folder = try Self.run.train(in: place.place("run")).folder
    let session = try TrainingSession(folder, of: try Self.run.make(folder.description))
    let error = try complaint(in: folder.url)
    #expect(error.value == "being trained by another process")
    withExtendedLifetime(session) {}
  }

  @Test("a folder with something in it is not taken for a new run")
  func occupied() throws {
    let place = try TrainingFolder()
    try Data().write(to: place.url.appending(path: "mine.txt"))
    let error = try #require(throws: DataError.self) {
      try RunFolder(creating: place.url, for: try Self.run.description)
    }
    #expect(error.value == "not empty")
  }

  private func extend(_ folder: RunFolder) throws {
    var folder = folder
    try folder.extend(to: 600)
  }
}
