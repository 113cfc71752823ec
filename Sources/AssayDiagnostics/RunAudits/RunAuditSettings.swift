/// How thoroughly an agent with networks is audited.
public struct RunAuditSettings: Sendable, Hashable {
  /// In how many states its critic is compared with the truth: half of them on its way, half where episodes begin.
  public var states = 192
  /// In how many states beside its way its choices are looked at, and as many on it.
  public var detours = 96
  /// How many restarts the truth of a state rests on.
  public var restarts = 8
  /// How long an agent lives at most before it is stopped in a state.
  public var longestLife = 1000
  /// How many steps a random action is held for at most, and one more.
  public var longestDetour = 21
  /// How many copies an action is tried in where the critic judges states only.
  public var trials = 2
  /// How much of a return may lie beyond the horizon, as a share of what it can be.
  public var truncatedShare = 1e-2
  /// The horizon where values are not discounted.
  public var undiscountedHorizon = 1000
  /// How many steps a world model predicts ahead.
  public var modelSteps = 20
  /// How many tasks play side by side. What is found does not depend on it.
  public var jobs = 1

  public init() {}
}
