import Assay
import AssayAgents

/// A world in which MC-AIXI was published, as it was then: settings, and what the best agent earns that knows the world.
public struct HistoryDomain: Sendable {
  /// The settings of the agent.
  public var experiment: MCAIXI.Experiment
  /// How the world is set.
  public var settings: Settings
  /// The best average reward of a step, by exact solution of the world; `nil` where it is not known.
  public var optimum: Double?

  /// What it is called, as its world is.
  public var name: String { experiment.name }

  private init(_ experiment: MCAIXI.Experiment, _ settings: Settings = [:], optimum: Double?) {
    self.experiment = experiment
    self.settings = settings
    self.optimum = optimum
  }

  /// All of them.
  public static let all: [HistoryDomain] = [
    // Every second step enters the goal.
    HistoryDomain(.oneDimensionalMaze, ["shown": .word("nothing")], optimum: 0.5),
    // 10 for the cheese, after as many steps as it takes on average from where one is put, and one to be put there.
    HistoryDomain(.cheeseMaze, optimum: 67.0 / 53),
    HistoryDomain(.tiger, optimum: 1.0838),
    HistoryDomain(.extendedTiger, optimum: nil),
    HistoryDomain(.fourByFourGrid, ["shown": .word("nothing")], optimum: 15.0 / 62),
    HistoryDomain(.biasedRockPaperScissors, optimum: 0.25),
    // Against the equilibrium of the first player the second can earn no more.
    HistoryDomain(.kuhnPoker, optimum: 1.0 / 18),
  ]

  /// The world, as it is set.
  ///
  /// - Parameters:
  ///   - catalogue: where it is found.
  ///   - changes: settings that go before its own.
  /// - Returns: the world.
  /// - Throws: `DataError` where it shows or pays what the agent's code has no words for, `UnknownName` where the
  ///   catalogue does not have it.
  public func world(of catalogue: Catalogue, with changes: Settings = [:]) throws -> any Environment<Int, Int>
  {
    let entry = try catalogue.environment(named: name)
    let world = try entry.make(settings.merging(changes) { $1 })
    let code = experiment.configuration.code
    guard let world = world as? any Environment<Int, Int>,
      let seen = world.observationSpace as? DiscreteSpace,
      seen.count <= code.observationCount,
      code.rewards.contains(Int(world.rewardRange.lowerBound)),
      code.rewards.contains(Int(world.rewardRange.upperBound))
    else {
      throw DataError(
        field: "--set", value: changes.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " "),
        allowed: "a world of \(code.observationCount) observations with rewards from "
          + "\(code.rewards.lowerBound) to \(code.rewards.upperBound)")
    }
    return world
  }
}
