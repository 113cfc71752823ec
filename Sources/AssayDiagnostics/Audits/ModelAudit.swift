import Assay
import AssayPlanning
import Foundation

/// Is the world model right where it is used? One agent, at one time.
struct ModelAudit: Sendable {
  /// The pair through which the model promises most beyond the truth.
  struct Worst: Sendable {
    var state: Int
    var action: Int
    /// What it adds to the model's value of an episode, in reward units.
    var promise: Double
    /// Its share of everything that is promised or withheld in error.
    var share: Double
    /// By how much the model overestimates the probability of the successor that it overestimates most.
    var excess: Double
    /// That successor; `nil` where the model overestimates only the end.
    var successor: Int?
    /// Its true probability.
    var likelihood: Double
  }

  /// Whether the errors of the model's transitions lean towards value, over the live pairs where they are off.
  struct Leaning: Sendable {
    /// How many expect more value than is due.
    var optimistic = 0
    /// Of how many.
    var count = 0
    /// How probable so many or more would be if the errors did not care for value; 1 where they are too few to say.
    var probability = 1.0
  }

  var valueError: Double
  var bias: Double
  var transitionError: Double
  var rewardError: Double
  var valueEquivalenceError: Double
  var exploitation: Double
  var worst: Worst
  var leaning: Leaning
  /// How many live pairs have transitions at least half as wrong as the worst one's.
  var comparablePairs: Int
  /// Distance of the critic from the values of its claim *in the model*, √ mean square over visits, of states or of
  /// actions, whichever is larger: small when the critic believes the model.
  var criticErrorInModel: Double

  /// `nil` for a model-free agent.
  init?(
    _ reading: PartsReading, truth: ProcessTruth, visits: [Double], occupancy: [Double],
    learnedValues: [Double], isLive: [Bool]
  ) throws(PlanningError) {
    guard let model = reading.model else { return nil }
    let process = truth.process
    let actions = process.actionCount
    let values = try process.values(of: reading.policy).values
    let modelValues = try model.values(of: reading.policy).values
    let error = difference(modelValues, values)
    valueError = error.rootMeanSquare(weights: visits)
    bias = error.mean(weights: visits)

    let pairWeights = reading.policy.probabilities.indices.map {
      visits[$0 / actions] * reading.policy.probabilities[$0]
    }
    let distances = (0..<process.stateCount * actions).map { Self.compare(process, model, pair: $0) }
    transitionError = distances.map(\.distance).mean(weights: pairWeights)
    rewardError = difference(model.reward.expected, process.reward.expected).rootMeanSquare(
      weights: pairWeights)

    let discount = process.discount
    let trueBackups = process.actionValues(from: learnedValues, discount: discount)
    let modelBackups = model.actionValues(from: learnedValues, discount: discount)
    valueEquivalenceError = zip(trueBackups, modelBackups).map { $0 == -.infinity ? 0 : abs($0 - $1) }
      .mean(weights: pairWeights)

    let planned = try model.solved(tolerance: 1e-10)
    let plannedPolicy = PolicyTable(actionCount: actions, actions: planned.policy)
    func optimism(_ policy: PolicyTable) throws(PlanningError) -> Double {
      process.initialValue(of: try model.values(of: policy).values)
        - process.initialValue(of: try process.values(of: policy).values)
    }
    exploitation = try optimism(plannedPolicy) - optimism(process.uniformPolicy)

    // Ĵ(π) − J(π) = Σ ρ(s) π(a|s) [(r̂ − r) + γ(P̂ − P)V̂_π]: what each pair promises beyond the truth.
    let promised = difference(
      model.actionValues(from: modelValues, discount: discount).map { $0 == -.infinity ? 0 : $0 },
      process.actionValues(from: modelValues, discount: discount).map { $0 == -.infinity ? 0 : $0 })
    let promises = promised.indices.map {
      occupancy[$0 / actions] * reading.policy.probabilities[$0] * promised[$0]
    }
    let top = promises.indices.max { promises[$0] < promises[$1] } ?? 0
    let total = promises.reduce(0) { $0 + abs($1) }
    worst = Worst(
      state: top / actions, action: top % actions, promise: promises[top],
      share: total > 0 ? promises[top] / total : 0, excess: distances[top].excess,
      successor: distances[top].successor, likelihood: distances[top].likelihood)

    comparablePairs = distances.indices.count {
      truth.isLive[$0 / actions] && distances[$0].distance >= distances[top].distance / 2
    }
    leaning = Self.leaning(process, model, distances.map(\.distance), towards: values, isLive: isLive)

    let inModel = try ClaimTruth(
      of: reading.claim, process: model, actorPolicy: reading.policy, behaviour: reading.behaviour)
    let ofStates = difference(learnedValues, inModel.stateValues).rootMeanSquare(weights: visits)
    let alike = process.uniformPolicy.probabilities
    let ofActions =
      reading.stateValues == nil
      ? zip(reading.actionValues, inModel.actionValues).map { $0 == -.infinity ? 0 : $0 - $1 }
        .rootMeanSquare(weights: alike.indices.map { visits[$0 / actions] * alike[$0] }) : 0
    criticErrorInModel = max(ofStates, ofActions)
  }

  /// Counts the pairs whose expected next value, Σ (P̂ − P) V, is too high, and compares with errors that do not care
  /// for value: those that would put what they put too much into any live state alike, or be too high and too low alike.
  private static func leaning(
    _ process: FiniteMDP, _ model: FiniteMDP, _ distances: [Double], towards values: [Double], isLive: [Bool]
  ) -> Leaning {
    func expected(_ table: FiniteMDP, _ pair: Int) -> Double {
      (table.rowStarts[pair]..<table.rowStarts[pair + 1]).reduce(0) {
        table.hasTerminals && table.terminals[$1]
          ? $0 : $0 + table.probabilities[$1] * values[Int(table.successors[$1])]
      }
    }
    let scale = values.reduce(0) { max($0, abs($1)) }
    let live = values.indices.filter { isLive[$0] }.map { values[$0] }
    var leaning = Leaning()
    var (mean, variance) = (0.0, 0.0)
    for pair in distances.indices where isLive[pair / process.actionCount] && distances[pair] > 0.02 {
      let due = expected(process, pair)
      let excess = expected(model, pair) - due
      guard abs(excess) > 1e-6 * scale else { continue }
      leaning.count += 1
      if excess > 0 { leaning.optimistic += 1 }
      // Errors of sampling go either way alike, whatever the place.
      let indifferent = max(
        0.5, Double(live.count { $0 > due }) / Double(max(live.count { abs($0 - due) > 1e-6 * scale }, 1)))
      mean += indifferent
      variance += indifferent * (1 - indifferent)
    }
    guard leaning.count >= Tolerances.leaningPairs, variance > 0 else { return leaning }
    let score = (Double(leaning.optimistic) - 0.5 - mean) / variance.squareRoot()
    leaning.probability = erfc(score / 2.0.squareRoot()) / 2
    return leaning
  }

  private struct Comparison {
    var distance = 0.0
    var excess = 0.0
    var successor: Int?
    var likelihood = 0.0
  }

  /// Total-variation distance of two rows, with termination as one more successor.
  private static func compare(_ process: FiniteMDP, _ model: FiniteMDP, pair: Int) -> Comparison {
    var truth: [Int: Double] = [:]
    var learned: [Int: Double] = [:]
    func add(_ table: FiniteMDP, to rows: inout [Int: Double]) {
      for entry in table.rowStarts[pair]..<table.rowStarts[pair + 1] where table.probabilities[entry] > 0 {
        let ends = table.hasTerminals && table.terminals[entry]
        rows[ends ? -1 : Int(table.successors[entry]), default: 0] += table.probabilities[entry]
      }
    }
    add(process, to: &truth)
    add(model, to: &learned)
    var comparison = Comparison()
    for successor in Set(truth.keys).union(learned.keys).sorted() {
      let (expected, predicted) = (truth[successor] ?? 0, learned[successor] ?? 0)
      comparison.distance += abs(expected - predicted) / 2
      if successor >= 0, predicted - expected > comparison.excess {
        comparison.excess = predicted - expected
        comparison.successor = successor
        comparison.likelihood = expected
      }
    }
    return comparison
  }
}
