import ArgumentParser
import CMachine
import Foundation

/// One measurement of ours, in a process of its own on one core.
struct MeasureOnce: ParsableCommand {
  enum Part: String, ExpressibleByArgument {
    case update, product, openblas, convolution, games, search, stepping, training
    case steppingTogether = "stepping-together"
    case wideNetwork = "wide-network"
  }

  static let configuration = CommandConfiguration(
    commandName: "measure-once", abstract: "Measure one task, and print JSON.", shouldDisplay: false)

  @Argument var part: Part
  @Option var core: Int32
  @Option var task = ""
  @Option var folder = ""
  @Option var seed: UInt64 = 0

  func run() throws {
    assay_pin_to_core(core)
    let pace: Pace?
    switch part {
    case .update:
      let file = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent("task")
      pace = try JSONDecoder().decode(UpdateTask.self, from: Data(contentsOf: file)).pace()
    case .product: pace = ProductTask(task)?.pace()
    case .openblas: pace = ProductTask(task)?.openBLASPace()
    case .convolution: pace = ConvolutionTask(isBackwardToo: task == "both").pace()
    case .games: pace = GameTask(rawValue: task)?.pace()
    case .search:
      let file = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent("search")
      pace = try JSONDecoder().decode(SearchTask.self, from: Data(contentsOf: file)).pace()
    case .stepping: pace = EnvironmentTask(rawValue: task)?.singlePace()
    case .steppingTogether: pace = EnvironmentTask(rawValue: task)?.pace()
    case .wideNetwork: pace = WideNetwork.pace()
    case .training:
      guard let task = TrainingTask(rawValue: task) else {
        throw ValidationError("--task is '\(task)'; allowed: ppo, sac")
      }
      return try printJSON(task.course(seed: seed))
    }
    guard let pace else { throw ValidationError("--task is '\(task)'; allowed: a task of \(part.rawValue)") }
    try printJSON(pace)
  }
}
