import ArgumentParser
import Assay
import AssayReports
import AssayScenarios
import Foundation

struct AnatomyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anatomy",
    abstract: "Show the parts of a trained agent: who wrote which numbers, and by how much.",
    usage: "assay anatomy <folder> [<options>]",
    discussion: """
      EXAMPLES
        assay anatomy runs/pole
        assay anatomy runs/pole --json
      """)

  @Argument(help: "The folder of a run.")
  var folder: String

  @Option(help: "Which checkpoint, by its step; the last, if left out.")
  var checkpoint: Int?

  @Flag(help: "Print JSON, schema assay.anatomy/1.")
  var json = false

  func run() async throws {
    try await reporting {
      let runs = try Runs.open(folder)
      guard runs.count == 1 else {
        throw Failure(
          status: ExitStatus.usage, message: "\(folder): holds \(runs.count) runs; allowed: the folder of one"
        )
      }
      let known = runs[0].checkpointSteps
      if let checkpoint, !known.contains(checkpoint) {
        throw Failure(
          status: ExitStatus.usage,
          message:
            "--checkpoint is \(checkpoint); allowed: \(known.map(String.init).joined(separator: " or "))")
      }
      let anatomy = RunAnatomy(
        of: try Runs.load(runs[0], at: checkpoint), description: runs[0].description)
      if json { try printJSON(anatomy) } else { show(anatomy) }
    }
  }

  private func show(_ anatomy: RunAnatomy) {
    func tell(_ text: String, indent: Int = 0, hanging: Int = 0) {
      for (index, line) in TextLayout.wrapped(text, columns: 80 - indent - hanging).enumerated() {
        print(String(repeating: " ", count: indent + (index == 0 ? 0 : hanging)) + line)
      }
    }
    tell(
      "\(anatomy.run.title), step \(NumberText.count(anatomy.step)): "
        + "\(NumberText.bytes(anatomy.bytes)) in \(counted(anatomy.blocks.count, "block"))")
    let parts = anatomy.parts
    tell("\(parts.actor): \(parts.objective)", indent: 2, hanging: 2)
    tell(parts.critic.map { "\($0): \(parts.claim ?? "")" } ?? "no critic", indent: 2, hanging: 2)
    tell(
      parts.worldModel.map { "\($0): predicts what actions lead to" } ?? "no world model", indent: 2,
      hanging: 2)
    print("")
    let names = max(5, anatomy.blocks.map(\.name.count).max() ?? 0)
    func row(_ cells: [String]) {
      let widths = [min(names, 17), 11, 11, 10, 10, 10, 7]
      var line = ""
      for (index, cell) in cells.enumerated() {
        line += TextLayout.padded(cell, columns: widths[index], onLeft: index > 2)
        if index < 3 { line += " " }
      }
      while line.last == " " { line.removeLast() }
      print(TextLayout.clipped(line))
    }
    row(["block", "role", "owner", "bytes", "updates", "change", "reward"])
    for block in anatomy.blocks {
      row([
        block.name, block.role, block.owner, NumberText.bytes(block.bytes), NumberText.count(block.updates),
        NumberText.number(block.change), block.usedReward ? "used" : "–",
      ])
      for writes in block.writes {
        var text =
          "written by \(writes.writer) (\(writes.cause)), \(NumberText.count(writes.count)) times, steps "
          + "\(NumberText.count(writes.firstStep)) to \(NumberText.count(writes.lastStep))"
        if writes.refused > 0 { text += "; \(NumberText.count(writes.refused)) more turned away" }
        tell(text, indent: 2, hanging: 2)
      }
      let silent = block.writers.filter { writer in
        !block.writes.contains {
          $0.writer == writer || $0.writer.components(separatedBy: " + ").contains(writer)
        }
      }
      if !silent.isEmpty { tell("never written by \(silent.joined(separator: ", "))", indent: 2, hanging: 2) }
      for share in block.shares {
        tell(
          "\(share.loss): \(NumberText.share(share.part)) of the squared gradient, mean cosine with the whole "
            + NumberText.number(share.meanCosine), indent: 2, hanging: 2)
      }
      if block.isFrozen {
        tell("frozen: \(counted(block.refused, "write")) turned away", indent: 2, hanging: 2)
      }
    }
  }
}
