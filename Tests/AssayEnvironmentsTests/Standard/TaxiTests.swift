import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Taxi")
struct TaxiTests {
  /// Digests of Gymnasium 1.4's own tables, `Taxi-v4` dry and in rain, made by the same rule in Python.
  @Test("the tables are Gymnasium's, entry by entry")
  func tables() {
    #expect(digest(of: Taxi()) == 534_911_098_120_617_893)
    #expect(digest(of: Taxi(accuracy: 0.8)) == 17_388_925_426_733_894_097)
  }

  @Test("it keeps the contract")
  func contract() {
    var checks = EnvironmentChecks(Taxi(accuracy: 0.8))
    checks.samples = 100
    checks.pairLimit = 300
    #expect(checks.run() == [])
  }

  /// By sweeps over Gymnasium's table in Python: 7.93 dry, 3.954574516550821 in rain.
  @Test("the best policy's mean return is 7.93, and 3.95 in rain")
  func bestReturn() {
    for (accuracy, wanted) in [(1.0, 7.93), (0.8, 3.954574516550821)] {
      let world = Taxi(accuracy: accuracy)
      let values = bestActionValues(of: world, discount: 1)
      let mean = (0..<500).reduce(0) { $0 + world.initialDistribution[$1] * bestValue(values, in: $1) }
      #expect(abs(mean - wanted) < 1e-9)
    }
  }

  @Test("a ride: fetch at red, bring to green, around the wall")
  func ride() {
    var world = Taxi()
    var random = RandomStream(seed: 1)
    world.place(in: Taxi.state(cell: 1, passenger: 0, destination: 1))
    // Set down, without anybody; left; pick up; down, down, four times right, up, up; set down.
    let actions = [5, 3, 4, 0, 0, 2, 2, 2, 2, 1, 1, 5]
    let steps = actions.map { world.step($0, using: &random) }
    let rewards: [Double] = [-10, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 20]
    #expect(steps.map(\.reward.value) == rewards)
    #expect(steps.last?.ending == .terminated && steps.dropLast().allSatisfy { $0.ending == nil })
    world.place(in: Taxi.state(cell: 1, passenger: 0, destination: 1))
    #expect(world.step(2, using: &random).observation == Taxi.state(cell: 1, passenger: 0, destination: 1))
  }

  @Test("it starts in 300 ways")
  func starts() {
    let starts = Taxi().initialDistribution.filter { $0 > 0 }
    #expect(starts == [Double](repeating: 1.0 / 300, count: 300))
  }

  @Test("its picture shows the taxi, the walls, who waits and where they want to go")
  func picture() {
    var world = Taxi()
    world.place(in: Taxi.state(cell: 1, passenger: 0, destination: 1))
    guard case .tiles(let tiles) = world.picture.scene else {
      Issue.record("there are no tiles")
      return
    }
    #expect(tiles[0, 2] == Tiles.Tile("T", .agent) && tiles[0, 3].tint == .wall)
    #expect(tiles[0, 0] == Tiles.Tile("RP", .object) && tiles[0, 8] == Tiles.Tile("G", .goal))
    #expect(world.picture.caption == "passenger at R, to G")
  }

  @Test("an action that does not exist is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = Taxi()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(6, using: &random)
    }
  }
}
