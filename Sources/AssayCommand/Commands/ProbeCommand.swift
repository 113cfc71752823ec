import ArgumentParser
import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import AssayReports
import AssayScenarios
import Foundation

struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Train an agent in worlds so small that a failure names the broken part.",
    usage: "assay probe <agent> [--<hyperparameter> <value> ...] [<options>]",
    discussion: """
      The probes go from simple to hard; the first that fails is to be believed most. A probe of values asks the \
      critic, and one of actions the actor.

      EXAMPLES
        assay probe ppo
        assay probe dqn --rate 1e-3 --steps 20k

      EXIT STATUS
         0  every probe passed     1  one failed
        64  bad usage             70  a number was not finite
      """)

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp(
      "The agent (see 'assay list agents'). Hyperparameters, as in '--rate 3e-4', may stand anywhere.",
      valueName: "agent"))
  var words: [String] = []

  @Option(help: "How many environment steps in each probe.")
  var steps = Count(20_000)

  @Option(help: "Everything random follows from it.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON, schema assay.probe/1.")
  var json = false

  private struct Result: Encodable {
    struct Item: Encodable {
      var probe: String
      var question: String
      var verdict: String
      var suspect: String?
      var text: String
    }

    var schema = "assay.probe/1"
    var agent: String
    var steps: Int
    var seed: UInt64
    var probes: [Item]
  }

  func run() async throws {
    try await reporting {
      guard steps.number > 0 else {
        throw Failure(status: ExitStatus.usage, message: "--steps is \(steps.number); allowed: 1 or more")
      }
      let (agents, flags) = RunOrder.split(words)
      guard agents.count == 1 else {
        let known = Names.catalogue.learners.map(\.name).joined(separator: ", ")
        throw Failure(
          status: ExitStatus.usage,
          message: agents.isEmpty
            ? "the agent is missing; allowed: \(known)"
            : "'\(agents[1])' is one word too many; allowed: one agent")
      }
      let entry = try Names.learner(agents[0])
      let given = try RunOrder.hyperparameters(flags, of: entry)
      let hyperparameters = try entry.hyperparameters(given: given, in: "")
      var results: [ProbeResult] = []
      let worlds = Self.worlds(for: entry)
      let progress = ProgressLine("probing", total: worlds.count)
      defer { progress.finish() }
      for world in worlds {
        let run = try entry.make(
          LearnerRequest(
            world: world, hyperparameters: hyperparameters, runLength: steps.number, seed: seed))
        try run.advance(to: steps.number)
        results.append(run.probe(in: world, seed: seed))
        progress.advance(by: 1)
      }
      progress.finish()
      try show(results, of: entry)
    }
  }

  private static func worlds(for entry: LearnerEntry) -> [any ProbeWorld] {
    entry.takesChoices
      ? [ConstantProbe(), ObservationProbe(), DelayedProbe(), ActionProbe(), MatchingProbe()]
      : [
        ConstantProbe(actionSpace: BoxSpace(count: 1, in: -1...1)),
        ObservationProbe(actionSpace: BoxSpace(count: 1, in: -1...1)),
        DelayedProbe(actionSpace: BoxSpace(count: 1, in: -1...1)), ContinuousActionProbe(),
        ContinuousMatchingProbe(),
      ]
  }

  private func show(_ results: [ProbeResult], of entry: LearnerEntry) throws {
    let failed = results.filter { $0.verdict == .failed }
    if json {
      try printJSON(
        Result(
          agent: entry.name, steps: steps.number, seed: seed,
          probes: results.map {
            .init(
              probe: $0.probe.name, question: $0.probe.question, verdict: $0.verdict.rawValue,
              suspect: $0.verdict == .failed ? $0.probe.suspect.rawValue : nil, text: "\($0)")
          }))
    } else {
      for result in results {
        for (index, line) in TextLayout.wrapped("\(result)", columns: 76).enumerated() {
          print((index == 0 ? "" : "    ") + line)
        }
      }
      print("\(entry.name): \(failed.count) of \(counted(results.count, "probe")) failed")
    }
    if let first = failed.first {
      throw Failure(
        status: ExitStatus.expectationFailed,
        message: "\(entry.name) fails \(first.probe.name): suspect \(first.probe.suspect.rawValue)")
    }
  }
}
