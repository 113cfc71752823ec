import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Blackjack")
struct BlackjackTests {
  typealias Hand = Blackjack.Hand

  @Test("it keeps the contract", arguments: Blackjack.Natural.allCases)
  func contract(natural: Blackjack.Natural) {
    var checks = EnvironmentChecks(Blackjack(natural: natural))
    checks.samples = 200
    checks.pairLimit = 150
    #expect(checks.run() == [])
  }

  /// Sutton & Barto, Figure 5.2: the lowest sum to stay at against 2 to 10; against an ace, from 17 and from 19.
  @Test("the best policy is the published one")
  func bestPolicy() {
    let values = bestActionValues(of: Blackjack())
    func threshold(_ dealer: Int, ace: Bool) -> Int? {
      (12...21).first { sum in
        bestActions(values, in: Hand(sum: sum, dealer: dealer, hasUsableAce: ace).state) == [0]
      }
    }
    #expect((1...10).map { threshold($0, ace: false) } == [17, 13, 13, 12, 12, 12, 17, 17, 17, 17])
    #expect((1...10).map { threshold($0, ace: true) } == [19, 18, 18, 18, 18, 18, 18, 18, 19, 19])
  }

  /// By a recursion over hands in Python, which knows no states.
  @Test(
    "the best mean return is that of a separate computation",
    arguments: [
      (Blackjack.Natural.wins, -0.043113105413476946), (.bonus, -0.02572918278931973),
      (.plain, -0.04655597706669752),
    ])
  func bestReturn(natural: Blackjack.Natural, wanted: Double) {
    let world = Blackjack(natural: natural)
    let values = bestActionValues(of: world)
    let starts = world.initialDistribution
    let mean = starts.indices.reduce(0) { starts[$1] == 0 ? $0 : $0 + starts[$1] * bestValue(values, in: $1) }
    #expect(abs(mean - wanted) < 1e-12)
  }

  /// The published −0.27726 is a mean over a hundred million games, whose standard error is 0.0001.
  @Test("who asks for cards up to 19 has the published value in the state of Example 5.4")
  func publishedValue() {
    let world = Blackjack()
    var values = [Double](repeating: 0, count: 390)
    for _ in 0..<30 {
      values = (0..<390).map { state in
        let isStaying = Hand.sum(of: state) >= 20
        return world.outcomes(of: isStaying ? 0 : 1, in: state).reduce(0) {
          $0 + $1.probability * ($1.reward + ($1.isTerminal ? 0 : values[$1.next]))
        }
      }
    }
    let value = values[Hand(sum: 13, dealer: 2, hasUsableAce: true).state]
    #expect(abs(value + 0.27726) < 4e-4)
    #expect(abs(value + 0.2772041918250023) < 1e-12)
  }

  @Test("a natural wins unless the dealer has one, where the rules are Sutton's and Barto's")
  func naturals() {
    let world = Blackjack()
    func chances(_ dealer: Int) -> [Double: Double] {
      let hand = Hand(sum: 21, dealer: dealer, hasUsableAce: true, isNatural: true)
      return Dictionary(
        uniqueKeysWithValues: world.outcomes(of: 0, in: hand.state).map { ($0.reward, $0.probability) })
    }
    #expect(chances(5) == [1: 1])
    let (ten, ace) = (4.0 / 13, 1.0 / 13)
    #expect(chances(1) == [1: 1 - ten, 0: ten])
    #expect(chances(10) == [1: 1 - ace, 0: ace])
    // One in 21.125 first hands: 2 · 4/13 · 1/13.
    let dealt = (380..<390).reduce(0) { $0 + world.initialDistribution[$1] }
    #expect(abs(dealt - 8.0 / 169) < 1e-12)
  }

  @Test("states and hands name each other, and there are 390 of both")
  func hands() {
    var hands: Set<Hand> = []
    for dealer in 1...10 {
      hands.formUnion((4...31).map { Hand(sum: $0, dealer: dealer) })
      hands.formUnion((12...21).map { Hand(sum: $0, dealer: dealer, hasUsableAce: true) })
      hands.insert(Hand(sum: 21, dealer: dealer, hasUsableAce: true, isNatural: true))
    }
    #expect(Set(hands.map(\.state)) == Set(0..<390))
    var world = Blackjack()
    for hand in hands {
      world.place(in: hand.state)
      #expect(world.hand == hand)
    }
  }

  @Test("its picture says what one holds")
  func picture() {
    var world = Blackjack()
    world.place(in: Hand(sum: 13, dealer: 1, hasUsableAce: true).state)
    #expect(world.picture.caption == "13 with a usable ace against A")
    world.place(in: Hand(sum: 24, dealer: 7).state)
    #expect(world.picture.caption == "24 against 7: lost")
  }

  @Test("asking for a card once the game is over is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = Blackjack()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(0, using: &random)
      _ = world.step(1, using: &random)
    }
  }
}

extension Blackjack.Hand {
  /// What the hand of a state counts, as the world's own documentation numbers them.
  fileprivate static func sum(of state: Int) -> Int {
    let hand = state / 10
    return hand < 28 ? hand + 4 : hand < 38 ? hand - 16 : 21
  }
}
