import Assay

/// The best action values of a world for one of its rewards, `[S][A]`, by sweeps until nothing changes; −∞ where an
/// action is unavailable.
///
/// Short and slow on purpose: what it checks must not be what the package computes with.
func bestActionValues(
  of world: some EnumerableEnvironment, goal: String? = nil, discount: Double? = nil
) -> [[Double]] {
  let discount = discount ?? world.discount
  let hypothesis = world.goals.first { $0.name == goal }
  precondition(goal == nil || goal == "performance" || hypothesis != nil, "there is no goal \(goal ?? "")")
  let outcomes = (0..<world.stateCount).map { state in
    (0..<world.actionCount).map { world.outcomes(of: $0, in: state) }
  }
  var values = [Double](repeating: 0, count: world.stateCount)
  var actionValues: [[Double]] = []
  for _ in 0..<10_000 {
    actionValues = outcomes.enumerated().map { state, actions in
      actions.enumerated().map { action, outcomes in
        if outcomes.isEmpty { return -.infinity }
        return outcomes.reduce(0) { sum, outcome in
          let reward =
            hypothesis?.reward(state, action, outcome)
            ?? (goal == "performance" ? outcome.performance : outcome.reward)
          return sum + outcome.probability
            * (reward + (outcome.isTerminal ? 0 : discount * values[outcome.next]))
        }
      }
    }
    let best = actionValues.map { max($0.max() ?? 0, -.greatestFiniteMagnitude) }
      .map { $0 == -.greatestFiniteMagnitude ? 0 : $0 }
    let change = zip(best, values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    values = best
    if change < 1e-12 { break }
  }
  return actionValues
}

/// The actions that are best in a state, within rounding.
func bestActions(_ actionValues: [[Double]], in state: Int) -> Set<Int> {
  let row = actionValues[state]
  guard let best = row.max(), best > -.infinity else { return [] }
  return Set(row.indices.filter { row[$0] > best - 1e-9 })
}

/// The best value of a state.
func bestValue(_ actionValues: [[Double]], in state: Int) -> Double { actionValues[state].max() ?? 0 }

/// Σ one·other.
func dot(_ one: [Double], _ other: [Double]) -> Double { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }

/// The weights of a linear function of features that comes closest to some values, in least squares; of all that come
/// as close, the smallest. Gradient descent from zero ends there too.
///
/// Solved by conjugate gradients on the normal equations.
func leastSquaresWeights(features: [[Double]], targets: [Double]) -> [Double] {
  let count = features[0].count
  func apply(_ weights: [Double]) -> [Double] { features.map { dot($0, weights) } }
  func applyTransposed(_ values: [Double]) -> [Double] {
    (0..<count).map { column in zip(features, values).reduce(0) { $0 + $1.0[column] * $1.1 } }
  }
  var weights = [Double](repeating: 0, count: count)
  var residual = applyTransposed(targets)
  var direction = residual
  for _ in 0..<200 {
    let size = dot(residual, residual)
    if size < 1e-24 { break }
    let image = apply(direction)
    let step = size / dot(image, image)
    weights = zip(weights, direction).map { $0 + step * $1 }
    residual = applyTransposed(zip(targets, apply(weights)).map { $0 - $1 })
    let growth = dot(residual, residual) / size
    direction = zip(residual, direction).map { $0 + growth * $1 }
  }
  return weights
}
