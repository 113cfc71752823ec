import Assay

/// The decision from measurements to names, the same for one agent and for several.
///
/// In order: is the reward right; is the model right; is the critic right, or wrong only because the model
/// is; does the actor maximise the critic. Every part found faulty is then named by the first of its
/// signatures that fits.
struct Diagnosing {
  var critic: Verdict
  var actor: Verdict
  var model: Verdict?
  var reward: Verdict

  /// What one agent's parts look like beyond the verdicts.
  struct Signatures: Sendable {
    /// The step of the critic's last write, when that was long before the end.
    var criticStoppedAt: Int?
    /// The same of the actor.
    var actorStoppedAt: Int?
    /// RMSE of the critic against its claim in the learned model, as a share of the range.
    var criticErrorInModel: Double?
    /// The claim itself first, then other claims by how well the critic matches them.
    var matches: [ClaimMatching.Match]
    var agreement: Double
    var confidence: Double
    /// A table of action values, not the critic's, that the actor maximises.
    var followedBlock: String?
    var worst: ModelAudit.Worst?
    var worstInWords: String
  }

  func diagnose(_ signatures: Signatures) -> Diagnosis {
    var names: [DiagnosisName] = []
    var evidence: [Evidence] = []
    if reward.name == .faulty {
      names.append(.wrongReward)
      evidence.append(Evidence(metric: "reward.regret", statement: reward.statement, value: reward.measured))
    }
    if let model, model.name == .faulty {
      names.append(nameModelFault(signatures, &evidence))
      evidence.append(Evidence(metric: "model.valueError", statement: model.statement, value: model.measured))
    }
    var isModelsError = false
    if critic.name == .faulty {
      if let inModel = signatures.criticErrorInModel, inModel < Tolerances.criticError {
        isModelsError = true
        evidence.append(
          Evidence(
            metric: "critic.errorInModel",
            statement:
              "The critic is right about the world the model describes, so its error is the model's.",
            value: Estimate(mean: [inModel])))
      } else {
        names.append(nameCriticFault(signatures, &evidence))
        evidence.append(Evidence(metric: "critic.rmse", statement: critic.statement, value: critic.measured))
      }
    }
    if actor.name == .faulty {
      names.append(nameActorFault(signatures, &evidence))
      evidence.append(
        Evidence(metric: "actor.normalisedGap", statement: actor.statement, value: actor.measured))
    }
    if let name = names.first {
      return Diagnosis(
        name: name.rawValue, also: names.dropFirst().map(\.rawValue),
        summary: sentence(name.summary), evidence: evidence)
    }
    let verdicts =
      [("critic.rmse", critic), ("actor.normalisedGap", actor), ("reward.regret", reward)]
      + (model.map { [("model.valueError", $0)] } ?? [])
    // A critic that is only wrong with its model has no fault of its own, but that is not health either.
    let open = verdicts.filter {
      $0.1.name == .inconclusive || isModelsError && $0.0 == "critic.rmse"
    }
    let name: DiagnosisName = open.isEmpty ? .healthy : .inconclusive
    return Diagnosis(
      name: name.rawValue, also: [], summary: sentence(name.summary),
      evidence: (open.isEmpty ? verdicts : open).map {
        Evidence(metric: $0.0, statement: $0.1.statement, value: $0.1.measured)
      })
  }

  private func nameModelFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    guard let worst = signatures.worst, worst.promise > 0, worst.excess > Tolerances.shortcutExcess,
      worst.share > Tolerances.shortcutShare
    else {
      return .modelError
    }
    evidence.append(
      Evidence(
        metric: "model.worst", statement: signatures.worstInWords, value: Estimate(mean: [worst.share])))
    return .modelShortcut
  }

  private func nameCriticFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    if let step = signatures.criticStoppedAt {
      evidence.append(
        Evidence(
          metric: "anatomy.blocks.lastStep",
          statement: "The critic was last written at step \(step), while other parts went on learning.",
          value: nil))
      if let match = signatures.matches.first(where: { $0.diagnosis == DiagnosisName.criticFrozen.rawValue })
      {
        evidence.append(matchEvidence(match))
      }
      return .criticFrozen
    }
    let own = signatures.matches[0].error
    let others = signatures.matches.dropFirst()
    guard let best = others.first, best.error <= Tolerances.criticError,
      best.error < Tolerances.explainedShare * own,
      let name = DiagnosisName(rawValue: best.diagnosis)
    else { return .criticError }
    evidence.append(matchEvidence(best))
    let rival = others.first { $0.diagnosis != best.diagnosis }
    if let rival, best.error > Tolerances.explainedShare * rival.error {
      evidence.append(matchEvidence(rival))
      return .criticError
    }
    return name
  }

  private func matchEvidence(_ match: ClaimMatching.Match) -> Evidence {
    Evidence(
      metric: "critic.alternatives",
      statement: "The critic matches \(match.claim), to within \(percent(match.error)) of the range.",
      value: Estimate(mean: [match.error]))
  }

  private func nameActorFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    if let step = signatures.actorStoppedAt {
      evidence.append(
        Evidence(
          metric: "anatomy.blocks.lastStep",
          statement: "The actor was last written at step \(step), while other parts went on learning.",
          value: nil))
      return .actorFrozen
    }
    if let block = signatures.followedBlock {
      evidence.append(
        Evidence(
          metric: "actor.followedBlock",
          statement: "The actor does maximise another table of values: \(block).", value: nil))
      return .actorOtherCritic
    }
    return signatures.confidence > 0.8 && signatures.agreement < 0.5
      ? .actorOtherObjective : .actorNotMaximising
  }

  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
