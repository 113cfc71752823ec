import Assay

/// Kuhn's poker: a game of three cards in which the best play bluffs, with its strategies and their exact values.
///
/// Both players put one chip into the pot and get one card each of jack, queen and king. The first player checks or
/// bets one more chip. After a check the second player checks, which ends the game, or bets; whoever is bet at calls
/// with one chip, or folds and loses the pot. If nobody folds, the higher card wins the pot. Values are what the
/// first player wins of the second's chips.
///
/// A player knows its own card and what was done. So each player has six situations to decide in, alike for both:
/// with one of three cards, to bet or not where nobody has, and to call or not where the other has. That is a
/// ``Strategy``.
///
/// - **Published**: the first player loses 1/18 of a chip when both play perfectly. The first player's equilibria are
///   a family of one parameter, the second's is unique.
/// - SeeAlso: Kuhn (1950), *A simplified two-person poker*.
public enum KuhnPoker {
  public enum Card: Int, Sendable, Hashable, CaseIterable {
    case jack, queen, king
  }

  /// How a player decides, whichever it is.
  public struct Strategy: Sendable, Hashable {
    /// How likely it bets where nobody has, by card, `[3]`.
    public var betting: [Double]
    /// How likely it calls where the other has bet, by card, `[3]`.
    public var calling: [Double]

    /// Makes a strategy.
    ///
    /// - Parameters:
    ///   - betting: how likely it bets where nobody has, with jack, queen and king.
    ///   - calling: how likely it calls where the other has bet, with jack, queen and king.
    public init(betting: [Double], calling: [Double]) {
      for (name, chances) in [("betting", betting), ("calling", calling)] {
        precondition(
          chances.count == 3 && chances.allSatisfy { $0 >= 0 && $0 <= 1 },
          "\(name) must be three probabilities, but is \(chances)")
      }
      self.betting = betting
      self.calling = calling
    }

    /// The first player's equilibrium with one frequency of bluffing.
    ///
    /// - Parameter bluff: α, how often it bets with the jack, in [0, 1/3].
    /// - Returns: the strategy that bets with the king 3α of the time and calls with the queen α + 1/3.
    public static func firstEquilibrium(bluff: Double) -> Strategy {
      precondition(bluff >= 0 && bluff <= 1.0 / 3, "bluff must be in [0, 1/3], but is \(bluff)")
      return Strategy(betting: [bluff, 0, min(1, 3 * bluff)], calling: [0, bluff + 1.0 / 3, 1])
    }

    /// The second player's only equilibrium: it bets with the king, and with the jack one time in three; it calls with
    /// the king, and with the queen one time in three.
    public static let secondEquilibrium = Strategy(betting: [1.0 / 3, 0, 1], calling: [0, 1.0 / 3, 1])

    /// Every decision by a fair coin.
    public static let uniform = Strategy(betting: [0.5, 0.5, 0.5], calling: [0.5, 0.5, 0.5])
  }

  /// The six ways to deal, each equally likely.
  static let deals: [(first: Card, second: Card)] = Card.allCases.flatMap { first in
    Card.allCases.filter { $0 != first }.map { (first: first, second: $0) }
  }

  /// What the first player wins on average.
  ///
  /// - Parameters:
  ///   - first: how the first player decides.
  ///   - second: how the second player decides.
  /// - Returns: chips, from −2 to 2.
  public static func value(first: Strategy, second: Strategy) -> Double {
    deals.reduce(0) { sum, deal in
      let wins: Double = deal.first.rawValue > deal.second.rawValue ? 1 : -1
      let (own, other) = (deal.first.rawValue, deal.second.rawValue)
      let afterBet = second.calling[other] * 2 * wins + (1 - second.calling[other])
      let betAt = first.calling[own] * 2 * wins - (1 - first.calling[own])
      let afterCheck = second.betting[other] * betAt + (1 - second.betting[other]) * wins
      return sum + (first.betting[own] * afterBet + (1 - first.betting[own]) * afterCheck) / 6
    }
  }

  /// A strategy that wins as much as can be against another, and what it wins on average.
  ///
  /// Each decision counts by itself: no two of them are met on the way to one another but the first player's bet and
  /// its call, and there the call is decided first.
  ///
  /// - Parameters:
  ///   - player: whose strategy it is.
  ///   - other: how the other player decides.
  /// - Returns: the strategy, all of whose decisions are sure, and the chips it wins, of the other's.
  public static func bestResponse(of player: Player, to other: Strategy) -> (
    strategy: Strategy, value: Double
  ) {
    func value(_ own: Strategy) -> Double {
      player == .first
        ? KuhnPoker.value(first: own, second: other) : -KuhnPoker.value(first: other, second: own)
    }
    var best = Strategy(betting: [0, 0, 0], calling: [0, 0, 0])
    func improve(_ decision: WritableKeyPath<Strategy, [Double]>, _ card: Int) {
      var changed = best
      changed[keyPath: decision][card] = 1
      if value(changed) > value(best) { best = changed }
    }
    for card in 0..<3 {
      improve(\.calling, card)
      improve(\.betting, card)
    }
    return (best, value(best))
  }

  /// How much the two players could win on average by answering one another as well as can be: 0 for an
  /// equilibrium, and positive otherwise.
  ///
  /// - Parameters:
  ///   - first: how the first player decides.
  ///   - second: how the second player decides.
  /// - Returns: the mean of what the two best responses win.
  public static func exploitability(first: Strategy, second: Strategy) -> Double {
    (bestResponse(of: .first, to: second).value + bestResponse(of: .second, to: first).value) / 2
  }
}
