import Assay

/// A change from outside, at some point of training, through nothing but public interfaces.
public struct Intervention: Sendable {
  /// What is open to a change: numbers, and what they are trained towards, and how the rewards that the
  /// world gave are read. Not the rewards themselves: an environment that gives others is another environment.
  public struct Target: Sendable {
    /// All numbers of the agent.
    public var parameters: ParameterStore
    /// What the parts are in fact trained towards.
    public var aims: Aims
    /// How learners read the rewards.
    public var labels: RewardLabels
    /// What the agent's parts call themselves.
    public var critic: PartName
    public var actor: PartName
    public var worldModel: PartName?
  }

  /// When, as a share of the run in 0...1.
  public var time: Double
  /// What to change.
  public var apply: @Sendable (inout Target) -> Void

  public init(at time: Double, _ apply: @escaping @Sendable (inout Target) -> Void) {
    precondition(time >= 0 && time <= 1, "time must be in 0...1, but is \(time)")
    self.time = time
    self.apply = apply
  }
}
