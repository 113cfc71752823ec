import Assay

/// The cross-entropy method: tries sequences drawn from a normal distribution, and moves that to the best of them.
///
/// In each iteration candidates are drawn about the mean μ, clipped to the box; the K best are the elites, and
///
///     μ ← m·μ + (1 − m)·mean of elites,  σ ← max(σ_min, m·σ + (1 − m)·deviation of elites)
///
/// for each number of the sequence by itself. Deviations are shares of half the range of an action: 1 reaches from the
/// middle of the box to its limits.
///
/// ``improved(horizon:candidates:iterations:discount:noiseExponent:)`` draws coloured noise, tries elites again, also
/// those of the last plan, draws fewer and fewer, and answers with the best it tried.
///
/// - SeeAlso: Rubinstein (1999), *The cross-entropy method for combinatorial and continuous optimization*; Pinneri et al.
///   (2020), *Sample-efficient cross-entropy method for real-time planning*.
public struct CrossEntropyMethod: TrajectoryOptimizer {
  public let horizon: Int
  public let discount: Double
  /// How many candidates the first iteration draws.
  public var candidates: Int
  /// How many iterations there are.
  public var iterations: Int
  /// K, how many of the best the distribution moves to.
  public var eliteCount: Int
  /// m, how much of mean and deviation is kept, in [0, 1).
  public var momentum = 0.1
  /// σ at first.
  public var initialDeviation = 0.5
  /// σ_min, which keeps the distribution from settling too soon.
  public var minimumDeviation = 0.0
  /// β of the ``ColouredNoise`` that candidates are drawn with; 0 for white.
  public var noiseExponent = 0.0
  /// By what the number of candidates is divided after each iteration, at least 1; 2K are drawn at least.
  public var decay = 1.0
  /// Which share of the elites is tried again in the next iteration, and in the first of the next plan, in [0, 1].
  public var keptElites = 0.0
  /// Whether the mean is one of the candidates of the last iteration.
  public var triesMean = false
  /// Which sequence is the plan.
  public var answer = TrajectoryAnswer.mean

  /// Makes the plain method.
  ///
  /// - Parameters:
  ///   - horizon: how many actions a plan has, at least 1.
  ///   - candidates: how many candidates each iteration draws, at least 1.
  ///   - eliteCount: how many of the best the distribution moves to, from 1 to as many as there are candidates.
  ///   - iterations: how many iterations there are, at least 1.
  ///   - discount: γ of the return, in [0, 1].
  public init(
    horizon: Int, candidates: Int = 300, eliteCount: Int = 30, iterations: Int = 5, discount: Double = 1
  ) {
    checkPlan(horizon: horizon, candidates: candidates, discount: discount)
    self.horizon = horizon
    self.candidates = candidates
    self.eliteCount = eliteCount
    self.iterations = iterations
    self.discount = discount
    check()
  }

  /// The method as improved by Pinneri et al., with their settings: K = 10, a decay of 1.25, 0.3 of the elites kept.
  ///
  /// - Parameters:
  ///   - horizon: how many actions a plan has, at least 1.
  ///   - candidates: how many candidates the first iteration draws, at least 10.
  ///   - iterations: how many iterations there are, at least 1.
  ///   - discount: γ of the return, in [0, 1].
  ///   - noiseExponent: β; what suits a task lies between 0.25, for fast motion, and 4, for slow.
  /// - Returns: the improved method.
  public static func improved(
    horizon: Int, candidates: Int = 100, iterations: Int = 3, discount: Double = 1, noiseExponent: Double = 2
  ) -> CrossEntropyMethod {
    var method = CrossEntropyMethod(
      horizon: horizon, candidates: candidates, eliteCount: 10, iterations: iterations, discount: discount)
    method.noiseExponent = noiseExponent
    method.decay = 1.25
    method.keptElites = 0.3
    method.triesMean = true
    method.answer = .best
    return method
  }

  private func check() {
    checkPlan(horizon: horizon, candidates: candidates, discount: discount)
    precondition(iterations > 0, "iterations must be positive, but is \(iterations)")
    precondition(
      eliteCount > 0 && eliteCount <= candidates,
      "eliteCount must be from 1 to \(candidates), but is \(eliteCount)")
    precondition(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), but is \(momentum)")
    precondition(
      initialDeviation > 0 && initialDeviation.isFinite,
      "initialDeviation must be positive, but is \(initialDeviation)")
    precondition(
      minimumDeviation >= 0 && minimumDeviation.isFinite,
      "minimumDeviation must not be negative, but is \(minimumDeviation)")
    precondition(decay >= 1 && decay.isFinite, "decay must be at least 1, but is \(decay)")
    precondition(keptElites >= 0 && keptElites <= 1, "keptElites must be in [0, 1], but is \(keptElites)")
  }

  /// How many elites are tried again.
  private var keptCount: Int { Int((keptElites * Double(eliteCount)).rounded()) }

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
    var latest: TrajectorySearch<Model>.Ranking?
    var count = Double(candidates)
    for iteration in 0..<iterations {
      var tried = search.samples(
        max(Int(count), min(2 * eliteCount, candidates)), mean: mean, deviation: deviation, noise: noise,
        using: &random)
      if let latest {
        for elite in latest.order.prefix(keptCount) { tried += latest.batch.sequence(elite) }
      } else {
        for elite in guess?.elites.prefix(keptCount) ?? [] { tried += limits.clip(elite) }
        for seed in seeds { tried += limits.clip(seed) }
      }
      if triesMean, iteration == iterations - 1 { tried += limits.clip(mean) }
      guard let ranking = try search.rank(tried, using: &random) else { break }
      latest = ranking
      let elites = ranking.order.prefix(eliteCount)
      for index in 0..<search.size {
        var sum = 0.0
        for elite in elites { sum += Double(ranking.batch.actions[elite * search.size + index]) }
        let middle = sum / Double(elites.count)
        var squares = 0.0
        for elite in elites {
          let difference = Double(ranking.batch.actions[elite * search.size + index]) - middle
          squares += difference * difference
        }
        let spread = (squares / Double(elites.count)).squareRoot()
        mean[index] = momentum * mean[index] + (1 - momentum) * middle
        deviation[index] = max(least[index], momentum * deviation[index] + (1 - momentum) * spread)
      }
      trace?.record(
        ranking.batch, returns: ranking.returns, best: ranking.order[0], mean: mean, deviation: deviation)
      count /= decay
    }
    return try search.plan(answer, mean: mean, elites: latest.map { ($0, eliteCount) }, using: &random)
  }
}
