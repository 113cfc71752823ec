import Assay

extension FinitePOMDP {
  /// Solves for the best discounted value that can be had without seeing the state.
  ///
  ///     V*(b) = maxₐ [Σ b(s) r(s, a) + γ Σₒ P(o | b, a) V*(b′)]
  ///
  /// What comes back are bounds on V* that hold whatever the method, and a policy that earns the lower one.
  /// Heuristic search needs few beliefs of many, and has tight bounds where the best actions lead from the
  /// start; incremental pruning has them everywhere, and is for processes of a few states.
  ///
  /// Probabilities are taken to sum to 1, as they do within 1e-9.
  ///
  /// ```swift
  /// let solution = try Tiger().process.solved()
  /// solution.startValue  // 19.371…19.372
  /// solution.action(in: [0.5, 0.5])  // 0, to listen
  /// ```
  ///
  /// - Parameters:
  ///   - reward: which reward to maximise; the training reward unless said otherwise.
  ///   - discount: γ in [0, 1); the process's own unless said otherwise.
  ///   - method: heuristic search unless said otherwise.
  ///   - tolerance: how wide the bounds on the value of starting may be, in reward units; those of all
  ///     beliefs by incremental pruning.
  ///   - backupLimit: after how many backups to stop, of one belief each by heuristic search, and of all of
  ///     them by incremental pruning. The bounds are wider than the tolerance then, and hold all the same.
  ///   - vectorLimit: how many plans incremental pruning may have to compare at once.
  /// - Returns: bounds on V* and a policy.
  /// - Throws: ``DataError`` where the process is too large, or the discount is 1: with no horizon and
  ///   without a discount there are no bounds of this kind.
  public func solved(
    for reward: FiniteMDP.RewardFunction? = nil, discount: Double? = nil,
    method: BeliefMethod = .heuristicSearch, tolerance: Double = 1e-3, backupLimit: Int = 100_000,
    vectorLimit: Int = 20_000
  ) throws(DataError) -> BeliefSolution {
    precondition(tolerance > 0, "tolerance must be positive, but is \(tolerance)")
    precondition(backupLimit > 0, "backupLimit must be positive, but is \(backupLimit)")
    precondition(vectorLimit > 0, "vectorLimit must be positive, but is \(vectorLimit)")
    let discount = discount ?? self.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    guard discount < 1 else {
      throw DataError(
        field: "the discount of \(process.name)", value: "1",
        allowed: "a number below 1, or a finite horizon, where the state is hidden")
    }
    let reward = reward ?? process.reward
    switch method {
    case .heuristicSearch:
      var search = try HeuristicSearch(self, reward: reward, discount: discount)
      return search.solve(from: startBeliefs, tolerance: tolerance, backupLimit: backupLimit)
    case .incrementalPruning:
      return try solvedEverywhere(
        BeliefDynamics(self, reward: reward, discount: discount), tolerance: tolerance,
        sweepLimit: backupLimit, vectorLimit: vectorLimit)
    }
  }

  /// The best values with a given number of steps to go, exactly, for every belief; the actions are those of
  /// the first step.
  ///
  /// - Parameters:
  ///   - horizon: how many steps, not negative.
  ///   - reward: which reward to maximise; the training reward unless said otherwise.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise.
  ///   - vectorLimit: how many plans may have to be compared at once.
  /// - Returns: the plans of so many steps that are best somewhere. Bounds on their values are as wide as
  ///   rounding.
  /// - Throws: ``DataError`` where the process or the number of plans is too large.
  public func finiteHorizonSolution(
    horizon: Int, for reward: FiniteMDP.RewardFunction? = nil, discount: Double? = nil,
    vectorLimit: Int = 20_000
  ) throws(DataError) -> BeliefSolution {
    precondition(horizon >= 0, "horizon must not be negative, but is \(horizon)")
    precondition(vectorLimit > 0, "vectorLimit must be positive, but is \(vectorLimit)")
    let discount = discount ?? self.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    let dynamics = try BeliefDynamics(self, reward: reward ?? process.reward, discount: discount)
    var vectors = [AlphaVector(action: 0, values: [Double](repeating: 0, count: stateCount))]
    var loss = 0.0
    var rounding = 0.0
    for step in 0..<horizon {
      let largest = dynamics.largestReward * Double(step + 1)
      let pruning = IncrementalPruning(
        process: process.name, dynamics: dynamics, vectorLimit: vectorLimit, slack: 1e-12 * largest)
      let sweep = try pruning.backup(vectors)
      vectors = sweep.vectors
      loss = discount * loss + sweep.loss
      rounding = discount * rounding + dynamics.roundoff * largest
    }
    return solution(vectors, gap: loss, rounding: rounding, backups: horizon)
  }

  /// What to believe when an episode starts, and how likely that is: one belief for each first observation.
  var startBeliefs: [(belief: [Double], probability: Double)] {
    guard let firstObservations else { return [(initialBelief, 1)] }
    return (0..<observationCount).compactMap { observation in
      guard let belief = initialBelief(observing: observation) else { return nil }
      let probability = initialBelief.enumerated().reduce(0.0) {
        $0 + $1.element * firstObservations.probability(of: observation, inRow: $1.offset)
      }
      return (belief, probability)
    }
  }

  private func solvedEverywhere(
    _ dynamics: BeliefDynamics, tolerance: Double, sweepLimit: Int, vectorLimit: Int
  ) throws(DataError) -> BeliefSolution {
    let discount = dynamics.discount
    let rounding = dynamics.roundingError
    let target = max(tolerance - 2 * rounding, rounding)
    // A tenth of the tolerance is lost to pruning at the most, over all steps and, in each, all observations.
    let slack = 0.1 * target * (1 - discount) / Double(2 * dynamics.observationCount + 1)
    let pruning = IncrementalPruning(
      process: process.name, dynamics: dynamics, vectorLimit: vectorLimit, slack: slack)
    var vectors = (0..<actionCount).map {
      AlphaVector(action: $0, values: dynamics.valuesOfRepeating($0))
    }
    var sweeps = 0
    while true {
      let sweep = try pruning.backup(vectors)
      sweeps += 1
      // As for a process whose state is seen, V* lies between V + γ/(1−γ) · the least and the largest change,
      // but for what pruning lost; see ``ModifiedPolicyIteration``.
      var high = IncrementalPruning.largestExcess(of: sweep.vectors, over: vectors) + sweep.loss
      var low = -IncrementalPruning.largestExcess(of: vectors, over: sweep.vectors)
      if process.hasTerminals { (low, high) = (min(low, 0), max(high, 0)) }
      vectors = sweep.vectors
      let gap = sweep.loss + discount * dynamics.horizon * (high - low)
      if gap <= target || sweeps >= sweepLimit {
        let shift = discount * dynamics.horizon * low
        for index in vectors.indices {
          for state in 0..<stateCount { vectors[index].values[state] += shift }
        }
        return solution(vectors, gap: max(gap, 0), rounding: rounding, backups: sweeps)
      }
    }
  }

  private func solution(
    _ vectors: [AlphaVector], gap: Double, rounding: Double, backups: Int
  ) -> BeliefSolution {
    var solution = BeliefSolution(
      vectors: vectors, startValue: 0...0, backups: backups, ceiling: .aboveVectors(gap), rounding: rounding)
    var value = (low: 0.0, high: 0.0)
    for start in startBeliefs {
      let bounds = solution.value(of: start.belief)
      value.low += start.probability * bounds.lowerBound
      value.high += start.probability * bounds.upperBound
    }
    solution.startValue = value.low...value.high
    return solution
  }
}
