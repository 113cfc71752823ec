import Assay

/// Finds a sequence of actions of which a model predicts a high return.
///
/// The same model, seed and stream give the same plan, bit for bit, unless the budget ends it early.
public protocol TrajectoryOptimizer: Sendable {
  /// H, how many actions a plan has.
  var horizon: Int { get }

  /// γ of the return, in [0, 1].
  var discount: Double { get }

  /// Plans.
  ///
  /// - Parameters:
  ///   - model: what predicts.
  ///   - start: which of the model's start states to plan from.
  ///   - guess: a plan to begin with, such as what is left of the last; its horizon is the optimiser's.
  ///   - seeds: more sequences to try, such as what an actor would do, each `[horizon × width]`; clipped to the box.
  ///   - budget: when to stop at the latest. The best that was found is returned then; where nothing was, the actions of
  ///     the guess, or else of the middle of the box.
  ///   - trace: what was tried is appended to it; nothing is kept where it is `nil`.
  ///   - random: what chance there is comes from here.
  /// - Returns: a plan, its actions within the model's box.
  /// - Throws: ``TrajectoryError`` where the model predicts something that is not finite.
  func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int, beginningWith guess: TrajectoryPlan?, trying seeds: [[Float]],
    within budget: TrajectoryBudget, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan
}

extension TrajectoryOptimizer {
  /// Plans without a trace; see
  /// ``plan(in:from:beginningWith:trying:within:tracing:using:)``.
  public func plan<Model: TrajectoryModel>(
    in model: Model, from start: Int = 0, beginningWith guess: TrajectoryPlan? = nil,
    trying seeds: [[Float]] = [], within budget: TrajectoryBudget = TrajectoryBudget(),
    using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    var trace: TrajectoryTrace?
    return try plan(
      in: model, from: start, beginningWith: guess, trying: seeds, within: budget, tracing: &trace,
      using: &random)
  }
}

/// Which sequence an optimiser that shifts a distribution answers with.
public enum TrajectoryAnswer: String, Sendable, Hashable, Codable {
  /// The best that was tried: right where the model knows no chance.
  case best
  /// The mean of the distribution: right where the best may have been lucky.
  case mean
}

/// One search for a plan: asks the model, keeps the best, and looks at the clock.
struct TrajectorySearch<Model: TrajectoryModel> {
  /// What the model said of candidates.
  struct Ranking {
    var batch: TrajectoryBatch
    var returns: [Double]
    /// The candidates, best first; of equals the earlier.
    var order: [Int]
  }

  let model: Model
  let limits: ActionLimits
  let start: Int
  let horizon: Int
  let discount: Double
  let clock: TrajectoryClock
  private(set) var best: (actions: [Float], predictedReturn: Double)?
  private(set) var evaluations = 0
  private(set) var isInterrupted = false

  var size: Int { horizon * limits.width }

  init(
    _ model: Model, start: Int, horizon: Int, discount: Double, guess: TrajectoryPlan?, seeds: [[Float]],
    budget: TrajectoryBudget
  ) {
    clock = budget.started()
    self.model = model
    limits = ActionLimits(model.actionSpace)
    self.start = start
    self.horizon = horizon
    self.discount = discount
    precondition(
      start >= 0 && start < model.startCount, "start must be below \(model.startCount), but is \(start)")
    if let guess {
      precondition(
        guess.horizon == horizon && guess.width == limits.width,
        "a plan of \(guess.horizon) × \(guess.width) numbers is no guess at one of \(horizon) × \(limits.width)")
    }
    for seed in seeds {
      precondition(
        seed.count == horizon * limits.width,
        "a seed must have \(horizon) × \(limits.width) numbers, but has \(seed.count)")
    }
  }

  /// Asks the model of candidates, `[candidates × horizon × width]` and within the limits; `nil` where time is up.
  mutating func rank(
    _ actions: [Float], differentiating: Bool = false, using random: inout RandomStream
  ) throws(TrajectoryError) -> Ranking? {
    guard !isInterrupted, !clock.isOver else {
      isInterrupted = true
      return nil
    }
    var batch = TrajectoryBatch(actions: actions, horizon: horizon, width: limits.width, start: start)
    let isWhole =
      differentiating
      ? try model.differentiate(&batch, discount: discount, within: clock, using: &random)
      : try model.rollOut(&batch, within: clock, using: &random)
    guard isWhole else {
      isInterrupted = true
      return nil
    }
    let returns = try batch.returns(discount: discount)
    if differentiating, let wrong = batch.gradients.firstIndex(where: { !$0.isFinite }) {
      throw TrajectoryError(
        quantity: .gradient, candidate: wrong / size, step: wrong % size / limits.width,
        value: batch.gradients[wrong])
    }
    evaluations += batch.count
    let order = returns.indices.sorted {
      returns[$0] != returns[$1] ? returns[$0] > returns[$1] : $0 < $1
    }
    if best.map({ returns[order[0]] > $0.predictedReturn }) ?? true {
      best = (batch.sequence(order[0]), returns[order[0]])
    }
    return Ranking(batch: batch, returns: returns, order: order)
  }

  /// The plan that was found.
  ///
  /// - Parameters:
  ///   - answer: which sequence to answer with, where time was not up.
  ///   - mean: of what was tried last, `[horizon × width]`; `nil` for the answer itself.
  ///   - elites: the last ranking, and how many of it to remember.
  ///   - random: what chance there is comes from here.
  mutating func plan(
    _ answer: TrajectoryAnswer, mean: [Double]?, elites: (ranking: Ranking, count: Int)?,
    using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    let mean = mean.map { limits.clip($0) }
    var answered = best?.actions ?? mean ?? limits.clip(limits.middle(horizon: horizon))
    var predictedReturn = best?.predictedReturn
    if answer == .mean, let mean, let ranking = try rank(mean, using: &random) {
      answered = mean
      predictedReturn = ranking.returns[0]
    }
    let kept = elites.map { $0.ranking.order.prefix($0.count) } ?? []
    return TrajectoryPlan(
      horizon: horizon, width: limits.width, actions: answered, predictedReturn: predictedReturn,
      mean: mean ?? answered,
      elites: kept.compactMap { elites?.ranking.batch.sequence($0) },
      eliteReturns: kept.compactMap { elites?.ranking.returns[$0] }, evaluations: evaluations,
      isComplete: !isInterrupted)
  }

  /// Sequences about a mean, `[count × horizon × width]`, clipped.
  func samples(
    _ count: Int, mean: [Double], deviation: [Double], noise: ColouredNoise, using random: inout RandomStream
  ) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity((count + 8) * size)
    for _ in 0..<count {
      let sequence = noise.sequence(width: limits.width, using: &random)
      for index in 0..<size { result.append(Float(mean[index] + deviation[index] * sequence[index])) }
    }
    return limits.clip(result)
  }
}
