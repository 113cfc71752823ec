import Assay
import Foundation

/// From what was measured on an agent with networks to names: verdicts by part, then the first signature that fits.
struct RunDiagnosing {
  let record: RunRecord

  var critic: Verdict? {
    guard let error = record.final.critic?.relativeError else { return nil }
    let found =
      "its error is \(percent(error)) of what is at stake, against \(percent(RunTolerances.criticError))"
    return Verdict(
      error, tolerance: RunTolerances.criticError,
      healthy: "The critic approximates the value it claims: \(found).",
      faulty: "The critic does not approximate the value it claims: \(found).",
      open: "Whether the critic approximates the value it claims is open: \(found).",
      wouldChange: "a critic error on the other side of \(percent(RunTolerances.criticError))")
  }

  var actor: Verdict? {
    guard let actor = record.final.actor else { return nil }
    let bound = actor.isExact ? "" : "at least "
    let found =
      "it gives up \(bound)\(percent(actor.gap)) of what choosing at random would, by the critic's own values, "
      + "against \(percent(RunTolerances.actorGap))"
    return Verdict(
      actor.gap, tolerance: RunTolerances.actorGap, healthy: "The actor maximises the critic: \(found).",
      faulty: "The actor does not maximise the critic: \(found).",
      open: "Whether the actor maximises the critic is open: \(found).",
      wouldChange: "a gap on the other side of \(percent(RunTolerances.actorGap))")
  }

  var model: Verdict? {
    guard let model = record.final.model else { return nil }
    let found =
      "one step ahead its error is \(percent(model.oneStepError)) of how far the world moves, against "
      + percent(RunTolerances.modelError)
    return Verdict(
      model.oneStepError, tolerance: RunTolerances.modelError,
      healthy: "The model is right where the agent relies on it: \(found).",
      faulty: "The model is wrong where the agent relies on it: \(found).",
      open: "Whether the model is right where the agent relies on it is open: \(found).",
      wouldChange: "a one-step error on the other side of \(percent(RunTolerances.modelError))")
  }

  /// How well the critic matches other claims, while it was wrong by its own.
  var matches: [RunClaimMatching.Match] {
    guard let claim = record.claim else { return [] }
    guard critic?.name == .faulty else { return RunClaimMatching(claim, [record.final]).matches }
    let trained = record.measurements.filter { $0.step > 0 }
    let wrong = trained.filter { ($0.critic?.relativeError.low ?? 0) > RunTolerances.criticError }
    return RunClaimMatching(claim, wrong.isEmpty ? [record.final] : wrong).matches
  }

  func diagnose() -> Diagnosis {
    var found: [(name: DiagnosisName, evidence: [Evidence])] = []
    if let stop = record.stoppedBy {
      return Diagnosis(
        name: DiagnosisName.nonFinite.rawValue, also: [], summary: sentence(.nonFinite),
        evidence: [Evidence(metric: "training.stoppedBy", statement: "\(stop).", value: nil)])
    }
    if let model, model.name == .faulty {
      found.append(
        (.modelError, [Evidence(metric: "model.error", statement: model.statement, value: model.measured)]))
    }
    if let critic, critic.name == .faulty {
      let (name, evidence) = nameCritic()
      found.append(
        (
          name,
          evidence + [
            Evidence(metric: "critic.relativeError", statement: critic.statement, value: critic.measured)
          ]
        ))
    }
    if let actor, actor.name == .faulty {
      let (name, evidence) = nameActor()
      found.append(
        (name, evidence + [Evidence(metric: "actor.gap", statement: actor.statement, value: actor.measured)]))
    }
    // An actor that lost its way behind a critic that nobody trained any more has a cause.
    if found.map(\.name) == [.actorNotMaximising], let stop = stopped(record.names.critic),
      stopped(record.names.actor) == nil
    {
      found.insert((.criticFrozen, [stopEvidence("critic", stop)]), at: 0)
    }
    // A cause that has a name goes before one that has none: a critic of a policy that somebody stopped may be off for
    // no other reason.
    let unnamed: Set<DiagnosisName> = [.criticError, .actorNotMaximising]
    found = found.filter { !unnamed.contains($0.name) } + found.filter { unnamed.contains($0.name) }
    if let first = found.first {
      return Diagnosis(
        name: first.name.rawValue, also: found.dropFirst().map(\.name.rawValue),
        summary: sentence(first.name),
        evidence: found.flatMap(\.evidence))
    }
    let verdicts = [("model.error", model), ("critic.relativeError", critic), ("actor.gap", actor)]
      .compactMap { metric, verdict in verdict.map { (metric, $0) } }
    let open = verdicts.filter { $0.1.name == .inconclusive }
    let name: DiagnosisName = open.isEmpty && !verdicts.isEmpty ? .healthy : .inconclusive
    return Diagnosis(
      name: name.rawValue, also: [], summary: sentence(name),
      evidence: (open.isEmpty ? verdicts : open).map {
        Evidence(metric: $0.0, statement: $0.1.statement, value: $0.1.measured)
      })
  }

  private func sentence(_ name: DiagnosisName) -> String {
    name.summary.prefix(1).uppercased() + name.summary.dropFirst() + "."
  }

  private func stopped(_ part: PartName?) -> (step: Int, refused: Int)? {
    guard let part, let writing = record.writing[part],
      let step = writing.stopped(before: record.final.step)
    else { return nil }
    return (step, writing.refused)
  }

  private func stopEvidence(_ part: String, _ stop: (step: Int, refused: Int)) -> Evidence {
    let refused = stop.refused > 0 ? ", and \(stop.refused) later writes were turned away" : ""
    return Evidence(
      metric: "anatomy.blocks.lastStep",
      statement: "The \(part) was last written by its learner at step \(stop.step)\(refused).", value: nil)
  }

  /// Which recursion the critic satisfies at the end; `nil` where it cannot be told.
  var recursion: RecursionFit? {
    guard let critic = record.final.critic, let step = critic.recursion else { return nil }
    return RecursionFit(learned: critic.learned, step: step)
  }

  private func number(_ estimate: Estimate) -> String { String(format: "%.3f", estimate.estimate) }

  private func nameCritic() -> (DiagnosisName, [Evidence]) {
    if let stop = stopped(record.names.critic) { return (.criticFrozen, [stopEvidence("critic", stop)]) }
    if let claim = record.claim, let recursion {
      let values = [
        Evidence(
          metric: "critic.recursion.rewardFactor",
          statement:
            "From one step to the next it answers to \(number(recursion.rewardFactor)) of the reward, "
            + "where it claims \(claim.rewardScale).", value: recursion.rewardFactor),
        Evidence(
          metric: "critic.recursion.discount",
          statement: "It discounts what it says of the next state by \(number(recursion.discount)), "
            + "where it claims \(claim.discount).", value: recursion.discount),
      ]
      switch recursion.finding(against: claim) {
      case .scaledReward: return (.criticScaledReward, values)
      case .wrongSign: return (.criticWrongSign, values)
      case .wrongDiscount: return (.criticWrongDiscount, values)
      case .asClaimed: return (.criticError, values)
      case .open: break
      }
    }
    let matches = matches
    if matches.count > 1 {
      let (own, best) = (matches[0], matches[1])
      let next = matches.dropFirst(2).first?.error ?? .infinity
      if best.error < RunTolerances.explainedShare * own.error, best.error < RunTolerances.decidedShare * next
      {
        return (
          best.diagnosis,
          [
            Evidence(
              metric: "critic.alternatives",
              statement:
                "It matches another claim, \(best.claim), to within \(percent(best.error)) of what is at "
                + "stake, where its own is missed by \(percent(own.error)).",
              value: Estimate(mean: [best.error]))
          ]
        )
      }
    }
    return (.criticError, [])
  }

  private func nameActor() -> (DiagnosisName, [Evidence]) {
    if let stop = stopped(record.names.actor) { return (.actorFrozen, [stopEvidence("actor", stop)]) }
    let followed = record.final.actor?.byBlock.min { $0.value.estimate < $1.value.estimate }
    if let followed, let gap = record.final.actor?.gap, followed.value.high < RunTolerances.followedGap,
      followed.value.high < RunTolerances.explainedShare * gap.low
    {
      return (
        .actorOtherCritic,
        [
          Evidence(
            metric: "actor.byBlock",
            statement: "By the values in the block '\(followed.key)' it gives up \(percent(followed.value)).",
            value: followed.value)
        ]
      )
    }
    return (record.final.actor?.gap.low ?? 0) > 1 ? (.actorOtherObjective, []) : (.actorNotMaximising, [])
  }
}

extension RunAudit {
  /// Puts what was measured on each agent together.
  ///
  /// - Parameters:
  ///   - records: at least one, of the same agent in the same world.
  ///   - agent: what the report calls the agents.
  ///   - environment: what it calls the world.
  ///   - settings: how thoroughly they were audited.
  ///   - faults: names of what was broken on purpose.
  public init(
    of records: [RunRecord], agent: String, environment: String, settings: RunAuditSettings,
    faults: [String] = []
  ) {
    precondition(!records.isEmpty, "a report needs at least one agent")
    let diagnosings = records.map(RunDiagnosing.init)
    let own = diagnosings.map { $0.diagnose() }
    let first = diagnosings[0]
    func estimate(_ value: (RunMeasurement) -> Estimate?) -> Estimate? {
      let values = records.compactMap { value($0.final) }
      guard let only = values.first else { return nil }
      return values.count == 1 ? only : Estimate(mean: values.map(\.estimate))
    }
    func course(_ value: (RunMeasurement) -> Estimate?) -> [Estimate] {
      records[0].measurements.indices.compactMap { index in
        let values = records.compactMap {
          $0.measurements.indices.contains(index) ? value($0.measurements[index]) : nil
        }
        guard let only = values.first else { return nil }
        return values.count == 1 ? only : Estimate(mean: values.map(\.estimate))
      }
    }
    func judged(_ verdict: (RunDiagnosing) -> Verdict?, _ measured: Estimate) -> Verdict? {
      // With several seeds the interval is over seeds; the words are those of the verdict it gives.
      guard var result = verdict(first) else { return nil }
      guard records.count > 1 else { return result }
      let names = diagnosings.compactMap { verdict($0)?.name }
      result = verdict(first) ?? result
      result.measured = measured
      result.name =
        measured.high <= result.tolerance
        ? .healthy : measured.low > result.tolerance ? .faulty : .inconclusive
      let agreeing = names.count { $0 == result.name }
      result.statement =
        "Over \(records.count) seeds it is \(percent(measured)), against \(percent(result.tolerance)); "
        + "\(agreeing) of \(names.count) agents are \(result.name.rawValue) one by one."
      return result
    }
    let training = Training(
      steps: records[0].measurements.map(\.step), criticError: course { $0.critic?.relativeError },
      actorGap: course { $0.actor?.gap }, value: course { $0.value })
    var criticFindings: Critic?
    if let claim = records[0].claim, let bias = estimate({ $0.critic?.bias }),
      let rmse = estimate({ $0.critic?.rmse }), let error = estimate({ $0.critic?.relativeError }),
      let verdict = judged({ $0.critic }, error)
    {
      criticFindings = Critic(
        claim: claim.description, bias: bias, rmse: rmse, relativeError: error,
        alternatives: first.matches.map {
          ClaimMatch(claim: $0.claim, diagnosis: $0.diagnosis.rawValue, error: Estimate(mean: [$0.error]))
        }, recursion: first.recursion,
        trend: Trend(of: training.criticError, tolerance: RunTolerances.criticError), verdict: verdict)
    }
    var actorFindings: Actor?
    if let gap = estimate({ $0.actor?.gap }), let verdict = judged({ $0.actor }, gap) {
      actorFindings = Actor(
        objective: records[0].objective.description, gap: gap,
        isExact: records[0].final.actor?.isExact ?? false,
        improvement: estimate { $0.actor?.improvement }, verdict: verdict)
    }
    var modelFindings: Model?
    if let error = estimate({ $0.model?.oneStepError }), let verdict = judged({ $0.model }, error),
      let policy = estimate({ $0.model?.policyOptimism }), let random = estimate({ $0.model?.randomOptimism })
    {
      let exploitation = Estimate(
        estimate: policy.estimate - random.estimate, low: policy.low - random.high,
        high: policy.high - random.low,
        count: policy.count)
      modelFindings = Model(error: error, exploitation: exploitation, verdict: verdict)
    }
    self.init(
      subject: .init(
        environment: environment, agent: agent, steps: records[0].final.step, seeds: records.map(\.seed),
        faults: faults, states: settings.states, restarts: settings.restarts,
        worldSteps: records.flatMap(\.measurements).reduce(0) { $0 + $1.worldSteps }),
      diagnosis: Self.common(own), critic: criticFindings, actor: actorFindings, model: modelFindings,
      training: training,
      agents: zip(records, own).map { record, diagnosis in
        Agent(
          seed: record.seed, diagnosis: diagnosis.name, also: diagnosis.also,
          value: record.final.value.estimate,
          criticError: record.final.critic?.relativeError.estimate,
          actorGap: record.final.actor?.gap.estimate,
          modelError: record.final.model?.oneStepError.estimate, stoppedBy: record.stoppedBy?.description)
      }, example: records[0].final, anatomy: records[0].anatomy)
  }

  /// The name that most agents have, if that is beyond doubt by the Wilson interval or if all agree.
  private static func common(_ own: [Diagnosis]) -> Diagnosis {
    guard own.count > 1 else { return own[0] }
    let counts = Dictionary(grouping: own) { $0.name }
    guard let leader = counts.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else {
      return own[0]
    }
    let share = Estimate(share: leader.value.count, of: own.count)
    let tally = Evidence(
      metric: "agents.diagnosis",
      statement: counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        .map { "\($0.value.count) of \(own.count) agents: \($0.key)" }.joined(separator: "; ") + ".",
      value: share)
    guard share.low > 0.5 || leader.value.count == own.count else {
      return Diagnosis(
        name: DiagnosisName.inconclusive.rawValue, also: [],
        summary: "The agents do not agree.", evidence: [tally])
    }
    var diagnosis = leader.value[0]
    diagnosis.evidence.insert(tally, at: 0)
    return diagnosis
  }
}
