import Assay

/// Which recursion a critic satisfies, whatever the truth of its values is: the rewards and the discount it was trained
/// on, read off its own values one step apart.
///
///     V̂(s) ≈ b E r + g E V̂(s′) + c
///
/// by least squares over states, with V̂′ = 0 after a termination and with the bonus the claim counts. A critic trained on
/// what it claims has b = 1 and g = γ. Unlike the error of its values, which adds up over a horizon, what a step leaves
/// unexplained does not: a critic that is too low everywhere, as the smaller of two is, still tells its rewards from its
/// discount. Before a critic has settled, the recursion shows how far it has come and not where it goes.
///
/// Intervals allow for errors of different sizes in different states.
///
/// - SeeAlso: MacKinnon & White (1985), *Some heteroskedasticity-consistent covariance matrix estimators with improved
///   finite sample properties*, HC1.
public struct RecursionFit: Sendable, Hashable, Codable {
  /// b, with its 95% interval: the factor on the reward.
  public var rewardFactor: Estimate
  /// g, with its 95% interval.
  public var discount: Estimate
  /// c, in reward units.
  public var offset: Double
  /// √ of the mean squared residual, in reward units.
  public var residual: Double

  /// Fits the recursion of one critic; `nil` where the rewards or the values after them do not differ between states, or
  /// differ alike: what each contributes cannot then be told.
  ///
  /// - Parameters:
  ///   - learned: V̂ of each state, `[N]`.
  ///   - step: what a step from each earned and led to.
  init?(learned: [Double], step: CriticMeasurement.Recursion) {
    let count = learned.count
    guard count > 8 else { return nil }
    func centred(_ values: [Double]) -> (mean: Double, values: [Double]) {
      let mean = values.reduce(0, +) / Double(count)
      return (mean, values.map { $0 - mean })
    }
    let (value, reward, after) = (centred(learned), centred(step.rewards), centred(step.following))
    func sum(_ one: [Double], _ other: [Double]) -> Double { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
    let (rr, ra, aa) = (
      sum(reward.values, reward.values), sum(reward.values, after.values), sum(after.values, after.values)
    )
    let determinant = rr * aa - ra * ra
    // Below this the two are one: 1 − ρ² of a thousandth.
    guard rr > 0, aa > 0, determinant > 1e-3 * rr * aa else { return nil }
    let (rv, av) = (sum(reward.values, value.values), sum(after.values, value.values))
    let factor = (aa * rv - ra * av) / determinant
    let gradient = (rr * av - ra * rv) / determinant
    let residuals = learned.indices.map {
      value.values[$0] - factor * reward.values[$0] - gradient * after.values[$0]
    }
    // Row by row, what a state's residual does to each coefficient.
    var (factorSpread, gradientSpread) = (0.0, 0.0)
    for index in learned.indices {
      let toFactor = (aa * reward.values[index] - ra * after.values[index]) / determinant * residuals[index]
      let toGradient = (rr * after.values[index] - ra * reward.values[index]) / determinant * residuals[index]
      factorSpread += toFactor * toFactor
      gradientSpread += toGradient * toGradient
    }
    let degrees = count - 3
    let widening = StudentT.quantile(0.975, degrees: degrees) * (Double(count) / Double(degrees)).squareRoot()
    func estimate(_ value: Double, _ spread: Double) -> Estimate {
      let halfWidth = widening * spread.squareRoot()
      return Estimate(estimate: value, low: value - halfWidth, high: value + halfWidth, count: count)
    }
    rewardFactor = estimate(factor, factorSpread)
    discount = estimate(gradient, gradientSpread)
    offset = value.mean - factor * reward.mean - gradient * after.mean
    residual = (sum(residuals, residuals) / Double(count)).squareRoot()
  }

  /// Which of its claims a critic's recursion gives away as false.
  enum Finding {
    case scaledReward
    case wrongSign
    case wrongDiscount
    /// It was trained on what it claims.
    case asClaimed
    /// It cannot be told, or more than one thing is off.
    case open
  }

  /// Compares with a claim.
  ///
  /// - Parameter claim: what the critic says of itself.
  /// - Returns: what is off beyond the tolerances, and beyond doubt.
  func finding(against claim: Claim) -> Finding {
    // The measured rewards are those of the world; the claim may be in other units.
    let factor = rewardFactor.divided(by: claim.rewardScale)
    let margin = RunTolerances.recursionDiscount
    let isRewardOff =
      factor.high < 1 / RunTolerances.recursionReward || factor.low > RunTolerances.recursionReward
    let isDiscountOff = discount.high < claim.discount - margin || discount.low > claim.discount + margin
    let isDiscountRight = discount.low >= claim.discount - margin && discount.high <= claim.discount + margin
    let isFactorCertain = factor.low > 0.5 && factor.high < 2
    if isRewardOff, isDiscountRight { return factor.high < 0 ? .wrongSign : .scaledReward }
    if isDiscountOff, !isRewardOff { return .wrongDiscount }
    return isDiscountRight && isFactorCertain && !isRewardOff ? .asClaimed : .open
  }
}
