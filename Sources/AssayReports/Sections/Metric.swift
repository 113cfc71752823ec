import AssayDiagnostics

/// One number of a report, where it stands in it, and what it means.
struct Metric {
  /// A path into the JSON form.
  var path: String
  var meaning: String
  var value: Estimate?

  /// Every estimate of a report that is one number.
  static func all(of report: AuditReport) -> [Metric] {
    let critic = report.critic
    let actor = report.actor
    var metrics: [Metric] = []
    if let critic {
      metrics += [
        Metric(path: "critic.bias", meaning: "mean of V̂ − V", value: critic.bias),
        Metric(path: "critic.rmse", meaning: "√ mean (V̂ − V)² over visits", value: critic.rmse),
        Metric(
          path: "critic.actionRMSE", meaning: "√ mean (Q̂ − Q)² over visits, all actions alike",
          value: critic.actionRMSE),
        Metric(
          path: "critic.uniformRMSE", meaning: "√ mean (V̂ − V)² over all states alike",
          value: critic.uniformRMSE),
        Metric(path: "critic.largestError", meaning: "max |V̂ − V|", value: critic.largestError),
        Metric(
          path: "critic.explainedVariance", meaning: "share of the variance of V that V̂ explains",
          value: critic.explainedVariance),
        Metric(
          path: "critic.calibrationSlope", meaning: "slope of V on V̂; 1 when calibrated",
          value: critic.calibrationSlope),
        Metric(
          path: "critic.kendallTau", meaning: "rank agreement of Q̂ with Q within states",
          value: critic.kendallTau),
        Metric(
          path: "critic.bellmanResidual", meaning: "√ mean squared residual of Q̂",
          value: critic.bellmanResidual
        ),
      ]
    }
    metrics += [
      Metric(path: "actor.gap", meaning: "max Q̂ − E Q̂ over visits", value: actor.gap),
      Metric(
        path: "actor.normalisedGap", meaning: "the same as a share of the uniform policy's",
        value: actor.normalisedGap),
      Metric(
        path: "actor.uniformNormalisedGap", meaning: "the same over all states alike",
        value: actor.uniformNormalisedGap),
      Metric(
        path: "actor.agreement", meaning: "share of states where the likeliest action is the critic's best",
        value: actor.agreement),
      Metric(
        path: "actor.confidence", meaning: "mean probability of the likeliest action", value: actor.confidence
      ),
    ]
    if let model = report.model {
      metrics += [
        Metric(path: "model.valueError", meaning: "√ mean (V in the model − V)²", value: model.valueError),
        Metric(
          path: "model.bias", meaning: "mean of V in the model − V; positive: an optimist", value: model.bias),
        Metric(
          path: "model.transitionError", meaning: "total variation of the next state, 0…1",
          value: model.transitionError),
        Metric(path: "model.rewardError", meaning: "√ mean (r̂ − r)²", value: model.rewardError),
        Metric(
          path: "model.valueEquivalenceError", meaning: "E |(r − r̂) + γ(P − P̂)V̂|",
          value: model.valueEquivalenceError),
        Metric(
          path: "model.exploitation", meaning: "how much planning selects the model's errors",
          value: model.exploitation),
      ]
    }
    if let outcome = report.outcome {
      metrics.append(
        Metric(
          path: "outcome.regret", meaning: "share of the training return that is lost", value: outcome.regret)
      )
    }
    if let capability = report.goal?.capability {
      metrics.append(
        Metric(
          path: "goal.capability", meaning: "success at the goal the agents do best by", value: capability))
    }
    return metrics + [
      Metric(path: "gap.total", meaning: "J(π*) − J(π)", value: report.gap.total),
      Metric(path: "gap.achieved", meaning: "J(π) of the actor", value: report.gap.achieved),
      Metric(path: "gap.exploration", meaning: "what exploring costs on top", value: report.gap.exploration),
    ]
  }
}
