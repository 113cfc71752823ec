import Assay

/// A game of cards against a dealer: to come close to 21, but not beyond it.
///
/// ![Cards to take or leave against a dealer](blackjack)
///
/// Cards are drawn as if from a deck without end: 1 to 9 with probability 1/13 each, 10 with probability 4/13. A 1 is
/// an ace and counts 11 as long as that does not take the hand beyond 21: it is usable then. Player and dealer get two
/// cards each, of which the player sees one of the dealer's. Who asks for a card and comes beyond 21 loses. Once the
/// player stays, the dealer draws until the hand counts 17 or more, and loses beyond 21; otherwise the higher hand
/// wins. A natural is an ace with a ten in the first two cards.
///
/// A state is what Gymnasium shows, and whether the hand is a natural, which it shows not, but which the reward
/// depends on: ten states, one for each card of the dealer's, for each of 39 hands. These are 28 without a usable ace,
/// which count 4 to 31, ten with one, which count 12 to 21, and the natural. An episode that ends by staying ends in
/// the state it was in.
///
/// - **Observation**: 10 · hand + card − 1, from 0 to 389.
/// - **Action**: 0 stays, 1 asks for a card.
/// - **Reward**: 1 for winning, 0 for a draw, −1 for losing, at the end. What a natural is worth is set: with the
///   rules of Sutton and Barto it wins unless the dealer has one, too; with the bonus it wins 1.5, but may end in a
///   draw with any 21; or it is like any 21.
/// - **Ending**: terminated when the player stays or is beyond 21.
/// - **For**: values under much chance, and their estimation by Monte Carlo.
/// - **Published**: Sutton & Barto's Figure 5.2, the best policy, and Example 5.4: who asks for cards up to 19 has a
///   value of −0.27726 with 13, a usable ace, against a 2.
///
/// - SeeAlso: Sutton & Barto (2018), Example 5.1; `Blackjack-v1` of Gymnasium 1.4.
public struct Blackjack: EnumerableEnvironment, ListedEnvironment {
  /// What a natural is worth.
  public enum Natural: String, Sendable, Hashable, CaseIterable {
    /// It wins, unless the dealer has one, too: the rules of Sutton and Barto, and Gymnasium's standard.
    case wins
    /// It is like any 21, but wins 1.5.
    case bonus
    /// It is like any 21.
    case plain
  }

  /// What the player and a person looking on see.
  public struct Hand: Sendable, Hashable {
    /// What the hand counts.
    public var sum: Int
    /// The dealer's card that is seen, from 1 to 10.
    public var dealer: Int
    /// Whether an ace counts 11.
    public var hasUsableAce: Bool
    /// Whether the hand is an ace with a ten, as it was dealt.
    public var isNatural: Bool

    /// Makes a hand.
    ///
    /// - Parameters:
    ///   - sum: what it counts: 4 to 31, or 12 to 21 with a usable ace.
    ///   - dealer: the dealer's card that is seen, from 1 to 10.
    ///   - hasUsableAce: whether an ace counts 11.
    ///   - isNatural: whether the hand is an ace with a ten, as it was dealt.
    public init(sum: Int, dealer: Int, hasUsableAce: Bool = false, isNatural: Bool = false) {
      precondition(dealer >= 1 && dealer <= 10, "dealer must be in 1...10, but is \(dealer)")
      precondition(
        hasUsableAce ? sum >= 12 && sum <= 21 : sum >= 4 && sum <= 31,
        "no hand \(hasUsableAce ? "with a usable ace " : "")counts \(sum)")
      precondition(!isNatural || hasUsableAce && sum == 21, "a natural is 21 with a usable ace")
      self.sum = sum
      self.dealer = dealer
      self.hasUsableAce = hasUsableAce
      self.isNatural = isNatural
    }

    /// The hand of a state.
    init(state: Int) {
      let (hand, card) = state.quotientAndRemainder(dividingBy: 10)
      switch hand {
      case 38: self.init(sum: 21, dealer: card + 1, hasUsableAce: true, isNatural: true)
      case 28...37: self.init(sum: hand - 16, dealer: card + 1, hasUsableAce: true)
      default: self.init(sum: hand + 4, dealer: card + 1)
      }
    }

    /// The state of the hand.
    public var state: Int {
      (isNatural ? 38 : hasUsableAce ? sum + 16 : sum - 4) * 10 + dealer - 1
    }

    /// The hand with another card.
    func adding(_ card: Int) -> Hand {
      let count = Count(sum: sum, hasUsableAce: hasUsableAce).adding(card)
      return Hand(sum: count.sum, dealer: dealer, hasUsableAce: count.hasUsableAce)
    }
  }

  public let name = "blackjack"
  public let discount = 1.0
  public let actionNames = ["stay", "card"]
  /// What a natural is worth.
  public let natural: Natural
  var table: OutcomeTable

  /// Makes the game.
  ///
  /// - Parameter natural: what a natural is worth.
  public init(natural: Natural = .wins) {
    self.natural = natural
    var starts = [Double](repeating: 0, count: 390)
    for dealer in 1...10 {
      for one in 1...10 {
        for two in 1...10 {
          let count = Count().adding(one).adding(two)
          let hand = Hand(
            sum: count.sum, dealer: dealer, hasUsableAce: count.hasUsableAce, isNatural: count.sum == 21)
          starts[hand.state] +=
            Count.probability(of: dealer) * Count.probability(of: one) * Count.probability(of: two)
        }
      }
    }
    let dealers = (1...10).map { Count().adding($0).afterDrawing() }
    table = OutcomeTable(stateCount: 390, actionCount: 2, starts: starts) { state, action in
      let hand = Hand(state: state)
      // No episode goes on from beyond 21.
      if hand.sum > 21 { return [] }
      if action == 1 {
        return (1...10).map { card in
          let next = hand.adding(card)
          return Outcome(
            next: next.state, probability: Count.probability(of: card), reward: next.sum > 21 ? -1 : 0,
            isTerminal: next.sum > 21)
        }
      }
      func ending(_ reward: Double, _ probability: Double) -> Outcome {
        Outcome(next: state, probability: probability, reward: reward, isTerminal: true)
      }
      if hand.isNatural, natural == .wins {
        // The dealer has one with the one card, out of sight, that makes it.
        let other = hand.dealer == 1 ? 10 : hand.dealer == 10 ? 1 : nil
        let draw = other.map(Count.probability) ?? 0
        return [ending(1, 1 - draw), ending(0, draw)]
      }
      let prize = hand.isNatural && natural == .bonus ? 1.5 : 1
      let dealer = dealers[hand.dealer - 1]
      var (win, draw) = (0.0, 0.0)
      for (sum, probability) in dealer.sorted(by: { $0.key < $1.key }) {
        if sum > 21 || sum < hand.sum { win += probability } else if sum == hand.sum { draw += probability }
      }
      return [ending(prize, win), ending(0, draw), ending(-1, max(0, 1 - win - draw))]
        .filter { $0.probability > 1e-12 }
    }
  }

  /// The hand that the game is at.
  public var hand: Hand { Hand(state: state) }

  public var stateNames: [String] {
    (0..<stateCount).map { state in
      let hand = Hand(state: state)
      let kind = hand.isNatural ? ", natural" : hand.hasUsableAce ? ", usable ace" : ""
      return "\(hand.sum)\(kind), against \(hand.dealer == 1 ? "ace" : "\(hand.dealer)")"
    }
  }

  /// What player and dealer have, in tiles.
  public var picture: Picture {
    let hand = hand
    let card = hand.dealer == 1 ? "A" : "\(hand.dealer)"
    let tiles = Tiles(rows: 3, columns: 3) { row, column in
      switch (row, column) {
      case (0, 0): Tiles.Tile(card, .second)
      case (0, 1): Tiles.Tile("?", .muted)
      case (2, 0): Tiles.Tile("\(hand.sum)", hand.sum > 21 ? .danger : .first)
      case (2, 1) where hand.hasUsableAce: Tiles.Tile("A", .first)
      default: Tiles.Tile()
      }
    }
    let kind = hand.isNatural ? ", a natural" : hand.hasUsableAce ? " with a usable ace" : ""
    let result = hand.sum > 21 ? ": lost" : isOver ? ", stayed" : ""
    return Picture(tiles: tiles, caption: "\(hand.sum)\(kind) against \(card)\(result)")
  }

  /// What some cards count.
  struct Count: Hashable {
    var sum = 0
    var hasUsableAce = false

    static func probability(of card: Int) -> Double { card == 10 ? 4.0 / 13 : 1.0 / 13 }

    func adding(_ card: Int) -> Count {
      let sum = sum + card
      if hasUsableAce { return sum > 21 ? Count(sum: sum - 10) : Count(sum: sum, hasUsableAce: true) }
      return card == 1 && sum <= 11 ? Count(sum: sum + 10, hasUsableAce: true) : Count(sum: sum)
    }

    /// What the dealer may end with, each with its probability.
    func afterDrawing() -> [Int: Double] {
      if sum >= 17 { return [sum: 1] }
      var sums: [Int: Double] = [:]
      for card in 1...10 {
        for (sum, probability) in adding(card).afterDrawing() {
          sums[sum, default: 0] += Self.probability(of: card) * probability
        }
      }
      return sums
    }
  }
}
