import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Kuhn poker")
struct KuhnPokerTests {
  typealias Strategy = KuhnPoker.Strategy

  static let strategies: [Strategy] = {
    var random = RandomStream(seed: 1)
    return (0..<6).map { _ in
      Strategy(betting: (0..<3).map { _ in random.unit() }, calling: (0..<3).map { _ in random.unit() })
    } + [.uniform, .secondEquilibrium, .firstEquilibrium(bluff: 0.2)]
  }()

  /// All 64 strategies whose decisions are sure.
  static let sure: [Strategy] = (0..<64).map { bits in
    let chances = (0..<6).map { Double(bits >> $0 & 1) }
    return Strategy(betting: Array(chances[..<3]), calling: Array(chances[3...]))
  }

  /// The game as the rules tell it, move by move.
  static func payoff(_ first: Strategy, _ second: Strategy) -> Double {
    /// What the first player wins with these cards, given what was done: c for check or fold, b for bet or call.
    func value(_ cards: (Int, Int), _ history: String) -> Double {
      let showdown: Double = cards.0 > cards.1 ? 1 : -1
      switch history {
      case "cc": return showdown
      case "bb", "cbb": return 2 * showdown
      case "bc": return 1
      case "cbc": return -1
      default: break
      }
      let chance =
        switch history {
        case "": first.betting[cards.0]
        case "c": second.betting[cards.1]
        case "b": second.calling[cards.1]
        default: first.calling[cards.0]
        }
      return chance * value(cards, history + "b") + (1 - chance) * value(cards, history + "c")
    }
    var sum = 0.0
    for one in 0..<3 { for two in 0..<3 where one != two { sum += value((one, two), "") / 6 } }
    return sum
  }

  @Test("values are those of the rules, move by move")
  func values() {
    for first in Self.strategies {
      for second in Self.strategies {
        #expect(abs(KuhnPoker.value(first: first, second: second) - Self.payoff(first, second)) < 1e-14)
      }
    }
  }

  @Test("the first player loses 1/18 in every equilibrium, and nobody gains by leaving one", arguments: 0...6)
  func equilibria(step: Int) {
    let first = Strategy.firstEquilibrium(bluff: Double(step) / 18)
    #expect(abs(Self.payoff(first, .secondEquilibrium) + 1.0 / 18) < 1e-14)
    #expect(abs(KuhnPoker.exploitability(first: first, second: .secondEquilibrium)) < 1e-14)
    #expect(Self.sure.allSatisfy { Self.payoff(first, $0) > -1.0 / 18 - 1e-14 })
    #expect(Self.sure.allSatisfy { Self.payoff($0, .secondEquilibrium) < -1.0 / 18 + 1e-14 })
  }

  @Test("no sure strategy answers better than the best response")
  func bestResponses() {
    for other in Self.strategies {
      let first = KuhnPoker.bestResponse(of: .first, to: other)
      let second = KuhnPoker.bestResponse(of: .second, to: other)
      #expect(abs(first.value - (Self.sure.map { Self.payoff($0, other) }.max() ?? 0)) < 1e-14)
      #expect(abs(second.value - (Self.sure.map { -Self.payoff(other, $0) }.max() ?? 0)) < 1e-14)
      #expect(abs(first.value - Self.payoff(first.strategy, other)) < 1e-14)
    }
    // Two who decide by coins: 11/24 can be gained of them on average.
    #expect(abs(KuhnPoker.exploitability(first: .uniform, second: .uniform) - 11.0 / 24) < 1e-14)
  }

  @Test("as a world it keeps the contract", arguments: [0, 1.0 / 6, 1.0 / 3])
  func contract(bluff: Double) {
    #expect(EnvironmentChecks(KuhnPokerRounds(bluff: bluff)).run().isEmpty)
  }

  @Test(
    "the second player wins 1/18 a round at best, whichever equilibrium it meets",
    arguments: [0, 0.1, 0.2, 1.0 / 3])
  func optimum(bluff: Double) {
    let world = KuhnPokerRounds(bluff: bluff)
    // Rounds do not depend on one another: the best of each state, on average over the deals.
    let best = (0..<6).map { state in
      (0..<2).map { world.outcomes(of: $0, in: state).reduce(0) { $0 + $1.probability * $1.reward } }.max()
        ?? 0
    }
    #expect(abs(dot(world.initialDistribution, best) - 1.0 / 18) < 1e-14)
    #expect(world.rewardRange == -2...2)
  }

  @Test("a strategy is worth as much in the world as in the game")
  func agreement() {
    for opponent in Self.strategies {
      let world = KuhnPokerRounds(against: opponent)
      for own in Self.strategies {
        let values = (0..<6).map { state in
          let bet = state % 2 == 1 ? own.calling[state / 2] : own.betting[state / 2]
          return [1 - bet, bet].enumerated().reduce(0) { sum, action in
            sum
              + action.element
              * world.outcomes(of: action.offset, in: state).reduce(0) { $0 + $1.probability * $1.reward }
          }
        }
        #expect(abs(dot(world.initialDistribution, values) + Self.payoff(opponent, own)) < 1e-14)
      }
    }
  }

  @Test("its picture shows one's own card, and not the other")
  func picture() {
    var world = KuhnPokerRounds()
    world.place(in: 3)
    #expect(world.picture.caption == "the queen against a bet, 3 chips in the pot")
    guard case .tiles(let tiles) = world.picture.scene else {
      Issue.record("no tiles")
      return
    }
    #expect(tiles.tiles.map(\.mark) == ["?", "3", "Q"])
  }

  @Test("bluffing has a limit, and an action is to pass or to bet")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = KuhnPokerRounds(bluff: 0.34) }
    await #expect(processExitsWith: .failure) {
      var random = RandomStream(seed: 1)
      var world = KuhnPokerRounds()
      _ = world.step(2, using: &random)
    }
  }
}
