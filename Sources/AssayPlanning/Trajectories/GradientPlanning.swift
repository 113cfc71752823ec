import Assay
import Foundation

/// Climbs the gradient of the return by the actions, from several sequences at once, and takes the best that it passed.
///
/// Steps are those of Adam, in units of half the range of an action, and end at the limits of the box:
///
///     m ← 0.9·m + 0.1·g,  v ← 0.999·v + 0.001·g²,  a ← clip(a + α·h·m̂ / (√v̂ + 10⁻⁸))
///
/// with g the gradient times h, half the range. The gradient is what the model's
/// ``TrajectoryModel/differentiate(_:discount:within:using:)`` says: exact, or central differences.
///
/// - SeeAlso: Kingma & Ba (2015), *Adam: a method for stochastic optimization*.
public struct GradientPlanning: TrajectoryOptimizer {
  public let horizon: Int
  public let discount: Double
  /// How many random sequences are climbed from, beside the guess, or the middle of the box, and seeds.
  public var restarts: Int
  /// How many steps are taken.
  public var iterations: Int
  /// α, as a share of half the range of an action.
  public var stepSize: Double
  /// By how much random sequences differ from the first, as a share of half the range of an action.
  public var initialDeviation = 0.5
  /// β of the ``ColouredNoise`` they differ by.
  public var noiseExponent = 2.0

  /// Makes an optimiser.
  ///
  /// - Parameters:
  ///   - horizon: how many actions a plan has, at least 1.
  ///   - restarts: how many random sequences are climbed from, not negative.
  ///   - iterations: how many steps are taken, at least 1.
  ///   - stepSize: α, as a share of half the range of an action, positive. It falls to 0 evenly.
  ///   - discount: γ of the return, in [0, 1].
  public init(
    horizon: Int, restarts: Int = 3, iterations: Int = 30, stepSize: Double = 0.1, discount: Double = 1
  ) {
    checkPlan(horizon: horizon, candidates: 1, discount: discount)
    precondition(restarts >= 0, "restarts must not be negative, but is \(restarts)")
    precondition(iterations > 0, "iterations must be positive, but is \(iterations)")
    precondition(stepSize > 0 && stepSize.isFinite, "stepSize must be positive, but is \(stepSize)")
    self.horizon = horizon
    self.restarts = restarts
    self.iterations = iterations
    self.stepSize = stepSize
    self.discount = discount
  }

  public func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int, beginningWith guess: TrajectoryPlan?, trying seeds: [[Float]],
    within budget: TrajectoryBudget, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    var search = TrajectorySearch(
      model, start: start, horizon: horizon, discount: discount, guess: guess, seeds: seeds, budget: budget)
    let limits = search.limits
    let first = guess.map { $0.actions.map(Double.init) } ?? limits.middle(horizon: horizon)
    var tried = limits.clip(first)
    for seed in seeds { tried += limits.clip(seed) }
    tried += search.samples(
      restarts, mean: first, deviation: limits.deviations(initialDeviation, horizon: horizon),
      noise: ColouredNoise(horizon: horizon, exponent: noiseExponent), using: &random)
    var actions = tried.map(Double.init)
    var means = [Double](repeating: 0, count: actions.count)
    var squares = means
    var latest: TrajectorySearch<Model>.Ranking?
    for iteration in 0..<iterations {
      guard let ranking = try search.rank(limits.clip(actions), differentiating: true, using: &random) else {
        break
      }
      latest = ranking
      trace?.record(
        ranking.batch, returns: ranking.returns, best: ranking.order[0], mean: [], deviation: [])
      let rate = stepSize * (1 - Double(iteration) / Double(iterations))
      let meanScale = 1 - pow(0.9, Double(iteration + 1))
      let squareScale = 1 - pow(0.999, Double(iteration + 1))
      for index in actions.indices {
        let coordinate = index % limits.width
        let half = limits.halfWidths[coordinate]
        let gradient = ranking.batch.gradients[index] * half
        means[index] = 0.9 * means[index] + 0.1 * gradient
        squares[index] = 0.999 * squares[index] + 0.001 * gradient * gradient
        let step = means[index] / meanScale / ((squares[index] / squareScale).squareRoot() + 1e-8)
        let moved = actions[index] + rate * half * step
        actions[index] = max(Double(limits.low[coordinate]), min(Double(limits.high[coordinate]), moved))
      }
    }
    if let ranking = try search.rank(limits.clip(actions), using: &random) { latest = ranking }
    return try search.plan(
      .best, mean: search.best == nil ? first : nil, elites: latest.map { ($0, $0.order.count) },
      using: &random)
  }
}
