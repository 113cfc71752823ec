import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare trained agents by what their greedy episodes brought, seeds against seeds.",
    usage: "assay compare <folder> <folder> ... [<options>]",
    discussion: """
      Each folder is a run, or holds several, one for each seed. Folders are compared under their agents' names, or \
      under their own where two have the same agent in the same world. Runs that were evaluated on the way \
      ('assay train --evaluate-every') have a curve. Where no step is common to all, each counts as it was at its end.

      EXAMPLE
        assay compare runs/ppo runs/dqn --report compare.html
      """)

  @Argument(help: "Folders of finished runs.")
  var folders: [String] = []

  @Option(
    help: ArgumentHelp(
      "Which returns count as 0 and as 1 in a world; needed where there are several worlds. May be repeated.",
      valueName: "world=low..high"))
  var scale: [String] = []

  @Option(help: ArgumentHelp("Write a report to look at.", valueName: "file.html"))
  var report: String?

  @Flag(help: "Print JSON, schema assay.compare/1.")
  var json = false

  func run() async throws { try await reporting { try compare() } }

  // Apart from the closure above: with all of it inside, Swift 6.3.1 crashes when it optimises.
  private func compare() throws {
    guard !folders.isEmpty else {
      throw Failure(
        status: ExitStatus.usage, message: "there is nothing to compare; allowed: folders of runs")
    }
    let scales = try scales()
    if let report { try Files.checkWritable(report, flag: "--report") }
    let scores = try RunScores(folders.map { ($0, try Runs.open($0)) }, scales: scales)
    let (table, isOfEnds) = try scores.table()
    var comparison = Comparison(table)
    comparison.isOfEnds = isOfEnds
    if let report {
      try Files.write(Data(ComparisonPage(comparison).html.utf8), to: report, flag: "--report")
    }
    if json {
      FileHandle.standardOutput.write(try comparison.json())
    } else {
      print(ComparisonText(comparison, width: 80, usesColour: Terminal.usesColour).text, terminator: "")
      if let report { print("\nWritten: \(report)") }
    }
  }

  private func scales() throws -> [String: (low: Double, high: Double)] {
    var scales: [String: (low: Double, high: Double)] = [:]
    for text in scale {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let ends = (parts.last ?? "").components(separatedBy: "..").map { Double($0) }
      guard parts.count == 2, ends.count == 2, let low = ends[0], let high = ends[1], low.isFinite,
        high.isFinite, low != high
      else {
        throw Failure(
          status: ExitStatus.usage, message: "--scale is '\(text)'; allowed: world=low..high, two numbers")
      }
      scales[try Names.environment(parts[0]).name] = (low, high)
    }
    return scales
  }
}

/// What runs scored in their evaluations, to be compared.
private struct RunScores {
  private struct Entry {
    var group: String
    var task: String
    var runs: [(seed: UInt64, scores: [Int: Double])]
  }

  private var entries: [Entry] = []
  private let scales: [String: (low: Double, high: Double)]

  init(
    _ folders: [(name: String, runs: [RunFolder])], scales: [String: (low: Double, high: Double)]
  ) throws {
    self.scales = scales
    for (name, runs) in folders {
      for (agent, environment) in Self.kinds(of: runs) {
        let own = runs.filter { $0.description.agent == agent && $0.description.environment == environment }
        entries.append(
          Entry(
            group: agent, task: environment,
            runs: try own.map { (seed: $0.description.seed, scores: try Self.scores(of: $0)) }))
        let twins = entries.indices.filter { entries[$0].group == agent && entries[$0].task == environment }
        if twins.count > 1 { entries[twins[1]].group = name }
      }
    }
    // Where one folder had to go by its own name, all do.
    if folders.count > 1,
      Set(entries.map(\.group)).contains(where: { group in folders.contains { $0.name == group } })
    {
      for (index, folder) in zip(entries.indices, folders) { entries[index].group = folder.name }
    }
  }

  private static func kinds(of runs: [RunFolder]) -> [(agent: String, environment: String)] {
    var kinds: [(agent: String, environment: String)] = []
    for run in runs {
      let (agent, environment) = (run.description.agent, run.description.environment)
      if !kinds.contains(where: { $0 == (agent, environment) }) { kinds.append((agent, environment)) }
    }
    return kinds
  }

  /// The mean return of each evaluation, by the step it was due at.
  private static func scores(of folder: RunFolder) throws -> [Int: Double] {
    let description = folder.description
    var scores: [Int: Double] = [:]
    for (step, score) in try folder.evaluations() {
      let due =
        description.evaluateEvery > 0 ? step / description.evaluateEvery * description.evaluateEvery : step
      scores[min(step >= description.steps ? description.steps : due, description.steps)] = score
    }
    guard scores[description.steps] != nil else {
      throw DataError(
        source: folder.url.relativePath, field: "evaluation/return",
        value: "missing at step \(description.steps)",
        allowed: "a run that is finished, and was evaluated at its end")
    }
    return scores
  }

  /// What the runs scored at every step at which all of them were evaluated; or, where there is none, at the end of each.
  func table() throws -> (table: ScoreTable, isOfEnds: Bool) {
    var tasks: [String] = []
    var groups: [String] = []
    for entry in entries {
      if !tasks.contains(entry.task) { tasks.append(entry.task) }
      if !groups.contains(entry.group) { groups.append(entry.group) }
    }
    if tasks.count > 1, let task = tasks.first(where: { scales[$0] == nil }) {
      throw Failure(
        status: ExitStatus.usage,
        message:
          "--scale is missing for \(task); allowed: --scale \(task)=low..high, so that worlds are compared in "
          + "one unit")
    }
    let all = entries.flatMap { $0.runs.map { Set($0.scores.keys) } }
    let common = (all.first.map { all.dropFirst().reduce($0) { $0.intersection($1) } } ?? []).sorted()
    let ends = all.compactMap { $0.max() }
    let isOfEnds = common.isEmpty
    let table = try ScoreTable(
      tasks: tasks.map { ScoredTask($0, from: scales[$0]?.low ?? 0, to: scales[$0]?.high ?? 1) },
      steps: isOfEnds ? [ends.max() ?? 0] : common,
      groups: groups.map { group in
        ScoredGroup(
          group,
          runs: tasks.map { task in
            entries.filter { $0.group == group && $0.task == task }.flatMap(\.runs).map { run in
              let end = run.scores.keys.max() ?? 0
              return ScoredRun(
                seed: run.seed, scores: (isOfEnds ? [end] : common).compactMap { run.scores[$0] })
            }
          })
      })
    return (table, isOfEnds)
  }
}
