import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Tile view")
struct TileViewTests {
  @Test("a world that is seen as its picture keeps the contract")
  func contract() {
    #expect(EnvironmentChecks(TileView(CoinCorridor()), steps: 60).run().map(\.description) == [])
    #expect(EnvironmentChecks(TileView(OffSwitchCorridor()), steps: 60).run().map(\.description) == [])
    #expect(
      EnvironmentChecks(TileView(AnyWorld(FrozenLake.fourByFour)), steps: 60).run().map(\.description) == [])
  }

  @Test("each tile is ten numbers, of which that of its tint is 1")
  func image() throws {
    var world = TileView(try FrozenLake(map: ["SFG", "FHF"], isSlippery: false))
    #expect(world.rows == 2 && world.columns == 3)
    #expect(TileView<FrozenLake>.tintCount == 10 && world.observationSpace.count == 60)
    // The planes, in the order of the tints: floor 0, wall 1, agent 2, goal 3, danger 4, start 5.
    func planes(_ image: [Float]) -> [Int] {
      (0..<6).map { tile in (0..<10).filter { image[tile * 10 + $0] == 1 }.reduce(0) { 10 * $0 + $1 } }
    }
    var random = RandomStream(seed: 1)
    let first = world.reset(using: &random)
    #expect(planes(first) == [2, 0, 3, 0, 4, 0])
    #expect(first.reduce(0, +) == 6)
    let step = world.step(2, using: &random)
    #expect(planes(step.observation) == [5, 2, 3, 0, 4, 0])
    #expect(world.stateNumbers == [1])
    #expect(world.step(2, using: &random).ending == .terminated)
  }

  @Test("a world without tiles is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = TileView(Reel([1])) }
  }
}
