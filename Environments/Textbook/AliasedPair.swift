import Assay

/// Two states that want opposite actions and may look the same.
///
/// ![States that look the same and want opposite actions](aliased-pair)
///
/// In A the action `left` is rewarded, in B the action `right`. Every action leads to the other state. Who
/// can tell the two apart gets 1/(1 − γ) = 10; who cannot must do the same in both, and gets half of it
/// whatever that is.
///
/// - **Observation**: the state, A is 0 and B is 1; the features are one number that is 1 in both, or one for
///   each.
/// - **Action**: left or right.
/// - **Reward**: 1 for `left` in A and `right` in B, else 0.
/// - **Ending**: none. Episodes start in A or B, each equally likely. γ = 0.9.
/// - **For**: states that look the same: what then seems to be a fault of critic or actor is one of what they
///   see.
public struct AliasedPair: EnumerableEnvironment, ListedEnvironment {
  /// Whether the two states look the same.
  public enum Aliasing: String, Sendable, Hashable, CaseIterable {
    /// They share their one feature.
    case yes
    /// Each has a feature of its own.
    case no
  }

  public let name = "aliased-pair"
  public let discount = 0.9
  public let actionNames = ["left", "right"]
  public let stateNames = ["A", "B"]
  /// Whether the two states look the same.
  public let aliased: Aliasing
  var table: OutcomeTable

  /// Makes the pair.
  ///
  /// - Parameter aliased: whether the two states look the same.
  public init(aliased: Aliasing = .yes) {
    self.aliased = aliased
    table = OutcomeTable(stateCount: 2, actionCount: 2, starts: [1, 1]) { state, action in
      [Outcome(next: 1 - state, probability: 1, reward: action == state ? 1 : 0)]
    }
  }

  public var picture: Picture {
    let drawing = Drawing.states(
      stateNames.enumerated().map { Drawing.State(name: $1, place: Drawing.Point(2 * Double($0), 0)) },
      ways: [(0, 1)], agent: state)
    return Picture(drawing: drawing, caption: "in \(stateNames[state]), where \(actionNames[state]) pays")
  }

  /// One number that is 1 in both states, or one for each.
  public var features: StateFeatures? {
    switch aliased {
    case .yes: StateFeatures(count: 1, values: [1, 1])
    case .no: StateFeatures(count: 2, values: [1, 0, 0, 1])
    }
  }
}
