import Assay

/// What was measured on one agent, over its training and at the end.
public struct AgentRecord: Sendable {
  /// What everything random in its life followed from.
  public let seed: UInt64
  /// Why its training stopped before its time, if it did.
  public internal(set) var stoppedBy: NonFiniteError?
  /// In the world it lives in now, in the order of steps.
  private(set) var checkpoints: [Checkpoint] = []
  /// The newest measurement.
  private(set) var latest: AgentAudit?
  /// The newest measurement in the world it lived in before, if it moved.
  private(set) var before: AgentAudit?

  init(seed: UInt64) { self.seed = seed }

  /// The newest measurement; an agent that was never measured is a programmer's mistake.
  var final: AgentAudit {
    guard let latest else { preconditionFailure("an agent was never measured") }
    return latest
  }

  /// By the newest measurement: the critic's error over visits or over all live states alike, whichever is larger, as a
  /// share of the range.
  public var largestCriticError: Double { final.largestCriticError }
  /// Over the second half of training: the critic's mean error over visits, as a share of the range.
  public var criticBias: Double {
    CriticLean(meanOf: checkpoints.filter { 2 * $0.step >= final.step }.map(\.lean)).bias
  }
  /// By the newest measurement: the larger of the actor's normalised gaps.
  public var actorGap: Double { final.actor.worstNormalisedGap }
  /// By the newest measurement: what the policy loses of the training reward, as a share of what choosing at random
  /// loses; `nil` where there is nothing to lose.
  public var returnRegret: Double? { final.regret }

  /// The checkpoints of the last tenth of training.
  var window: ArraySlice<Checkpoint> {
    let start = Tolerances.stalePoint * Double(final.step)
    return checkpoints.drop { Double($0.step) < start }
  }

  /// Adds a measurement; one at the same step as the newest takes its place.
  mutating func add(_ audit: AgentAudit) {
    if checkpoints.last?.step == audit.step { checkpoints.removeLast() }
    checkpoints.append(audit.checkpoint)
    latest = audit
  }

  /// Notes that the agent moved to another world.
  mutating func moved() {
    before = latest
    latest = nil
    checkpoints = []
  }
}
