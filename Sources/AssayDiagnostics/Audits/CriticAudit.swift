import Assay
import AssayPlanning

/// Does the critic approximate the value it claims to? One agent, at one time.
struct CriticAudit: Sendable {
  var bias: Double
  var rmse: Double
  /// √ mean (Q̂ − Q)² over visits and all available actions alike; `nil` for a critic of states.
  var actionRMSE: Double?
  var uniformRMSE: Double
  var largestError: Double
  var explainedVariance: Double?
  var calibrationSlope: Double?
  var kendallTau: Double?
  var bellmanResidual: Double
  /// V̂, `[S]`: under the policy of the claim, for a critic of actions.
  var learnedValues: [Double]
  /// V, `[S]`.
  var trueValues: [Double]

  /// The larger of the two errors over visits: a critic of actions is right when it is right of all of them.
  var worstRMSE: Double { max(rmse, actionRMSE ?? 0) }

  init(_ reading: PartsReading, truth: ProcessTruth, visits: [Double]) throws(PlanningError) {
    let process = truth.process
    let claimTruth = try ClaimTruth(
      of: reading.claim, process: process, actorPolicy: reading.policy, behaviour: reading.behaviour)
    let uniform = truth.isLive.map { $0 ? 1.0 : 0.0 }.normalized()
    trueValues = claimTruth.stateValues
    learnedValues =
      reading.stateValues
      ?? (reading.claim.policy == .optimal
        ? reading.bestValues : reading.expectedValues(under: claimTruth.policy))
    let error = difference(learnedValues, trueValues)
    bias = error.mean(weights: visits)
    rmse = error.rootMeanSquare(weights: visits)
    if reading.stateValues == nil {
      let alike = process.uniformPolicy
      let weights = alike.probabilities.indices.map {
        visits[$0 / alike.actionCount] * alike.probabilities[$0]
      }
      actionRMSE = zip(reading.actionValues, claimTruth.actionValues).map { $0 == -.infinity ? 0 : $0 - $1 }
        .rootMeanSquare(weights: weights)
    }
    uniformRMSE = error.rootMeanSquare(weights: uniform)
    largestError = error.indices.reduce(0) { truth.isLive[$1] ? max($0, abs(error[$1])) : $0 }
    explainedVariance = Self.explainedVariance(of: trueValues, by: learnedValues, weights: visits)
    calibrationSlope = Self.slope(of: trueValues, on: learnedValues, weights: visits)
    kendallTau =
      reading.stateValues == nil
      ? Self.kendallTau(reading.actionValues, claimTruth.actionValues, process.actionCount, weights: visits)
      : nil
    bellmanResidual = Self.bellmanResidual(
      reading, process: process, learnedValues: learnedValues, policy: claimTruth.policy, visits: visits)
  }

  /// 1 − Var(V − V̂) / Var(V): the first argument is what is explained, the second what explains it.
  static func explainedVariance(of truth: [Double], by learned: [Double], weights: [Double]) -> Double? {
    let total = variance(truth, weights)
    guard total > 0 else { return nil }
    return 1 - variance(difference(truth, learned), weights) / total
  }

  /// Cov(V̂, V) / Var(V̂).
  static func slope(of truth: [Double], on learned: [Double], weights: [Double]) -> Double? {
    let total = variance(learned, weights)
    guard total > 0 else { return nil }
    let (meanTruth, meanLearned) = (truth.mean(weights: weights), learned.mean(weights: weights))
    let covariance = truth.indices.reduce(0) {
      $0 + weights[$1] * (truth[$1] - meanTruth) * (learned[$1] - meanLearned)
    }
    return covariance / total
  }

  private static func variance(_ values: [Double], _ weights: [Double]) -> Double {
    let mean = values.mean(weights: weights)
    return values.indices.reduce(0) { $0 + weights[$1] * (values[$1] - mean) * (values[$1] - mean) }
  }

  /// Σ w |ΔQ| sign(ΔQ ΔQ̂) / Σ w |ΔQ| over the pairs of actions of each state.
  static func kendallTau(
    _ learned: [Double], _ truth: [Double], _ actionCount: Int, weights: [Double]
  ) -> Double? {
    var (agreement, total) = (0.0, 0.0)
    for state in weights.indices where weights[state] > 0 {
      let first = state * actionCount
      for left in first..<first + actionCount where truth[left] > -.infinity {
        for right in first..<left where truth[right] > -.infinity {
          let gap = truth[left] - truth[right]
          let order = gap * (learned[left] - learned[right])
          total += weights[state] * abs(gap)
          agreement += weights[state] * abs(gap) * (order > 0 ? 1 : order < 0 ? -1 : 0)
        }
      }
    }
    return total > 0 ? agreement / total : nil
  }

  private static func bellmanResidual(
    _ reading: PartsReading, process: FiniteMDP, learnedValues: [Double], policy: PolicyTable,
    visits: [Double]
  ) -> Double {
    let claim = reading.claim
    let backups = process.actionValues(
      from: learnedValues.map { $0 / claim.rewardScale }, discount: claim.discount
    ).map { claim.rewardScale * $0 }
    if reading.stateValues != nil {
      let expected = PartsReading.expectation(of: backups, under: policy)
      return difference(expected, learnedValues).rootMeanSquare(weights: visits)
    }
    let pairWeights = policy.probabilities.indices.map {
      visits[$0 / policy.actionCount] * policy.probabilities[$0]
    }
    return difference(backups, reading.actionValues).rootMeanSquare(weights: pairWeights)
  }
}
