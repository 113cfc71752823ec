/// Computes λ-returns over a stretch of several episodes side by side.
///
///     Gₜ = rₜ₊₁ + γ ((1 − λ) v′ₜ + λ Gₜ₊₁), where the episode goes on with step t
///     Gₜ = rₜ₊₁ + γ v′ₜ, where it does not, and at the last step
///
/// With λ = 0 they are one-step targets; with λ = 1 they are what was paid, and a value only where somebody stopped
/// watching.
///
/// All arrays are `[steps × copies]`, step by step, in reward units.
///
/// - Parameters:
///   - rewards: r of each step.
///   - nextValues: v′ of the observation after each step, which at an ending is the last of its episode. It counts as 0
///     where the episode terminated, and counts where it was truncated.
///   - endings: how the episode ended with the step.
///   - copies: how many episodes lie side by side, at least 1.
///   - discount: γ in [0, 1].
///   - decay: λ in [0, 1].
/// - Returns: G of each step. Empty input gives empty output.
/// - SeeAlso: Sutton & Barto (2018), *Reinforcement learning: an introduction*, eq. 12.18.
public func lambdaReturns(
  rewards: [Double], nextValues: [Float], endings: [Ending?], copies: Int, discount: Double, decay: Double
) -> [Float] {
  checkStretch(
    of: copies, ("rewards", rewards.count), ("next values", nextValues.count), ("endings", endings.count))
  checkFraction(discount, "discount")
  checkFraction(decay, "decay")
  var returns = [Float](repeating: 0, count: rewards.count)
  var later = [Double](repeating: 0, count: copies)
  for index in rewards.indices.reversed() {
    let copy = index % copies
    let value = Double(nextValues[index])
    let following: Double
    switch endings[index] {
    case .terminated: following = 0
    case .truncated: following = value
    case nil where index + copies >= rewards.count: following = value
    case nil: following = (1 - decay) * value + decay * later[copy]
    }
    later[copy] = rewards[index] + discount * following
    returns[index] = Float(later[copy])
  }
  return returns
}
