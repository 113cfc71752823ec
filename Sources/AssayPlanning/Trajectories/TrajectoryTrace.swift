import Assay

/// What an optimiser tried, iteration by iteration: JSON that people can read.
///
/// Only some candidates of each iteration are kept, evenly spaced among all, and the best.
public struct TrajectoryTrace: Sendable, Hashable, Codable {
  /// What the file says it is.
  public static let schema = "assay.trajectories/1"

  /// One candidate.
  public struct Candidate: Sendable, Hashable, Codable {
    /// Which of the iteration's candidates it is, from 0.
    public var index: Int
    /// What is done, `[horizon × width]`.
    public var actions: [Float]
    /// The reward predicted of each step, `[horizon]`.
    public var rewards: [Double]
    /// V̂ after the last step.
    public var terminalValue: Double
    /// The return.
    public var predictedReturn: Double
  }

  /// What was tried at once.
  public struct Iteration: Sendable, Hashable, Codable {
    /// How many candidates there were.
    public var evaluated: Int
    /// Some of them.
    public var candidates: [Candidate]
    /// The best of them.
    public var best: Candidate
    /// The mean of their returns.
    public var meanReturn: Double
    /// The mean of the actions that will be tried next, `[horizon × width]`; empty for optimisers without one.
    public var mean: [Double]
    /// The standard deviation of the actions that will be tried next, `[horizon × width]`; empty for optimisers
    /// without one.
    public var deviation: [Double]
  }

  /// How many candidates of each iteration are kept.
  public let sampleCount: Int
  /// How many actions a candidate has; 0 before the first iteration.
  public private(set) var horizon = 0
  /// How many numbers an action has; 0 before the first iteration.
  public private(set) var width = 0
  /// What was tried.
  public private(set) var iterations: [Iteration] = []

  /// Makes an empty trace.
  ///
  /// - Parameter sampleCount: how many candidates of each iteration to keep, from 0.
  public init(sampleCount: Int = 16) {
    precondition(sampleCount >= 0, "sampleCount must not be negative, but is \(sampleCount)")
    self.sampleCount = sampleCount
  }

  mutating func record(
    _ batch: TrajectoryBatch, returns: [Double], best: Int, mean: [Double], deviation: [Double]
  ) {
    horizon = batch.horizon
    width = batch.width
    func candidate(_ index: Int) -> Candidate {
      Candidate(
        index: index, actions: batch.sequence(index),
        rewards: Array(batch.rewards[index * batch.horizon..<(index + 1) * batch.horizon]),
        terminalValue: batch.terminalValues[index], predictedReturn: returns[index])
    }
    let kept = min(sampleCount, batch.count)
    iterations.append(
      Iteration(
        evaluated: batch.count, candidates: (0..<kept).map { candidate($0 * batch.count / kept) },
        best: candidate(best), meanReturn: returns.reduce(0, +) / Double(returns.count), mean: mean,
        deviation: deviation))
  }

  private enum CodingKeys: String, CodingKey {
    case schema, sampleCount, horizon, width, iterations
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let schema = try container.decode(String.self, forKey: .schema)
    guard schema == Self.schema else {
      throw DataError(field: "schema", value: schema, allowed: Self.schema)
    }
    sampleCount = try container.decode(Int.self, forKey: .sampleCount)
    horizon = try container.decode(Int.self, forKey: .horizon)
    width = try container.decode(Int.self, forKey: .width)
    iterations = try container.decode([Iteration].self, forKey: .iterations)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schema, forKey: .schema)
    try container.encode(sampleCount, forKey: .sampleCount)
    try container.encode(horizon, forKey: .horizon)
    try container.encode(width, forKey: .width)
    try container.encode(iterations, forKey: .iterations)
  }
}
