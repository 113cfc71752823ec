import AssayDiagnostics

/// A number that an audit measures on each agent, and expectations are about.
///
/// Shares of the range are shares of the range of the optimal training values. Weighted means weigh states by how
/// often the actor's policy visits them.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// RMSE of the critic against its claim, a share of the range; ≥ 0.
  case criticError = "critic-error"
  /// Mean of V̂ − V, in reward units.
  case criticBias = "critic-bias"
  /// max |V̂ − V| over all states, in reward units; ≥ 0.
  case criticLargestError = "critic-largest-error"
  /// Share of the variance of V that V̂ explains; ≤ 1.
  case explainedVariance = "explained-variance"
  /// Rank agreement of Q̂ with Q within states, −1…1.
  case rankAgreement = "rank-agreement"
  /// √ mean squared Bellman residual, in reward units; ≥ 0.
  case bellmanResidual = "bellman-residual"
  /// The actor's gap, over visits or over all states (the larger): 0 for a maximiser, 1 for the uniform policy.
  case actorGap = "actor-gap"
  /// Share of states where the likeliest action is the critic's best, 0…1.
  case actorAgreement = "actor-agreement"
  /// Mean probability of the likeliest action, 0…1.
  case actorConfidence = "actor-confidence"
  /// RMSE of the policy's value in the model, a share of the range; ≥ 0.
  case modelError = "model-error"
  /// Mean of V in the model − V, in reward units.
  case modelBias = "model-bias"
  /// Mean total-variation distance of the next-state distribution, 0…1.
  case transitionError = "transition-error"
  /// √ mean (r̂ − r)², in reward units; ≥ 0.
  case modelRewardError = "model-reward-error"
  /// What planning gains from the model's errors, in reward units.
  case exploitation
  /// What the best policy for the training reward loses of the performance, a share of what choosing at random loses.
  case rewardRegret = "reward-regret"
  /// J(π): the exact discounted performance of the actor's policy, in reward units.
  case `return`
  /// J(π*) − J(π), in reward units; ≥ 0.
  case lostReturn = "lost-return"
  /// What the policy loses of the training reward, a share of what choosing at random loses; ≥ 0.
  case regret
  /// What exploring costs on top, in reward units.
  case explorationCost = "exploration-cost"
  /// The largest success share over the goals of the world: 0 for the uniform policy, 1 for the best; ≤ 1.
  case capability

  /// What an audit must look at to know it.
  public var part: AuditedPart? {
    switch self {
    case .criticError, .criticBias, .criticLargestError, .explainedVariance, .rankAgreement, .bellmanResidual:
      .critic
    case .actorGap, .actorAgreement, .actorConfidence: .actor
    case .modelError, .modelBias, .transitionError, .modelRewardError, .exploitation: .model
    case .rewardRegret: .reward
    case .capability: .goal
    case .return, .lostReturn, .regret, .explorationCost: nil
    }
  }

  /// The values it can have at all.
  public var range: ClosedRange<Double> {
    switch self {
    case .actorAgreement, .actorConfidence, .transitionError: 0...1
    case .rankAgreement: -1...1
    case .explainedVariance, .capability: -Double.infinity...1
    case .criticError, .criticLargestError, .bellmanResidual, .actorGap, .modelError, .modelRewardError,
      .lostReturn,
      .regret:
      0...Double.infinity
    case .criticBias, .modelBias, .exploitation, .rewardRegret, .return, .explorationCost:
      -Double.infinity...Double.infinity
    }
  }

  /// What it is of one agent; `nil` where it has none.
  ///
  /// - Parameter report: of that agent alone.
  /// - Returns: the number, or `nil`.
  func value(in report: AuditReport) -> Double? {
    let agent = report.agents[0]
    return switch self {
    case .criticError: agent.criticError
    case .criticBias: report.critic?.bias.estimate
    case .criticLargestError: report.critic?.largestError.estimate
    case .explainedVariance: report.critic?.explainedVariance?.estimate
    case .rankAgreement: report.critic?.kendallTau?.estimate
    case .bellmanResidual: report.critic?.bellmanResidual.estimate
    case .actorGap: agent.actorGap
    case .actorAgreement: report.actor.agreement.estimate
    case .actorConfidence: report.actor.confidence.estimate
    case .modelError: agent.modelError
    case .modelBias: report.model?.bias.estimate
    case .transitionError: report.model?.transitionError.estimate
    case .modelRewardError: report.model?.rewardError.estimate
    case .exploitation: report.model?.exploitation.estimate
    case .rewardRegret: report.reward.regret
    case .return: agent.performance
    case .lostReturn: report.gap.total.estimate
    case .regret: agent.regret
    case .explorationCost: report.gap.exploration.estimate
    case .capability: nil
    }
  }
}
