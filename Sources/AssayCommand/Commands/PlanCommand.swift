import ArgumentParser
import Assay
import AssayPlanning
import AssayReports
import AssayScenarios
import Foundation

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Decide what to do in a world, and show what was considered.",
    usage: "assay plan <environment> [--planner <planner>] [<options>]",
    discussion: """
      The world itself is the model. Which planner is taken where none is named depends on the world: tree search where \
      actions are numbered, sequences of actions where they are vectors, the exact solution where the state is hidden. \
      A game is planned as a game, against the best replies. Of large trees the nodes are told that one in two thousand \
      walks went through.

      With a run, its parts are asked wherever it has them and the planner can use them: its world model in place of the \
      world, rewards and all; its critic, at its own discount, in place of random play at new nodes, or of nothing beyond \
      the last step of a sequence; its actor for priors of nodes, or sequences to try. Any of the three can be swapped back.

      EXAMPLES
        assay plan connect-four --planner uct --simulations 20000 --trace plan.html
        assay plan frozen-lake-4x4 --planner gumbel --trace lake.html
        assay plan pendulum --planner icem --depth 30
        assay plan tiger
        assay plan cart-pole --run runs/pole --planner gumbel
        assay plan pendulum --run runs/p --model world --actor none

      PLANNERS
      \(PlannerChoice.allCases.map { "  " + TextLayout.padded($0.rawValue, columns: 16) + $0.summary }.joined(separator: "\n"))
      """)

  @Argument(help: "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP, .POMDP).")
  var environment: String

  @Option(help: "How to plan, of those below.")
  var planner: String?

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Plan with the parts of a run that 'assay train' left.", valueName: "folder"))
  var trained: String?

  @Option(help: "Which checkpoint or snapshot of the run, by its step; the last checkpoint, if left out.")
  var checkpoint: Int?

  @Option(help: "Who predicts: 'world' or 'run'.")
  var model: String?

  @Option(help: "Whose critic is asked: 'none' or 'run'.")
  var critic: String?

  @Option(help: "Whose actor is asked: 'none' or 'run'.")
  var actor: String?

  @Option(help: "How many walks a tree search makes: 1000, unless a time is given.")
  var simulations: Int?

  @Option(
    help: "How many steps to look ahead; in a listed world nothing counts beyond, unless a critic says so.")
  var depth: Int?

  @Option(help: ArgumentHelp("Stop after so long with the best so far.", valueName: "milliseconds"))
  var time: Int?

  @Option(help: "How many sequences are tried at once.")
  var candidates: Int?

  @Option(help: "How often sequences are tried anew.")
  var iterations: Int?

  @Option(help: "How much UCT explores: c, 1.41 if left out.")
  var exploration: Double?

  @Option(help: "Everything random follows from it.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write what was considered: a page to look at, or JSON, by the file's name.",
      valueName: "file.html|file.json"))
  var trace: String?

  @Flag(help: "Print JSON, schema assay.plan/1.")
  var json = false

  func run() async throws {
    try await reporting {
      var order = try order()
      if let trace { try Files.checkWritable(trace, flag: "--trace") }
      let (world, trained) = try place()
      order.run = trained
      let report = try await solving(environment) { try decide(order, in: world) }
      let encoded = try report.json()
      if let trace {
        let data = Files.hasSuffix(".json", trace) ? encoded : Data(PlanPage(report).html.utf8)
        try Files.write(data, to: trace, flag: "--trace")
      }
      if json {
        FileHandle.standardOutput.write(encoded)
        return
      }
      print(PlanText(report).text, terminator: "")
      if let trace { print("\nWritten: \(trace)") }
    }
  }

  /// The world, and the run whose parts are asked. What was set in the run's world is set, unless it is set otherwise.
  private func place() throws -> (world: any Environment, trained: TrainedRun?) {
    let entry = try Names.environment(environment)
    var settings = try Names.settings(set, of: entry)
    guard let trained else {
      if let checkpoint {
        throw Failure(
          status: ExitStatus.usage, message: "--checkpoint is \(checkpoint), of no run; allowed: with --run")
      }
      return (try entry.make(settings), nil)
    }
    let folder = try Runs.openOne(trained, flag: "--run")
    let description = folder.description
    guard Names.lastingName(of: entry, typed: environment) == description.environment else {
      throw Failure(
        status: ExitStatus.usage,
        message: "--run \(trained): was trained in \(description.environment), and not in \(environment); "
          + "allowed: a run in \(environment), or 'assay plan \(description.environment)'")
    }
    settings.merge(description.worldSettings) { typed, _ in typed }
    let live = try Runs.load(folder, at: checkpoint)
    return (try entry.make(settings), TrainedRun(live, in: trained, description))
  }

  /// One of the words that a flag may have.
  private static func word<Word: RawRepresentable & CaseIterable>(
    _ name: String?, _ flag: String
  ) throws -> Word? where Word.RawValue == String {
    guard let name else { return nil }
    guard let word = Word(rawValue: name) else {
      throw UnknownName(kind: flag, name: name, known: Word.allCases.map(\.rawValue))
    }
    return word
  }

  private func decide(_ order: PlanOrder, in world: any Environment) throws -> PlanReport {
    func open(_ world: some Environment) throws -> PlanReport {
      var world = world
      var random = RandomStream(seed: seed)
      let observation = world.reset(using: &random)
      return try order.plan(in: world, showing: observation)
    }
    do {
      return try open(world)
    } catch let error as PlanOrder.Unsuitable {
      throw Failure(
        status: ExitStatus.usage, message: error.suitable.isEmpty ? "\(error)" : "--planner \(error)")
    } catch let error as PlanOrder.Unusable {
      throw Failure(status: ExitStatus.usage, message: "\(error)")
    } catch let error as SearchError {
      throw Failure(status: ExitStatus.software, message: "\(world.name): \(error)")
    } catch let error as TrajectoryError {
      throw Failure(status: ExitStatus.software, message: "\(world.name): \(error)")
    }
  }

  private func order() throws -> PlanOrder {
    var order = PlanOrder()
    if let planner {
      guard let choice = PlannerChoice(rawValue: planner) else {
        throw UnknownName(kind: "planner", name: planner, known: PlannerChoice.allCases.map(\.rawValue))
      }
      order.planner = choice
    }
    func check(_ value: Int?, _ flag: String, _ allowed: ClosedRange<Int>) throws -> Int? {
      guard let value else { return nil }
      guard allowed.contains(value) else {
        throw Failure(
          status: ExitStatus.usage,
          message: "\(flag) is \(value); allowed: \(allowed.lowerBound) to \(allowed.upperBound)")
      }
      return value
    }
    order.simulations = try check(simulations, "--simulations", 1...100_000_000)
    order.depth = try check(depth, "--depth", 1...100_000)
    order.time = try check(time, "--time", 1...86_400_000).map { .milliseconds($0) }
    order.candidates = try check(candidates, "--candidates", 20...1_000_000)
    order.iterations = try check(iterations, "--iterations", 1...100_000)
    if let exploration {
      guard exploration >= 0, exploration.isFinite else {
        throw Failure(
          status: ExitStatus.usage, message: "--exploration is \(exploration); allowed: a number from 0 on")
      }
      order.exploration = exploration
    }
    order.model = try Self.word(model, "model")
    order.critic = try Self.word(critic, "critic")
    order.actor = try Self.word(actor, "actor")
    order.seed = seed
    order.keepsTrace = true
    return order
  }
}
