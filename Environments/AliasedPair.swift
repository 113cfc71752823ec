import Assay

/// Two states that want opposite actions and may look the same.
///
/// In A the action `left` is rewarded with 1, in B the action `right`, the others with nothing. After either, the
/// episode ends with probability ¼ and otherwise goes on in the other state. Episodes start in A or B, each
/// equally likely, and γ = 0.9. Who can tell the two apart gets 1/(1 − 0.9 · ¾) = 3.08; who cannot must do the
/// same in both, and gets half of it whatever that is.
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
  public let stateNames = ["A", "B", "end"]
  /// Whether the two states look the same.
  public let aliased: Aliasing
  var table: OutcomeTable

  /// Makes the pair.
  ///
  /// - Parameter aliased: whether the two states look the same.
  public init(aliased: Aliasing = .yes) {
    self.aliased = aliased
    table = OutcomeTable(stateCount: 3, actionCount: 2, starts: [1, 1, 0]) { state, action in
      if state == 2 { return [] }
      let reward = action == state ? 1.0 : 0
      return [
        Outcome(next: 1 - state, probability: 0.75, reward: reward),
        Outcome(next: 2, probability: 0.25, reward: reward, isTerminal: true),
      ]
    }
  }

  /// One number that is 1 in both states, or one for each; at the end all are 0.
  public var features: StateFeatures? {
    switch aliased {
    case .yes: StateFeatures(count: 1, values: [1, 1, 0])
    case .no: StateFeatures(count: 2, values: [1, 0, 0, 1, 0, 0])
    }
  }
}
