import Assay

extension FiniteMDP {
  /// r(s, a) + γ Σ p·v, where no value follows a terminal outcome.
  func backup(
    _ state: Int, _ action: Int, _ values: [Double], _ reward: RewardFunction, _ discount: Double
  ) -> Double {
    var sum = 0.0
    for entry in outcomeRange(state: state, action: action) where !(hasTerminals && terminals[entry]) {
      sum += probabilities[entry] * values[Int(successors[entry])]
    }
    return reward.expected[state * actionCount + action] + discount * sum
  }

  /// (Tv)(s), and the lowest action that attains it; 0 and −1 in a state without actions.
  func bestBackup(
    _ state: Int, _ values: [Double], _ reward: RewardFunction, _ discount: Double
  ) -> (value: Double, action: Int) {
    var best = (value: -Double.infinity, action: -1)
    for action in 0..<actionCount where isAvailable(action: action, in: state) {
      let value = backup(state, action, values, reward, discount)
      if value > best.value { best = (value, action) }
    }
    return best.action < 0 ? (0, -1) : best
  }

  /// The best action of each state by some values, the lowest of those that are equal but for rounding.
  func greedyPolicy(
    on values: [Double], for reward: RewardFunction, discount: Double
  ) -> [Int] {
    (0..<stateCount).map { state in
      let best = bestBackup(state, values, reward, discount)
      let threshold = best.value - 1e-10 * (1 + abs(best.value))
      return (0..<actionCount).first {
        isAvailable(action: $0, in: state) && backup(state, $0, values, reward, discount) >= threshold
      } ?? -1
    }
  }
}
