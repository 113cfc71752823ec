/// What V-trace makes of a stretch of experience, `[steps × copies]` each.
public struct VTraceReturns: Sendable, Hashable {
  /// What the critic should have thought of each observation.
  public var targets: [Float]
  /// ρₜ (rₜ₊₁ + γ Vₜ₊₁ − vₜ), Vₜ₊₁ being the next step's target: how much better each action turned out, as the actor
  /// that learns from it sees it.
  public var advantages: [Float]
}

/// Computes the value of one policy π from experience that another, μ, gathered: V-trace, over a stretch of several
/// episodes side by side.
///
///     ρₜ = min(ρ̄, wₜ),  cₜ = λ min(c̄, wₜ),  w = π(a|s) / μ(a|s)
///     δₜ = ρₜ (rₜ₊₁ + γ v′ₜ − vₜ)
///     Vₜ = vₜ + δₜ + γ cₜ (Vₜ₊₁ − v′ₜ), where the episode goes on with step t
///     Vₜ = vₜ + δₜ, where it does not, and at the last step
///
/// Where π is μ and ρ̄ and c̄ are at least 1, Vₜ is the return up to the end of the episode or the stretch.
///
/// All arrays are `[steps × copies]`, step by step, in reward units.
///
/// - Parameters:
///   - rewards: r of each step.
///   - values: v of the observation before each step.
///   - nextValues: v′ of the observation after each step, which at an ending is the last of its episode. It counts as 0
///     where the episode terminated, and counts where it was truncated.
///   - ratios: w of each step, not negative.
///   - endings: how the episode ended with the step.
///   - copies: how many episodes lie side by side, at least 1.
///   - discount: γ in [0, 1].
///   - decay: λ in [0, 1].
///   - ratioBound: ρ̄, positive: it decides whose value is found, π's at infinity and μ's near 0.
///   - traceBound: c̄, positive and at most ρ̄: it decides how fast.
/// - Returns: targets and advantages. Empty input gives empty output.
/// - SeeAlso: Espeholt et al. (2018), *IMPALA: scalable distributed deep-RL with importance weighted actor-learner
///   architectures*, eq. 1 and §4.2.
public func vTraceReturns(
  rewards: [Double], values: [Float], nextValues: [Float], ratios: [Float], endings: [Ending?], copies: Int,
  discount: Double, decay: Double = 1, ratioBound: Double = 1, traceBound: Double = 1
) -> VTraceReturns {
  checkStretch(
    of: copies, ("rewards", rewards.count), ("values", values.count), ("next values", nextValues.count),
    ("ratios", ratios.count), ("endings", endings.count))
  checkFraction(discount, "discount")
  checkFraction(decay, "decay")
  precondition(traceBound > 0, "traceBound must be positive, but is \(traceBound)")
  precondition(
    ratioBound >= traceBound,
    "ratioBound must be at least \(traceBound), the traceBound, but is \(ratioBound)")
  var result = VTraceReturns(targets: values, advantages: values)
  // Vₜ₊₁ − v′ₜ of each copy.
  var later = [Double](repeating: 0, count: copies)
  for index in rewards.indices.reversed() {
    let copy = index % copies
    precondition(!(ratios[index] < 0), "a ratio must not be negative, but is \(ratios[index])")
    // In this order NaN stays NaN.
    let ratio = min(Double(ratios[index]), ratioBound)
    let trace = decay * min(Double(ratios[index]), traceBound)
    let value = Double(values[index])
    let following = endings[index] == .terminated ? 0 : Double(nextValues[index])
    let correction = endings[index] == nil ? later[copy] : 0
    let surprise = ratio * (rewards[index] + discount * following - value)
    later[copy] = surprise + discount * trace * correction
    result.targets[index] = Float(value + later[copy])
    result.advantages[index] = Float(
      ratio * (rewards[index] + discount * (following + correction) - value))
  }
  return result
}
