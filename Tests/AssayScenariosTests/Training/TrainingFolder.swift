import Assay
import AssayAgents
import AssayScenarios
import Foundation
import Testing

/// A place for runs that goes when nobody holds it any more.
final class TrainingFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(
      path: "assay-training-tests-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func place(_ name: String) -> URL { url.appending(path: name, directoryHint: .isDirectory) }
}

/// A small run of any agent, in a world that fits it.
struct SmallRun: CustomTestStringConvertible {
  var learner: LearnerEntry
  var seed: UInt64 = 3
  var steps = 480

  var testDescription: String { learner.name }

  /// Every agent that can be trained.
  static let all = Catalogue.standard.learners.map { SmallRun(learner: $0) }

  /// Numbered actions where the agent takes them, vectors where it takes only these.
  var environment: String { learner.takesChoices ? "cart-pole" : "pendulum" }

  /// What makes networks small, and updates frequent enough to happen in a few hundred steps.
  private static let small: Hyperparameters = [
    "hidden": .integers([8]), "model-hidden": .integers([8]), "copies": .integer(2),
    "rollout-length": .integer(16), "batch-size": .integer(16), "model-batch-size": .integer(16),
    "passes": .integer(2), "learning-start": .integer(32),
    "buffer-size": .integer(300), "memory": .integer(300), "imagined-memory": .integer(300),
    "episodes": .integer(2), "population-size": .integer(4), "parents": .integer(2), "epochs": .integer(3),
    "steps-between-fits": .integer(100), "branches-per-step": .integer(1), "updates-per-step": .number(0.25),
    "longest-episode": .integer(20),
  ]

  var description: RunDescription {
    get throws {
      let given = Self.small.filter { entry in learner.hyperparameters.contains { $0.name == entry.key } }
      var description = RunDescription(
        agent: learner.name, environment: environment, settings: [:],
        hyperparameters: try learner.hyperparameters(given: given, in: ""), seed: seed, steps: steps,
        version: "test")
      description.logEvery = 48
      description.checkpointEvery = 96
      description.checkpointSeconds = 0
      description.snapshotEvery = 120
      description.evaluationEpisodes = 0
      return description
    }
  }

  func make(_ description: RunDescription) throws -> any LiveRun {
    let world = try Catalogue.standard.environment(named: description.environment).make([:])
    return try learner.make(
      LearnerRequest(
        world: world, hyperparameters: description.hyperparameters, runLength: description.runLength,
        seed: description.seed))
  }

  /// Trains in a new folder, or goes on in one that is there.
  @discardableResult
  func train(
    in url: URL, description: RunDescription? = nil, from checkpoint: Int? = nil,
    until isInterrupted: () -> Bool = { false }
  ) throws -> TrainingSession {
    let folder =
      RunFolder.isRun(url)
      ? try RunFolder(opening: url)
      : try RunFolder(creating: url, for: try description ?? self.description)
    let session = try TrainingSession(folder, of: try make(folder.description), from: checkpoint)
    _ = try session.train(until: isInterrupted)
    return session
  }
}

extension RunFolder {
  /// The bytes of the files of a checkpoint that have no times in them.
  func bytes(of step: Int) throws -> [Data] {
    try ["parameters.safetensors", "state.safetensors"].map {
      try Data(contentsOf: checkpointFolder(step).appending(path: $0))
    }
  }

  /// The lines of the log, without times.
  func lines() throws -> [[String: AnyHashable]] {
    try String(contentsOf: url.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n").map {
      var line = (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: AnyHashable]) ?? [:]
      line["seconds"] = nil
      line["run/steps per second"] = nil
      return line
    }
  }
}
