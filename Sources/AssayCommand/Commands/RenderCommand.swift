import ArgumentParser
import Assay
import AssayEnvironments
import AssayPlanning
import AssayReports
import AssayScenarios
import Foundation

struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Draw an episode of a world, frame by frame, as SVG.",
    usage: "assay render <environment> --out <folder> [<options>]",
    discussion: """
      Writes frame-000.svg and so on, and one animated file named after the world, into a folder that is not there \
      yet. The policy is 'random' (each action that is available, equally likely), 'best' (exact, for the discounted \
      reward; only where the world lists its states), or one action, by its name or number, always.

      EXAMPLES
        assay render frozen-lake-4x4 --policy best --out lake
        assay render boat-race --policy random --steps 40 --seed 3 --out race
      """)

  @Argument(help: "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP, .POMDP).")
  var environment: String

  @Option(help: "Who acts: 'random', 'best', or an action.")
  var policy = "random"

  @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
  var out: String?

  @Option(help: "How many steps at most; the first episode to end ends the film.")
  var steps = 100

  @Option(help: "How many frames a second the animated file shows.")
  var rate = 4.0

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(help: "Everything random follows from it.")
  var seed: UInt64 = 0

  @Flag(help: "Print what was written as JSON, schema assay.render/1.")
  var json = false

  private struct Summary: Encodable {
    var schema = "assay.render/1"
    var environment: String
    var policy: String
    var seed: UInt64
    var steps: Int
    var totalReward: Double
    var totalPerformance: Double
    /// `terminated`, `truncated`, or nothing where the film was over first.
    var ending: String?
    var film: String
    var frames: [String]
  }

  func run() async throws {
    try await reporting {
      guard (1...10_000).contains(steps) else {
        throw Failure(
          status: ExitStatus.usage, message: "--steps is \(steps); allowed: a whole number from 1 to 10000")
      }
      guard rate > 0, rate <= 60 else {
        throw Failure(
          status: ExitStatus.usage, message: "--rate is \(rate); allowed: a number above 0, up to 60")
      }
      // Optional only so that a mistyped flag is reported as that, and not as a missing `--out`.
      guard let out else {
        throw Failure(status: ExitStatus.usage, message: "--out is missing; allowed: a folder to make")
      }
      let world = try Names.world(environment, settings: set)
      let folder = try NewFolder(out, flag: "--out")
      let summary: Summary
      do { summary = try film(world, into: folder) } catch {
        folder.discard()
        throw error
      }
      if json {
        try printJSON(summary)
      } else {
        let ending = summary.ending.map { ", " + $0 } ?? ""
        print(
          TextLayout.clipped(
            "\(counted(summary.steps, "step")) of \(summary.environment), reward "
              + "\(NumberText.trimmed(summary.totalReward))\(ending)"))
        print("\(out)/\(summary.film), and \(counted(summary.frames.count, "frame")) beside it")
      }
    }
  }

  private func film(_ world: some Environment, into folder: NewFolder) throws -> Summary {
    let choose = try ActingPolicy(policy, in: world)
    let root = RandomStream(seed: seed)
    var worldStream = root.substream(0)
    var actionStream = root.substream(1)
    var world = world
    var observation = world.reset(using: &worldStream)
    var pictures = [world.picture]
    var summary = Summary(
      environment: world.name, policy: policy, seed: seed, steps: 0, totalReward: 0, totalPerformance: 0,
      film: "\(Files.harmlessName(world.name)).svg", frames: [])
    while summary.steps < steps, summary.ending == nil {
      guard let action = choose.action(in: world, seeing: observation, using: &actionStream) else { break }
      let step = world.step(action, using: &worldStream)
      observation = step.observation
      pictures.append(world.picture)
      summary.steps += 1
      summary.totalReward += step.reward.value
      summary.totalPerformance += step.performance.value
      summary.ending = step.ending.map { "\($0)" }
    }
    guard pictures.contains(where: { $0 != Picture() }) else {
      throw Failure(status: ExitStatus.badData, message: "\(world.name) has no picture of itself")
    }
    let digits = max(3, String(pictures.count - 1).count)
    let progress = ProgressLine("drawing", total: pictures.count)
    defer { progress.finish() }
    for (index, picture) in pictures.enumerated() {
      let number = String(repeating: "0", count: digits - String(index).count) + String(index)
      summary.frames.append("frame-\(number).svg")
      try folder.write(
        PictureSVG.still(picture, title: "\(world.name), step \(index)"), to: "frame-\(number).svg")
      progress.advance(by: 1)
    }
    try folder.write(
      PictureSVG.moving(pictures, secondsPerPicture: 1 / rate, title: world.name), to: summary.film)
    try folder.finish()
    return summary
  }
}

/// Who acts in a world that is drawn or checked.
struct ActingPolicy<World: Environment> {
  private enum Form {
    case random
    case always(World.Action)
    /// The action of each state.
    case table([Int])
  }

  private let form: Form

  /// The policy that a person names: `random`, `best`, or an action.
  init(_ name: String, in world: World) throws {
    switch name {
    case "random": form = .random
    case "best":
      guard let listed = world as? any EnumerableEnvironment else {
        throw Failure(
          status: ExitStatus.usage,
          message: "--policy best: \(world.name) does not list its states; allowed: random, or an action")
      }
      form = .table(try Self.best(in: listed))
    default:
      let words = ActionWords(world)
      guard case .action(let numbers) = words.action(for: name),
        let action = world.actionSpace.element(from: numbers), world.actionSpace.contains(action)
      else {
        throw UnknownName(
          kind: "policy", name: name, known: ["random", "best"] + world.actionNames,
          otherwise: "or \(world.actionSpace)")
      }
      form = .always(action)
    }
  }

  private static func best(in world: some EnumerableEnvironment) throws -> [Int] {
    let process = try FiniteMDP(enumerating: world)
    do { return try process.solved().policy } catch {
      throw Failure(status: ExitStatus.badData, message: "--policy best: \(world.name): \(error)")
    }
  }

  /// The next action; `nil` where none is available.
  func action(
    in world: World, seeing observation: World.Observation, using random: inout RandomStream
  ) -> World.Action? {
    switch form {
    case .random:
      for _ in 0..<10_000 {
        let action = world.actionSpace.sample(using: &random)
        if world.isAvailable(action) { return action }
      }
      return nil
    case .always(let action): return world.isAvailable(action) ? action : nil
    case .table(let actions):
      guard let state = observation as? Int, actions[state] >= 0 else { return nil }
      return actions[state] as? World.Action
    }
  }
}
