/// How long a planner may think. What it may try is for the optimiser to say.
public struct TrajectoryBudget: Sendable {
  /// Wall-clock time; `nil` where there is no hurry. A plan that was cut short depends on how fast the machine is.
  public var time: Duration?
  /// Asked before each step of a rollout; planning stops where it says `true`.
  public var isCancelled: (@Sendable () -> Bool)?

  public init(time: Duration? = nil, isCancelled: (@Sendable () -> Bool)? = nil) {
    self.time = time
    self.isCancelled = isCancelled
  }

  /// Starts the clock.
  public func started() -> TrajectoryClock {
    TrajectoryClock(deadline: time.map { ContinuousClock.now + $0 }, isCancelled: isCancelled)
  }
}

/// A budget that is running out.
public struct TrajectoryClock: Sendable {
  /// When time is up.
  public let deadline: ContinuousClock.Instant?
  let isCancelled: (@Sendable () -> Bool)?

  init(deadline: ContinuousClock.Instant?, isCancelled: (@Sendable () -> Bool)?) {
    self.deadline = deadline
    self.isCancelled = isCancelled
  }

  /// Whether planning must stop.
  public var isOver: Bool {
    if let isCancelled, isCancelled() { return true }
    if let deadline { return ContinuousClock.now >= deadline }
    return false
  }
}
