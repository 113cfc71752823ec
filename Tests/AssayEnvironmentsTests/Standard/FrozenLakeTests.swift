import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Frozen lake")
struct FrozenLakeTests {
  @Test(
    "the tables are Gymnasium's, entry by entry", arguments: [FrozenLake.fourByFour, FrozenLake.eightByEight])
  func tables(world: FrozenLake) throws {
    let published = try FiniteMDP(contentsOfFile: resource("\(world.name).json"))
    var listed = try FiniteMDP(enumerating: world)
    listed.actionNames = []
    listed.map = nil
    #expect(listed == published)
  }

  @Test("without slipping, a move goes where its action points")
  func notSlippery() throws {
    let world = try FrozenLake(map: FrozenLake.fourByFourMap, isSlippery: false)
    #expect(world.outcomes(of: 0, in: 0) == [Outcome(next: 0, probability: 1, reward: 0)])
    #expect(world.outcomes(of: 1, in: 0) == [Outcome(next: 4, probability: 1, reward: 0)])
    #expect(world.outcomes(of: 2, in: 4) == [Outcome(next: 5, probability: 1, reward: 0, isTerminal: true)])
    #expect(world.outcomes(of: 2, in: 14) == [Outcome(next: 15, probability: 1, reward: 1, isTerminal: true)])
    #expect(world.outcomes(of: 3, in: 13) == [Outcome(next: 9, probability: 1, reward: 0)])
  }

  @Test("crossing the lake by the one safe way is rewarded once")
  func crossing() throws {
    var world = try FrozenLake(map: FrozenLake.fourByFourMap, isSlippery: false)
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == 0)
    let steps = [1, 1, 2, 2, 1, 2].map { world.step($0, using: &random) }
    #expect(steps.map(\.observation) == [4, 8, 9, 10, 14, 15])
    #expect(steps.map(\.reward) == [0, 0, 0, 0, 0, 1])
    #expect(steps.map(\.ending) == [nil, nil, nil, nil, nil, .terminated])
  }

  /// The values of the starts within a number of steps, undiscounted, from the last step backwards: of the best
  /// policy, and of one that always takes the same action in a state.
  private func startValues(of world: FrozenLake, within steps: Int, policy: [Int]) -> (
    best: Double, fixed: Double
  ) {
    var best = [Double](repeating: 0, count: world.stateCount)
    var fixed = best
    let outcomes = (0..<world.stateCount).map { state in (0..<4).map { world.outcomes(of: $0, in: state) } }
    func value(_ outcomes: [Outcome], _ after: [Double]) -> Double {
      outcomes.reduce(0) { $0 + $1.probability * ($1.reward + ($1.isTerminal ? 0 : after[$1.next])) }
    }
    for _ in 0..<steps {
      (best, fixed) = (
        outcomes.map { actions in actions.map { value($0, best) }.max() ?? 0 },
        outcomes.enumerated().map { value($1[policy[$0]], fixed) }
      )
    }
    return (best[0], fixed[0])
  }

  @Test(
    "what is best within Gymnasium's limit is known, and what is best at γ = 0.99 falls short of it",
    arguments: [
      (FrozenLake.fourByFour, 100, 0.54203, 0.7442, 0.7402),
      (FrozenLake.eightByEight, 200, 0.41464, 0.9132, 0.8630),
    ])
  func limits(world: FrozenLake, steps: Int, discounted: Double, best: Double, fixed: Double) {
    let values = bestActionValues(of: world)
    #expect(abs(bestValue(values, in: 0) - discounted) < 5e-6)
    let policy = values.map { row in row.firstIndex { $0 > (row.max() ?? 0) - 1e-9 } ?? 0 }
    let found = startValues(of: world, within: steps, policy: policy)
    // The figures are known to four places.
    #expect(abs(found.best - best) < 5e-5)
    #expect(abs(found.fixed - fixed) < 5e-5)
  }

  @Test("without a limit the small lake is crossed with probability 14/17")
  func crossingProbability() {
    let values = bestActionValues(of: FrozenLake.fourByFour, discount: 1)
    #expect(abs(bestValue(values, in: 0) - 14.0 / 17) < 1e-9)
  }

  @Test("a lake that chance draws has a way across, the same for the same stream")
  func randomMaps() throws {
    var random = RandomStream(seed: 1)
    var again = RandomStream(seed: 1)
    var holes = 0
    for _ in 0..<50 {
      let map = FrozenLake.randomMap(size: 8, using: &random)
      #expect(map == FrozenLake.randomMap(size: 8, using: &again))
      holes += map.joined().count { $0 == "H" }
      let world = try FrozenLake(map: map, isSlippery: false)
      // Without slipping, who can get there gets there: at γ = 1 that is a value of 1.
      #expect(bestValue(bestActionValues(of: world, discount: 1), in: 0) == 1)
      #expect(world.initialDistribution[0] == 1 && map.last?.last == "G")
    }
    // Of 3100 cells a fifth are holes, less those that leave no way; 6 standard deviations are 134.
    #expect(holes > 400 && holes < 754)
    let thin = FrozenLake.randomMap(size: 5, ice: 1, using: &random)
    #expect(thin == ["SFFFF", "FFFFF", "FFFFF", "FFFFF", "FFFFG"])
  }

  @Test("it keeps the contract", arguments: [FrozenLake.fourByFour, FrozenLake.eightByEight])
  func contract(world: FrozenLake) {
    var checks = EnvironmentChecks(world)
    checks.samples = 300
    #expect(checks.run() == [])
  }

  @Test("every start is equally likely")
  func starts() throws {
    let world = try FrozenLake(map: ["SG", "FS"])
    #expect(world.initialDistribution == [0.5, 0, 0, 0.5])
  }

  @Test("the map shows starts, holes and goals")
  func map() throws {
    let map = try #require(try FrozenLake(map: ["SF", "HG"]).map)
    #expect(map.rows == 2 && map.columns == 2)
    #expect(map.marks == ["S", "", "H", "G"])
    #expect(map.directions == [.left, .down, .right, .up])
  }

  static let mistakes: [(rows: [String], message: String)] = [
    ([], "map is empty; allowed: at least one row of letters"),
    ([""], "map is empty; allowed: at least one row of letters"),
    (["SFF", "FG"], "map[1] is \"FG\", 2 letters long; allowed: 3 letters, as in the first row"),
    (["SFF", "FXG"], "map[1], column 1 is \"X\"; allowed: S, F, H or G"),
    (["sFG"], "map[0], column 0 is \"s\"; allowed: S, F, H or G"),
    (["FFG"], "map is without a start; allowed: at least one S"),
    (["SFF"], "map is without a goal; allowed: at least one G"),
  ]

  @Test("a map with a mistake is refused in one line", arguments: mistakes.indices)
  func mistake(index: Int) {
    let (rows, message) = Self.mistakes[index]
    let error = #expect(throws: DataError.self) { try FrozenLake(map: rows) }
    #expect(error?.description == message)
  }

  @Test("a discount above one is refused")
  func discount() {
    let error = #expect(throws: DataError.self) { try FrozenLake(map: ["SG"], discount: 1.1) }
    #expect(error?.description == "discount is 1.1; allowed: a number from 0 to 1")
  }

  @Test("an action that does not exist is a programmer's mistake")
  func wrongAction() async {
    await #expect(processExitsWith: .failure) {
      var world = FrozenLake.fourByFour
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(4, using: &random)
    }
  }
}
