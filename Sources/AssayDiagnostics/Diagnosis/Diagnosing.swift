import Assay

/// The decision from measurements to names, the same for one agent and for several.
///
/// In order: did training end in finite numbers; is the reward right, and the discount; is the goal still the one
/// that was trained; is the model right; is the critic right, or wrong only because the model is; does the actor
/// maximise the critic; and if all of that holds, does the agent do as well as its reward allows. Every part found
/// faulty is then named by the first of its signatures that fits.
struct Diagnosing {
  /// `nil` for an agent without a critic.
  var critic: Verdict?
  var actor: Verdict
  var model: Verdict?
  var reward: Verdict
  var discount: Verdict
  /// `nil` for an agent that claims to maximise nothing, and where there is nothing to lose.
  var outcome: Verdict?
  /// What is known of the training reward.
  var rewardAudit: RewardAudit

  /// What one agent's parts look like beyond the verdicts.
  struct Signatures: Sendable {
    var hasCritic: Bool
    var criticName: PartName?
    /// The step of the critic's last write, when that was long before the end.
    var criticStoppedAt: Int?
    /// The same of the actor.
    var actorStoppedAt: Int?
    /// Whether writes to the critic are turned away.
    var criticIsFrozen: Bool
    /// The same of the actor.
    var actorIsFrozen: Bool
    /// RMSE of the critic against its claim in the learned model, as a share of the range.
    var criticErrorInModel: Double?
    /// The claim itself first, then other claims by how well the critic matches them.
    var matches: [ClaimMatching.Match]
    /// The same over all live states alike rather than over visits.
    var matchesEverywhere: [ClaimMatching.Match]
    var critic: CriticSignatures
    /// Whether the critic claims the best values there are, and so backs up the greatest of its estimates.
    var isMaximising: Bool
    /// Which way the critic erred over the second half of training.
    var lean: CriticLean
    /// RMSE of the critic's values of states over visits, as a share of the range.
    var stateError: Double
    /// By what factor the critic's error grew over the second half of training.
    var growth: Double?
    var agreement: Double
    var confidence: Double
    /// A table of action values, not the critic's, that the actor maximises.
    var followedBlock: String?
    /// The step from which on the actor's policy stayed as it is, when that was early.
    var settledAt: Int?
    var worst: ModelAudit.Worst?
    /// Whether the model's errors lean towards value.
    var leaning: ModelAudit.Leaning?
    /// The share of live pairs whose transitions are at least half as wrong as the worst one's.
    var comparableShare: Double?
    /// What the model promises the planner beyond what it promises a random policy, as a share of the range.
    var exploitation: Double?
    var worstInWords: String
    /// What the agent is after, in a world that it was not trained in.
    var goal: GoalSignature?
    /// Why training stopped before its time, if it did.
    var stoppedBy: NonFiniteError?
  }

  /// What became of the goal when the world changed.
  struct GoalSignature: Sendable {
    /// What the agent lost of the training reward where it was trained, as a share of what choosing at random loses.
    var regretBefore: Double
    /// What it loses of the performance where it is now.
    var regretNow: Double
    /// The goal that its behaviour here shows; `nil` when none does beyond doubt.
    var pursued: String?
    /// What it achieves of that goal, as a share of what can be achieved.
    var capability: Double
  }

  func diagnose(_ signatures: Signatures) -> Diagnosis {
    if let stop = signatures.stoppedBy { return nonFinite(stop, signatures) }
    var names: [DiagnosisName] = []
    var evidence: [Evidence] = []
    if reward.name == .faulty {
      names.append(nameRewardFault(&evidence))
      evidence.append(Evidence(metric: "reward.regret", statement: reward.statement, value: reward.measured))
    }
    if discount.name == .faulty {
      names.append(.discountMismatch)
      evidence.append(
        Evidence(metric: "discount.regret", statement: discount.statement, value: discount.measured))
    }
    if let goal = signatures.goal, isMisgeneralised(goal, &evidence) { names.append(.goalMisgeneralisation) }
    if let model, model.name == .faulty {
      names.append(nameModelFault(signatures, &evidence))
      evidence.append(Evidence(metric: "model.valueError", statement: model.statement, value: model.measured))
    }
    var isModelsError = false
    var isUntried = false
    if let critic, critic.name == .faulty {
      if let inModel = signatures.criticErrorInModel, inModel < Tolerances.criticError {
        isModelsError = true
        evidence.append(
          Evidence(
            metric: "critic.errorInModel",
            statement:
              "The critic is right about the world the model describes, so its error is the model's.",
            value: Estimate(mean: [inModel])))
      } else {
        var found: [Evidence] = []
        let name = nameCriticFault(signatures, &found)
        // A critic that is only wrong about what the agent never tries, for no other reason, shows that it never tries.
        if name == .criticError, signatures.stateError <= Tolerances.criticError, outcome?.name == .faulty {
          isUntried = true
        } else {
          names.append(name)
          evidence += found
          evidence.append(
            Evidence(metric: "critic.rmse", statement: critic.statement, value: critic.measured))
        }
      }
    }
    // An agent that does badly with a critic that is right where it goes may never go where the critic is wrong.
    if critic?.name == .healthy, outcome?.name == .faulty,
      signatures.matchesEverywhere[0].error > Tolerances.criticError
    {
      var found: [Evidence] = []
      let name =
        nameStaleTarget(signatures, own: .infinity, &found)
        ?? nameByClaim(
          signatures.matchesEverywhere, everywhere: signatures.matchesEverywhere, fittedToo: true, &found)
      if let name, name != .criticError {
        names.append(name)
        evidence += found
        evidence.append(
          Evidence(
            metric: "critic.alternatives",
            statement: "Where the agent goes the critic is right; over all states alike its error is "
              + "\(percent(signatures.matchesEverywhere[0].error)) of the range.",
            value: Estimate(mean: [signatures.matchesEverywhere[0].error])))
      }
    }
    if actor.name == .faulty {
      names.append(nameActorFault(signatures, &evidence))
      evidence.append(
        Evidence(metric: "actor.normalisedGap", statement: actor.statement, value: actor.measured))
    }
    if names.isEmpty, let outcome, outcome.name == .faulty, !isModelsError {
      names.append(.actorLocalOptimum)
      evidence.append(
        Evidence(metric: "outcome.regret", statement: outcome.statement, value: outcome.measured))
      if isUntried, let critic {
        evidence.append(
          Evidence(
            metric: "critic.rmse",
            statement: "For what the agent does the critic is right, to within "
              + "\(percent(signatures.stateError)) of the range; it is wrong only about what the agent does not do.",
            value: critic.measured))
      }
    }
    if let name = names.first {
      return Diagnosis(
        name: name.rawValue, also: names.dropFirst().map(\.rawValue),
        summary: sentence(name.summary), evidence: evidence)
    }
    let verdicts = named
    // A critic that is only wrong with its model has no fault of its own, but that is not health either.
    let open = verdicts.filter {
      $0.verdict.name == .inconclusive || isModelsError && $0.metric == "critic.rmse"
    }
    let name: DiagnosisName = open.isEmpty ? .healthy : .inconclusive
    return Diagnosis(
      name: name.rawValue, also: [], summary: sentence(name.summary),
      evidence: (open.isEmpty ? verdicts : open).map {
        Evidence(metric: $0.metric, statement: $0.verdict.statement, value: $0.verdict.measured)
      })
  }

  /// The verdicts there are, with the metric each rests on.
  var named: [(metric: String, verdict: Verdict)] {
    let all: [(String, Verdict?)] = [
      ("reward.regret", reward), ("discount.regret", discount), ("model.valueError", model),
      ("critic.rmse", critic), ("actor.normalisedGap", actor), ("outcome.regret", outcome),
    ]
    return all.compactMap { metric, verdict in verdict.map { (metric, $0) } }
  }

  private func nonFinite(_ stop: NonFiniteError, _ signatures: Signatures) -> Diagnosis {
    let stopped = Evidence(
      metric: "training.stoppedBy",
      statement: "\(stop). All figures are of the last measurement before that.", value: nil)
    var evidence: [Evidence] = []
    let critic = signatures.critic
    let isOutgrown =
      stop.owner == signatures.criticName
      && Double(stop.largestBeside) > Tolerances.outgrown
        * max(critic.largestPossibleValue, critic.largestValue)
    if isOutgrown || isDiverging(signatures, &evidence) {
      return Diagnosis(
        name: DiagnosisName.criticDiverging.rawValue, also: [DiagnosisName.nonFinite.rawValue],
        summary: sentence(DiagnosisName.criticDiverging.summary), evidence: evidence + [stopped])
    }
    return Diagnosis(
      name: DiagnosisName.nonFinite.rawValue, also: [], summary: sentence(DiagnosisName.nonFinite.summary),
      evidence: [stopped])
  }

  private func isDiverging(_ signatures: Signatures, _ evidence: inout [Evidence]) -> Bool {
    let critic = signatures.critic
    guard let growth = signatures.growth, growth >= Tolerances.divergingGrowth,
      critic.largestValue > critic.largestPossibleValue
    else { return false }
    evidence.append(
      Evidence(
        metric: "critic.growth",
        statement: "The critic's largest value is \(number(critic.largestValue)), where none above "
          + "\(number(critic.largestPossibleValue)) is possible, and its error grew \(number(growth))-fold over the "
          + "second half of training.",
        value: Estimate(mean: [growth])))
    return true
  }

  // MARK: Reward and goal

  private func nameRewardFault(_ evidence: inout [Evidence]) -> DiagnosisName {
    if let untampered = rewardAudit.untamperedRegret, untampered <= Tolerances.rewardRegret {
      evidence.append(
        Evidence(
          metric: "reward.untamperedRegret",
          statement:
            "What the channel would have paid untouched asks for what was wanted: its best policy loses "
            + "\(percent(untampered)) of what choosing at random loses.",
          value: Estimate(mean: [untampered])))
      return .rewardTampering
    }
    let isProxy =
      rewardAudit.credit >= Tolerances.proxyCredit && rewardAudit.agreement >= Tolerances.proxyAgreement
    evidence.append(
      Evidence(
        metric: "reward.credit",
        statement:
          "Doing what was wanted earns \(percent(rewardAudit.credit)) of the reward that can be had, against "
          + "\(percent(Tolerances.proxyCredit)), and over what can happen reward and performance are correlated by "
          + "\(number(rewardAudit.agreement)), against \(number(Tolerances.proxyAgreement)).",
        value: Estimate(mean: [rewardAudit.credit])))
    return isProxy ? .rewardGaming : .wrongReward
  }

  private func isMisgeneralised(_ goal: GoalSignature, _ evidence: inout [Evidence]) -> Bool {
    guard goal.regretBefore <= Tolerances.returnRegret, goal.regretNow > Tolerances.returnRegret,
      let pursued = goal.pursued, goal.capability >= Tolerances.capability
    else { return false }
    evidence.append(
      Evidence(
        metric: "goal.pursued",
        statement:
          "Where it was trained the agent lost \(percent(goal.regretBefore)) of what choosing at random loses, "
          + "here it loses \(percent(goal.regretNow)); what it does here is to pursue '\(pursued)', of which it "
          + "achieves \(percent(goal.capability)).",
        value: Estimate(mean: [goal.regretNow])))
    return true
  }

  // MARK: Model

  private func nameModelFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    if let leaning = signatures.leaning, leaning.probability < Tolerances.leanProbability {
      evidence.append(
        Evidence(
          metric: "model.leaning",
          statement: "Of \(leaning.count) state-action pairs whose transitions the model has wrong, "
            + "\(leaning.optimistic) expect more value than is due; for errors that do not care for value so many have probability "
            + "\(percent(leaning.probability)).",
          value: Estimate(share: leaning.optimistic, of: leaning.count)))
      return .modelValueLeak
    }
    if let worst = signatures.worst, worst.promise > 0, worst.excess > Tolerances.shortcutExcess,
      worst.share > Tolerances.shortcutShare,
      let comparable = signatures.comparableShare, comparable <= Tolerances.shortcutPairs
    {
      evidence.append(
        Evidence(
          metric: "model.worst", statement: signatures.worstInWords, value: Estimate(mean: [worst.share])))
      return .modelShortcut
    }
    if let exploitation = signatures.exploitation, exploitation > Tolerances.modelError {
      evidence.append(
        Evidence(
          metric: "model.exploitation",
          statement:
            "To the best plan the model promises \(percent(exploitation)) of the range more beyond the truth "
            + "than to a random policy.",
          value: Estimate(mean: [exploitation])))
      return .modelExploited
    }
    return .modelError
  }

  // MARK: Critic

  private func nameCriticFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    let own = signatures.matches[0].error
    let critic = signatures.critic
    if isDiverging(signatures, &evidence) { return .criticDiverging }
    if signatures.criticIsFrozen { return frozenCritic(signatures, &evidence) }
    if let name = nameStaleTarget(signatures, own: own, &evidence) { return name }
    let cannotRepresent = (critic.representationError ?? 0) > Tolerances.criticError
    if let name = nameByClaim(
      signatures.matches, everywhere: signatures.matchesEverywhere, fittedToo: !cannotRepresent, &evidence)
    {
      return name
    }
    if signatures.criticStoppedAt != nil { return frozenCritic(signatures, &evidence) }
    if let error = critic.representationError, cannotRepresent {
      evidence.append(
        Evidence(
          metric: "critic.representationError",
          statement: "The best critic with the same features is still \(percent(error)) of the range off.",
          value: Estimate(mean: [error])))
      return .criticUnrepresentable
    }
    // Who backs up the greatest of noisy estimates is too high where it chooses. Being too high must be most of what is
    // wrong with it.
    let lean = signatures.lean
    evidence.append(
      Evidence(
        metric: "critic.lean",
        statement:
          "Over the second half of training the critic was \(percent(lean.bias)) of the range too high. The "
          + "actions it prefers exceeded their backup by \(percent(lean.chosenResidual)), all actions alike by "
          + "\(percent(lean.meanResidual)).",
        value: Estimate(mean: [lean.bias])))
    if signatures.goal == nil, lean.bias > max(Tolerances.criticError, Tolerances.explainedShare * own),
      signatures.isMaximising,
      lean.chosenResidual > 0, lean.meanResidual < Tolerances.explainedShare * lean.chosenResidual
    {
      return .criticOverestimating
    }
    return .criticError
  }

  private func nameStaleTarget(
    _ signatures: Signatures, own: Double, _ evidence: inout [Evidence]
  ) -> DiagnosisName? {
    guard let target = signatures.critic.target, target.error <= Tolerances.criticError,
      target.error < Tolerances.explainedShare * min(own, target.lag)
    else { return nil }
    evidence.append(
      Evidence(
        metric: "critic.target",
        statement: "The critic is one backup away from the table \(target.block), to within "
          + "\(percent(target.error)) of the range, and \(percent(target.lag)) away from its own.",
        value: Estimate(mean: [target.error])))
    return .criticStaleTarget
  }

  private func frozenCritic(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    let frozen = "The critic's numbers \(signatures.criticIsFrozen ? "are frozen" : "stand still")"
    let stopped =
      signatures.criticStoppedAt.map {
        "it was last written at step \($0), while other parts went on learning"
      }
      ?? "writes to it are turned away"
    evidence.append(
      Evidence(metric: "anatomy.blocks.lastStep", statement: "\(frozen): \(stopped).", value: nil))
    if let match = signatures.matches.first(where: { $0.diagnosis == DiagnosisName.criticFrozen.rawValue }) {
      evidence.append(matchEvidence(match))
    }
    return .criticFrozen
  }

  /// The one other claim that explains the critic; `criticError` where several do and nothing tells them apart.
  ///
  /// Claims that explain it about as well over visits are compared over all live states alike; where that does not
  /// tell them apart either, a claim without a fitted number explains more than one with.
  private func nameByClaim(
    _ matches: [ClaimMatching.Match], everywhere: [ClaimMatching.Match], fittedToo: Bool,
    _ evidence: inout [Evidence]
  ) -> DiagnosisName? {
    let own = matches[0].error
    let explaining = matches.dropFirst().filter { match in
      (fittedToo || !match.isFitted) && match.error < Tolerances.explainedShare * own
        && match.error <= max(Tolerances.criticError, Tolerances.leftoverShare * own)
    }
    guard let best = explaining.first else { return nil }
    // The best of each name, as long as it is not clearly worse.
    var rivals: [ClaimMatching.Match] = []
    for match in explaining
    where Tolerances.explainedShare * match.error <= max(best.error, Tolerances.criticError / 4)
      && !rivals.contains(where: { $0.diagnosis == match.diagnosis })
    {
      rivals.append(match)
    }
    if rivals.count > 1 {
      func errorEverywhere(_ match: ClaimMatching.Match) -> Double {
        everywhere.dropFirst().filter { $0.diagnosis == match.diagnosis }.map(\.error).min() ?? .infinity
      }
      let least = rivals.map(errorEverywhere).min() ?? 0
      rivals = rivals.filter {
        Tolerances.explainedShare * errorEverywhere($0) <= max(least, Tolerances.criticError / 4)
      }
    }
    if rivals.count > 1, rivals.contains(where: { !$0.isFitted }) { rivals.removeAll(where: \.isFitted) }
    evidence += rivals.map(matchEvidence)
    guard rivals.count == 1 else {
      evidence.append(
        Evidence(
          metric: "critic.alternatives",
          statement:
            "These cannot be told apart in this agent: they ask for the same values wherever it was looked.",
          value: nil))
      return .criticError
    }
    return DiagnosisName(rawValue: rivals[0].diagnosis)
  }

  private func matchEvidence(_ match: ClaimMatching.Match) -> Evidence {
    Evidence(
      metric: "critic.alternatives",
      statement: "The critic matches \(match.claim), to within \(percent(match.error)) of the range.",
      value: Estimate(mean: [match.error]))
  }

  // MARK: Actor

  private func nameActorFault(_ signatures: Signatures, _ evidence: inout [Evidence]) -> DiagnosisName {
    if signatures.actorIsFrozen {
      evidence.append(
        Evidence(
          metric: "anatomy.blocks.isFrozen",
          statement: "The actor's numbers are frozen: writes to them are turned away.",
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
    if let step = signatures.actorStoppedAt {
      evidence.append(
        Evidence(
          metric: "anatomy.blocks.lastStep",
          statement: "The actor was last written at step \(step), while other parts went on learning.",
          value: nil))
      return .actorFrozen
    }
    if let step = signatures.settledAt {
      evidence.append(
        Evidence(
          metric: "actor.settledAt",
          statement:
            "The actor's policy is decided and has hardly moved since step \(step), though it is still trained.",
          value: nil))
      return .actorCollapsed
    }
    return signatures.confidence > 0.8 && signatures.agreement < 0.5
      ? .actorOtherObjective : .actorNotMaximising
  }

  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
