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
      """)

  @Option(parsing: .upToNextOption, help: "Faults to plant; all that the agent can have, if left out.")
  var faults: [String] = []

  @Option(help: "The agent to train.")
  var agent = "dyna"

  @Option(parsing: .upToNextOption, help: "Worlds by name or file.")
  var environments = ["frozen-lake-8x8", "cliff-walking", "random-20", "random-50"]

  @Option(
    help: ArgumentHelp("Seeds, from the first to the last; each is one agent.", valueName: "first..last"))
  var seeds: SeedRange = SeedRange(first: 100, last: 119)

  @Option(help: "Environment steps of training, for each agent.")
  var steps = 300_000

  @Flag(help: "Print JSON, schema assay.matrix/1.")
  var json = false

  struct SeedRange: ExpressibleByArgument {
    var first: UInt64
    var last: UInt64

    init(first: UInt64, last: UInt64) {
      self.first = first
      self.last = last
    }

    init?(argument: String) {
      let ends = argument.components(separatedBy: "..").map { UInt64($0) }
      guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 10_000
      else {
        return nil
      }
      self.init(first: first, last: last)
    }

    var defaultValueDescription: String { "\(first)..\(last)" }
    var seeds: [UInt64] { Array(first...last) }
  }

  func run() async throws {
    try await reporting {
      guard steps > 0 else {
        throw Failure(status: ExitStatus.usage, message: "--steps is \(steps); allowed: 1 or more")
      }
      let agent = try AgentRegistry.entry(for: agent)
      let planted =
        try faults.isEmpty
        ? Fault.allCases.filter(agent.allows) : faults.map { try agent.fault(named: $0, flag: "--faults") }
      let entries = try environments.map(EnvironmentRegistry.entry)
      let conditions: [Fault?] = [nil] + planted
      let progress = ProgressLine(
        "auditing", total: entries.count * conditions.count * seeds.seeds.count * steps)
      defer { progress.finish() }
      var cells: [DiagnosisMatrix.Cell] = []
      for entry in entries {
        for fault in conditions {
          let request = AuditRequest(
            agent: agent, steps: steps, seeds: seeds.seeds, faults: fault.map { [$0] } ?? [],
            onProgress: { progress.advance(by: $0) })
          let report = try await solving(entry.name) { try await entry.audit(request) }
          cells.append(
            .init(
              environment: entry.name, agent: agent.name,
              fault: fault?.rawValue ?? DiagnosisName.healthy.rawValue,
              report: report))
        }
      }
      progress.finish()
      try show(DiagnosisMatrix(steps: steps, seeds: seeds.seeds, cells: cells))
    }
  }

  private func show(_ matrix: DiagnosisMatrix) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      var data = try encoder.encode(matrix)
      data.append(UInt8(ascii: "\n"))
      FileHandle.standardOutput.write(data)
      return
    }
    let seeds = matrix.seeds.count == 1 ? "1 seed" : "\(matrix.seeds.count) seeds"
    let steps = matrix.steps == 1 ? "1 step" : "\(matrix.steps) steps"
    print("\(agent), \(seeds), \(steps): named right [95% Wilson interval], and else\n")
    for (index, cell) in matrix.cells.enumerated() {
      if index == 0 || matrix.cells[index - 1].environment != cell.environment {
        print(
          (index == 0 ? "" : "\n") + TextLayout.clipped(TextLayout.harmless(cell.environment)))
      }
      let count = cell.diagnoses[cell.fault] ?? 0
      let interval = String(format: "[%3.0f%%, %3.0f%%]", cell.named.low * 100, cell.named.high * 100)
      let others = cell.diagnoses.filter { $0.key != cell.fault }.sorted { $0.key < $1.key }
        .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      let row =
        "  \(TextLayout.padded(cell.fault, columns: 21)) \(String(format: "%3d", count)) of \(cell.named.count)  \(interval)"
      // What else was said stands beside the counts, on as many lines as it takes.
      let beside = TextLayout.wrapped(others, columns: 80 - row.count - 2)
      print(([row] + beside.prefix(1)).joined(separator: "  "))
      for line in beside.dropFirst() { print(String(repeating: " ", count: row.count + 2) + line) }
    }
  }
}
