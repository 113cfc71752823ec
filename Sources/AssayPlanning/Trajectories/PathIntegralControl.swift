import Assay
import Foundation

/// Model-predictive path integral control: draws sequences about a mean, and takes the mean of all, weighted by what
/// each earns.
///
///     wᵢ = exp((Rᵢ − max R)/λ) / Σⱼ exp((Rⱼ − max R)/λ),  μ ← Σᵢ wᵢ·aᵢ
///
/// The mean itself is one of the candidates, and so are seeds. Candidates are clipped to the box before they are weighed.
/// The paper's cost of control, which corrects for drawing about another mean than 0, is left out: rewards say what
/// actions cost.
///
/// With ``adaptsDeviation``, σ follows the weighted spread of the candidates, and with an ``eliteCount`` only the best
/// are weighed: both as TD-MPC2 does.
///
/// - SeeAlso: Williams et al. (2017), *Information theoretic MPC for model-based reinforcement learning*; Hansen, Su &
///   Wang (2024), *TD-MPC2: scalable, robust world models for continuous control*.
public struct PathIntegralControl: TrajectoryOptimizer {
  public let horizon: Int
  public let discount: Double
  /// How many candidates each iteration draws.
  public var candidates: Int
  /// How many iterations there are.
  public var iterations: Int
  /// λ, in reward units: the smaller, the more the best candidate counts.
  public var temperature: Double
  /// σ at first, as a share of half the range of an action.
  public var initialDeviation = 0.5
  /// Whether σ follows the candidates from one iteration to the next.
  public var adaptsDeviation = false
  /// The smallest σ where it adapts.
  public var minimumDeviation = 0.05
  /// The largest σ where it adapts.
  public var maximumDeviation = 2.0
  /// How many of the best are weighed; `nil` for all.
  public var eliteCount: Int?
  /// β of the ``ColouredNoise`` that candidates are drawn with; 0 for white.
  public var noiseExponent = 0.0
  /// Which sequence is the plan.
  public var answer = TrajectoryAnswer.mean

  /// Makes an optimiser.
  ///
  /// - Parameters:
  ///   - horizon: how many actions a plan has, at least 1.
  ///   - candidates: how many candidates each iteration draws, at least 1.
  ///   - temperature: λ, in reward units, positive.
  ///   - iterations: how many iterations there are, at least 1.
  ///   - discount: γ of the return, in [0, 1].
  public init(
    horizon: Int, candidates: Int = 500, temperature: Double = 1, iterations: Int = 1, discount: Double = 1
  ) {
    checkPlan(horizon: horizon, candidates: candidates, discount: discount)
    self.horizon = horizon
    self.candidates = candidates
    self.temperature = temperature
    self.iterations = iterations
    self.discount = discount
    check()
  }

  private func check() {
    checkPlan(horizon: horizon, candidates: candidates, discount: discount)
    precondition(iterations > 0, "iterations must be positive, but is \(iterations)")
    precondition(
      temperature > 0 && temperature.isFinite, "temperature must be positive, but is \(temperature)")
    precondition(
      initialDeviation > 0 && initialDeviation.isFinite,
      "initialDeviation must be positive, but is \(initialDeviation)")
    precondition(
      minimumDeviation >= 0 && minimumDeviation <= maximumDeviation,
      "deviations must be in order and not negative, but are \(minimumDeviation)...\(maximumDeviation)")
    if let eliteCount { precondition(eliteCount > 0, "eliteCount must be positive, but is \(eliteCount)") }
  }

  /// What candidates weigh.
  ///
  /// - Parameters:
  ///   - returns: R of each, finite, at least one.
  ///   - temperature: λ, in reward units, positive.
  /// - Returns: w of each; they sum to 1.
  public static func weights(of returns: [Double], temperature: Double) -> [Double] {
    precondition(temperature > 0, "temperature must be positive, but is \(temperature)")
    guard let best = returns.max() else { preconditionFailure("there is nothing to weigh") }
    let weights = returns.map { exp(($0 - best) / temperature) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  public func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int, beginningWith guess: TrajectoryPlan?, trying seeds: [[Float]],
    within budget: TrajectoryBudget, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    check()
    var search = TrajectorySearch(
      model, start: start, horizon: horizon, discount: discount, guess: guess, seeds: seeds, budget: budget)
    let limits = search.limits
    let noise = ColouredNoise(horizon: horizon, exponent: noiseExponent)
    var mean = guess.map { $0.mean.map(Double.init) } ?? limits.middle(horizon: horizon)
    var deviation = limits.deviations(initialDeviation, horizon: horizon)
    let least = limits.deviations(minimumDeviation, horizon: horizon)
    let most = limits.deviations(maximumDeviation, horizon: horizon)
    var latest: TrajectorySearch<Model>.Ranking?
    for _ in 0..<iterations {
      var tried = search.samples(
        candidates, mean: mean, deviation: deviation, noise: noise, using: &random)
      tried += limits.clip(mean)
      for seed in seeds { tried += limits.clip(seed) }
      guard let ranking = try search.rank(tried, using: &random) else { break }
      latest = ranking
      let weighed = ranking.order.prefix(eliteCount ?? ranking.order.count)
      let weights = Self.weights(of: weighed.map { ranking.returns[$0] }, temperature: temperature)
      for index in 0..<search.size {
        var middle = 0.0
        for (weight, row) in zip(weights, weighed) {
          middle += weight * Double(ranking.batch.actions[row * search.size + index])
        }
        mean[index] = middle
        guard adaptsDeviation else { continue }
        var variance = 0.0
        for (weight, row) in zip(weights, weighed) {
          let difference = Double(ranking.batch.actions[row * search.size + index]) - middle
          variance += weight * difference * difference
        }
        deviation[index] = min(most[index], max(least[index], variance.squareRoot()))
      }
      trace?.record(
        ranking.batch, returns: ranking.returns, best: ranking.order[0], mean: mean, deviation: deviation)
    }
    return try search.plan(
      answer, mean: mean, elites: latest.map { ($0, eliteCount ?? 10) }, using: &random)
  }
}
