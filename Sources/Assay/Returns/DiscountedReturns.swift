/// Computes what was paid from each step on, over a stretch of several episodes side by side.
///
///     Gₜ = rₜ₊₁ + γ Gₜ₊₁, where the episode goes on with step t;  Gₜ = rₜ₊₁, where it does not, and at the last step
///
/// Nobody is asked what would have followed: the return of a truncated episode, or of one that is still going on, is
/// short of that. `lambdaReturns` with λ = 1 makes up for it with a value.
///
/// All arrays are `[steps × copies]`, step by step, in reward units.
///
/// - Parameters:
///   - rewards: r of each step.
///   - endings: how the episode ended with the step.
///   - copies: how many episodes lie side by side, at least 1.
///   - discount: γ in [0, 1].
/// - Returns: G of each step. Empty input gives empty output.
/// - SeeAlso: Sutton & Barto (2018), *Reinforcement learning: an introduction*, eq. 3.9.
public func discountedReturns(
  rewards: [Double], endings: [Ending?], copies: Int, discount: Double
) -> [Float] {
  checkStretch(of: copies, ("rewards", rewards.count), ("endings", endings.count))
  checkFraction(discount, "discount")
  var returns = [Float](repeating: 0, count: rewards.count)
  var later = [Double](repeating: 0, count: copies)
  for index in rewards.indices.reversed() {
    let copy = index % copies
    later[copy] = rewards[index] + (endings[index] == nil ? discount * later[copy] : 0)
    returns[index] = Float(later[copy])
  }
  return returns
}
