import Assay
import AssayPlanning

/// Puts what was measured on each agent together into one report.
struct ReportAssembly {
  let truth: ProcessTruth
  let records: [AgentRecord]
  let agentName: String
  let steps: Int
  let faults: [String]

  private var process: FiniteMDP { truth.process }

  func report() throws -> AuditReport {
    let rewardAudit = RewardAudit(truth)
    let goal = try goalFindings()
    let signatures: [Diagnosing.Signatures] = try records.indices.map { index in
      try self.signatures(of: records[index], goal: goal?.agents[index].findings)
    }
    let own = zip(records, signatures).map { record, signatures in
      diagnosing([record], rewardAudit).diagnose(signatures)
    }
    let group = diagnosing(records, rewardAudit)
    return AuditReport(
      subject: .init(
        environment: process.name, agent: agentName, steps: steps, seeds: records.map(\.seed), faults: faults,
        discount: process.discount, states: process.stateCount, actions: process.actionCount,
        range: truth.range),
      diagnosis: groupDiagnosis(own, group: group, signatures: signatures),
      critic: group.critic.map { criticFindings(signatures, verdict: $0) },
      actor: actorFindings(verdict: group.actor), model: group.model.flatMap(modelFindings),
      reward: .init(
        regret: rewardAudit.regret, credit: rewardAudit.credit, agreement: rewardAudit.agreement,
        untamperedRegret: rewardAudit.untamperedRegret, verdict: group.reward),
      discount: .init(
        trained: records[0].final.reading.claim.discount, regret: group.discount.measured.estimate,
        verdict: group.discount),
      outcome: group.outcome.map { .init(regret: $0.measured, verdict: $0) },
      goal: goal, gap: try gapFindings(), training: training(),
      agents: zip(records, own).map { record, diagnosis in
        let end = record.final.checkpoint
        return .init(
          seed: record.seed, diagnosis: diagnosis.name, also: diagnosis.also, performance: end.performance,
          criticError: record.final.reading.hasCritic ? end.criticError : nil, actorGap: end.actorGap,
          modelError: end.modelError, regret: end.regret, stoppedBy: record.stoppedBy?.description)
      }, states: stateFindings(), anatomy: anatomyFindings())
  }

  // MARK: Diagnosis

  /// How many decisions of each agent are watched to see what it is after.
  private static let watchedDecisions = 1000

  private func goalFindings() throws -> GoalGroupFindings? {
    let names = process.rewards.map(\.name).filter {
      !["reward", "performance", GoalHypothesis.untampered].contains($0)
    }
    guard !names.isEmpty else { return nil }
    return try GoalAttribution(
      process: process, hypotheses: names, episodeLimit: truth.watchedEpisodeLength
    ).attribute(
      policies: records.map(\.final.reading.policy), seeds: records.map(\.seed),
      decisions: Self.watchedDecisions, using: RandomStream(seed: 0))
  }

  private func signatures(of record: AgentRecord, goal: GoalFindings?) throws -> Diagnosing.Signatures {
    var signatures = try record.final.signatures(earlier: record.checkpoints)
    signatures.stoppedBy = record.stoppedBy
    if let before = record.before, let goal {
      let pursued = goal.hypotheses.first { $0.name == goal.name }
      signatures.goal = .init(
        regretBefore: before.regret ?? 0,
        regretNow: truth.performanceRegret(of: record.final.reading.policy) ?? 0,
        pursued: pursued?.name, capability: pursued?.success ?? 0)
    }
    return signatures
  }

  /// Verdicts over agents: an interval over seeds, or for a single agent the range over the last tenth of its
  /// training.
  private func diagnosing(_ records: [AgentRecord], _ rewardAudit: RewardAudit) -> Diagnosing {
    func estimate(_ value: (Checkpoint) -> Double?) -> Estimate? {
      if records.count == 1 {
        let values = records[0].window.compactMap(value)
        return values.isEmpty ? nil : Estimate(lastOf: values)
      }
      let values = records.compactMap { value($0.final.checkpoint) }
      return values.isEmpty ? nil : Estimate(mean: values)
    }
    guard let criticError = estimate({ $0.criticError }), let actorGap = estimate({ $0.actorGap }) else {
      preconditionFailure("an agent was never measured")
    }
    let reading = records[0].final.reading
    let isFixed = reading.objective.critic == nil && reading.hasCritic
    return Diagnosing(
      critic: reading.hasCritic ? .critic(criticError) : nil,
      actor: .actor(
        actorGap, isFixed: isFixed || !reading.hasCritic,
        isCriticFlat: records.allSatisfy(\.final.actor.isCriticFlat)),
      model: estimate { $0.modelError }.map(Verdict.model), reward: .reward(regret: rewardAudit.regret),
      discount: .discount(
        regret: RewardAudit.regret(ofDiscount: reading.claim.discount, truth: truth),
        trained: reading.claim.discount, judged: process.discount),
      outcome: isFixed ? nil : estimate { $0.regret }.map(Verdict.outcome), rewardAudit: rewardAudit)
  }

  /// The name that most agents have, if that is beyond doubt by the Wilson interval or if all agree.
  private func groupDiagnosis(
    _ own: [Diagnosis], group: Diagnosing, signatures: [Diagnosing.Signatures]
  ) -> Diagnosis {
    guard own.count > 1 else { return own[0] }
    let counts = Dictionary(grouping: own.indices) { own[$0].name }
    guard let leader = counts.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else {
      preconditionFailure("there is no agent")
    }
    let share = Estimate(share: leader.value.count, of: own.count)
    let tally = Evidence(
      metric: "agents.diagnosis",
      statement: counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        .map { "\($0.value.count) of \(own.count) agents: \($0.key)" }.joined(separator: "; ") + ".",
      value: share)
    let open = group.named.map(\.verdict).filter { $0.name != .healthy }
    if leader.key == DiagnosisName.healthy.rawValue, !open.isEmpty {
      return Diagnosis(
        name: DiagnosisName.inconclusive.rawValue, also: [],
        summary: "Most agents are healthy one by one, but taken together the measurements do not settle it.",
        evidence: open.map { Evidence(metric: "verdict", statement: $0.statement, value: $0.measured) } + [
          tally
        ])
    }
    if share.low > 0.5 || leader.value.count == own.count {
      var diagnosis = own[leader.value[0]]
      // The part's sentence is about all agents; the signatures are those of the first that has them.
      let verdicts = Dictionary(uniqueKeysWithValues: group.named.map { ($0.metric, $0.verdict) })
      for (index, evidence) in diagnosis.evidence.enumerated() {
        if let verdict = verdicts[evidence.metric] {
          diagnosis.evidence[index].statement = verdict.statement
          diagnosis.evidence[index].value = verdict.measured
        }
      }
      diagnosis.evidence.append(tally)
      return diagnosis
    }
    return Diagnosis(
      name: DiagnosisName.inconclusive.rawValue, also: [],
      summary: "The agents differ, and no diagnosis holds for a clear majority of them.", evidence: [tally])
  }

  // MARK: Parts

  private func mean(_ value: (AgentAudit) -> Double) -> Estimate {
    Estimate(mean: records.map { value($0.final) })
  }

  private func meanOfKnown(_ value: (AgentAudit) -> Double?) -> Estimate? {
    let values = records.compactMap { value($0.final) }
    return values.isEmpty ? nil : Estimate(mean: values)
  }

  private func criticFindings(_ signatures: [Diagnosing.Signatures], verdict: Verdict) -> CriticFindings {
    // Fitted claims carry a number in their words, so agents are matched up by what a claim stands for.
    let claims = signatures[0].matches.map { first in
      ClaimMatch(
        claim: first.claim, diagnosis: first.diagnosis,
        error: Estimate(
          mean: signatures.map { signatures in
            signatures.matches.first { $0.claim == first.claim }?.error
              ?? signatures.matches.first { $0.diagnosis == first.diagnosis }?.error ?? first.error
          }))
    }
    return CriticFindings(
      claim: records[0].final.reading.claim.description, bias: mean { $0.critic.bias },
      rmse: mean { $0.critic.rmse }, actionRMSE: meanOfKnown { $0.critic.actionRMSE },
      uniformRMSE: mean { $0.critic.uniformRMSE },
      largestError: mean { $0.critic.largestError },
      explainedVariance: meanOfKnown { $0.critic.explainedVariance },
      calibrationSlope: meanOfKnown { $0.critic.calibrationSlope },
      kendallTau: meanOfKnown { $0.critic.kendallTau },
      bellmanResidual: mean { $0.critic.bellmanResidual }, alternatives: claims, verdict: verdict)
  }

  private func actorFindings(verdict: Verdict) -> ActorFindings {
    ActorFindings(
      objective: records[0].final.reading.objective.description, gap: mean { $0.actor.gap },
      normalisedGap: mean { $0.actor.normalisedGap },
      uniformNormalisedGap: mean { $0.actor.uniformNormalisedGap },
      agreement: mean { $0.actor.agreement }, confidence: mean { $0.actor.confidence }, verdict: verdict)
  }

  private func modelFindings(verdict: Verdict) -> ModelFindings? {
    guard let valueError = meanOfKnown({ $0.model?.valueError }), let bias = meanOfKnown({ $0.model?.bias }),
      let transitionError = meanOfKnown({ $0.model?.transitionError }),
      let rewardError = meanOfKnown({ $0.model?.rewardError }),
      let equivalence = meanOfKnown({ $0.model?.valueEquivalenceError }),
      let exploitation = meanOfKnown({ $0.model?.exploitation })
    else { return nil }
    return ModelFindings(
      valueError: valueError, bias: bias, transitionError: transitionError, rewardError: rewardError,
      valueEquivalenceError: equivalence, exploitation: exploitation, worst: records[0].final.worstInWords,
      verdict: verdict)
  }

  private func gapFindings() throws(PlanningError) -> GapFindings {
    let optimum = PolicyTable(actionCount: process.actionCount, actions: truth.optimum.policy)
    var identities: [GapIdentity] = []
    var ladders: [Ladder] = []
    var exploration: [Double] = []
    for record in records {
      let reading = record.final.reading
      identities.append(
        try GapIdentity(
          process: process, model: reading.model, actionValues: reading.actionValues, policy: reading.policy,
          optimum: optimum))
      ladders.append(try Ladder(reading, truth: truth))
      let behaviour = try process.values(of: reading.behaviour, for: process.performance)
      exploration.append(record.final.performance - process.initialValue(of: behaviour.values))
    }
    let rungs = ladders[0].rungs.indices.map { index in
      GapFindings.Rung(
        name: ladders[0].rungs[index].name, value: Estimate(mean: ladders.map { $0.rungs[index].value }),
        loss: Estimate(
          mean: ladders.map { index == 0 ? 0 : $0.rungs[index - 1].value - $0.rungs[index].value }))
    }
    return GapFindings(
      total: Estimate(mean: ladders.map(\.total)), optimal: truth.optimalPerformance,
      achieved: mean { $0.performance },
      identity: .init(
        reward: Estimate(mean: identities.map(\.reward)), model: Estimate(mean: identities.map(\.model)),
        critic: Estimate(mean: identities.map(\.critic)), actor: Estimate(mean: identities.map(\.actor)),
        slack: Estimate(mean: identities.map(\.slack)), sum: Estimate(mean: identities.map(\.sum))),
      ladder: rungs, exploration: Estimate(mean: exploration))
  }

  // MARK: Training, states, anatomy

  private func training() -> Training {
    // An agent that stopped early has fewer.
    let count = records.map(\.checkpoints.count).min() ?? 0
    func series(_ value: (Checkpoint) -> Double) -> [Estimate] {
      (0..<count).map { index in Estimate(mean: records.map { value($0.checkpoints[index]) }) }
    }
    let hasModel = records[0].final.model != nil
    return Training(
      steps: records[0].checkpoints.map(\.step), criticError: series { $0.criticError },
      actorGap: series { $0.actorGap }, modelError: hasModel ? series { $0.modelError ?? 0 } : [],
      performance: series { $0.performance })
  }

  private func stateFindings() -> StateFindings {
    let first = records[0]
    let audit = first.final
    return StateFindings(
      seed: first.seed, stateNames: (0..<process.stateCount).map(process.stateName),
      actionNames: (0..<process.actionCount).map(process.actionName), map: process.map,
      trueValues: audit.critic.trueValues, learnedValues: audit.critic.learnedValues,
      optimalValues: truth.optimum.values, visits: audit.visits, actorGaps: audit.actor.gaps,
      policy: (0..<process.stateCount).map { state in
        process.isFinal(state: state)
          ? [] : (0..<process.actionCount).map { audit.reading.policy[state, $0] }
      }, isLive: truth.isLive)
  }

  private func anatomyFindings() -> AnatomyFindings {
    let audit = records[0].final
    var references: [AnatomyFindings.Reference] = []
    if let critic = audit.names.critic, case .part(let part) = audit.reading.claim.policy {
      references.append(
        .init(from: critic.description, to: part.description, relation: "estimates the value of"))
    }
    if let critic = audit.reading.objective.critic {
      references.append(
        .init(from: audit.names.actor.description, to: critic.description, relation: "maximises"))
    }
    return AnatomyFindings(of: audit.parameters, references: references)
  }
}
