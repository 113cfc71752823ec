import Assay

/// What is expected of following a list of actions in a world, step by step, by pushing probability forward.
///
/// Short and slow on purpose: what it checks must not be what the package computes with.
///
/// - Parameters:
///   - actions: what is done, whatever happens.
///   - world: where it is done.
///   - start: where it begins; `nil` for where episodes do.
/// - Returns: the expected reward and performance of each step, and how likely each state is in the end, what
///   terminated left out.
func following(
  _ actions: [Int], in world: some EnumerableEnvironment, from start: Int? = nil
) -> (rewards: [Double], performances: [Double], probabilities: [Double]) {
  var probabilities = world.initialDistribution
  if let start { probabilities = (0..<world.stateCount).map { $0 == start ? 1 : 0 } }
  var rewards: [Double] = []
  var performances: [Double] = []
  for action in actions {
    var next = [Double](repeating: 0, count: world.stateCount)
    var reward = 0.0
    var performance = 0.0
    for state in 0..<world.stateCount where probabilities[state] > 0 {
      for outcome in world.outcomes(of: action, in: state) {
        let probability = probabilities[state] * outcome.probability
        reward += probability * outcome.reward
        performance += probability * outcome.performance
        if !outcome.isTerminal { next[outcome.next] += probability }
      }
    }
    rewards.append(reward)
    performances.append(performance)
    probabilities = next
  }
  return (rewards, performances, probabilities)
}

/// The most that can be earned in a number of steps, undiscounted, by working backwards.
func bestSum(
  of world: some EnumerableEnvironment, steps: Int, worth: (Outcome) -> Double
) -> Double {
  let outcomes = (0..<world.stateCount).map { state in
    (0..<world.actionCount).map { world.outcomes(of: $0, in: state) }.filter { !$0.isEmpty }
  }
  var values = [Double](repeating: 0, count: world.stateCount)
  for _ in 0..<steps {
    values = outcomes.map { actions in
      actions.map { outcomes in
        outcomes.reduce(0) { sum, outcome in
          let after = outcome.isTerminal ? 0 : values[outcome.next]
          return sum + outcome.probability * (worth(outcome) + after)
        }
      }.max() ?? 0
    }
  }
  return zip(world.initialDistribution, values).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Actions from their first letters: `u`, `r`, `d` and `l`.
func moves(_ letters: String) -> [Int] {
  letters.compactMap { ["u": 0, "r": 1, "d": 2, "l": 3][$0] }
}
