/// Computes generalised advantage estimates over a stretch of several episodes side by side.
///
///     δₜ = rₜ₊₁ + γ v′ₜ − vₜ
///     Aₜ = δₜ + γ λ Aₜ₊₁, where the episode goes on with step t;  Aₜ = δₜ, where it does not, and at the last step
///
/// All arrays are `[steps × copies]`, step by step, in reward units.
///
/// - Parameters:
///   - rewards: r of each step.
///   - values: v of the observation before each step.
///   - nextValues: v′ of the observation after each step, which at an ending is the last of its episode. It counts as 0
///     where the episode terminated, for nothing follows there. A truncation is nothing the world did, so the value
///     counts.
///   - endings: how the episode ended with the step.
///   - copies: how many episodes lie side by side, at least 1.
///   - discount: γ in [0, 1].
///   - decay: λ in [0, 1].
/// - Returns: A of each step. Adding `values` gives λ-returns. Empty input gives empty output.
/// - SeeAlso: Schulman et al. (2016), *High-dimensional continuous control using generalized advantage estimation*,
///   eq. 16.
public func generalizedAdvantages(
  rewards: [Double], values: [Float], nextValues: [Float], endings: [Ending?], copies: Int, discount: Double,
  decay: Double
) -> [Float] {
  checkStretch(
    of: copies, ("rewards", rewards.count), ("values", values.count), ("next values", nextValues.count),
    ("endings", endings.count))
  checkFraction(discount, "discount")
  checkFraction(decay, "decay")
  var advantages = [Float](repeating: 0, count: rewards.count)
  var later = [Double](repeating: 0, count: copies)
  for index in rewards.indices.reversed() {
    let copy = index % copies
    let following = endings[index] == .terminated ? 0 : Double(nextValues[index])
    let surprise = rewards[index] + discount * following - Double(values[index])
    let advantage = surprise + (endings[index] == nil ? discount * decay * later[copy] : 0)
    advantages[index] = Float(advantage)
    later[copy] = advantage
  }
  return advantages
}
