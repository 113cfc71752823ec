import Assay
import AssayAgents

/// A world in which MC-AIXI was published, as it was then: settings, and what the best agent earns that knows the world.
public struct HistoryDomain: Sendable {
  /// The settings of the agent.
  public var experiment: MCAIXI.Experiment
  /// How the world is set.
  public var settings: Settings
  /// The rewards that the world pays when it is set so, rising.
  public var rewards: [Int]
  /// The best average reward of a step, by exact solution of the world; `nil` where it is not known.
  public var optimum: Double?

  /// What it is called, as its world is.
  public var name: String { experiment.name }

  private init(
    _ experiment: MCAIXI.Experiment, _ settings: Settings = [:], rewards: [Int], optimum: Double?
  ) {
    self.experiment = experiment
    self.settings = settings
    self.rewards = rewards
    self.optimum = optimum
  }

  /// All of them.
  public static let all: [HistoryDomain] = [
    // Every second step enters the goal.
    HistoryDomain(.oneDimensionalMaze, ["shown": .word("nothing")], rewards: [0, 1], optimum: 0.5),
    // 10 for the cheese, after as many steps as it takes on average from where one is put, and one to be put there.
    HistoryDomain(.cheeseMaze, rewards: [-10, -1, 0, 10], optimum: 67.0 / 53),
    HistoryDomain(.tiger, rewards: [-100, -1, 10], optimum: 1.0838),
    HistoryDomain(.extendedTiger, rewards: [-100, -1, 30], optimum: nil),
    HistoryDomain(.fourByFourGrid, ["shown": .word("nothing")], rewards: [0, 1], optimum: 15.0 / 62),
    HistoryDomain(.biasedRockPaperScissors, rewards: [-1, 0, 1], optimum: 0.25),
    // Against the equilibrium of the first player the second can earn no more.
    HistoryDomain(.kuhnPoker, rewards: [-2, -1, 1, 2], optimum: 1.0 / 18),
  ]

  /// The same domain, with bits for the rewards that it pays alone instead of all whole numbers in their range.
  public func listingRewards() -> HistoryDomain {
    var domain = self
    domain.experiment.configuration.code = experiment.configuration.code.listing(rewards)
    return domain
  }

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
    // Which rewards a world pays, it only tells by paying them; other settings than these may lead to others.
    if let listed = code.listedRewards, let change = changes.min(by: { $0.key < $1.key }) {
      throw DataError(
        field: "--set", value: "\(change.key)=\(change.value)",
        allowed: "no changes while rewards are listed: \(listed.map(String.init).joined(separator: ", "))")
    }
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
