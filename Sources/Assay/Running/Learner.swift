/// What the parts are in fact trained towards.
///
/// An honest learner's aims are the parts' claims. An experiment changes an aim and leaves the claim as it
/// is, and the audit has to notice.
public struct Aims: Sendable, Hashable {
  /// The value the critic is trained to estimate.
  public var critic: Claim
  /// The block of action values that the actor is trained to climb; `nil` where no actor is trained.
  public var actor: BlockHandle?
  /// The block whose values stand for what follows a step, of the same shape as the critic's own: a target
  /// table. `nil` for the critic's own values as they are.
  public var target: BlockHandle?

  public init(critic: Claim, actor: BlockHandle? = nil, target: BlockHandle? = nil) {
    self.critic = critic
    self.actor = actor
    self.target = target
  }
}

/// Changes parameters from experience. It sees rewards, and writes only blocks that it holds a
/// ``WritePermit`` for.
public protocol Learner<Observation, Action>: ~Copyable, Sendable {
  associatedtype Observation: Sendable
  associatedtype Action: Sendable

  /// What the parts are in fact trained towards.
  var aims: Aims { get set }

  /// Learns from experience whose newest transition, of age 0, was just added.
  mutating func learn(
    from experience: Experience<Observation, Action>, updating parameters: inout ParameterStore,
    using random: inout RandomStream)
}
