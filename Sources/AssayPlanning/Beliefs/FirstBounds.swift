import Assay

extension BeliefDynamics {
  /// What it is worth, from each state, to take the same action for ever: a lower bound on V* that no
  /// observation is needed for, less all that it may be off by.
  ///
  /// - SeeAlso: Hauskrecht (1997), *Incremental methods for computing bounds in partially observable Markov
  ///   decision processes*, who calls these blind policies.
  func valuesOfRepeating(_ action: Int) -> [Double] {
    // Below V* from the first sweep on, and rising: less than any sum of rewards.
    let least = rewards.reduce(0, min) * horizon
    var values = [Double](repeating: least, count: stateCount)
    let choice = [Int](repeating: 0, count: observationCount)
    // Until a sweep changes nothing that matters next to rounding.
    for _ in 0..<10_000 {
      let next = self.values(ofTaking: action, then: choice, among: values)
      let change = zip(next, values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      values = next
      if change <= 1e-6 * (1 - discount) * max(largestReward, .leastNormalMagnitude) { break }
    }
    return values
  }

  /// Q̄(s, a), at a·S + s: an upper bound on what an action is worth in a state, for those who see the state
  /// one step late.
  ///
  ///     Q̄(s, a) ← r(s, a) + γ Σₒ maxₐ′ Σ P(s′, o | s, a) Q̄(s′, a′)
  ///
  /// - SeeAlso: Hauskrecht (2000), *Value-function approximations for partially observable Markov decision
  ///   processes*.
  func fastInformedBound() -> [Double] {
    let greatest = rewards.reduce(0, max) * horizon
    var values = [Double](repeating: greatest, count: actionCount * stateCount)
    var joint = [Double](repeating: 0, count: observationCount * actionCount)
    for _ in 0..<10_000 {
      var next = values
      var change = 0.0
      for row in values.indices {
        let entries = rowStarts[row]..<rowStarts[row + 1]
        for entry in entries {
          for action in 0..<actionCount {
            joint[Int(observations[entry]) * actionCount + action] +=
              probabilities[entry] * values[action * stateCount + Int(successors[entry])]
          }
        }
        var sum = 0.0
        for entry in entries {
          // Each observation once; what was added is taken back for the next row.
          let sight = Int(observations[entry]) * actionCount
          var highest = -Double.infinity
          var isOpen = false
          for action in sight..<sight + actionCount {
            highest = max(highest, joint[action])
            isOpen = isOpen || joint[action] != 0
            joint[action] = 0
          }
          if isOpen { sum += highest }
        }
        next[row] = rewards[row] + discount * sum
        change = max(change, abs(next[row] - values[row]))
      }
      values = next
      if change <= 1e-6 * (1 - discount) * max(largestReward, .leastNormalMagnitude) { break }
    }
    return values
  }
}
