import Assay

/// Kuhn's poker as the second player, round after round, against a first player whose strategy never changes.
///
/// ![Betting on one of three cards, round after round, as the second player](kuhn-poker)
///
/// Each step is a round: the cards are dealt, the opponent checks or bets, and the agent decides once. If the
/// opponent bet, the agent's bet is a call, and its pass a fold. If the opponent checked, the agent's pass is a check
/// and ends the round, and its bet is answered by the opponent's strategy. The step shows the card and the
/// opponent's move of the next round. For the rules see ``KuhnPoker``.
///
/// The opponent's card stays hidden. It is dealt anew with each round, so that what the agent sees is all there is to
/// know about what comes: the states are those that the agent can tell apart, and rewards come as the cards it
/// does not see have it.
///
/// - **Observation**: 2 · card, and 1 more where the opponent bet; the card is 0 for the jack, 1 for the queen, 2
///   for the king.
/// - **Action**: pass or bet.
/// - **Reward**: the chips won of the opponent's or lost to it, from −2 to 2.
/// - **Ending**: none.
/// - **For**: deciding without knowing; a policy that has to be mixed to be safe, but not to be best.
/// - **Published**: against any equilibrium of the first player the best average reward is 1/18.
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, where an agent learns it
///   without being told the rules; Kuhn (1950), *A simplified two-person poker*.
public struct KuhnPokerRounds: EnumerableEnvironment, ListedEnvironment {
  public let name = "kuhn-poker"
  public let discount = 0.9
  public let actionNames = ["pass", "bet"]
  /// How the opponent decides.
  public let opponent: KuhnPoker.Strategy
  var table: OutcomeTable

  /// Makes the world.
  ///
  /// - Parameter bluff: α, how often the opponent bets with the jack, in [0, 1/3]: which of the equilibria it plays.
  public init(bluff: Double = 1.0 / 6) { self.init(against: .firstEquilibrium(bluff: bluff)) }

  /// Makes the world with an opponent of any kind.
  ///
  /// - Parameter opponent: how it decides, as the first player.
  public init(against opponent: KuhnPoker.Strategy) {
    self.opponent = opponent
    /// How likely a round comes to a state with the opponent holding a card.
    func chance(_ state: Int, _ card: Int) -> Double {
      let (own, bet) = state.quotientAndRemainder(dividingBy: 2)
      if own == card { return 0 }
      return (bet == 1 ? opponent.betting[card] : 1 - opponent.betting[card]) / 6
    }
    let chances = (0..<6).map { state in (0..<3).reduce(0) { $0 + chance(state, $1) } }
    table = OutcomeTable(stateCount: 6, actionCount: 2, starts: chances) { state, action in
      let (own, bet) = state.quotientAndRemainder(dividingBy: 2)
      var rewards: [(probability: Double, reward: Double)] = []
      for card in 0..<3 {
        // What an opponent never does says nothing of its card.
        let probability =
          chances[state] > 0 ? chance(state, card) / chances[state] : card == own ? 0 : 0.5
        let wins: Double = own > card ? 1 : -1
        switch (bet == 1, action == 1) {
        case (true, true): rewards.append((probability, 2 * wins))
        case (true, false): rewards.append((probability, -1))
        case (false, false): rewards.append((probability, wins))
        case (false, true):
          rewards.append((probability * opponent.calling[card], 2 * wins))
          rewards.append((probability * (1 - opponent.calling[card]), 1))
        }
      }
      return rewards.flatMap { reward in
        chances.enumerated().map { next, chance in
          Outcome(next: next, probability: reward.probability * chance, reward: reward.reward)
        }
      }
    }
  }

  public var stateNames: [String] {
    ["jack", "queen", "king"].flatMap { ["\($0), after a check", "\($0), after a bet"] }
  }

  /// The opponent's card, face down; the chips in the pot; and the agent's card.
  public var picture: Picture {
    let (own, bet) = state.quotientAndRemainder(dividingBy: 2)
    var tiles = Tiles(rows: 1, columns: 3)
    tiles[0, 0] = Tiles.Tile("?", .muted)
    tiles[0, 1] = Tiles.Tile("\(2 + bet)", .object)
    tiles[0, 2] = Tiles.Tile(["J", "Q", "K"][own], .agent)
    return Picture(
      tiles: tiles,
      caption:
        "the \(["jack", "queen", "king"][own]) against a \(bet == 1 ? "bet" : "check"), \(2 + bet) chips in the pot"
    )
  }
}
