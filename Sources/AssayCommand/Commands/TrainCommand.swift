import ArgumentParser
import Assay
import AssayScenarios
import Foundation

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an agent with networks, and keep all of its run in a folder.",
    usage: "assay train <environment> --agent <agent> --out <folder> [<options>]",
    discussion: """
      Every hyperparameter of the agent can be set by its name ('assay list agents ppo' tells them). What is typed \
      goes before what --config says, that before what was found for the world, and that before the standard.

      The folder holds run.json, metrics.jsonl, a file for TensorBoard, checkpoints and snapshots. Ctrl-C keeps the run \
      as it is; 'assay resume' goes on from there, bit for bit.

      EXAMPLES
        assay train cart-pole --agent ppo --steps 100k --out runs/pole
        assay train cart-pole --agent ppo --rate 3e-4 --hidden 64,64 --out runs/b

      EXIT STATUS
          0  all steps were taken               73  the folder could not be written
         64  bad usage                         130  Ctrl-C, and the run was kept
         65  bad data
         70  a number was not finite
      """)

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP, .POMDP). Hyperparameters, as in "
        + "'--rate 3e-4', may stand anywhere.",
      valueName: "environment"))
  var words: [String] = []

  @Option(help: "The agent to train (see 'assay list agents').")
  var agent: String?

  @Option(help: "How many environment steps: 100000, 100k or 1e5. 100k, if left out.")
  var steps: String?

  @Option(help: "Everything random follows from it. 0, if left out.")
  var seed: String?

  @Option(help: "Train so many, with seeds counted up from the first, in folders seed-0 and so on.")
  var seeds: String?

  @Option(help: "How many are trained side by side; all cores, if left out.")
  var jobs: Int?

  @Option(help: ArgumentHelp("The folder to make; it may be there if it is empty.", valueName: "folder"))
  var out: String?

  @Option(
    help: ArgumentHelp("Take what is not typed from a file, with the same names.", valueName: "file.yaml"))
  var config: String?

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Look at the run each so many steps; a hundredth of all, if left out.", valueName: "steps"))
  var logEvery: String?

  @Option(
    help: ArgumentHelp(
      "Make a checkpoint each so many steps. If left out: each tenth of all, but not within five seconds of the last.",
      valueName: "steps"))
  var checkpointEvery: String?

  @Option(
    help: ArgumentHelp("Evaluate the agent each so many steps, besides at the end.", valueName: "steps"))
  var evaluateEvery: String?

  @Option(
    help: ArgumentHelp("In how many greedy episodes; 0 for never. 20, if left out.", valueName: "count"))
  var evaluationEpisodes: String?

  @Flag(help: "Print JSON, schema assay.train/1.")
  var json = false

  func run() async throws {
    try await reporting {
      let flags = [
        "agent": agent, "steps": steps, "seed": seed, "seeds": seeds, "log-every": logEvery,
        "checkpoint-every": checkpointEvery, "evaluate-every": evaluateEvery,
        "evaluation-episodes": evaluationEpisodes,
      ].compactMapValues(\.self)
      let order = try RunOrder(words: words, flags: flags, settings: set, file: config)
      let descriptions = try order.descriptions()
      let jobs = try Self.check(jobs: jobs)
      guard let out, !out.isEmpty else {
        throw Failure(status: ExitStatus.usage, message: "--out is missing; allowed: a folder to make")
      }
      // Made once for nothing, so that what cannot be leaves no folder behind.
      _ = try descriptions[0].makeRun()
      let folders = try make(descriptions, at: out, hasSeeds: try order.hasSeeds)
      let interruption = Interruption()
      let results = try await TrainingJobs(folders: folders, jobs: jobs).run(interruption: interruption)
      try finish(results, of: folders, at: out, json: json, interruption: interruption)
    }
  }

  /// How many runs are trained at a time.
  static func check(jobs: Int?) throws -> Int {
    let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    guard jobs > 0 else {
      throw Failure(status: ExitStatus.usage, message: "--jobs is \(jobs); allowed: 1 or more")
    }
    return jobs
  }

  private func make(_ descriptions: [RunDescription], at out: String, hasSeeds: Bool) throws -> [RunFolder] {
    do throws(DataError) {
      let url = URL(fileURLWithPath: out, isDirectory: true)
      guard hasSeeds else { return [try RunFolder(creating: url, for: descriptions[0])] }
      try RunFolder.checkFree(url)
      var folders: [RunFolder] = []
      for description in descriptions {
        let place = url.appending(path: "seed-\(description.seed)", directoryHint: .isDirectory)
        folders.append(try RunFolder(creating: place, for: description))
      }
      return folders
    } catch {
      throw Failure(status: ExitStatus.cannotCreate, message: "--out \(error)")
    }
  }
}
