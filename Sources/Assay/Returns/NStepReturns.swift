/// Computes n-step returns over a stretch of several episodes side by side.
///
///     Gₜ = rₜ₊₁ + γ rₜ₊₂ + … + γᵐ⁻¹ rₜ₊ₘ + γᵐ v′ₜ₊ₘ₋₁
///
/// with m = n, or less where the episode or the stretch ends before.
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
///   - horizon: n, at least 1.
/// - Returns: G of each step. Empty input gives empty output.
/// - SeeAlso: Sutton & Barto (2018), *Reinforcement learning: an introduction*, eq. 7.1.
public func nStepReturns(
  rewards: [Double], nextValues: [Float], endings: [Ending?], copies: Int, discount: Double, horizon: Int
) -> [Float] {
  checkStretch(
    of: copies, ("rewards", rewards.count), ("next values", nextValues.count), ("endings", endings.count))
  checkFraction(discount, "discount")
  precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
  return rewards.indices.map { first in
    var sum = 0.0
    var weight = 1.0
    var index = first
    for taken in 1...horizon {
      sum += weight * rewards[index]
      weight *= discount
      let isLast = taken == horizon || index + copies >= rewards.count
      if endings[index] == .terminated { break }
      if isLast || endings[index] == .truncated {
        sum += weight * Double(nextValues[index])
        break
      }
      index += copies
    }
    return Float(sum)
  }
}
