import Assay

extension FiniteMDP {
  /// The best values with a given number of steps to go, by backward induction; the policy is that of the
  /// first step.
  ///
  /// - Parameters:
  ///   - horizon: how many steps, not negative.
  ///   - reward: which reward to maximise; the training reward unless said otherwise.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise.
  ///   - policy: evaluates this policy instead of the best one, where given.
  /// - Returns: values with all steps to go, and the first step of the best policy.
  public func finiteHorizonSolution(
    horizon: Int, for reward: RewardFunction? = nil, discount: Double? = nil, policy: PolicyTable? = nil
  ) -> Solution {
    precondition(horizon >= 0, "horizon must not be negative, but is \(horizon)")
    let reward = reward ?? self.reward
    let discount = discount ?? self.discount
    var values = [Double](repeating: 0, count: stateCount)
    var actions = [Int](repeating: -1, count: stateCount)
    var rounding = 0.0
    for _ in 0..<horizon {
      var next = values
      for state in 0..<stateCount where !isFinal(state: state) {
        var best = (value: -Double.infinity, action: -1)
        var mixed = 0.0
        for action in 0..<actionCount where isAvailable(action: action, in: state) {
          let value = backup(state, action, values, reward, discount)
          if value > best.value { best = (value, action) }
          if let policy { mixed += policy[state, action] * value }
        }
        next[state] = policy == nil ? best.value : mixed
        actions[state] = best.action
      }
      values = next
      rounding = discount * rounding + 16 * .ulpOfOne * values.reduce(0) { max($0, abs($1)) }
    }
    return Solution(
      values: values, policy: policy == nil ? actions : [], errorBound: rounding, iterations: horizon)
  }
}
