import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct MatrixCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "Plant every fault in every world and count what the audit says of each agent.",
    usage: "assay matrix [<options>]",
    discussion: """
      EXAMPLE
        assay matrix --seeds 100..119
        assay matrix --networks ppo --seeds 10..29
      """)

  @Option(parsing: .upToNextOption, help: "Faults to plant; all, if left out.")
  var faults: [String] = []

  @Flag(help: "Plant every two faults of different parts together, instead of one at a time.")
  var pairs = false

  @Option(help: "Plant faults in an agent with networks instead: ppo, sac or mbpo.")
  var networks: String?

  @Option(parsing: .upToNextOption, help: "Agents to train.")
  var agents = ["dyna", "planner", "actor-critic", "q-learning"]

  @Option(parsing: .upToNextOption, help: "Worlds by name or file.")
  var environments = [
    "frozen-lake-4x4", "grid-world-5x5", "shortcut-maze", "cliff-walking", "coin-corridor", "random-20",
    "bairds-star",
  ]

  @Option(parsing: .upToNextOption, help: "How much is broken: weak, medium, strong.")
  var strengths = ["medium"]

  @Option(
    help: ArgumentHelp("Seeds, from the first to the last; each is one agent.", valueName: "first..last"))
  var seeds: SeedRange = SeedRange(first: 100, last: 119)

  @Option(help: "Environment steps of training, for each agent; as many as it usually takes, if left out.")
  var steps: Int?

  @Option(help: "How many cells are filled side by side; all cores, if left out.")
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Keep finished cells here, go on from those that are there, and write matrix.json and matrix.html.",
      valueName: "directory"))
  var out: String?

  @Flag(help: "Print JSON, schema assay.matrix/1.")
  var json = false

  func run() async throws {
    try await reporting {
      if let networks { return try await runNetworks(networks) }
      let plan = try plan()
      let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
      let progress = ProgressLine("cells", total: plan.cellCount)
      defer { progress.finish() }
      let directory = out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      let matrix = try await plan.run(jobs: jobs, keepingIn: directory) { _, _ in progress.advance(by: 1) }
      progress.finish()
      var written: [String] = []
      if let out {
        let folder = out.hasSuffix("/") ? out : out + "/"
        written = [folder + "matrix.json", folder + "matrix.html"]
        try Files.write(try Self.encoded(matrix), to: written[0], flag: "--out")
        try Files.write(Data(MatrixPage(matrix).html.utf8), to: written[1], flag: "--out")
      }
      try show(matrix)
      if !json, !written.isEmpty { print("\nWritten: \(written.joined(separator: ", "))") }
    }
  }

  /// The table of agents with networks, whose faults and agent are its own.
  private func runNetworks(_ name: String) async throws {
    guard let subject = RunFaultSubject(rawValue: name) else {
      throw UnknownName(kind: "agent", name: name, known: RunFaultSubject.allCases.map(\.rawValue))
    }
    var study = RunFaultStudy(subject, seeds: seeds.seeds)
    if !faults.isEmpty {
      study.faults = try faults.map { name in
        guard let fault = subject.faults.first(where: { $0.rawValue == name }) else {
          throw UnknownName(kind: "fault", name: name, known: subject.faults.map(\.rawValue))
        }
        return fault
      }
    }
    if let steps {
      guard steps >= 1024 else {
        throw Failure(status: ExitStatus.usage, message: "--steps is \(steps); allowed: 1024 or more")
      }
      study.steps = steps
    }
    if let jobs, jobs < 1 {
      throw Failure(status: ExitStatus.usage, message: "--jobs is \(jobs); allowed: 1 or more")
    }
    let progress = ProgressLine("agents", total: study.faults.count * study.seeds.count)
    let table = try await study.run(jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount) { _, _, _ in
      progress.advance(by: 1)
    }
    progress.finish()
    if let out {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let file = (out.hasSuffix("/") ? out : out + "/") + "networks-\(subject.rawValue).json"
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: out, isDirectory: true), withIntermediateDirectories: true)
      try Files.write(try encoder.encode(table), to: file, flag: "--out")
    }
    if json { try printJSON(table) } else { print(table.text, terminator: "") }
  }

  private func plan() throws -> MatrixPlan {
    if let steps, steps < 1 {
      throw Failure(status: ExitStatus.usage, message: "--steps is \(steps); allowed: 1 or more")
    }
    if let jobs, jobs < 1 {
      throw Failure(status: ExitStatus.usage, message: "--jobs is \(jobs); allowed: 1 or more")
    }
    let planted = try faults.isEmpty ? Fault.allCases : faults.map { try Names.fault($0).fault }
    return MatrixPlan(
      agents: try agents.map(Names.agent), environments: try environments.map(Names.environment),
      conditions: [[]] + (pairs ? MatrixPlan.pairs(of: planted) : planted.map { [$0] }),
      strengths: try strengths.map(Names.strength), seeds: seeds.seeds, steps: steps)
  }

  private static func encoded(_ matrix: DiagnosisMatrix) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(matrix)
    data.append(UInt8(ascii: "\n"))
    return data
  }

  private func show(_ matrix: DiagnosisMatrix) throws {
    if json {
      FileHandle.standardOutput.write(try Self.encoded(matrix))
      return
    }
    print(MatrixText(matrix).text, terminator: "")
  }
}
