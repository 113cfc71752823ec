import Assay

/// Two states that want opposite actions and may look the same.
///
/// In A the action `left` is rewarded with 1, in B the action `right`, the others with nothing. Every action leads
/// to the other state. No episode ends, they start in A or B, each equally likely, and γ = 0.9. Who can tell the
/// two apart gets 1/(1 − γ) = 10; who cannot must do the same in both, and gets half of it whatever that is.
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

  /// One number that is 1 in both states, or one for each.
  public var features: StateFeatures? {
    switch aliased {
    case .yes: StateFeatures(count: 1, values: [1, 1])
    case .no: StateFeatures(count: 2, values: [1, 0, 0, 1])
    }
  }
}
