import Assay
import AssayPlanning

/// What is true of a process whatever the agent: solved once, used for every agent and every checkpoint.
public struct ProcessTruth: Sendable {
  /// The process.
  public let process: FiniteMDP
  /// The best policy for what the designer wanted.
  public let optimum: Solution
  /// The best policy for the training reward.
  public let trainingOptimum: Solution
  /// J(π*) for what the designer wanted.
  public let optimalPerformance: Double
  /// J of the uniform policy for what the designer wanted.
  public let uniformPerformance: Double
  /// Whether a state can be met while an episode goes on, `[S]`.
  public let isLive: [Bool]
  /// How far apart the best training values of live states are: the yardstick of errors, in reward units.
  public let range: Double
  /// After how many steps episodes are cut off; `nil` where they are not.
  public let timeLimit: Int?
  /// J of the best policy for the training reward, and of the uniform one, both for the training reward.
  public let optimalReturn: Double
  public let uniformReturn: Double

  /// After how many decisions an episode is cut off when an agent is watched: long enough to get anywhere that matters
  /// at this discount, and short enough to see many starts.
  public var watchedEpisodeLength: Int {
    if let timeLimit { return timeLimit }
    return process.discount < 1 ? Int(min(1000, (5 / (1 - process.discount)).rounded(.up))) : 1000
  }

  /// Lists a world and solves it.
  ///
  /// - Throws: ``DataError`` when the world's own figures do not form a process, ``PlanningError`` when it has no
  ///   optimum or, at discount 1, may never end.
  public init(of world: some EnumerableEnvironment) throws {
    try self.init(try FiniteMDP(enumerating: world), timeLimit: world.timeLimit)
  }

  /// Solves a process.
  ///
  /// - Throws: ``PlanningError`` when the process has no optimum or, at discount 1, may never end.
  public init(_ process: FiniteMDP, timeLimit: Int? = nil) throws(PlanningError) {
    self.process = process
    self.timeLimit = timeLimit
    optimum = try process.solved(for: process.performance, tolerance: 1e-10)
    trainingOptimum =
      process.performance == process.reward
      ? optimum : try process.solved(for: process.reward, tolerance: 1e-10)
    optimalPerformance = process.initialValue(of: optimum.values)
    let uniform = try process.values(of: process.uniformPolicy, for: process.performance)
    uniformPerformance = process.initialValue(of: uniform.values)
    optimalReturn = process.initialValue(of: trainingOptimum.values)
    uniformReturn =
      process.performance == process.reward
      ? uniformPerformance : process.initialValue(of: try process.values(of: process.uniformPolicy).values)
    isLive = Self.liveStates(of: process)
    let values = process.isLiveValues(trainingOptimum.values, isLive)
    let spread = (values.max() ?? 0) - (values.min() ?? 0)
    // In a world where all states are worth the same there is no range; the size of the values stands in for
    // it.
    let scale = values.reduce(0) { max($0, abs($1)) }
    range = spread > 1e-9 * max(scale, 1e-9) ? spread : max(scale, 1)
  }

  static func liveStates(of process: FiniteMDP) -> [Bool] {
    var isLive = process.initial.map { $0 > 0 }
    var frontier = isLive.indices.filter { isLive[$0] }
    while let state = frontier.popLast() {
      for entry in process.rowStarts[
        state * process.actionCount]..<process.rowStarts[(state + 1) * process.actionCount]
      where process.probabilities[entry] > 0 && !(process.hasTerminals && process.terminals[entry]) {
        let next = Int(process.successors[entry])
        if !isLive[next] {
          isLive[next] = true
          frontier.append(next)
        }
      }
    }
    return isLive
  }
}

extension FiniteMDP {
  fileprivate func isLiveValues(_ values: [Double], _ isLive: [Bool]) -> [Double] {
    values.indices.filter { isLive[$0] }.map { values[$0] }
  }
}
