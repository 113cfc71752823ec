import ArgumentParser
import Foundation

/// The command.
@main
struct Benchmarks: AsyncParsableCommand {
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case solve, learn, environments, games, update, product, convolution, search, budget, control, training,
      truth, memory
  }

  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract:
      "Measures how fast Assay solves processes, learns, steps worlds and computes networks, beside other libraries.",
    discussion: """
      Processes are random and sparse: 4 actions, 8 successors, discount 0.99. Each is solved to within 1e-6 of \
      the truth, which plain value iteration finds to within 1e-11. Every row is measured in a process of its \
      own; seconds are medians.

      Networks and worlds are measured on one core, in several short processes of each library in turn; what is told is the \
      fastest sample. Fails where a computation that has run before asks for memory.

      EXAMPLE
        benchmarks --peers .build/peers/bin/python --sizes 1000,100000
      """,
    subcommands: [SolveOnce.self, MeasureOnce.self])

  @Option(help: ArgumentHelp("A Python with the packages of peers/requirements.txt.", valueName: "python"))
  var peers: String?

  @Option(help: "Measure one part alone: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
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

  func run() async throws {
    var results = Results()
    func wants(_ part: Part) -> Bool { only == nil || only == part }
    func show(_ text: String) {
      guard !json else { return }
      print(text)
      // Some rows take long; each is seen when it is there, also in a file.
      fflush(nil)
    }
    if wants(.solve) {
      show(SolvingResult.heading)
      for size in sizes {
        results.solving.append(try SolvingResult.measured(states: size, python: peers))
        show(results.solving.last!.text)
      }
    }
    if wants(.learn) {
      results.learning = try LearningResult.measured()
      show(LearningResult.text(of: results.learning))
    }
    if wants(.environments) {
      show(EnvironmentResult.heading)
      for task in EnvironmentTask.allCases {
        results.stepping.append(try EnvironmentResult.measured(task, python: peers))
        show(results.stepping.last!.text)
      }
    }
    if wants(.product) || wants(.update) {
      show(ProductResult.heading)
      for task in wants(.product) ? ProductTask.all : [.large] {
        results.products.append(try ProductResult.measured(task, python: peers))
        show(results.products.last!.text)
      }
    }
    let large = results.products.last
    if wants(.product), let large {
      let network = try ProductResult.measuredNetwork()
      results.products.append(network)
      show(network.text + "\n" + network.verdict(besides: large))
    }
    if wants(.update) {
      show(UpdateResult.heading)
      for task in UpdateTask.all {
        results.updating.append(try UpdateResult.measured(task, python: peers, productRate: large?.bestRate))
        show(results.updating.last!.text)
      }
    }
    if wants(.convolution) {
      show(ConvolutionResult.heading)
      for task in ConvolutionTask.all {
        results.convolving.append(try ConvolutionResult.measured(task, python: peers))
        show(results.convolving.last!.text)
      }
    }
    if wants(.games) {
      show(GameResult.heading)
      for task in GameTask.allCases {
        results.games.append(try GameResult.measured(task, python: peers))
        show(results.games.last!.text)
      }
    }
    if wants(.search) {
      show(SearchResultRow.heading)
      for task in SearchTask.all {
        results.searching.append(try SearchResultRow.measured(task, python: peers))
        show(results.searching.last!.text)
      }
    }
    if wants(.budget) {
      results.budgets = try BudgetResult.measured()
      show(BudgetResult.heading)
      for result in results.budgets { show(result.text) }
    }
    if wants(.control) {
      show(ControlResult.heading)
      results.control = try ControlResult.measured { show($0.text) }
    }
    if wants(.training) {
      show(TrainingResult.heading)
      for task in TrainingTask.allCases {
        results.training.append(try TrainingResult.measured(task, python: peers))
        show(results.training.last!.text)
      }
    }
    if wants(.truth) {
      let truth = try await TruthResult.measured(python: peers)
      results.truth = truth
      show(truth.text)
    }
    if wants(.memory), MemoryResult.isCounted {
      results.memory = MemoryResult.measured()
      show(MemoryResult.heading)
      for result in results.memory { show(result.text) }
    }
    if json { try printJSON(results) }
    if results.memory.contains(where: { $0.allocations > 0 }) { throw ExitCode.failure }
  }

  private struct Results: Encodable {
    var solving: [SolvingResult] = []
    var learning: [LearningResult] = []
    var stepping: [EnvironmentResult] = []
    var products: [ProductResult] = []
    var updating: [UpdateResult] = []
    var convolving: [ConvolutionResult] = []
    var games: [GameResult] = []
    var searching: [SearchResultRow] = []
    var budgets: [BudgetResult] = []
    var control: [ControlResult] = []
    var training: [TrainingResult] = []
    var truth: TruthResult?
    var memory: [MemoryResult] = []
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
