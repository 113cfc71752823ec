import ArgumentParser
import Foundation

/// The command.
@main
struct Benchmarks: ParsableCommand {
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case solve, learn
  }

  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract: "Measures how fast Assay solves processes and learns, beside other libraries.",
    discussion: """
      Processes are random and sparse: 4 actions, 8 successors, discount 0.99. Each is solved to within 1e-6 of \
      the truth, which plain value iteration finds to within 1e-11. Every row is measured in a process of its \
      own; seconds are medians.

      EXAMPLE
        benchmarks --peers .build/peers/bin/python --sizes 1000,100000
      """,
    subcommands: [SolveOnce.self])

  @Option(help: ArgumentHelp("A Python with the packages of peers/requirements.txt.", valueName: "python"))
  var peers: String?

  @Option(help: "Measure one part alone: solve or learn.")
  var only: Part?

  @Option(help: "How many states the processes have, with commas in between.", transform: Self.sizes)
  var sizes = [1_000, 10_000, 100_000, 1_000_000]

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func validate() throws {
    if let peers, !FileManager.default.isExecutableFile(atPath: peers) {
      throw ValidationError("--peers is '\(peers)'; allowed: the path of an executable Python")
    }
  }

  func run() throws {
    var solving: [SolvingResult] = []
    var learning: [LearningResult] = []
    if only != .learn {
      if !json { print(SolvingResult.heading) }
      for size in sizes {
        let result = try SolvingResult.measured(states: size, python: peers)
        solving.append(result)
        if !json { print(result.text) }
      }
    }
    if only != .solve {
      learning = try LearningResult.measured()
      if !json { print(LearningResult.text(of: learning)) }
    }
    if json { try printJSON(Results(solving: solving, learning: learning)) }
  }

  private struct Results: Encodable {
    var solving: [SolvingResult]
    var learning: [LearningResult]
  }

  private static func sizes(_ text: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let size = Int(part), size > 0, size <= 10_000_000 else {
        throw ValidationError(
          "--sizes has '\(part)'; allowed: integers from 1 to 10000000, with commas in between")
      }
      return size
    }
  }
}

func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
