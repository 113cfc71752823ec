import Assay

/// A sequence of actions that an optimiser found, and what it will start from next time.
public struct TrajectoryPlan: Sendable, Hashable, Codable {
  /// How many actions it has.
  public var horizon: Int
  /// How many numbers an action has.
  public var width: Int
  /// What to do, `[horizon × width]`.
  public var actions: [Float]
  /// What the model predicts of ``actions``; `nil` where there was no time to ask, or since the plan was moved on.
  public var predictedReturn: Double?
  /// The mean of what was tried last, `[horizon × width]`.
  public var mean: [Float]
  /// The best of what was tried last, best first, each `[horizon × width]`.
  public var elites: [[Float]]
  /// What the model predicts of the ``elites``; empty since the plan was moved on.
  public var eliteReturns: [Double]
  /// How many candidates the model was asked about.
  public var evaluations: Int
  /// Whether planning ran to its end; `false` where the budget stopped it.
  public var isComplete: Bool

  public init(
    horizon: Int, width: Int, actions: [Float], predictedReturn: Double? = nil, mean: [Float],
    elites: [[Float]] = [], eliteReturns: [Double] = [], evaluations: Int = 0, isComplete: Bool = true
  ) {
    let size = horizon * width
    precondition(
      actions.count == size && mean.count == size && elites.allSatisfy { $0.count == size },
      "every sequence of a plan must have \(horizon) × \(width) numbers")
    self.horizon = horizon
    self.width = width
    self.actions = actions
    self.predictedReturn = predictedReturn
    self.mean = mean
    self.elites = elites
    self.eliteReturns = eliteReturns
    self.evaluations = evaluations
    self.isComplete = isComplete
  }

  /// The first action, `[width]`.
  public var action: [Float] { Array(actions[..<width]) }

  /// What is left of the plan once its first action was taken; its last action is repeated.
  public func advanced() -> TrajectoryPlan {
    var result = self
    result.actions = shifted(actions)
    result.mean = shifted(mean)
    result.elites = elites.map(shifted)
    result.predictedReturn = nil
    result.eliteReturns = []
    result.evaluations = 0
    return result
  }

  private func shifted(_ sequence: [Float]) -> [Float] {
    Array(sequence[width...] + sequence[(sequence.count - width)...])
  }
}
