import Assay

/// Two states that share one feature, which is 1 in the first and 2 in the second: the least with which
/// bootstrapping diverges.
///
/// ![One feature with which learning diverges](w-to-2w)
///
/// From both states `forward` leads to the second and `back` to the first, for nothing; where `forward` is
/// taken in the second state, the episode ends with probability ε. All values are zero, and the one weight w
/// can say so, for it makes them w and 2w. But who takes `forward` for its policy and updates only where it
/// leads from the first state to the second multiplies w by
///
///     1 + α · (2γ − 1)
///
/// each time, and who fits both states equally well, by least squares, to what follows them multiplies it by
///
///     γ · (6 − 4ε) / 5
///
/// which is more than 1 where γ > 5 / (6 − 4ε). Learning from what `forward` itself visits does converge.
///
/// - **Observation**: the state, 0 or 1; the features are the one number above.
/// - **Action**: forward or back.
/// - **Reward**: always 0.
/// - **Ending**: terminates with probability ε = 0.01 after `forward` in the second state. Episodes start in
///   either state, each equally likely. γ = 0.99.
/// - **For**: the deadly triad at its smallest: features, bootstrapping and off-policy data.
/// - **Published**: both factors above.
/// - SeeAlso: Sutton & Barto (2018), Section 11.2 and Example 11.1; Tsitsiklis & Van Roy (1996),
///   *Feature-based methods for large scale dynamic programming*.
public struct TwoStateDivergence: EnumerableEnvironment, ListedEnvironment {
  /// The action that leads to the second state.
  public static let forward = 0
  /// The action that leads to the first state.
  public static let back = 1

  public let name = "w-to-2w"
  public let discount: Double
  public let actionNames = ["forward", "back"]
  public let stateNames = ["w", "2w"]
  /// ε: how likely `forward` ends the episode in the second state.
  public let ending: Double
  var table: OutcomeTable

  /// Makes the two states.
  ///
  /// - Parameters:
  ///   - ending: ε, in [0, 1].
  ///   - discount: γ, in [0, 1].
  public init(ending: Double = 0.01, discount: Double = 0.99) {
    precondition(ending >= 0 && ending <= 1, "ending must be in [0, 1], but is \(ending)")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.ending = ending
    self.discount = discount
    table = OutcomeTable(stateCount: 2, actionCount: 2, starts: [1, 1]) { state, action in
      if action == Self.back { return [Outcome(next: 0, probability: 1, reward: 0)] }
      let ending = state == 1 ? ending : 0
      return [
        Outcome(next: 1, probability: ending, reward: 0, isTerminal: true),
        Outcome(next: 1, probability: 1 - ending, reward: 0),
      ]
    }
  }

  /// 1 in the first state, 2 in the second.
  public var features: StateFeatures? { StateFeatures(count: 1, values: [1, 2]) }

  public var picture: Picture {
    let drawing = Drawing.states(
      stateNames.enumerated().map { Drawing.State(name: $1, place: Drawing.Point(2 * Double($0), 0)) },
      ways: [(0, 1)], agent: state)
    return Picture(drawing: drawing, caption: "in \(stateNames[state])")
  }
}
