import ArgumentParser
import Assay
import AssayReports
import AssayScenarios
import Foundation

struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run scenarios as tests: what is written in a file must come true.",
    usage: "assay test [<file.yaml> ...] [<options>]",
    discussion: """
      EXAMPLES
        assay test scenarios/*.yaml --junit results.xml
        assay test --tags smoke --report tests.html

      Every file is checked before anything runs. Results are printed as TAP version 14.

      EXIT STATUS
         0  everything came true     66  no such file
         1  something did not        70  something broke
        64  bad usage                73  a file could not be written
        65  bad data
      """)

  @Argument(
    help: ArgumentHelp("Files of scenarios; those that come with Assay, if left out.", valueName: "file.yaml")
  )
  var files: [String] = []

  @OptionGroup var options: TestOptions

  func run() async throws {
    try await reporting {
      try options.check()
      var sources: [TestRun.Source] = []
      for file in files { sources.append(.init(name: file, data: try Files.read(file))) }
      if files.isEmpty { sources = ShippedScenarios.files.map { .init(name: $0.title, data: $0.data) } }
      try await TestRun(options: options, sources: sources).run()
    }
  }
}

/// What the commands that run scenarios have in common.
struct TestOptions: ParsableArguments {
  @Option(help: "How many agents are trained side by side; all cores, if left out.")
  var jobs: Int?

  @Option(help: "Train so many agents in each arm, whatever the files say.")
  var seeds: Int?

  @Option(parsing: .upToNextOption, help: "Only run scenarios with one of these tags.")
  var tags: [String] = []

  @Option(help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file.xml"))
  var junit: String?

  @Option(help: ArgumentHelp("Write a report to look at.", valueName: "file.html"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Write the results as JSON, schema assay.test/1; '-' for standard output, in place of TAP.",
      valueName: "file"))
  var json: String?

  /// Checks everything that needs no scenario.
  func check() throws {
    if let jobs, !(1...1024).contains(jobs) {
      throw Failure(status: ExitStatus.usage, message: "--jobs is \(jobs); allowed: 1 to 1024")
    }
    if let seeds, !(1...10_000).contains(seeds) {
      throw Failure(status: ExitStatus.usage, message: "--seeds is \(seeds); allowed: 1 to 10000")
    }
    let targets = [("--junit", junit), ("--report", report), ("--json", json == "-" ? nil : json)]
    for (flag, path) in targets { if let path { try Files.checkWritable(path, flag: flag) } }
    let paths = targets.compactMap(\.1)
    if Set(paths).count < paths.count {
      throw Failure(
        status: ExitStatus.usage,
        message: "two results are to be written to one file; allowed: a file for each")
    }
  }
}

/// Runs scenarios and says what came of them.
struct TestRun {
  struct Source {
    var name: String
    var data: Data
  }

  var options: TestOptions
  var sources: [Source]

  func run() async throws {
    let plans = try plans()
    let jobs = options.jobs ?? ProcessInfo.processInfo.activeProcessorCount
    let isTAP = options.json != "-"
    let count = plans.reduce(0) { $0 + $1.plan.expectationCount }
    if isTAP { out(TAP.header(count: count)) }
    let progress = ProgressLine(
      "testing \(plans.count) scenario\(plans.count == 1 ? "" : "s")",
      total: plans.reduce(0) { $0 + $1.plan.stepCount })
    defer { progress.finish() }
    var results: [ScenarioResult] = []
    var number = 1
    for (file, plan) in plans {
      let result: ScenarioResult
      do {
        result = try await plan.run(jobs: jobs) { progress.advance(by: $0) }
      } catch {
        progress.finish()
        if isTAP { out("Bail out! \(TextLayout.harmless("\(plan.scenario.name): \(error)"))\n") }
        throw error
      }
      results.append(result)
      progress.finish()
      if isTAP { out(TAP.lines(of: result, from: number, file: file)) }
      number += result.findings.count
    }
    try write(results)
    let failed = results.flatMap(\.findings).filter { $0.outcome != .passed }
    if !failed.isEmpty {
      let open = failed.count { $0.outcome == .inconclusive }
      throw Failure(
        status: ExitStatus.expectationFailed,
        message: "\(failed.count) of \(count) expectations did not come true"
          + (open > 0 ? ", of which \(open) could not be decided" : ""))
    }
  }

  /// All scenarios that are asked for, checked.
  private func plans() throws -> [(file: String, plan: ScenarioPlan)] {
    var plans: [(file: String, plan: ScenarioPlan)] = []
    var problems: [ScriptProblem] = []
    for source in sources {
      do {
        plans += try Names.catalogue.plans(yaml: source.data, from: source.name).map { (source.name, $0) }
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw ScriptError(problems: problems) }
    if !options.tags.isEmpty {
      let known = Set(plans.flatMap(\.plan.scenario.tags)).sorted()
      for tag in options.tags where !known.contains(tag) {
        throw UnknownName(kind: "tag", name: tag, known: known)
      }
      plans = plans.filter { !$0.plan.scenario.tags.filter(options.tags.contains).isEmpty }
    }
    return plans.map { ($0.file, options.seeds.map($0.plan.withSeeds) ?? $0.plan) }
  }

  private func write(_ results: [ScenarioResult]) throws {
    if let junit = options.junit {
      try Files.write(Data(JUnit.xml(of: results).utf8), to: junit, flag: "--junit")
    }
    if let report = options.report {
      try Files.write(Data(ScenarioReport(results).html.utf8), to: report, flag: "--report")
    }
    guard let json = options.json else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(TestReport(results))
    data.append(UInt8(ascii: "\n"))
    if json == "-" {
      FileHandle.standardOutput.write(data)
    } else {
      try Files.write(data, to: json, flag: "--json")
    }
  }

  private func out(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
