import Assay
import AssayPlanning

/// What tells faults of a critic from one another, beyond the claims it may match. One agent, at one time.
struct CriticSignatures: Sendable {
  /// max |Q̂| over live states.
  var largestValue: Double
  /// max|r| / (1 − γ): no value can be larger; infinite at discount 1.
  var largestPossibleValue: Double
  /// What the best critic with the same features leaves, √ mean square over visits as a share of the range; `nil`
  /// for a critic that tells all states apart.
  var representationError: Double?
  /// A table beside the critic's own which the critic is one backup away from: its target, with the error of that
  /// match as a share of the range, and how far the critic is from being its own target.
  var target: (block: String, error: Double, lag: Double)?
  /// Mean of Q̂ − (r + γPV̂) over visits for the greedy action, and for all available actions alike, as shares of
  /// the range. Whoever takes the greatest of noisy estimates is too high where it chooses, and right on average.
  var chosenResidual: Double?
  var meanResidual: Double?

  init(
    _ reading: PartsReading, truth: ProcessTruth, audit: CriticAudit, visits: [Double],
    parameters: ParameterStore, others: [Block]
  )
    throws(PlanningError)
  {
    let process = truth.process
    let actions = process.actionCount
    let values = reading.stateValues ?? reading.actionValues
    let width = values.count / process.stateCount
    largestValue = values.indices.reduce(0) {
      truth.isLive[$1 / width] && values[$1] > -.infinity ? max($0, abs(values[$1])) : $0
    }
    let largestReward =
      process.reward.expected.reduce(0) { max($0, abs($1)) } * abs(reading.claim.rewardScale)
    largestPossibleValue =
      reading.claim.discount < 1 ? largestReward / (1 - reading.claim.discount) : .infinity
    if let features = reading.features {
      representationError =
        try Self.representationError(reading, truth: truth, visits: visits, features: features) / truth.range
    }
    guard reading.stateValues == nil else { return }
    let claim = reading.claim
    let learned = reading.actionValues
    func backup(of values: [Double], in process: FiniteMDP) -> [Double] {
      process.actionValues(from: values.map { $0 / claim.rewardScale }, discount: claim.discount)
        .map { $0 == -.infinity ? $0 : $0 * claim.rewardScale }
    }
    let uniform = process.uniformPolicy
    let pairWeights = uniform.probabilities.indices.map { visits[$0 / actions] * uniform.probabilities[$0] }
    let residuals = zip(learned, backup(of: audit.learnedValues, in: process))
      .map { $0 == -.infinity ? 0 : $0 - $1 }
    let greedy = reading.greedyPolicy
    chosenResidual =
      PartsReading.expectation(of: residuals, under: greedy).mean(weights: visits) / truth.range
    meanResidual = residuals.mean(weights: pairWeights) / truth.range
    let world = reading.model ?? process
    // An agent that is led astray may never go where its target is out of date.
    let alike = truth.isLive.map { $0 ? 1.0 : 0 }.normalized()
    let mixedWeights = uniform.probabilities.indices.map {
      (visits[$0 / actions] + alike[$0 / actions]) / 2 * uniform.probabilities[$0]
    }
    let policy = claim.policy
    for block in others {
      guard let masked = reading.table(of: block, in: parameters) else { continue }
      var following = PartsReading.expectation(
        of: masked,
        under: policy == .uniform ? uniform : policy == .behaviour ? reading.behaviour : reading.policy)
      if policy == .optimal {
        following = (0..<process.stateCount).map { state in
          let best = masked[state * actions..<(state + 1) * actions].max() ?? 0
          return best == -.infinity ? 0 : best
        }
      }
      let backed = backup(of: following, in: world)
      let error =
        zip(learned, backed).map { $0 == -.infinity ? 0 : $0 - $1 }
        .rootMeanSquare(weights: mixedWeights) / truth.range
      let lag =
        zip(learned, backup(of: audit.learnedValues, in: world)).map { $0 == -.infinity ? 0 : $0 - $1 }
        .rootMeanSquare(weights: mixedWeights) / truth.range
      if error < target?.error ?? .infinity { target = (block.name, error, lag) }
    }
  }

  /// Fits the features to the exact values of the claim by least squares, for each action by itself, over the visits of
  /// what acts, and judges the fit as the critic itself is judged.
  private static func representationError(
    _ reading: PartsReading, truth: ProcessTruth, visits: [Double], features: StateFeatures
  ) throws(PlanningError) -> Double {
    let process = truth.process
    let actions = process.actionCount
    let exact = try ClaimTruth(
      of: reading.claim, process: process, actorPolicy: reading.policy, behaviour: reading.behaviour)
    // What a critic is fitted to is where the agent in fact goes, exploration included.
    let seen = try process.occupancy(of: reading.behaviour).normalized()
    let live = Double(truth.isLive.count { $0 })
    // States that are hardly visited still have a say, so that the fit is defined everywhere.
    let weights = seen.indices.map { truth.isLive[$0] ? seen[$0] + 1e-6 / live : 0 }
    func fit(_ target: (Int) -> Double?) -> [Double] {
      let count = features.count
      var matrix = [Double](repeating: 0, count: count * count)
      var right = [Double](repeating: 0, count: count)
      for state in weights.indices where weights[state] > 0 {
        guard let value = target(state) else { continue }
        let row = features.values[features.range(of: state)].map(Double.init)
        for (i, left) in row.enumerated() where left != 0 {
          right[i] += weights[state] * left * value
          for (j, other) in row.enumerated() { matrix[j * count + i] += weights[state] * left * other }
        }
      }
      // A little of the identity decides between fits that are equally good.
      for i in 0..<count { matrix[i * count + i] += 1e-10 }
      let solved = LinearSystem(columnMajor: matrix, size: count)?.solve(right) ?? right.map { _ in 0 }
      return (0..<process.stateCount).map { state in
        zip(features.values[features.range(of: state)], solved).reduce(0) { $0 + Double($1.0) * $1.1 }
      }
    }
    let fitted: [Double]
    if reading.stateValues == nil {
      let columns = (0..<actions).map { action in
        fit { process.isAvailable(action: action, in: $0) ? exact.actionValues[$0 * actions + action] : nil }
      }
      let table = (0..<process.stateCount * actions).map {
        exact.actionValues[$0] == -.infinity ? -.infinity : columns[$0 % actions][$0 / actions]
      }
      fitted = PartsReading.expectation(of: table, under: exact.policy)
    } else {
      fitted = fit { exact.stateValues[$0] }
    }
    return difference(fitted, exact.stateValues).rootMeanSquare(weights: visits)
  }
}
