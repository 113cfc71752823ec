import Assay

/// Does the actor maximise the critic? One agent, at one time.
struct ActorAudit: Sendable {
  var gap: Double
  var normalisedGap: Double
  /// Over all live states alike: a bad policy may circle where no single action could help, and only other
  /// states show it.
  var uniformNormalisedGap: Double
  var agreement: Double
  var confidence: Double
  /// maxₐ Q̂ − E_π Q̂, `[S]`.
  var gaps: [Double]
  /// Whether there is a choice somewhere and the critic sees no difference anywhere, so that there is nothing
  /// to maximise.
  var isCriticFlat: Bool

  /// The larger of the two normalised gaps: a maximiser is one everywhere.
  var worstNormalisedGap: Double { max(normalisedGap, uniformNormalisedGap) }

  init(_ reading: PartsReading, truth: ProcessTruth, visits: [Double]) {
    self.init(
      actionValues: reading.actionValues, policy: reading.policy, uniformPolicy: truth.process.uniformPolicy,
      visits: visits, isLive: truth.isLive)
  }

  init(
    actionValues: [Double], policy: PolicyTable, uniformPolicy: PolicyTable, visits: [Double], isLive: [Bool]
  ) {
    let actions = policy.actionCount
    let best = (0..<policy.stateCount).map { state in
      let highest = actionValues[state * actions..<(state + 1) * actions].max() ?? 0
      return highest == -.infinity ? 0 : highest
    }
    let spreads = difference(best, PartsReading.expectation(of: actionValues, under: uniformPolicy))
    gaps = difference(best, PartsReading.expectation(of: actionValues, under: policy))
    let uniform = isLive.map { $0 ? 1.0 : 0.0 }.normalized()
    gap = gaps.mean(weights: visits)
    let scale = best.indices.reduce(0) { isLive[$1] ? max($0, abs(best[$1])) : $0 }
    // Single precision tells apart nothing finer than this.
    let finest = 1e-6 * max(scale, 1e-30)
    let (spread, uniformSpread) = (spreads.mean(weights: visits), spreads.mean(weights: uniform))
    normalisedGap = spread > finest ? gap / spread : 0
    uniformNormalisedGap = uniformSpread > finest ? gaps.mean(weights: uniform) / uniformSpread : 0
    let hasChoice = uniformPolicy.probabilities.indices.contains { pair in
      isLive[pair / actions] && uniformPolicy.probabilities[pair] > 0 && uniformPolicy.probabilities[pair] < 1
    }
    isCriticFlat = hasChoice && spread <= finest && uniformSpread <= finest
    confidence = (0..<policy.stateCount).map { policy[$0, policy.mode(in: $0)] }.mean(weights: visits)
    // Where visits see no differences, only other states can tell.
    let weights = spread > finest ? visits : uniform
    let importance = weights.indices.map { weights[$0] * max(spreads[$0], 0) }.normalized()
    agreement = (0..<policy.stateCount).map { state in
      actionValues[state * actions + policy.mode(in: state)] >= best[state] ? 1.0 : 0
    }.mean(weights: importance)
    if max(spread, uniformSpread) <= finest { agreement = 1 }
  }
}
