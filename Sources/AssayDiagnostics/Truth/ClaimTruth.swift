import Assay
import AssayPlanning

/// The true values of a claim: what a critic would say if it were right.
struct ClaimTruth: Sendable {
  /// Q, `[S·A]`; −∞ where an action is unavailable.
  var actionValues: [Double]
  /// V, `[S]`.
  var stateValues: [Double]
  /// The policy whose values these are.
  var policy: PolicyTable

  /// Computes the truth of a claim, for the training reward.
  ///
  /// - Parameters:
  ///   - claim: what is claimed.
  ///   - process: the world, or the agent's model of it.
  ///   - actorPolicy: π of the actor.
  ///   - behaviour: π of what acts, exploration included.
  ///   - timeLimit: after how many steps episodes are cut off, where they are: for a claim that takes that for an end.
  /// - Throws: ``PlanningError`` at discount 1, when the policy may never end.
  init(
    of claim: Claim, process: FiniteMDP, actorPolicy: PolicyTable, behaviour: PolicyTable,
    timeLimit: Int? = nil
  ) throws(PlanningError) {
    var ended =
      switch claim.endings {
      case .asTheyAre: process
      case .terminationIgnored: process.ignoringTermination()
      case .truncationTerminates:
        timeLimit.map { process.terminating(after: $0, under: behaviour) } ?? process
      }
    if claim.bootstrapsInPlace { ended = ended.standingStill() }
    let policy: PolicyTable
    switch claim.policy {
    case .part: policy = actorPolicy
    case .behaviour: policy = behaviour
    case .uniform: policy = process.uniformPolicy
    case .optimal:
      let wanted = claim.rewardScale < 0 ? ended.withNegatedReward() : ended
      let solution = try wanted.solved(discount: claim.discount, tolerance: 1e-10)
      policy = PolicyTable(actionCount: process.actionCount, actions: solution.policy)
    }
    try self.init(policy: policy, process: ended, discount: claim.discount, rewardScale: claim.rewardScale)
  }

  /// Computes the values of a policy, for the training reward.
  init(
    policy: PolicyTable, process: FiniteMDP, discount: Double, rewardScale: Double = 1
  ) throws(PlanningError) {
    self.policy = policy
    let solution = try process.values(of: policy, discount: discount)
    stateValues = solution.values.map { rewardScale * $0 }
    actionValues = process.actionValues(from: solution.values, discount: discount)
      .map { $0 == -.infinity ? $0 : rewardScale * $0 }
  }
}

extension ProcessTruth {
  /// How far apart the truths of two claims are, for an actor that follows the best policy: √ mean square over its
  /// visits and all actions alike, as a share of the range.
  ///
  /// - Throws: ``PlanningError`` at discount 1, when a policy may never end.
  public func distance(between claim: Claim, and other: Claim) throws(PlanningError) -> Double {
    let policy = PolicyTable(actionCount: process.actionCount, actions: trainingOptimum.policy)
    func values(_ claim: Claim) throws(PlanningError) -> [Double] {
      try ClaimTruth(
        of: claim, process: process, actorPolicy: policy, behaviour: policy.softened(by: 0.1, in: process),
        timeLimit: timeLimit
      ).actionValues
    }
    let uniform = process.uniformPolicy
    let visits = try process.occupancy(of: policy).normalized()
    let weights = uniform.probabilities.indices.map {
      visits[$0 / process.actionCount] * uniform.probabilities[$0]
    }
    let differences = zip(try values(claim), try values(other)).map { $0 == -.infinity ? 0 : $0 - $1 }
    return differences.rootMeanSquare(weights: weights) / range
  }
}
