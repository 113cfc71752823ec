import Assay
import AssayEnvironments

extension Catalogue {
  /// Small worlds with known answers.
  static let textbookWorlds: [EnvironmentEntry] = [
    EnvironmentEntry(
      "random-walk-5", "no choice; pays 1 at the right end", source: "S&B ex. 6.2"
    ) { _ in RandomWalk.five },
    EnvironmentEntry(
      "random-walk-19", "no choice; pays −1 or 1 at the ends", source: "S&B fig. 7.2"
    ) { _ in RandomWalk.nineteen },
    EnvironmentEntry("grid-world-5x5", "two jumps that pay", source: "S&B ex. 3.5") { _ in
      GridWorld.fiveByFive
    },
    EnvironmentEntry("grid-world-4x4", "every step costs 1", source: "S&B ex. 4.1") { _ in
      GridWorld.fourByFour
    },
    EnvironmentEntry(
      "maximisation-bias", "noise that looks like value", source: "S&B ex. 6.7"
    ) { _ in MaximisationBias() },
    EnvironmentEntry(
      "bairds-star", "features with which learning diverges", source: "S&B § 11.2"
    ) { _ in BairdsStar() },
    aliasedPair, discountingChain, twoArmedBandit,
    random(states: 20, discount: 0.95),
    random(states: 50, discount: 0.95),
    random(states: 100, discount: 0.99),
  ]

  private static let aliasedPair: EnvironmentEntry = {
    let aliased = Variable(
      "aliased", "whether the two states have the same features", standard: AliasedPair.Aliasing.yes,
      isChangeable: false)
    return EnvironmentEntry(
      "aliased-pair", "2 states, 2 actions; they look the same and want opposite actions",
      variables: [aliased]
    ) { settings in AnyWorld(AliasedPair(aliased: aliased.choice(in: settings))) }
  }()

  private static let discountingChain: EnvironmentEntry = {
    let discount = Variable(
      "discount", "the discount γ, on which the best chain depends", .number(0...0.99),
      standard: .number(0.95))
    return EnvironmentEntry(
      "discounting-chain", "46 states, 4 actions; larger rewards after longer waits", variables: [discount]
    ) { settings in AnyWorld(DiscountingChain(discount: discount.number(in: settings))) }
  }()

  private static let twoArmedBandit: EnvironmentEntry = {
    let first = Variable(
      "first", "how likely the first arm pays", .number(0...1), standard: .number(0.3), isChangeable: true)
    let second = Variable(
      "second", "how likely the second arm pays", .number(0...1), standard: .number(0.7), isChangeable: true)
    return EnvironmentEntry(
      "two-armed-bandit", "1 state, 2 actions; an episode is one pull", variables: [first, second]
    ) { settings in
      AnyWorld(TwoArmedBandit(first: first.number(in: settings), second: second.number(in: settings)))
    }
  }()

  private static func random(states: Int, discount: Double) -> EnvironmentEntry {
    EnvironmentEntry(
      "random-\(states)", "\(states) states, 4 actions; 8 random successors each, without end"
    ) { _ in
      AnyWorld(
        TabularEnvironment(
          RandomMDP.process(states: states, actions: 4, successors: 8, seed: 7, discount: discount)))
    }
  }
}
