import Assay
import AssayEnvironments
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
