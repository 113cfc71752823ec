import ArgumentParser
import Assay
import AssayAgents
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct AIXICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aixi",
    abstract: "Let MC-AIXI learn a world it sees little of, and say what it earns.",
    usage: "assay aixi <domain> [<options>]",
    discussion: """
      The agent learns a mixture over context trees from its own history, bit by bit, and plans in it by ρUCT. Settings are \
      those of the published experiments unless told otherwise; afterwards it acts for what it knows, and learns no more.

      EXAMPLES
        assay aixi one-dimensional-maze
        assay aixi cheese-maze --seeds 0..9 --jobs 2 --learning-simulations 50
        assay aixi tiger --reward-code listed --horizon 1 --simulations 500 \\
          --exploration-decay 0.9995

      DOMAINS
      \(HistoryDomain.all.map { "  \($0.name)" }.joined(separator: "\n"))
      """)

  @Argument(help: "Which of the domains below.")
  var domain: String

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(help: "How many steps are learned from; as many as published, if left out.")
  var experience: Int?

  @Option(help: "How many steps are taken afterwards.")
  var evaluation = 5000

  @Option(help: "How many futures are drawn for a decision; as many as published, if left out.")
  var simulations: Int?

  @Option(help: "How many of them while it learns; the same, if left out.")
  var learningSimulations: Int?

  @Option(help: "How much ρUCT explores: C, 1.41 if left out.")
  var confidence: Double?

  @Option(help: "How many steps are looked ahead: m; as many as published, if left out.")
  var horizon: Int?

  @Option(
    help: "How likely the first action is drawn at random while it learns; as published, if left out.")
  var exploration: Double?

  @Option(help: "What that is multiplied by with every step; as published, if left out.")
  var explorationDecay: Double?

  @Option(
    help: ArgumentHelp(
      """
      How rewards are written: as one of all whole numbers in their range, as published, or as one of those that the \
      world pays, which takes fewer bits.
      """, valueName: "range|listed"))
  var rewardCode = RewardCode.range

  enum RewardCode: String, ExpressibleByArgument, CaseIterable, Encodable {
    case range, listed
  }

  @Option(
    help: ArgumentHelp("Seeds, from the first to the last; each is one agent.", valueName: "first..last"))
  var seeds = SeedRange(first: 0, last: 0)

  @Option(help: "How many agents learn side by side. What comes of them does not depend on it.")
  var jobs = 1

  @Flag(help: "Print JSON, schema assay.aixi/1.")
  var json = false

  private struct Report: Encodable {
    struct Run: Encodable {
      var seed: UInt64
      var learningReward: Double
      var greedyReward: Double
      var nodeCount: Int
      var ignoredContexts: Int
      var surprise: Double
    }

    var schema = "assay.aixi/1"
    var domain: String
    var experience: Int
    var evaluation: Int
    var simulations: Int
    var learningSimulations: Int
    var confidence: Double
    var horizon: Int
    var exploration: Double
    var explorationDecay: Double
    var rewardCode: RewardCode
    var runs: [Run]
    /// The mean reward of a step after learning, over seeds.
    var greedyReward: Estimate
    /// The most that is to be had by one who knows the world; left out where it is not known.
    var optimum: Double?
  }

  func run() async throws {
    try await reporting {
      let domain = rewardCode == .listed ? try known().listingRewards() : try known()
      let experiment = try experiment(of: domain)
      let entry = try Names.environment(domain.name)
      let world = try domain.world(of: Names.catalogue, with: try Names.settings(set, of: entry))
      let start = ContinuousClock.now
      let report = try await report(experiment, in: world, optimum: domain.optimum)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      // JSON holds no times: the same command gives the same bytes.
      if json { return try printJSON(report) }
      let steps = report.runs.count * (report.experience + report.evaluation)
      let secondsPerStep = seconds * Double(min(jobs, report.runs.count)) / Double(steps)
      print(text(report), terminator: "")
      print("Time of a step: \(NumberText.number(1000 * secondsPerStep)) ms")
    }
  }

  private func known() throws -> HistoryDomain {
    guard let found = HistoryDomain.all.first(where: { $0.name == domain }) else {
      throw UnknownName(kind: "domain", name: domain, known: HistoryDomain.all.map(\.name))
    }
    return found
  }

  private func experiment(of domain: HistoryDomain) throws -> MCAIXI.Experiment {
    var experiment = domain.experiment
    func check(_ value: Int?, _ flag: String, _ least: Int) throws {
      guard let value, !(least...1_000_000_000).contains(value) else { return }
      throw Failure(
        status: ExitStatus.usage, message: "\(flag) is \(value); allowed: \(least) to 1000000000")
    }
    try check(experience, "--experience", 0)
    try check(evaluation, "--evaluation", 1)
    try check(simulations, "--simulations", 1)
    try check(learningSimulations, "--learning-simulations", 1)
    try check(jobs, "--jobs", 1)
    if let horizon, !(1...1000).contains(horizon) {
      throw Failure(status: ExitStatus.usage, message: "--horizon is \(horizon); allowed: 1 to 1000")
    }
    for (value, flag) in [(exploration, "--exploration"), (explorationDecay, "--exploration-decay")] {
      guard let value, !(value >= 0 && value <= 1) else { continue }
      throw Failure(status: ExitStatus.usage, message: "\(flag) is \(value); allowed: 0 to 1")
    }
    if let horizon { experiment.configuration.horizon = horizon }
    if let exploration { experiment.configuration.exploration = exploration }
    if let explorationDecay { experiment.configuration.explorationDecay = explorationDecay }
    if let confidence {
      guard confidence >= 0, confidence.isFinite else {
        throw Failure(
          status: ExitStatus.usage, message: "--confidence is \(confidence); allowed: a number from 0 on")
      }
      experiment.configuration.confidence = confidence
    }
    if let experience { experiment.experience = experience }
    if let simulations { experiment.configuration.simulations = simulations }
    return experiment
  }

  private func report(
    _ experiment: MCAIXI.Experiment, in world: any Environment<Int, Int>, optimum: Double?
  ) async throws -> Report {
    let all = seeds.seeds
    let learning = learningSimulations ?? experiment.configuration.simulations
    let progress = ProgressLine("\(all.count) × MC-AIXI in \(domain)", total: all.count)
    defer { progress.finish() }
    let outcomes = try await withThrowingTaskGroup(of: (Int, MCAIXI.Outcome).self) { group in
      var next = 0
      func start() {
        guard next < all.count else { return }
        let index = next
        next += 1
        group.addTask {
          func run(_ world: some Environment<Int, Int>) throws -> MCAIXI.Outcome {
            try MCAIXI.run(
              experiment, in: world, seed: all[index], evaluation: evaluation, learningSimulations: learning)
          }
          return (index, try run(world))
        }
      }
      for _ in 0..<jobs { start() }
      var outcomes = [MCAIXI.Outcome?](repeating: nil, count: all.count)
      while let (index, outcome) = try await group.next() {
        outcomes[index] = outcome
        progress.advance(by: 1)
        start()
      }
      return outcomes.compactMap(\.self)
    }
    return Report(
      domain: domain, experience: experiment.experience, evaluation: evaluation,
      simulations: experiment.configuration.simulations, learningSimulations: learning,
      confidence: experiment.configuration.confidence, horizon: experiment.configuration.horizon,
      exploration: experiment.configuration.exploration,
      explorationDecay: experiment.configuration.explorationDecay, rewardCode: rewardCode,
      runs: zip(all, outcomes).map {
        .init(
          seed: $0, learningReward: $1.learningReward, greedyReward: $1.greedyReward, nodeCount: $1.nodeCount,
          ignoredContexts: $1.ignoredContexts, surprise: $1.surprise)
      }, greedyReward: Estimate(mean: outcomes.map(\.greedyReward)), optimum: optimum)
  }

  private func text(_ report: Report) -> String {
    var lines = [
      "MC-AIXI in \(report.domain): \(NumberText.count(report.experience)) steps of experience, "
        + "\(NumberText.count(report.simulations)) futures a decision",
      "m = \(report.horizon), C = \(NumberText.number(report.confidence)), "
        + "ε = \(report.exploration) · \(report.explorationDecay)ᵗ, "
        + (report.rewardCode == .listed ? "rewards listed" : "rewards in a range"),
      "",
      "  seed    while learning   afterwards   nodes",
    ]
    for run in report.runs {
      lines.append(
        "  " + TextLayout.padded("\(run.seed)", columns: 6)
          + TextLayout.padded(NumberText.number(run.learningReward), columns: 16, onLeft: true)
          + TextLayout.padded(NumberText.number(run.greedyReward), columns: 13, onLeft: true)
          + TextLayout.padded(NumberText.count(run.nodeCount), columns: 13, onLeft: true))
    }
    lines += ["", "Reward of a step afterwards: \(NumberText.interval(report.greedyReward))"]
    if let optimum = report.optimum {
      lines.append(
        "The most there is: \(NumberText.number(optimum)); share of it: "
          + NumberText.share(report.greedyReward.estimate / optimum))
    }
    return lines.map { TextLayout.clipped($0) + "\n" }.joined()
  }
}
