import ArgumentParser
import Assay
import AssayEnvironments
import AssayPlanning
import Foundation

/// One method on one process, in a process of its own, so that its memory is its own too.
struct SolveOnce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve-once", abstract: "Measure one method, and print JSON.", shouldDisplay: false)

  @Option var states: Int
  @Option var method: String
  /// Where the process and its judged values are; written first where they are missing.
  @Option var folder: String

  func run() throws {
    guard let method = SolutionMethod(rawValue: method) else {
      throw ValidationError("--method is '\(self.method)'; allowed: a SolutionMethod")
    }
    let process = RandomMDP.process(states: states)
    var solution: Solution?
    let samples = try measuredSeconds {
      solution = try process.solved(method: method, tolerance: SolvingResult.tolerance)
    }
    let peak = peakBytes()
    let truth = try truth(of: process)
    let error = zip(solution?.values ?? [], truth).reduce(0) { max($0, abs($1.0 - $1.1)) }
    try printJSON(Measurement(samples: samples, error: error, peakBytes: peak))
  }

  private func truth(of process: FiniteMDP) throws -> [Double] {
    let folder = URL(fileURLWithPath: folder, isDirectory: true)
    let file = folder.appendingPathComponent("values")
    if let data = try? Data(contentsOf: file) {
      return data.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
    let values = Judge.values(of: process)
    try write(process.successors, to: folder.appendingPathComponent("successors"))
    try write(process.probabilities, to: folder.appendingPathComponent("probabilities"))
    try write(process.reward.expected, to: folder.appendingPathComponent("rewards"))
    try write(values, to: file)
    return values
  }

  private func write(_ column: [some BitwiseCopyable], to file: URL) throws {
    try column.withUnsafeBytes { try Data($0).write(to: file) }
  }
}
