import Assay
import AssayPlanning

/// The measurements that are followed over training.
struct Checkpoint: Sendable {
  var step: Int
  /// RMSE of the critic as a share of the range: of its values over visits, or of its action values if that is larger.
  var criticError: Double
  /// The larger of the normalised gaps over visits and over all states alike.
  var actorGap: Double
  /// RMSE of the policy's value in the model as a share of the range.
  var modelError: Double?
  /// J(π) for the performance.
  var performance: Double
  /// What the policy loses of the training reward, as a share of what choosing at random loses; `nil` where there is
  /// nothing to lose.
  var regret: Double?
  /// max |Q̂| over live states.
  var largestValue: Double
  /// Mean error of the critic over visits, and of its residuals where it chooses and over all actions alike, as shares
  /// of the range.
  var lean: CriticLean
  var policy: PolicyTable
}

/// Everything measured on one agent, at one time.
struct AgentAudit: Sendable {
  let step: Int
  let reading: PartsReading
  /// Normalised discounted visits under the actor's policy, `[S]`.
  let visits: [Double]
  let critic: CriticAudit
  let actor: ActorAudit
  let model: ModelAudit?
  let criticSignatures: CriticSignatures
  let performance: Double
  let regret: Double?
  let parameters: ParameterStore
  let names: PartNames
  private let truth: ProcessTruth

  /// What the parts call themselves.
  struct PartNames: Sendable {
    var critic: PartName?
    var actor: PartName
    var model: PartName?
  }

  init<M, C, A, P>(
    of agent: Anatomy<M, C, A, P>, truth: ProcessTruth
  ) throws where A.Latent == Int, A.Action == Int, A.Distribution == ActionProbabilities {
    let process = truth.process
    self.truth = truth
    step = agent.parameters.step
    parameters = agent.parameters
    names = PartNames(
      critic: Anatomy<M, C, A, P>.hasCritic ? agent.critic.name : nil, actor: agent.actor.name,
      model: Anatomy<M, C, A, P>.hasWorldModel ? agent.worldModel.name : nil)
    reading = try PartsReading(of: agent, on: process)
    let occupancy = try process.occupancy(of: reading.policy)
    visits = occupancy.normalized()
    critic = try CriticAudit(reading, truth: truth, visits: visits)
    actor = ActorAudit(reading, truth: truth, visits: visits)
    model = try ModelAudit(
      reading, truth: truth, visits: visits, occupancy: occupancy, learnedValues: critic.learnedValues,
      isLive: truth.isLive)
    let owners = [names.critic, names.actor, names.model]
    criticSignatures = try CriticSignatures(
      reading, truth: truth, audit: critic, visits: visits, parameters: agent.parameters,
      others: agent.parameters.blocks.filter { !owners.contains($0.owner) })
    performance = process.initialValue(
      of: try process.values(of: reading.policy, for: process.performance).values)
    regret = truth.returnRegret(of: reading.policy)
  }

  var checkpoint: Checkpoint {
    Checkpoint(
      step: step, criticError: critic.worstRMSE / truth.range, actorGap: actor.worstNormalisedGap,
      modelError: model.map { $0.valueError / truth.range }, performance: performance,
      regret: regret, largestValue: criticSignatures.largestValue,
      lean: CriticLean(
        bias: critic.bias / truth.range, chosenResidual: criticSignatures.chosenResidual ?? 0,
        meanResidual: criticSignatures.meanResidual ?? 0), policy: reading.policy)
  }

  /// The critic's error over visits or over all live states alike, whichever is larger, as a share of the range.
  var largestCriticError: Double { max(critic.worstRMSE, critic.uniformRMSE) / truth.range }

  /// What tells faults of the same part from one another.
  func signatures(earlier: [Checkpoint]) throws(PlanningError) -> Diagnosing.Signatures {
    let policies = earlier.map { ($0.step, $0.policy) }
    let matches = try matches(earlierPolicies: policies, weights: visits)
    let alike = truth.isLive.map { $0 ? 1.0 : 0 }.normalized()
    return Diagnosing.Signatures(
      hasCritic: reading.hasCritic, criticName: names.critic,
      criticStoppedAt: names.critic.flatMap(stopStep),
      actorStoppedAt: stopStep(of: names.actor), criticIsFrozen: names.critic.map(isFrozen) ?? false,
      actorIsFrozen: isFrozen(names.actor),
      criticErrorInModel: model.map { $0.criticErrorInModel / truth.range }, matches: matches,
      matchesEverywhere: try self.matches(earlierPolicies: policies, weights: alike),
      critic: criticSignatures, isMaximising: reading.claim.policy == .optimal, lean: lean(over: earlier),
      stateError: critic.rmse / truth.range, growth: growth(since: earlier),
      agreement: actor.agreement, confidence: actor.confidence, followedBlock: followedBlock(),
      settledAt: settledStep(earlier), worst: model?.worst, leaning: model?.leaning,
      comparableShare: model.map { Double($0.comparablePairs - 1) / Double(liveChoices) },
      exploitation: model.map { $0.exploitation / truth.range }, worstInWords: worstInWords)
  }

  /// How many pairs of a live state and an action there are, at least 1.
  private var liveChoices: Int {
    let process = truth.process
    return max(
      (0..<process.stateCount * process.actionCount).count {
        truth.isLive[$0 / process.actionCount] && process.rowStarts[$0] < process.rowStarts[$0 + 1]
      }, 1)
  }

  /// The mean of the critic's errors over the second half of training: noise that comes and goes leans no way.
  private func lean(over earlier: [Checkpoint]) -> CriticLean {
    let leans = earlier.filter { 2 * $0.step >= step }.map(\.lean)
    return leans.isEmpty ? checkpoint.lean : CriticLean(meanOf: leans)
  }

  /// By what factor the critic's error grew over the second half of training; `nil` when there is nothing to compare.
  private func growth(since earlier: [Checkpoint]) -> Double? {
    guard let middle = earlier.last(where: { 2 * $0.step <= step }), middle.criticError > 0,
      middle.step < step
    else { return nil }
    return critic.worstRMSE / truth.range / middle.criticError
  }

  /// The step from which on the actor's policy stayed as it is, when that was early in its life and it is decided. Who
  /// was measured but once has not stayed anything.
  private func settledStep(_ earlier: [Checkpoint]) -> Int? {
    guard actor.confidence > 0.95 else { return nil }
    var settled: Int?
    for checkpoint in earlier.reversed() {
      let distance = (0..<truth.process.stateCount).map { state in
        (0..<truth.process.actionCount).reduce(0) {
          $0 + abs(reading.policy[state, $1] - checkpoint.policy[state, $1]) / 2
        }
      }.mean(weights: visits)
      guard distance < Tolerances.settledDistance else { break }
      settled = checkpoint.step
    }
    guard let settled, settled < step, Double(settled) <= 0.3 * Double(step) else { return nil }
    return settled
  }

  /// What the critic matches, in the world or in the agent's model of it: wherever something fits best.
  private func matches(
    earlierPolicies: [(step: Int, policy: PolicyTable)], weights: [Double]
  ) throws(PlanningError) -> [ClaimMatching.Match] {
    func matches(in process: FiniteMDP) throws(PlanningError) -> [ClaimMatching.Match] {
      try ClaimMatching(reading, in: process, range: truth.range, timeLimit: truth.timeLimit, visits: weights)
        .matches(earlierPolicies: earlierPolicies)
    }
    let inWorld = try matches(in: truth.process)
    guard let model = reading.model else { return inWorld }
    let inModel = try matches(in: model)
    return inModel[1].error < inWorld[1].error ? inModel : inWorld
  }

  /// Whether writes to a part were turned away, or would be.
  private func isFrozen(_ part: PartName) -> Bool {
    parameters.blocks.contains { $0.owner == part && $0.isFrozen }
  }

  /// The step of a part's last write, when others were still written long after it.
  private func stopStep(of part: PartName) -> Int? {
    let blocks = parameters.blocks
    let ledger = parameters.ledger
    func lastStep(where isWanted: (Block) -> Bool) -> Int? {
      blocks.filter(isWanted).compactMap { ledger.lastWrite(ofBlock: $0.handle.index)?.lastStep }.max()
    }
    guard let last = lastStep(where: { $0.owner == part }), let others = lastStep(where: { $0.owner != part })
    else {
      return nil
    }
    let limit = Tolerances.stalePoint * Double(step)
    return Double(last) < limit && Double(others) >= limit ? last : nil
  }

  /// A table over states and actions, neither the critic's nor the actor's own, that the actor maximises.
  private func followedBlock() -> String? {
    let process = truth.process
    for block in parameters.blocks where ![names.critic, names.actor, names.model].contains(block.owner) {
      guard let values = reading.table(of: block, in: parameters) else { continue }
      let audit = ActorAudit(
        actionValues: values, policy: reading.policy, uniformPolicy: process.uniformPolicy, visits: visits,
        isLive: truth.isLive)
      if !audit.isCriticFlat && audit.worstNormalisedGap < Tolerances.actorGap { return block.name }
    }
    return nil
  }

  /// The model's worst promise, for people.
  var worstInWords: String {
    guard let worst = model?.worst else { return "There is no model." }
    let process = truth.process
    let place = "state \(process.stateName(worst.state)), action \(process.actionName(worst.action))"
    guard worst.promise > 0 else { return "The model promises nothing beyond the truth." }
    let share = "\(percent(worst.share)) of all that the model has wrong for this policy"
    if let successor = worst.successor, worst.excess > Tolerances.shortcutExcess {
      let truth =
        worst.likelihood == 0 ? "cannot happen" : "happens with probability \(percent(worst.likelihood))"
      return "The model expects \(place) to lead to state \(process.stateName(successor)) with probability "
        + "\(percent(worst.likelihood + worst.excess)), which \(truth); this is \(share)."
    }
    return "The model promises most beyond the truth in \(place): \(share)."
  }
}
