import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Try a trained agent out in fresh episodes.",
    usage: "assay evaluate <folder> [<options>]",
    discussion: """
      EXAMPLES
        assay evaluate runs/pole --episodes 100
        assay evaluate runs/poles --conduct policy --json
      """)

  @Argument(help: "The folder of a run, or one with such folders in it.")
  var folder: String

  @Option(help: "How many episodes.")
  var episodes = 100

  @Option(
    help: "How the agent acts: 'greedy' (what it takes to be best), 'policy' (drawn from it) or 'exploring'.")
  var conduct = Conduct.greedy.rawValue

  @Option(help: "Which checkpoint or snapshot, by its step; the last checkpoint, if left out.")
  var checkpoint: Int?

  @Option(help: "Everything random in the episodes follows from it.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON, schema assay.evaluate/1.")
  var json = false

  private struct Result: Encodable {
    struct Run: Encodable {
      var folder: String
      var agent: String
      var environment: String
      var seed: UInt64
      var step: Int
      var evaluation: EvaluationSummary
    }

    var schema = "assay.evaluate/1"
    var conduct: String
    var seed: UInt64
    var runs: [Run]
    /// The mean training reward of an episode, over runs.
    var reward: Estimate
  }

  func run() async throws {
    try await reporting {
      guard (1...100_000).contains(episodes) else {
        throw Failure(
          status: ExitStatus.usage,
          message: "--episodes is \(episodes); allowed: a whole number from 1 to 100000")
      }
      guard let conduct = Conduct(rawValue: conduct) else {
        throw UnknownName(kind: "conduct", name: conduct, known: Conduct.allCases.map(\.rawValue))
      }
      let runs = try Runs.open(folder).map { folder in
        let run = try Runs.load(folder, at: checkpoint)
        // The stream of evaluations that people ask for: no other has this number.
        let evaluation = run.evaluate(
          episodes: episodes, conduct: conduct, stream: RandomStream(seed: seed).substream(5))
        return Result.Run(
          folder: folder.url.relativePath, agent: folder.description.agent,
          environment: folder.description.environment, seed: folder.description.seed, step: run.step,
          evaluation: EvaluationSummary(evaluation))
      }
      let result = Result(
        conduct: conduct.rawValue, seed: seed, runs: runs,
        reward: Estimate(mean: runs.map(\.evaluation.reward.estimate)))
      if json { try printJSON(result) } else { show(result) }
    }
  }

  private func show(_ result: Result) {
    for run in result.runs {
      let evaluation = run.evaluation
      var text =
        "\(run.agent) in \(run.environment), seed \(run.seed), step \(NumberText.count(run.step)), \(result.conduct): "
        + "return \(NumberText.interval(evaluation.reward)) over \(counted(evaluation.reward.count, "episode")) "
        + "of \(NumberText.interval(evaluation.length)) steps"
      if evaluation.performance.estimate != evaluation.reward.estimate {
        text += ", performance \(NumberText.interval(evaluation.performance))"
      }
      if evaluation.unfinished > 0 {
        text += "; \(evaluation.unfinished) did not end in \(NumberText.count(Evaluation.stepLimit)) steps"
      }
      for line in TextLayout.wrapped(text) { print(line) }
    }
    if result.runs.count > 1 {
      print(
        "over \(result.runs.count) runs: \(NumberText.interval(result.reward))".replacing("\u{A0}", with: " ")
      )
    }
  }
}
