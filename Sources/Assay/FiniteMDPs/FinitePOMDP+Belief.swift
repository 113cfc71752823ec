extension FinitePOMDP {
  /// What to believe before the first observation: the probability of starting in each state, `[S]`.
  public var initialBelief: [Double] { process.initial }

  /// What to believe after the first observation.
  ///
  /// - Parameter observation: what was observed first.
  /// - Returns: the probability of each state, `[S]`; ``initialBelief`` where episodes start without an
  ///   observation, and `nil` where none starts with this one.
  public func initialBelief(observing observation: Int) -> [Double]? {
    guard let firstObservations else { return initialBelief }
    check(observation: observation)
    var belief = initialBelief
    var sum = 0.0
    for state in belief.indices where belief[state] > 0 {
      belief[state] *= firstObservations.probability(of: observation, inRow: state)
      sum += belief[state]
    }
    guard sum > 0 else { return nil }
    return belief.map { $0 / sum }
  }

  /// Takes in an action and the observation after it, where the episode went on:
  ///
  ///     b′(s′) ∝ O(o | a, s′) · Σₛ P(s′, no end | s, a) · b(s)
  ///
  /// The result sums to 1 within rounding, however small the probability of the observation.
  ///
  /// - Parameters:
  ///   - belief: the probability of each state, `[S]`: not negative, and summing to 1 within 1e-9. Anything
  ///     else,
  ///     NaN included, traps.
  ///   - action: the action that was taken.
  ///   - observation: what was observed after it.
  /// - Returns: how likely that observation was, together with the episode's going on. Where it is 0, what
  ///   was observed cannot happen, or is too unlikely for `Double` to hold, and the belief is left as it was.
  @discardableResult
  public func update(_ belief: inout [Double], action: Int, observation: Int) -> Double {
    check(observation: observation)
    var next = predicted(from: belief, action: action)
    var sum = 0.0
    for state in next.indices where next[state] > 0 {
      next[state] *= probability(of: observation, after: action, leadingTo: state)
      sum += next[state]
    }
    guard sum > 0 else { return 0 }
    for state in next.indices { next[state] /= sum }
    belief = next
    return sum
  }

  /// How likely each observation is after an action, together with the episode's going on.
  ///
  /// - Parameters:
  ///   - action: the action.
  ///   - belief: the probability of each state, as for ``update(_:action:observation:)``.
  /// - Returns: `[O]` probabilities; what they lack to sum to 1 is the probability that the episode ends.
  public func observationProbabilities(after action: Int, from belief: [Double]) -> [Double] {
    let next = predicted(from: belief, action: action)
    var probabilities = [Double](repeating: 0, count: observationCount)
    for state in next.indices where next[state] > 0 {
      for entry in observationRange(action: action, next: state) {
        probabilities[Int(observations.observations[entry])] +=
          next[state] * observations.probabilities[entry]
      }
    }
    return probabilities
  }

  /// The expected training reward of an action.
  ///
  /// - Parameters:
  ///   - action: the action.
  ///   - belief: the probability of each state, as for ``update(_:action:observation:)``.
  /// - Returns: Σₛ b(s) · r(s, a).
  public func expectedReward(of action: Int, in belief: [Double]) -> Double {
    check(belief)
    check(action: action)
    var sum = 0.0
    for state in belief.indices where belief[state] > 0 {
      sum += belief[state] * process.reward.expected[state * actionCount + action]
    }
    return sum
  }

  /// How likely each state is after an action, together with the episode's going on.
  private func predicted(from belief: [Double], action: Int) -> [Double] {
    check(belief)
    check(action: action)
    var next = [Double](repeating: 0, count: stateCount)
    for state in belief.indices where belief[state] > 0 {
      for entry in process.outcomeRange(state: state, action: action)
      where !process.hasTerminals || !process.terminals[entry] {
        next[Int(process.successors[entry])] += belief[state] * process.probabilities[entry]
      }
    }
    return next
  }

  private func check(_ belief: [Double]) {
    precondition(belief.count == stateCount, "a belief needs \(stateCount) entries, but has \(belief.count)")
    var sum = 0.0
    for (state, probability) in belief.enumerated() {
      precondition(
        probability >= 0, "the belief in state \(state) must not be negative, but is \(probability)")
      sum += probability
    }
    precondition(
      abs(sum - 1) <= FiniteMDP.probabilityTolerance, "a belief must sum to 1 within 1e-9, but sums to \(sum)"
    )
  }

  private func check(action: Int) {
    precondition(
      action >= 0 && action < actionCount, "action must be in 0..<\(actionCount), but is \(action)")
  }

  private func check(observation: Int) {
    precondition(
      observation >= 0 && observation < observationCount,
      "observation must be in 0..<\(observationCount), but is \(observation)")
  }
}
