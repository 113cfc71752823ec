import Assay

extension FiniteMDP {
  /// Solves for the best discounted values, or at discount 1 the best sum of rewards until the episode
  /// terminates.
  ///
  /// - Parameters:
  ///   - reward: which reward to maximise; the training reward unless said otherwise.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise.
  ///   - method: chosen by size unless said otherwise: policy iteration while its exact evaluations are
  ///     cheap.
  ///   - tolerance: how far values may be from V*, in reward units. Policy iteration is exact to rounding
  ///     whatever it is, and at discount 1 every method ends in it.
  /// - Throws: ``PlanningError`` when there is no such solution.
  /// - Returns: values within the tolerance of the best, and a policy that is greedy on them.
  public func solved(
    for reward: RewardFunction? = nil, discount: Double? = nil, method: SolutionMethod? = nil,
    tolerance: Double = 1e-9
  ) throws(PlanningError) -> Solution {
    precondition(tolerance > 0, "tolerance must be positive, but is \(tolerance)")
    let reward = reward ?? self.reward
    let discount = discount ?? self.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    let method = method ?? (stateCount <= 300 ? .policyIteration : .modifiedPolicyIteration)
    if discount == 1 { return try solvedUndiscounted(for: reward, method: method) }
    switch method {
    case .policyIteration:
      return try PolicyIteration(process: self, reward: reward, discount: discount).solve()
    case .valueIteration:
      return try ModifiedPolicyIteration(discount: discount, tolerance: tolerance, evaluationLimit: 0)
        .solve(self, reward: reward)
    case .modifiedPolicyIteration:
      return try ModifiedPolicyIteration(discount: discount, tolerance: tolerance, evaluationLimit: 40)
        .solve(self, reward: reward)
    case .gaussSeidel:
      return try GaussSeidel(process: self, reward: reward, discount: discount, tolerance: tolerance).solve()
    case .prioritizedSweeping:
      return try PrioritizedSweeping(
        process: self, reward: reward, discount: discount, tolerance: tolerance
      ).solve()
    }
  }

  /// At discount 1 sweeps have no bound of their own: they give policy iteration a start, where theirs
  /// terminates.
  private func solvedUndiscounted(
    for reward: RewardFunction, method: SolutionMethod
  ) throws(PlanningError) -> Solution {
    _ = try terminatingPolicy()
    let iteration = PolicyIteration(process: self, reward: reward, discount: 1)
    if method != .policyIteration {
      let nearly = ModifiedPolicyIteration(
        discount: 1 - 1e-6, tolerance: 1e-3, evaluationLimit: method == .valueIteration ? 0 : 40,
        sweepLimit: 20_000)
      if let start = try? nearly.solve(self, reward: reward),
        let solution = try? iteration.solve(startingFrom: start.policy)
      {
        return solution
      }
    }
    return try iteration.solve()
  }

  /// The values of a policy.
  ///
  /// - Parameters:
  ///   - policy: over this process's states and actions.
  ///   - reward: the training reward unless said otherwise.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise.
  /// - Throws: ``PlanningError/improperPolicy`` at discount 1 when the policy may go on for ever.
  /// - Returns: its values, with a bound on their error.
  public func values(
    of policy: PolicyTable, for reward: RewardFunction? = nil, discount: Double? = nil
  ) throws(PlanningError) -> Solution {
    let rows = PolicyRows(self, policy: policy, reward: reward ?? self.reward)
    let system = try PolicySystem(rows, discount: discount ?? self.discount)
    let values = try system.solve(rows.rewards)
    return Solution(
      values: values, errorBound: system.errorBound(of: values, for: rows.rewards), iterations: 1)
  }

  /// Q(s, a) = r(s, a) + γ Σ p·v, `[S·A]`; −∞ where the action is unavailable.
  public func actionValues(
    from values: [Double], for reward: RewardFunction? = nil, discount: Double? = nil
  ) -> [Double] {
    let reward = reward ?? self.reward
    let discount = discount ?? self.discount
    return (0..<stateCount * actionCount).map { pair in
      let (state, action) = pair.quotientAndRemainder(dividingBy: actionCount)
      return isAvailable(action: action, in: state)
        ? backup(state, action, values, reward, discount) : -.infinity
    }
  }

  /// Expected discounted visits to each state, `[S]`: ρ = μ(I − γP_π)⁻¹.
  ///
  /// They sum to 1/(1 − γ) where nothing terminates, and to less where something does. J(π) = Σ ρ(s) r_π(s).
  public func occupancy(of policy: PolicyTable, discount: Double? = nil) throws(PlanningError) -> [Double] {
    let rows = PolicyRows(self, policy: policy, reward: reward)
    return try PolicySystem(rows, discount: discount ?? self.discount).solveTransposed(initial)
  }

  /// μ·v: the value of starting an episode.
  public func initialValue(of values: [Double]) -> Double {
    zip(initial, values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The best average reward of a step, or that of a given policy. Where an episode terminates the next one
  /// starts.
  ///
  /// - Throws: ``PlanningError/gainDependsOnState(low:high:)`` when there is no single gain.
  public func averageRewardSolution(
    for reward: RewardFunction? = nil, policy: PolicyTable? = nil, tolerance: Double = 1e-9
  ) throws(PlanningError) -> Solution {
    try AverageReward(self, reward: reward ?? self.reward, policy: policy, tolerance: tolerance).solve()
  }
}
