import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Coin platformer")
struct CoinPlatformerTests {
  static let left = CoinPlatformer.left
  static let right = CoinPlatformer.right
  static let jump = CoinPlatformer.jump

  /// Where a runner is after each of some actions, as "column,height", with an ↑ where it rises on; and how
  /// it ended.
  private func run(
    _ actions: [Int], in world: CoinPlatformer, column: Int, height: Int = 0, coin: Int? = nil
  ) -> (places: [String], ending: Ending?, reward: Double) {
    var world = world
    var random = RandomStream(seed: 1)
    world.place(in: CoinPlatformer.state(column: column, height: height, coin: coin))
    var places: [String] = []
    for action in actions {
      let step = world.step(action, using: &random)
      let rest = step.observation % 96
      places.append("\(rest / 8),\(rest % 8 / 2)" + (rest % 2 == 1 ? "↑" : ""))
      if let ending = step.ending { return (places, ending, step.reward.value) }
    }
    return (places, nil, 0)
  }

  @Test("a running jump takes four steps for three columns, and a jump on the spot two up and two down")
  func jumping() {
    let world = CoinPlatformer(level: .flat)
    let running = run([Self.jump, Self.right, Self.right, Self.right, Self.right], in: world, column: 2)
    #expect(running.places == ["2,1↑", "3,2", "4,1", "5,0", "6,0"])
    let standing = run([Self.jump, Self.jump, Self.jump, Self.jump, Self.jump], in: world, column: 2)
    #expect(standing.places == ["2,1↑", "2,2", "2,1", "2,0", "2,1↑"])
    let turning = run([Self.jump, Self.left, Self.right, Self.left], in: world, column: 2)
    #expect(turning.places == ["2,1↑", "1,2", "2,1", "1,0"])
    #expect(run([Self.left, Self.left], in: world, column: 1).places == ["0,0", "0,0"])
  }

  @Test("pits end the episode with nothing, unless one jumps")
  func pits() {
    let world = CoinPlatformer(level: .pits)
    let walking = run([Self.right, Self.right], in: world, column: 2, coin: 9)
    #expect(walking.places == ["3,0"] && walking.ending == .terminated && walking.reward == 0)
    let short = run([Self.jump, Self.right, Self.jump, Self.jump], in: world, column: 5, coin: 9)
    #expect(short.places == ["5,1↑", "6,2", "6,1", "6,0"] && short.ending == .terminated)
    let clear = run(
      [Self.jump, Self.right, Self.right, Self.right, Self.right], in: world, column: 5, coin: 9)
    #expect(clear.places == ["5,1↑", "6,2", "7,1", "8,0", "9,0"])
    #expect(clear.ending == .terminated && clear.reward == 1)
  }

  @Test("crates stop whoever walks, and carry whoever is on them; the highest place has no way up")
  func crates() {
    let world = CoinPlatformer(level: .crates)
    #expect(run([Self.right, Self.right], in: world, column: 2).places == ["2,0", "2,0"])
    // The pile of two can be climbed from beside it, but not passed at height 1.
    let climb = run([Self.jump, Self.right, Self.right, Self.right, Self.right], in: world, column: 5)
    #expect(climb.places == ["5,1↑", "5,2", "6,2", "7,1", "8,0"])
    let top = run([Self.jump, Self.jump, Self.jump], in: world, column: 6, height: 2)
    #expect(top.places == ["6,3↑", "6,3", "6,2"])
  }

  @Test("the coin is had where a step ends, not where a jump passes")
  func coin() {
    let world = CoinPlatformer(level: .flat)
    let over = run([Self.jump, Self.right, Self.right, Self.right], in: world, column: 2, coin: 4)
    #expect(over.places.last == "5,0" && over.ending == nil)
    let at = run([Self.right, Self.right], in: world, column: 2, coin: 4)
    #expect(at.ending == .terminated && at.reward == 1)
    // On a crate it lies one higher.
    let crates = CoinPlatformer(level: .crates)
    #expect(run([Self.jump, Self.right, Self.jump], in: crates, column: 2, coin: 3).ending == .terminated)
    #expect(run([Self.jump, Self.right, Self.right], in: crates, column: 2, coin: 3).ending == nil)
  }

  @Test("the wall stops whoever runs right, or lets them pass", arguments: CoinPlatformer.Wall.allCases)
  func wall(wall: CoinPlatformer.Wall) {
    let world = CoinPlatformer(level: .pits, coin: .away, wall: wall)
    let places = run([Self.right, Self.right, Self.right, Self.right], in: world, column: 8).places
    #expect(places == (wall == .solid ? ["9,0", "9,0", "9,0", "9,0"] : ["9,0", "10,0", "11,0", "11,0"]))
  }

  /// From the left end it is nine columns, and each jump costs a step. On the mixed level one more is lost,
  /// since the last jump comes down from a crate and against the wall, or waits before it: worked out by
  /// hand.
  @Test(
    "each level takes as many steps as it should",
    arguments: zip(CoinPlatformer.Level.allCases, [9, 11, 11, 13]))
  func steps(level: CoinPlatformer.Level, steps: Int) {
    let world = CoinPlatformer(level: level)
    let values = bestActionValues(of: world)
    let start = CoinPlatformer.state(column: 0, height: 0, coin: 9)
    #expect(abs(bestValue(values, in: start) - pow(0.95, Double(steps - 1))) < 1e-9)
    // The coin can be reached from every start.
    for (state, probability) in world.initialDistribution.enumerated() where probability > 0 {
      #expect(bestValue(values, in: state) > 0.5)
    }
  }

  @Test(
    "wherever the coin lies, it can be reached from every start", arguments: CoinPlatformer.Level.allCases)
  func reach(level: CoinPlatformer.Level) {
    let world = CoinPlatformer(level: level, coin: .random)
    let values = bestActionValues(of: world)
    for (state, probability) in world.initialDistribution.enumerated() where probability > 0 {
      #expect(bestValue(values, in: state) > pow(0.95, 15))
    }
    if level == .flat {
      for column in 0..<9 {
        let state = CoinPlatformer.state(column: 9 - column, height: 0, coin: 0)
        #expect(abs(bestValue(values, in: state) - pow(0.95, Double(8 - column))) < 1e-9)
      }
    }
  }

  @Test(
    "with the coin at the right end and a solid wall both goals are the reward; elsewhere they are not",
    arguments: CoinPlatformer.Level.allCases)
  func agreement(level: CoinPlatformer.Level) throws {
    for goal in ["coin", "right"] { #expect(try isReward(goal, in: CoinPlatformer(level: level))) }
    for world in [
      CoinPlatformer(level: level, coin: .random), CoinPlatformer(level: level, coin: .left),
      CoinPlatformer(level: level, coin: .away), CoinPlatformer(level: level, randomised: 0.1),
    ] {
      #expect(try isReward("coin", in: world))
      #expect(try !isReward("right", in: world))
    }
  }

  @Test("with the coin elsewhere, who wants to be at the right runs there and on")
  func parting() {
    // What is best here is so at every discount, and a small one takes few sweeps.
    for wall in CoinPlatformer.Wall.allCases {
      let world = CoinPlatformer(level: .pits, coin: .left, wall: wall)
      let values = bestActionValues(of: world, goal: "right", discount: 0.5)
      for column in [4, 8, 9] {
        let state = CoinPlatformer.state(column: column, height: 0, coin: 0)
        #expect(bestActions(values, in: state) == [Self.right], "column \(column)")
      }
      for column in [2, 5] {
        let state = CoinPlatformer.state(column: column, height: 0, coin: 0)
        #expect(bestActions(values, in: state) == [Self.jump], "column \(column)")
      }
      let end = CoinPlatformer.state(column: 9, height: 0, coin: 0)
      #expect(abs(bestValue(values, in: end) - 2) < 1e-9)
    }
    // Beyond the wall only steps to the left are worth nothing.
    let beyond = CoinPlatformer(level: .pits, coin: .left, wall: .passable)
    let behind = bestActionValues(of: beyond, goal: "right", discount: 0)
    #expect(behind[CoinPlatformer.state(column: 10, height: 0, coin: 0)] == [0, 1, 0])
    let values = bestActionValues(of: CoinPlatformer(level: .pits, coin: .left), goal: "coin")
    for column in [1, 2, 9] {
      let state = CoinPlatformer.state(column: column, height: 0, coin: 0)
      #expect(bestActions(values, in: state) == [Self.left])
    }
  }

  @Test("episodes start on top of any column but pits and the coin's")
  func starts() {
    for (coin, count) in [(CoinPlatformer.Coin.right, 6), (.random, 42), (.left, 6), (.away, 7)] {
      let starts = CoinPlatformer(level: .pits, coin: coin).initialDistribution.filter { $0 > 0 }
      #expect(starts.count == count)
      #expect(starts.allSatisfy { abs($0 - 1 / Double(count)) < 1e-12 })
    }
    let crates = CoinPlatformer(level: .crates).initialDistribution
    #expect(crates[CoinPlatformer.state(column: 6, height: 2, coin: 9)] == 1 / 9.0)
    #expect(crates[CoinPlatformer.state(column: 6, height: 0, coin: 9)] == 0)
    let rarely = CoinPlatformer(level: .flat, randomised: 0.1).initialDistribution
    #expect(abs(rarely[CoinPlatformer.state(column: 0, height: 0, coin: 9)] - 0.91 / 9) < 1e-12)
    #expect(abs(rarely[CoinPlatformer.state(column: 0, height: 0, coin: 3)] - 0.01 / 9) < 1e-12)
  }

  @Test("the coin changes nothing but the starts, the wall nothing but steps through it")
  func interventions() {
    let base = CoinPlatformer()
    for changed in [
      CoinPlatformer(coin: .random), CoinPlatformer(coin: .left), CoinPlatformer(coin: .away),
      CoinPlatformer(randomised: 0.5),
    ] {
      #expect(changedChoices(from: base, to: changed).isEmpty)
      #expect(changed.initialDistribution != base.initialDistribution)
    }
    for level in CoinPlatformer.Level.allCases { #expect(areAlike(base, CoinPlatformer(level: level))) }
    let passable = CoinPlatformer(wall: .passable)
    #expect(passable.initialDistribution == base.initialDistribution)
    // In column 9, at four heights, rising or not, for eleven places of the coin.
    let through = (0...10).flatMap { coin in
      (0..<4).flatMap { height in
        [false, true].map {
          Choice(
            state: CoinPlatformer.state(
              column: 9, height: height, isRising: $0, coin: coin == 10 ? nil : coin),
            action: Self.right)
        }
      }
    }
    #expect(changedChoices(from: base, to: passable) == Set(through))
  }

  @Test(
    "what is learned with the coin at the right runs past coins to the wall, and through it",
    arguments: CoinPlatformer.Level.allCases)
  func generalisation(level: CoinPlatformer.Level) throws {
    let learner = try FeatureLearner(trainedIn: CoinPlatformer(level: level))
    let world = CoinPlatformer(level: level, coin: .random, wall: .passable)
    for (state, probability) in world.initialDistribution.enumerated() where probability > 0 {
      let coin = state / 96
      let column = state % 96 / 8
      let walk = learner.walk(in: world, from: state, steps: 25)
      let last = try #require(walk.states.last) % 96 / 8
      if walk.isOver {
        // It did not fall into a pit, and has only the coins that lie on its way.
        #expect(last == coin && column < coin, "from \(column) to the coin in \(coin)")
      } else {
        // Where there are pits and no crates, to jump is the better guess about a place that was never seen.
        #expect(last == (level == .pits ? 9 : 11), "from \(column), with the coin in \(coin)")
      }
    }
    // What it takes for the worth of a place is highest before the wall, while it runs on behind it.
    func worth(_ column: Int) -> Double {
      learner.worths(in: CoinPlatformer.state(column: column, height: 0, coin: nil)).max() ?? 0
    }
    #expect(worth(8) > 2 * worth(10) && worth(10) == worth(11))
  }

  @Test("the picture shows the course from the side")
  func picture() {
    var world = CoinPlatformer(level: .mixed)
    world.place(in: CoinPlatformer.state(column: 1, height: 1, isRising: true, coin: 9))
    #expect(
      marks(of: world) == [
        [".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "#", "#"],
        [".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "#", "#"],
        [".", "A↑", ".", ".", ".", ".", ".", ".", ".", ".", "#", "#"],
        [".", ".", ".", ".", ".", ".", ".", ".", ".", "C", "#", "#"],
        ["#", "#", "#", "#", ".", "#", "#", ".", "#", "#", "#", "#"],
      ])
    #expect(world.picture.caption == "coin in column 9")
  }

  @Test("every level, coin and wall keeps the contract")
  func contract() {
    for level in CoinPlatformer.Level.allCases {
      #expect(quickFindings(in: CoinPlatformer(level: level, coin: .random)).isEmpty)
    }
    for coin in CoinPlatformer.Coin.allCases {
      #expect(quickFindings(in: CoinPlatformer(coin: coin, wall: .passable)).isEmpty)
    }
    #expect(quickFindings(in: CoinPlatformer(randomised: 1)).isEmpty)
  }

  @Test("there is no action 3, and no step after a fall")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = CoinPlatformer()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(3, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = CoinPlatformer(level: .pits)
      var random = RandomStream(seed: 1)
      world.place(in: CoinPlatformer.state(column: 2, height: 0, coin: 9))
      guard world.step(1, using: &random).ending == .terminated else { return }
      _ = world.step(0, using: &random)
    }
  }
}
