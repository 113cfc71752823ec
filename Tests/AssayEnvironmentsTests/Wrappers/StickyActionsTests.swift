import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite("Sticky actions")
struct StickyActionsTests {
  @Test("an action that is no longer available does not stick")
  func unavailable() throws {
    var random = RandomStream(seed: 6)
    var world = StickyActions(GameEnvironment(TicTacToe(), against: RandomOpponent()), probability: 1)
    for _ in 0..<5 {
      _ = world.reset(using: &random)
      while !world.isOver {
        let action = try #require((0..<9).first(where: world.isAvailable))
        _ = world.step(action, using: &random)
        #expect(world.base.game.pieces(of: .first) >> UInt64(action) & 1 == 1)
      }
    }
  }

  @Test("a world of sticky actions keeps the contract")
  func contract() {
    #expect(EnvironmentChecks(StickyActions(SlidingBlock())).run().map(\.description) == [])
    #expect(EnvironmentChecks(StickyActions(Reel([1, 2, 3, 4]))).run().map(\.description) == [])
    #expect(EnvironmentChecks(StickyActions(FrozenLake.fourByFour)).run().map(\.description) == [])
  }

  @Test("the first action of an episode is carried out, and with p = 1 no other ever is")
  func extremes() {
    var stuck = StickyActions(Reel([1, 2, 3, 4]), probability: 1)
    for first in [0, 1] {
      #expect(
        stuck.steps([first, 1 - first, 1 - first]).map { $0.observation[1] }
          == [Float](repeating: Float(first), count: 3))
    }
    var free = StickyActions(Reel([1, 2, 3, 4]), probability: 0)
    #expect(free.steps([0, 1, 0, 1]).map { $0.observation[1] } == [0, 1, 0, 1])
  }

  @Test("what was carried out last comes again as often as p says, chosen or not")
  func frequency() {
    var world = StickyActions(Reel([Double](repeating: 0, count: 900)), probability: 0.25)
    let actions = (0..<900).map { $0 % 2 }
    let carriedOut = world.steps(actions).map { Int($0.observation[1]) }
    // Choices alternate. Where the last action was carried out as chosen, the next differs from it, and shows
    // whether it sticks; where it stuck, the next is the same, and does not.
    var (sticking, telling) = (0, 0)
    for step in 1..<900 where carriedOut[step - 1] != actions[step] {
      telling += 1
      if carriedOut[step] != actions[step] { sticking += 1 }
    }
    // Five deviations of a binomial: p < 6e-7.
    #expect(telling > 600)
    #expect(
      abs(Double(sticking) - 0.25 * Double(telling)) < 5 * (0.25 * 0.75 * Double(telling)).squareRoot())
  }

  @Test("its state is the base's and what was carried out last")
  func placing() throws {
    var world = StickyActions(Reel([1, 2, 3, 4]), probability: 1)
    var random = RandomStream(seed: 1)
    _ = world.reset(using: &random)
    #expect(world.stateNumbers == [0, -1, 0, 0])
    _ = world.step(1, using: &random)
    #expect(world.stateNumbers == [1, 1, 1, 1])
    var other = world
    _ = other.reset(using: &random)
    try other.place(at: [1, 1, 1, 1])
    #expect(other.step(0, using: &random).observation == [2, 1])
    try other.place(at: [1, 1, 0, 0])
    #expect(other.step(0, using: &random).observation == [2, 0])
    for wrong in [[], [1, 1], [1, 1, 2, 0], [1, 1, 1, 7], [1, 1, .nan, 0]] as [[Double]] {
      #expect(throws: DataError.self) { try other.place(at: wrong) }
    }
  }

  @Test("a wrong action is a programmer's mistake, however likely another is carried out")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = StickyActions(FrozenLake.fourByFour, probability: 1)
      _ = world.steps([0, 4])
    }
  }
}

@Suite("Shown sticky actions")
struct ShownStickyActionsTests {
  @Test("a finite world of sticky actions keeps the contract of finite worlds")
  func contract() {
    #expect(EnvironmentChecks(ShownStickyActions(FrozenLake.fourByFour)).run().map(\.description) == [])
    #expect(EnvironmentChecks(ShownStickyActions(OffSwitchCorridor())).run().map(\.description) == [])
    #expect(
      EnvironmentChecks(ShownStickyActions(AliasedPair(), probability: 1)).run().map(\.description) == [])
    #expect(EnvironmentChecks(ShownStickyActions(RandomWalk.five)).run().map(\.description) == [])
  }

  @Test("outcomes tell what was carried out")
  func outcomes() throws {
    let world = ShownStickyActions(try FrozenLake(map: ["SFG"], isSlippery: false), probability: 0.25)
    // In the middle after left, choosing right: state 1 · 5 + 1.
    #expect(
      world.outcomes(of: 2, in: 6) == [
        Outcome(next: 0 * 5 + 1, probability: 0.25, reward: 0),
        Outcome(next: 2 * 5 + 3, probability: 0.75, reward: 1, isTerminal: true),
      ])
    #expect(
      world.outcomes(of: 2, in: 5) == [Outcome(next: 13, probability: 1, reward: 1, isTerminal: true)])
    #expect(world.stateCount == 15)
    #expect(world.initialDistribution.firstIndex(of: 1) == 0)
  }

  @Test("what is no longer available does not stick")
  func availability() throws {
    let world = ShownStickyActions(try narrowWorld(), probability: 0.75)
    #expect(EnvironmentChecks(world).run().map(\.description) == [])
    // In 1 after action 0, choosing action 1: it is carried out.
    #expect(
      world.outcomes(of: 1, in: 1 * 3 + 1) == [
        Outcome(next: 2, probability: 0.5, reward: 5),
        Outcome(next: 2, probability: 0.5, reward: 5, isTerminal: true),
      ])
    #expect(world.outcomes(of: 0, in: 1 * 3 + 1) == [])
  }

  @Test("two sure rewards in a row, of which stickiness takes its share")
  func values() throws {
    // In the pair the rewarded actions alternate. After the rewarded one, the right choice is carried out
    // with 1 − p and the last action, now wrong, with p. After a wrong one the last action is the right one,
    // so choosing it is sure. v = (1 − p)(1 + γ v) + p γ w and w = 1 + γ v, at p = ¼ and γ = 0.9.
    let world = ShownStickyActions(AliasedPair(aliased: .no), probability: 0.25)
    let values = bestActionValues(of: world)
    // v (1 − 0.75 · 0.9 − 0.25 · 0.81) = 0.75 + 0.25 · 0.9, so v = 0.975 / 0.1225.
    let good = 0.975 / 0.1225
    // In A after `right`, which was rewarded in B, and in A after `left`, which was not.
    #expect(abs(bestValue(values, in: 0 * 3 + 2) - good) < 1e-9)
    #expect(abs(bestValue(values, in: 0 * 3 + 1) - (1 + 0.9 * good)) < 1e-9)
    #expect(bestActions(values, in: 0 * 3 + 1) == [0])
  }

  @Test("from the same seed the hidden and the shown form do the same")
  func sameAsHidden() {
    var hidden = StickyActions(FrozenLake.fourByFour, probability: 0.5)
    var shown = ShownStickyActions(FrozenLake.fourByFour, probability: 0.5)
    var (one, two) = (RandomStream(seed: 3), RandomStream(seed: 3))
    var actions = RandomStream(seed: 4)
    for _ in 0..<20 {
      #expect(hidden.reset(using: &one) == shown.reset(using: &two) / 5)
      while !hidden.isOver {
        let action = actions.integer(below: 4)
        let (step, other) = (hidden.step(action, using: &one), shown.step(action, using: &two))
        #expect(step.observation == other.observation / 5 && step.ending == other.ending)
      }
      #expect(shown.isOver)
    }
  }

  @Test("goals, names, map and features are those of the base, whatever was carried out before")
  func descriptions() throws {
    let world = ShownStickyActions(OffSwitchCorridor(), probability: 0.25)
    #expect(world.stateNames[0] == "cell 0" && world.stateNames[3] == "cell 0, after down")
    #expect(world.map?.cells.count == 70 && world.map?.cells[5...9] == [1, 1, 1, 1, 1])
    let press = try #require(world.goals.first { $0.name == "press" })
    // In cell 1 after left, choosing down: pressed where that is carried out.
    let outcomes = world.outcomes(of: 2, in: 1 * 5 + 4)
    #expect(outcomes.map(\.next) == [13 * 5 + 3, 0 * 5 + 4])
    #expect(outcomes.map { press.reward(9, 2, $0) } == [1, 0])
    #expect(
      ShownStickyActions(AliasedPair(aliased: .no)).features?.values.prefix(8) == [1, 0, 1, 0, 1, 0, 0, 1])
  }
}
