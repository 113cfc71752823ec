import Assay

/// Baird's star: seven states, nothing to gain, and features with which off-policy bootstrapping diverges.
///
/// ![Features with which learning diverges](bairds-star)
///
/// The action `dashed` leads to one of the six upper states, each equally likely, the action `solid` to the
/// seventh, both from anywhere. The values are all zero, and the features can say so; but an agent that takes
/// `solid` for its policy and learns from one that mostly takes `dashed` has weights that grow without bound.
///
/// - **Observation**: the state, 0 to 5 for the upper ones, 6 for the lower; the features are eight numbers.
/// - **Action**: dashed or solid.
/// - **Reward**: always 0.
/// - **Ending**: none. Episodes start in any state, each equally likely. γ = 0.99.
/// - **For**: the deadly triad: features, bootstrapping and off-policy data.
/// - **Published**: from weights (1, 1, 1, 1, 1, 1, 10, 1), expected sweeps with α = 0.01 diverge; after 1000
///   of them w₈ is 335.0 and w₁ is 114.4.
/// - SeeAlso: Baird (1995), *Residual algorithms*; Sutton & Barto (2018), Section 11.2, Figures 11.1 and
///   11.2.
public struct BairdsStar: EnumerableEnvironment, ListedEnvironment {
  /// The action that leads to an upper state.
  public static let dashed = 0
  /// The action that leads to the seventh state.
  public static let solid = 1

  public let name = "bairds-star"
  public let discount = 0.99
  public let actionNames = ["dashed", "solid"]
  public let stateNames = (1...6).map { "upper \($0)" } + ["lower"]
  var table: OutcomeTable

  /// Makes the star; episodes start in any state, each equally likely.
  public init() {
    table = OutcomeTable(
      stateCount: 7, actionCount: 2, starts: [Double](repeating: 1, count: 7)
    ) { _, action in
      action == Self.solid
        ? [Outcome(next: 6, probability: 1, reward: 0)]
        : (0..<6).map { Outcome(next: $0, probability: 1.0 / 6, reward: 0) }
    }
  }

  public var picture: Picture {
    let upper = (0..<6).map { Drawing.State(name: "", place: Drawing.Point(1.1 * Double($0), 1.6)) }
    let lower = Drawing.State(name: "lower", place: Drawing.Point(2.75, 0))
    return Picture(
      drawing: .states(upper + [lower], ways: (0..<6).map { ($0, 6) }, agent: state),
      caption: stateNames[state])
  }

  /// Eight numbers w₁ … w₈ make up the values: 2wᵢ + w₈ in the i-th upper state, w₇ + 2w₈ in the lower one.
  public var features: StateFeatures? {
    var values = [Float](repeating: 0, count: 7 * 8)
    for state in 0..<6 {
      values[state * 8 + state] = 2
      values[state * 8 + 7] = 1
    }
    values[6 * 8 + 6] = 1
    values[6 * 8 + 7] = 2
    return StateFeatures(count: 8, values: values)
  }
}
