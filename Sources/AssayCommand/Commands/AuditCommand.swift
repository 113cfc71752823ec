import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Train agents, compare each part with the exact truth, and say which part is wrong.",
    usage: """
      assay audit <environment> --agent <agent> [<options>]
      assay audit <run folder> [<options>]
      """,
    discussion: """
      EXAMPLES
        assay audit frozen-lake-8x8 --agent dyna --report audit.html
        assay audit cliff-walking --agent dyna --fault critic-wrong-discount \\
          --expect critic-wrong-discount
        assay audit runs/pole --report audit.html

      The agent of a run is audited as it is, against what restarts from states that
      it visits earn in copies of its world. Several runs in one folder are taken
      together.

      A world whose discount is 1 is judged at 0.999, since a policy that never ends
      has no value at 1.

      EXIT STATUS
         0  the audit ran, and met --expect     66  no such file
         1  the expectation failed              70  a number was not finite
        64  bad usage                           73  a file could not be written
        65  bad data
      """)

  @Argument(
    help:
      "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP), or the folder of a run."
  )
  var environment: String

  @Option(help: "The agent to train (see 'assay list agents').")
  var agent: String?

  @Option(help: "Environment steps of training, for each agent.")
  var steps = 300_000

  @Option(help: "The first seed.")
  var seed: UInt64 = 0

  @Option(help: "How many agents to train, each with a seed of its own, counted up from the first.")
  var seeds = 10

  @Option(help: "A fault to plant on purpose (see 'assay list faults'); may be repeated.")
  var fault: [String] = []

  @Option(help: ArgumentHelp("Write a report to look at.", valueName: "file.html"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Write the report as JSON, schema assay.audit/1, or assay.run-audit/1 of runs; '-' for standard output.",
      valueName: "file"))
  var json: String?

  @Option(help: "Fail with status 1 unless this is the diagnosis (see 'assay list diagnoses').")
  var expect: String?

  func run() async throws {
    try await reporting {
      if Self.isFolder(environment) { return try await auditRuns() }
      // A path without an agent can only have been meant for a run.
      if agent == nil, environment.contains("/"), !FileManager.default.fileExists(atPath: environment) {
        throw Failure(status: ExitStatus.noInput, message: "\(environment): there is no such folder")
      }
      // Everything is checked before the training, so that no mistake costs one.
      let (setup, seeds) = try await solving(environment) { try request() }
      let expected = try expect.map(Self.diagnosis)
      try checkFiles()
      let result = try await solving(environment) { try await train(setup, seeds: seeds) }
      try write(result)
      if let expected, result.diagnosis.name != expected {
        throw Failure(
          status: ExitStatus.expectationFailed,
          message: "expected the diagnosis \(expected), but it is \(result.diagnosis.name)")
      }
    }
  }

  func checkFiles() throws {
    if let report { try Files.checkWritable(report, flag: "--report") }
    if let json, json != "-" { try Files.checkWritable(json, flag: "--json") }
    if let report, report == json {
      throw Failure(
        status: ExitStatus.usage, message: "--report and --json are both \(report); allowed: two files")
    }
  }

  private func request() throws -> (setup: Setup, seeds: [UInt64]) {
    guard steps > 0 else {
      throw Failure(status: ExitStatus.usage, message: "--steps is \(steps); allowed: 1 or more")
    }
    guard seeds > 0, seeds <= 10_000 else {
      throw Failure(status: ExitStatus.usage, message: "--seeds is \(seeds); allowed: 1 to 10000")
    }
    guard seed <= UInt64.max - UInt64(seeds) else {
      throw Failure(
        status: ExitStatus.usage, message: "--seed is \(seed); allowed: up to \(UInt64.max - UInt64(seeds))")
    }
    // Optional only so that a mistyped flag is reported as that, and not as a missing `--agent`.
    guard let agent else {
      throw Failure(
        status: ExitStatus.usage,
        message: "--agent is missing; allowed: \(Names.catalogue.agents.map(\.name).joined(separator: ", "))")
    }
    let entry = try Names.agent(agent)
    let faults = try fault.map(Names.fault)
    let world = try Names.environment(environment)
    do {
      let setup = try Setup(planting: faults, agent: entry, environment: world)
      return (setup, (0..<UInt64(seeds)).map { seed + $0 })
    } catch let obstacle as Setup.Obstacle {
      let able = Names.catalogue.agents.filter { obstacle.fault.requirements.isSubset(of: $0.abilities) }
      let allowed =
        able.contains { $0.name == agent }
        ? "another world" : "--agent \(able.map(\.name).joined(separator: ", "))"
      throw Failure(
        status: ExitStatus.usage,
        message:
          "--fault \(obstacle.fault.rawValue) cannot be planted in \(agent): \(obstacle.reason); allowed: "
          + allowed)
    }
  }

  static func diagnosis(_ name: String) throws -> String {
    guard DiagnosisName(rawValue: name) != nil else {
      throw UnknownName(kind: "diagnosis", name: name, known: DiagnosisName.allCases.map(\.rawValue))
    }
    return name
  }

  private func train(_ setup: Setup, seeds: [UInt64]) async throws -> AuditReport {
    let progress = ProgressLine("training \(seeds.count) × \(setup.agent.name)", total: steps * seeds.count)
    defer { progress.finish() }
    return try await setup.audit(seeds: seeds, steps: steps) { progress.advance(by: $0) }
  }

  private func write(_ result: AuditReport) throws {
    // Encoded first: what cannot be is no reason to lose the report of before.
    let encoded = try json.map { _ in try result.json() }
    if let report {
      try Files.write(Data(HTMLReport(result).html.utf8), to: report, flag: "--report")
    }
    if let json, let encoded {
      if json == "-" {
        FileHandle.standardOutput.write(encoded)
        return
      }
      try Files.write(encoded, to: json, flag: "--json")
    }
    print(TerminalReport(result, width: 80, usesColour: Terminal.usesColour).text, terminator: "")
    let written = [report, json].compactMap(\.self)
    if !written.isEmpty { print("\nWritten: \(written.joined(separator: ", "))") }
  }
}
