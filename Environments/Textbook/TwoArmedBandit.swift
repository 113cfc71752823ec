import Assay

/// Two arms to pull, each of which pays 1 or nothing; an episode is one pull.
///
/// ![An episode is one pull](two-armed-bandit)
///
/// The first arm pays with probability 0.3, the second with 0.7, unless said otherwise.
///
/// - **Observation**: always 0.
/// - **Action**: first or second.
/// - **Reward**: 0 or 1.
/// - **Ending**: terminates with every pull. γ = 0.9, which never counts.
/// - **For**: the smallest world in which anything can be learned, and in which what is learned can be made
///   wrong.
public struct TwoArmedBandit: EnumerableEnvironment, ListedEnvironment {
  public let name = "two-armed-bandit"
  public let discount = 0.9
  public let actionNames = ["first", "second"]
  /// How likely the first arm pays.
  public let first: Double
  /// How likely the second arm pays.
  public let second: Double
  var table: OutcomeTable

  /// Makes the bandit.
  ///
  /// - Parameters:
  ///   - first: how likely the first arm pays, in [0, 1].
  ///   - second: how likely the second arm pays, in [0, 1].
  public init(first: Double = 0.3, second: Double = 0.7) {
    precondition(first >= 0 && first <= 1, "first must be in [0, 1], but is \(first)")
    precondition(second >= 0 && second <= 1, "second must be in [0, 1], but is \(second)")
    self.first = first
    self.second = second
    table = OutcomeTable(stateCount: 1, actionCount: 2, starts: [1]) { _, action in
      let chance = action == 0 ? first : second
      return [
        Outcome(next: 0, probability: chance, reward: 1, isTerminal: true),
        Outcome(next: 0, probability: 1 - chance, reward: 0, isTerminal: true),
      ]
    }
  }

  /// How likely each arm pays.
  public var picture: Picture {
    Picture(
      drawing: .bars([first, second]), caption: "the arms pay with probabilities \(first) and \(second)")
  }
}
