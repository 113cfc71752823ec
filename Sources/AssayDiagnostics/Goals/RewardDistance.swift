import Assay
import AssayPlanning

extension FiniteMDP {
  /// How far two rewards over this process are from asking for the same, whatever their scale and however either
  /// is shaped by potentials.
  ///
  ///     c(r)(s, a) = r(s, a) + γ Σ p V(s′) − V(s)    with V the values of the uniform policy
  ///     distance   = ½ ‖c(r)/‖c(r)‖ − c(r′)/‖c(r′)‖‖
  ///
  /// ‖·‖ is the Euclidean norm over the states that can be met while an episode goes on, and their available
  /// actions. It is a STARC distance, with value-adjusted levelling under the uniform policy as its
  /// canonicalisation. A reward for which all policies are equal is at distance ½ from all others, and at 0 from
  /// its like.
  ///
  /// - Parameters:
  ///   - first: a reward over this process.
  ///   - second: another.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise. 1 is taken as 0.999, as policies may go
  ///     on for ever.
  /// - Throws: ``PlanningError`` when there are no such values.
  /// - Returns: a number in [0, 1].
  /// - SeeAlso: Skalse, Farnik, Motwani, Jenner, Gleave & Abate (2024), *STARC: A general framework for
  ///   quantifying differences between reward functions*.
  public func distance(
    between first: RewardFunction, and second: RewardFunction, discount: Double? = nil
  ) throws(PlanningError) -> Double {
    let discount = min(discount ?? self.discount, GoalAttribution.largestDiscount)
    let one = try standardised(first, discount: discount)
    let other = try standardised(second, discount: discount)
    let squares = zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return min(1, squares.squareRoot() / 2)
  }

  /// c(r)/‖c(r)‖; all zero for a reward for which all policies are equal.
  private func standardised(_ reward: RewardFunction, discount: Double) throws(PlanningError) -> [Double] {
    let values = try values(of: uniformPolicy, for: reward, discount: discount).values
    let isLive = ProcessTruth.liveStates(of: self)
    var advantages = actionValues(from: values, for: reward, discount: discount)
    for pair in advantages.indices {
      let state = pair / actionCount
      advantages[pair] = isLive[state] && advantages[pair].isFinite ? advantages[pair] - values[state] : 0
    }
    let norm = advantages.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let size = values.reduce(reward.expected.reduce(0) { max($0, abs($1)) }) { max($0, abs($1)) }
    return norm > 1e-9 * size ? advantages.map { $0 / norm } : advantages.map { _ in 0 }
  }
}
