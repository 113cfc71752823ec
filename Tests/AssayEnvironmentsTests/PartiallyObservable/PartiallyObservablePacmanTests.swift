import Assay
import AssayTesting
import Testing

@testable import AssayEnvironments

@Suite("Partially observable Pac-Man")
struct PartiallyObservablePacmanTests {
  typealias World = PartiallyObservablePacman

  /// Pac-Man in a cell with pellets in some, and ghosts far away that rest.
  static func world(
    at row: Int, _ column: Int, pellets: [(Int, Int)],
    ghosts: [(Int, Int)] = [(9, 8), (9, 10), (10, 8), (10, 10)],
    pills: [(Int, Int)] = [], power: Int = 0, pursuit: Int = -3
  ) -> World {
    func cell(_ row: Int, _ column: Int) -> Int { row * World.columns + column }
    let pelletCells = Set(pellets.map { cell($0.0, $0.1) })
    let pillCells = Set(pills.map { cell($0.0, $0.1) })
    var numbers = [Double(cell(row, column)), Double(power)]
    for ghost in ghosts { numbers += [Double(cell(ghost.0, ghost.1)), Double(pursuit)] }
    numbers += World.pelletCells.map { pelletCells.contains($0) ? 1 : 0 }
    numbers += World.pillCells.map { pillCells.contains($0) ? 1 : 0 }
    var world = World()
    do { try world.place(at: numbers) } catch { preconditionFailure("\(error)") }
    return world
  }

  static func bits(_ observation: Int) -> Set<Int> { Set((0..<16).filter { observation >> $0 & 1 == 1 }) }

  @Test("the world keeps the contract, and can be put back where it was")
  func contract() throws {
    #expect(EnvironmentChecks(World(), steps: 1000).run().isEmpty)
    var world = World()
    var random = RandomStream(seed: 2)
    for _ in 0..<300 {
      if world.isOver { _ = world.reset(using: &random) }
      let step = world.step(random.integer(below: 4), using: &random)
      #expect(world.rewardRange.contains(step.reward.value))
      if world.isOver { continue }
      var copy = World()
      try copy.place(at: world.stateNumbers)
      var streams = (random, random)
      #expect(copy.observation == step.observation)
      #expect(
        copy.step(1, using: &streams.0).reward
          == {
            var other = world
            return other.step(1, using: &streams.1).reward
          }())
    }
  }

  @Test("every cell can be reached, and none is a dead end")
  func maze() {
    let free = World.walls.indices.filter { !World.walls[$0] }
    var seen: Set<Int> = [World.start]
    var open = [World.start]
    while let cell = open.popLast() {
      for direction in 0..<4 {
        let next = World.neighbours[cell * 4 + direction]
        if next >= 0, seen.insert(next).inserted { open.append(next) }
      }
    }
    #expect(seen.count == free.count)
    #expect(free.allSatisfy { cell in (0..<4).filter { World.neighbours[cell * 4 + $0] >= 0 }.count >= 2 })
    #expect(World.homes.count == 4 && World.pillCells.count == 4)
    // The way round: left of the open row's first cell is its last.
    #expect(World.neighbours[10 * 19 * 4 + 3] == 10 * 19 + 18)
  }

  @Test("about half of the cells have a pellet, each start anew")
  func pellets() {
    var world = World()
    var random = RandomStream(seed: 4)
    var sum = 0
    for _ in 0..<50 {
      _ = world.reset(using: &random)
      sum += world.pelletsLeft
    }
    // Six standard deviations: a false alarm in 5e8.
    let draws = Double(50 * World.pelletCells.count)
    #expect(abs(Double(sum) - draws / 2) < 6 * (draws / 4).squareRoot())
  }

  @Test("walls, smells and lines of sight are the bits they should be")
  func sights() {
    // At the start of the maze's second row: a wall above and to the left, which is a corner.
    let corner = Self.world(at: 1, 1, pellets: [(1, 4), (19, 9)])
    #expect(Self.bits(corner.observation) == [0, 3, 9, 10, 12])
    // Two steps away, and below, with a wall between what is at the same distance.
    #expect(Self.bits(Self.world(at: 1, 1, pellets: [(3, 1)]).observation) == [0, 3, 8, 9, 10, 13])
    #expect(Self.bits(Self.world(at: 3, 1, pellets: [(3, 3)]).observation) == [1, 3, 8, 9, 10])
    #expect(Self.bits(Self.world(at: 3, 1, pellets: [(3, 5)]).observation) == [1, 3, 10])
    #expect(Self.bits(Self.world(at: 3, 1, pellets: [(3, 6)]).observation) == [1, 3])
    // Ghosts in line, and one behind a wall.
    let ghosts = Self.world(
      at: 7, 9, pellets: [(1, 2)], ghosts: [(7, 2), (9, 9), (7, 17), (3, 9)], power: 2)
    #expect(Self.bits(ghosts.observation) == [0, 5, 6, 7, 15])
    // What lies round the open row's end is not in line.
    #expect(Self.bits(Self.world(at: 10, 0, pellets: [(10, 18)]).observation) == [0, 2])
  }

  @Test("moving costs 1, a wall 10, a pellet is worth 10, and the last one 100 more")
  func rewards() {
    var random = RandomStream(seed: 1)
    var world = Self.world(at: 1, 1, pellets: [(1, 2), (1, 3)])
    #expect(world.step(0, using: &random).reward == -10)
    #expect(world.step(1, using: &random).reward == 9)
    let last = world.step(1, using: &random)
    #expect(last.reward == 109 && last.ending == .terminated && world.isOver)
    var around = Self.world(at: 10, 0, pellets: [(1, 2)])
    #expect(around.step(3, using: &random).reward == -1)
    #expect(around.pacman == 10 * 19 + 18)
  }

  @Test("ghosts catch, whoever comes to whom, unless Pac-Man has power")
  func ghosts() {
    var random = RandomStream(seed: 1)
    let far = [(9, 10), (10, 8), (10, 10)]
    var caught = Self.world(at: 1, 2, pellets: [(19, 9)], ghosts: [(1, 3)] + far)
    let step = caught.step(1, using: &random)
    #expect(step.reward == -51 && step.ending == .terminated)
    // In the corner's alley: the only way nearer leads to Pac-Man, who walks against the wall.
    var pursued = Self.world(at: 1, 1, pellets: [(19, 9)], ghosts: [(1, 2)] + far, pursuit: 0)
    #expect(pursued.step(0, using: &random).reward == -60)
    var power = Self.world(at: 1, 2, pellets: [(19, 9)], ghosts: [(1, 3)] + far, power: 1)
    #expect(power.step(1, using: &random).reward == -1)
    #expect(!power.isOver && !power.ghosts.contains { $0.cell == 1 * 19 + 3 })
    #expect(power.power == 0)
  }

  @Test("a pill gives power for 15 steps more")
  func pills() {
    var random = RandomStream(seed: 1)
    var world = Self.world(at: 1, 2, pellets: [(19, 9)], pills: [(1, 1)])
    var hasPower: [Bool] = []
    for action in [3] + Array(repeating: 0, count: 15) {
      hasPower.append(world.step(action, using: &random).observation >> 15 == 1)
    }
    #expect(hasPower == Array(repeating: true, count: 15) + [false])
  }

  @Test("a ghost pursues for 5 steps, rests for 3, and pursues again; far away it does neither")
  func pursuit() {
    var random = RandomStream(seed: 9)
    // Pac-Man walks against the wall in a far corner, so that what is near stays near by being put back.
    var world = Self.world(
      at: 1, 1, pellets: [(19, 9)], ghosts: [(5, 2), (9, 10), (10, 8), (10, 10)], pursuit: 0)
    var counters: [Int] = []
    for _ in 0..<10 {
      world.ghosts[0].cell = 5 * 19 + 2
      _ = world.step(0, using: &random)
      counters.append(world.ghosts[0].pursuit)
      // It went nearer whenever it pursued: (5, 1) and (4, 2) is a wall.
      if counters.count <= 5 { #expect(world.ghosts[0].cell == 5 * 19 + 1) }
      #expect(world.ghosts[1].pursuit == 0)
    }
    #expect(counters == [4, 3, 2, 1, -3, -2, -1, 0, 4, 3])
  }

  @Test("numbers that are no state are refused, and a step before the reset traps")
  func misuse() async {
    var world = World()
    let good = Self.world(at: 1, 1, pellets: [(1, 2)]).stateNumbers
    for (index, number) in [(0, 0.0), (0, 399), (1, 16), (2, 0.5), (3, 5), (10, 2), (10, .nan)] {
      var numbers = good
      numbers[index] = number
      #expect(throws: DataError.self) { try world.place(at: numbers) }
    }
    #expect(throws: DataError.self) { try world.place(at: Array(good.dropLast())) }
    await #expect(processExitsWith: .failure) {
      var world = PartiallyObservablePacman()
      var random = RandomStream(seed: 1)
      _ = world.step(0, using: &random)
    }
  }
}
