import ArgumentParser
import Assay
import AssayEnvironments
import AssayReports
import AssayScenarios
import AssayTesting
import Foundation

struct CheckEnvironmentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-environment",
    abstract: "Check a world against the contract, or against a recording.",
    usage: "assay check-environment <environment> [<options>]",
    discussion: """
      The contract: the same seed gives the same episode, copies are independent, observations and rewards are where \
      the world says, endings are final, and what is listed is what happens. A recording holds episodes of another \
      implementation, from set states with set actions; what differs by more than the tolerance fails the check, \
      and so does every ending that differs. The status is 1 where anything was found.

      EXAMPLES
        assay check-environment frozen-lake-8x8
        assay check-environment boat-race --set arrows=corrected --json
      """)

  @Argument(help: "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP, .POMDP).")
  var environment: String

  @Option(help: ArgumentHelp("Replay a recording.", valueName: "file.json"))
  var trajectory: String?

  @Option(help: "How far a number may be from the recorded one.")
  var tolerance = 1e-5

  @Option(help: "How many steps each walk of the contract's checks has.")
  var steps = 400

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(help: "Everything random follows from it.")
  var seed: UInt64 = 1

  @Flag(help: "Print JSON, schema assay.check-environment/1.")
  var json = false

  private struct Report: Encodable {
    struct Found: Encodable {
      var check: String
      var message: String
    }

    var schema = "assay.check-environment/1"
    var environment: String
    var seed: UInt64
    var checks: [String]
    var findings: [Found]
    var trajectory: TrajectoryReplay.Result?
    var isSound: Bool
  }

  func run() async throws {
    try await reporting {
      guard (2...1_000_000).contains(steps) else {
        throw Failure(
          status: ExitStatus.usage, message: "--steps is \(steps); allowed: a whole number from 2 to 1000000")
      }
      guard tolerance >= 0, tolerance.isFinite else {
        throw Failure(
          status: ExitStatus.usage, message: "--tolerance is \(tolerance); allowed: a number from 0")
      }
      let world = try Names.world(environment, settings: set)
      let replay = try trajectory.map { try replayed($0, on: world) }
      var findings = contractFindings(in: world)
      var checks = EnvironmentCheck.allCases.filter { $0.applies(to: world) }.map(\.rawValue)
      if let world = world as? any LockstepEnvironment {
        findings += lockstepFindings(in: world)
        checks += EnvironmentBatchCheck.allCases.map(\.rawValue)
      }
      let report = Report(
        environment: world.name, seed: seed, checks: checks,
        findings: findings.map { .init(check: $0.check, message: $0.message) }, trajectory: replay,
        isSound: findings.isEmpty && (replay?.agrees ?? true))
      if json { try printJSON(report) } else { show(report) }
      if !report.isSound { throw ExitCode(1) }
    }
  }

  private func contractFindings(in world: some Environment) -> [Finding] {
    EnvironmentChecks(world, seed: seed, steps: steps).run()
  }

  /// Whether copies in lockstep are the world.
  private func lockstepFindings(in world: some LockstepEnvironment) -> [Finding] {
    let stream = RandomStream(seed: seed)
    return EnvironmentBatchChecks(
      world.copies(5, stream: stream), of: world, stream: stream, steps: steps,
      resetInterval: max(1, steps * 3 / 4)
    ).run()
  }

  private func replayed(_ path: String, on world: some Environment) throws -> TrajectoryReplay.Result {
    guard let world = world as? any PlaceableEnvironment else {
      throw Failure(
        status: ExitStatus.usage,
        message: "--trajectory \(path): \(world.name) cannot be put into a recorded state")
    }
    do {
      let recording = try Trajectory(json: try Files.read(path))
      return try TrajectoryReplay(recording, tolerance: tolerance).run(on: world)
    } catch let error as DataError { throw error.from(path) }
  }

  private func show(_ report: Report) {
    let width = (report.checks.map { TextLayout.columns(of: $0) }.max() ?? 0) + 2
    print("\(report.environment): " + (report.isSound ? "sound" : "not sound"))
    for check in report.checks {
      let found = report.findings.first { $0.check == check }
      print("  " + TextLayout.padded(check, columns: width) + (found == nil ? "ok" : "FOUND"))
      for line in TextLayout.wrapped(found?.message ?? "", columns: 74) { print("      " + line) }
    }
    guard let replay = report.trajectory else { return }
    print("")
    print(
      "recording: \(counted(replay.episodes, "episode")), \(counted(replay.steps, "step"))"
        + (replay.agrees ? ", agrees" : ", differs"))
    print("  " + TextLayout.padded("column", columns: 18) + "largest difference  episode  step")
    for column in replay.columns {
      print(
        "  " + TextLayout.padded(column.name, columns: 18)
          + TextLayout.padded(
            column.difference.map { NumberText.number($0) } ?? "not a number", columns: 18, onLeft: true)
          + TextLayout.padded("\(column.place.episode)", columns: 9, onLeft: true)
          + TextLayout.padded("\(column.place.step)", columns: 6, onLeft: true))
    }
    if let first = replay.mismatch {
      print(
        "  first beyond \(NumberText.trimmed(tolerance)): episode \(first.place.episode), "
          + "step \(first.place.step), \(first.column)")
      print("    recorded \(first.recorded), found \(first.found.map { "\($0)" } ?? "not a number")")
    }
  }
}
