import Assay

/// Tries sequences of random actions, and takes the best.
///
/// Actions are drawn evenly from the box, each independently. A guess and seeds are tried as they are, first.
public struct RandomShooting: TrajectoryOptimizer {
  public let horizon: Int
  public let discount: Double
  /// How many random sequences are tried.
  public let candidates: Int

  /// Makes an optimiser.
  ///
  /// - Parameters:
  ///   - horizon: how many actions a plan has, at least 1.
  ///   - candidates: how many random sequences are tried, at least 1.
  ///   - discount: γ of the return, in [0, 1].
  public init(horizon: Int, candidates: Int = 1000, discount: Double = 1) {
    checkPlan(horizon: horizon, candidates: candidates, discount: discount)
    self.horizon = horizon
    self.candidates = candidates
    self.discount = discount
  }

  public func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int, beginningWith guess: TrajectoryPlan?, trying seeds: [[Float]],
    within budget: TrajectoryBudget, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    var search = TrajectorySearch(
      model, start: start, horizon: horizon, discount: discount, guess: guess, seeds: seeds, budget: budget)
    var tried = guess.map { search.limits.clip($0.actions) } ?? []
    for seed in seeds { tried += search.limits.clip(seed) }
    for _ in 0..<candidates {
      for _ in 0..<horizon { tried += model.actionSpace.sample(using: &random) }
    }
    // A few at a time, so that there is something to answer with when time is up.
    let chunk = 256 * search.size
    var latest: TrajectorySearch<Model>.Ranking?
    for first in stride(from: 0, to: tried.count, by: chunk) {
      let part = Array(tried[first..<min(first + chunk, tried.count)])
      guard let ranking = try search.rank(part, using: &random) else { break }
      trace?.record(
        ranking.batch, returns: ranking.returns, best: ranking.order[0], mean: [], deviation: [])
      latest = ranking
    }
    return try search.plan(
      .best, mean: search.best == nil ? guess.map { $0.actions.map(Double.init) } : nil,
      elites: latest.map { ($0, 1) }, using: &random)
  }
}

/// Traps where what every optimiser has is out of range.
func checkPlan(horizon: Int, candidates: Int, discount: Double) {
  precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
  precondition(candidates > 0, "candidates must be positive, but is \(candidates)")
  precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
}
