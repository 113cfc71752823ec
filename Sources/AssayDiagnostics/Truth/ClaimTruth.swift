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
  init(
    of claim: Claim, process: FiniteMDP, actorPolicy: PolicyTable, behaviour: PolicyTable
  ) throws(PlanningError) {
    let policy: PolicyTable
    switch claim.policy {
    case .part: policy = actorPolicy
    case .behaviour: policy = behaviour
    case .uniform: policy = process.uniformPolicy
    case .optimal:
      let solution = try process.solved(discount: claim.discount, tolerance: 1e-10)
      policy = PolicyTable(actionCount: process.actionCount, actions: solution.policy)
    }
    try self.init(policy: policy, process: process, discount: claim.discount, rewardScale: claim.rewardScale)
  }

  /// Computes the values of a policy, for the training reward.
  init(
    policy: PolicyTable, process: FiniteMDP, discount: Double, rewardScale: Double = 1
  ) throws(PlanningError) {
    self.policy = policy
    let solution = try process.values(of: policy, discount: discount)
    stateValues = solution.values.map { rewardScale * $0 }
    actionValues = process.actionValues(from: solution.values, discount: discount).map { rewardScale * $0 }
  }
}
