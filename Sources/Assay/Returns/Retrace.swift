/// Computes what actions are worth to one policy π from experience that another, μ, gathered: Retrace(λ), over a
/// stretch of several episodes side by side.
///
///     δₜ = rₜ₊₁ + γ v′ₜ − qₜ
///     cₜ = λ min(1, π(aₜ|sₜ) / μ(aₜ|sₜ))
///     Qₜ = qₜ + δₜ + γ cₜ₊₁ (Qₜ₊₁ − qₜ₊₁), where the episode goes on with step t
///     Qₜ = qₜ + δₜ, where it does not, and at the last step
///
/// All arrays are `[steps × copies]`, step by step, in reward units.
///
/// - Parameters:
///   - rewards: r of each step.
///   - actionValues: q of the observation before each step and the action taken there.
///   - nextValues: v′ of the observation after each step, Σ π(a|s′) q(s′, a); at an ending the observation is the last of
///     its episode. It counts as 0 where the episode terminated, and counts where it was truncated.
///   - ratios: π(a|s) / μ(a|s) of each step, not negative.
///   - endings: how the episode ended with the step.
///   - copies: how many episodes lie side by side, at least 1.
///   - discount: γ in [0, 1].
///   - decay: λ in [0, 1].
/// - Returns: Q of each step. Empty input gives empty output.
/// - SeeAlso: Munos, Stepleton, Harutyunyan & Bellemare (2016), *Safe and efficient off-policy reinforcement learning*,
///   eq. 3 and §3.
public func retraceReturns(
  rewards: [Double], actionValues: [Float], nextValues: [Float], ratios: [Float], endings: [Ending?],
  copies: Int, discount: Double, decay: Double
) -> [Float] {
  checkStretch(
    of: copies, ("rewards", rewards.count), ("action values", actionValues.count),
    ("next values", nextValues.count), ("ratios", ratios.count), ("endings", endings.count))
  checkFraction(discount, "discount")
  checkFraction(decay, "decay")
  var returns = [Float](repeating: 0, count: rewards.count)
  // cₜ₊₁ (Qₜ₊₁ − qₜ₊₁) of each copy.
  var later = [Double](repeating: 0, count: copies)
  for index in rewards.indices.reversed() {
    let copy = index % copies
    precondition(!(ratios[index] < 0), "a ratio must not be negative, but is \(ratios[index])")
    let value = Double(actionValues[index])
    let following = endings[index] == .terminated ? 0 : Double(nextValues[index])
    let surprise = rewards[index] + discount * following - value
    let correction = surprise + (endings[index] == nil ? discount * later[copy] : 0)
    returns[index] = Float(value + correction)
    // In this order NaN stays NaN.
    later[copy] = decay * min(Double(ratios[index]), 1) * correction
  }
  return returns
}
