import Assay

/// A world in which any of several actions may be carried out when one is chosen: what that leads to,
/// exactly.
struct ActionMixture<Base: EnumerableEnvironment> {
  let base: Base
  /// How likely each action is carried out, `[actionCount]`; sums to 1 over actions that are available.
  let weights: [Double]

  /// Everything that may happen in a state.
  func outcomes(in state: Int) -> [Outcome] {
    var mixed: [Outcome] = []
    for (action, weight) in weights.enumerated() where weight > 0 {
      for outcome in base.outcomes(of: action, in: state) {
        var part = outcome
        part.probability *= weight
        mixed.add(part)
      }
    }
    return mixed
  }

  /// What a goal of the base is worth when something happened in a state: the expectation over the actions
  /// that may have been carried out.
  func worth(of goal: GoalHypothesis, in state: Int, _ happened: Outcome) -> Double {
    var worth = 0.0
    var probability = 0.0
    for (action, weight) in weights.enumerated() where weight > 0 {
      for outcome in base.outcomes(of: action, in: state) where outcome.isLike(happened) {
        worth += weight * outcome.probability * goal.reward(state, action, outcome)
        probability += weight * outcome.probability
      }
    }
    precondition(probability > 0, "\(happened) cannot happen in state \(state)")
    return worth / probability
  }
}

extension Outcome {
  /// Whether two outcomes differ in nothing but their probability.
  func isLike(_ other: Outcome) -> Bool {
    next == other.next && reward == other.reward && performance == other.performance
      && isTerminal == other.isTerminal
  }
}

extension [Outcome] {
  /// Adds an outcome, or its probability to that of one which is like it.
  mutating func add(_ outcome: Outcome) {
    if let index = firstIndex(where: { $0.isLike(outcome) }) {
      // Rounding may lead beyond 1.
      self[index].probability = Swift.min(1, self[index].probability + outcome.probability)
    } else {
      append(outcome)
    }
  }
}
