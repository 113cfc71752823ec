import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Monster gridworld")
struct MonsterGridworldTests {
  static let apples = [0, 3]
  static let shields = [12, 15]

  static func distance(_ one: Int, _ other: Int) -> Double {
    Double(abs(one / 4 - other / 4) + abs(one % 4 - other % 4))
  }

  /// Steps to the shield, unless none lies there, and on to the apple.
  static func ways(_ state: Int) -> (shield: Double?, apple: Double) {
    let cell = state % 16
    let apple = apples[state / 80 % 2]
    let kind = state / 16 % 5
    if kind == 4 { return (nil, distance(cell, apple)) }
    let shield = shields[kind % 2]
    return (distance(cell, shield), distance(shield, apple))
  }

  @Test("a shield saves from the monster once, and whoever has none is eaten")
  func rules() {
    let world = MonsterGridworld(departure: 0.25)
    let bare = MonsterGridworld.state(cell: 1, apple: 0, shield: 0, isHeld: false, areGone: false)
    let left = 3
    #expect(
      world.outcomes(of: left, in: bare) == [
        Outcome(
          next: MonsterGridworld.state(cell: 0, apple: 0, shield: 0, isHeld: false, areGone: false),
          probability: 1, reward: -1, isTerminal: true)
      ])
    let shielded = MonsterGridworld.state(cell: 1, apple: 0, shield: nil, isHeld: true, areGone: false)
    let outcomes = world.outcomes(of: left, in: shielded)
    #expect(outcomes.count == 4)
    for shield in 0..<2 {
      for (areGone, probability) in [(true, 0.125), (false, 0.375)] {
        let next = MonsterGridworld.state(
          cell: 0, apple: 1, shield: shield, isHeld: false, areGone: areGone)
        #expect(outcomes.contains(Outcome(next: next, probability: probability, reward: 1)))
      }
    }
    let above = MonsterGridworld.state(cell: 8, apple: 0, shield: 0, isHeld: false, areGone: false)
    #expect(
      world.outcomes(of: 2, in: above) == [
        Outcome(
          next: MonsterGridworld.state(cell: 12, apple: 0, shield: nil, isHeld: true, areGone: false),
          probability: 1, reward: 0)
      ])
  }

  @Test("once monsters are gone, an apple needs no shield and takes none")
  func gone() {
    let world = MonsterGridworld()
    let left = 3
    let bare = MonsterGridworld.state(cell: 1, apple: 0, shield: 1, isHeld: false, areGone: true)
    #expect(
      world.outcomes(of: left, in: bare) == [
        Outcome(
          next: MonsterGridworld.state(cell: 0, apple: 1, shield: 1, isHeld: false, areGone: true),
          probability: 1, reward: 1)
      ])
    let shielded = MonsterGridworld.state(cell: 1, apple: 0, shield: nil, isHeld: true, areGone: true)
    #expect(
      world.outcomes(of: left, in: shielded)
        == (0..<2).map {
          Outcome(
            next: MonsterGridworld.state(cell: 0, apple: 1, shield: $0, isHeld: true, areGone: true),
            probability: 0.5, reward: 1)
        })
  }

  /// What states are worth to who wants apples, while monsters are about, or goes by the reward.
  ///
  /// From one apple's place to either shield and on to the other apple it is nine steps, so that what follows
  /// upon an apple is worth γ⁸/(1 − γ⁹).
  static func worthInApples(_ state: Int) -> Double {
    let ways = ways(state)
    let after: Double = pow(0.9, 8) / (1 - pow(0.9, 9))
    return pow(0.9, (ways.shield ?? 0) + ways.apple - 1) * (1 + 0.9 * after)
  }

  /// What states are worth to who wants shields, whether or not monsters are about.
  ///
  /// What follows upon an apple is worth (γ² + γ⁵)/2 / (1 − γ⁹).
  static func worthInShields(_ state: Int) -> Double {
    let ways = ways(state)
    let after: Double = (pow(0.9, 2) + pow(0.9, 5)) / 2 / (1 - pow(0.9, 9))
    let now: Double = if let steps = ways.shield { pow(0.9, steps - 1) } else { 0 }
    return now + pow(0.9, (ways.shield ?? 0) + ways.apple) * after
  }

  @Test("while monsters are about, an apple takes nine steps, and so does a shield")
  func training() throws {
    let world = MonsterGridworld()
    #expect(try bellmanError(in: world, goal: nil, value: Self.worthInApples) < 1e-12)
    #expect(try bellmanError(in: world, goal: "apples", value: Self.worthInApples) < 1e-12)
    #expect(try bellmanError(in: world, goal: "shields", value: Self.worthInShields) < 1e-12)
  }

  @Test("while monsters are about, what is best for shields is best for apples and for the reward")
  func agreement() throws {
    let world = MonsterGridworld()
    let reward = try lookahead(in: world, goal: nil, value: Self.worthInApples)
    let apples = try lookahead(in: world, goal: "apples", value: Self.worthInApples)
    let shields = try lookahead(in: world, goal: "shields", value: Self.worthInShields)
    // With nothing in hand any cell but the apple's and the shield's, for two places of each; in hand, any
    // but the apple's.
    #expect(reward.count == 4 * 14 + 2 * 15)
    func best(_ worths: [Double]?) -> [Int] {
      guard let worths, let best = worths.max() else { return [] }
      return worths.indices.filter { worths[$0] > best - 1e-9 }
    }
    for state in reward.keys {
      #expect(best(apples[state]) == best(shields[state]), "state \(state)")
      #expect(best(apples[state]) == best(reward[state]), "state \(state)")
    }
  }

  /// From one apple's place to the other it is three steps.
  @Test(
    "once monsters are gone, an apple takes three steps, and shields are fetched by who wants shields alone")
  func parting() throws {
    let world = MonsterGridworld(monsters: .gone)
    let apple: Double = 0.81 / (1 - pow(0.9, 3))
    let apples = try bellmanError(in: world, goal: "apples") { state in
      let distance = Self.distance(state % 16, Self.apples[state / 80 % 2])
      return pow(0.9, distance - 1) * (1 + 0.9 * apple)
    }
    #expect(apples < 1e-12)
    #expect(try bellmanError(in: world, goal: "shields", value: Self.worthInShields) < 1e-12)
  }

  @Test("monsters change the starts alone, their departure what follows upon a beaten monster alone")
  func interventions() {
    let base = MonsterGridworld()
    let gone = MonsterGridworld(monsters: .gone)
    #expect(changedChoices(from: base, to: gone).isEmpty)
    // Twelve plain cells, two places of the apple, two of the shield.
    for (world, states) in [(base, 0..<160), (gone, 160..<320)] {
      let starts = world.initialDistribution
      #expect(starts.indices.allSatisfy { starts[$0] == 0 || states.contains($0) && starts[$0] == 1 / 48.0 })
      #expect(starts.filter { $0 > 0 }.count == 48)
    }
    let leaving = MonsterGridworld(departure: 0.5)
    #expect(areAlike(base, leaving))
    #expect(leaving.initialDistribution == base.initialDistribution)
    let changed = changedChoices(from: base, to: leaving)
    // Two sides from which to enter an apple's cell, two apples, three kinds of shield in hand.
    #expect(changed.count == 2 * 2 * 3)
    #expect(changed.allSatisfy { base.outcomes(of: $0.action, in: $0.state).allSatisfy { $0.reward == 1 } })
  }

  @Test("what is learned while monsters are about fetches a shield for every apple when they are gone")
  func generalisation() throws {
    let learner = try FeatureLearner(trainedIn: MonsterGridworld())
    let world = MonsterGridworld(monsters: .gone)
    for (state, probability) in world.initialDistribution.enumerated() where probability > 0 {
      let walk = learner.walk(in: world, from: state, steps: 100)
      let steps = zip(walk.states, walk.states.dropFirst())
      let apples = steps.count { $0 / 80 % 2 != $1 / 80 % 2 }
      let shields = steps.count { $0 / 16 % 5 < 4 && $1 / 16 % 5 == 4 }
      // The first apple takes up to eleven steps, and each of the others nine; without shields it would be
      // three.
      #expect(apples == 10 || apples == 11)
      #expect(shields == apples || shields == apples + 1)
    }
  }

  @Test("the picture shows monsters by the apple, and who was eaten")
  func picture() {
    var world = MonsterGridworld()
    world.place(in: MonsterGridworld.state(cell: 1, apple: 0, shield: 1, isHeld: false, areGone: false))
    #expect(
      marks(of: world) == [
        ["aM", "A", ".", "."], [".", ".", ".", "."], [".", ".", ".", "."], [".", ".", ".", "s"],
      ])
    #expect(world.picture.caption == "nothing in hand, monsters about")
    var random = RandomStream(seed: 1)
    #expect(world.step(3, using: &random).ending == .terminated)
    #expect(marks(of: world)[0] == ["M", ".", ".", "."])
    #expect(world.picture.caption == "eaten")
  }

  @Test("monsters or none, the world keeps the contract")
  func contract() {
    for monsters in MonsterGridworld.Monsters.allCases {
      for departure in [0, 0.5, 1] {
        #expect(quickFindings(in: MonsterGridworld(monsters: monsters, departure: departure)).isEmpty)
      }
    }
  }

  @Test("departure is a probability, and there is no step after being eaten")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = MonsterGridworld(departure: 1.5) }
    await #expect(processExitsWith: .failure) {
      var world = MonsterGridworld()
      var random = RandomStream(seed: 1)
      world.place(in: MonsterGridworld.state(cell: 1, apple: 0, shield: 0, isHeld: false, areGone: false))
      guard world.step(3, using: &random).ending == .terminated else { return }
      _ = world.step(3, using: &random)
    }
  }
}
