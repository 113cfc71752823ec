import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Dyna maze")
struct DynaMazeTests {
  /// The maps of the book's figures 8.2, 8.4 and 8.5, and how long the shortest way is.
  static let figures: [(walls: DynaMaze.Walls, map: String, steps: Int)] = [
    (
      .maze,
      """
      .......#G
      ..#....#.
      S.#....#.
      ..#......
      .....#...
      .........
      """, 14
    ),
    (
      .gapRight,
      """
      ........G
      .........
      .........
      ########.
      .........
      ...S.....
      """, 10
    ),
    (
      .gapLeft,
      """
      ........G
      .........
      .........
      .########
      .........
      ...S.....
      """, 16
    ),
    (
      .gapBoth,
      """
      ........G
      .........
      .........
      .#######.
      .........
      ...S.....
      """, 10
    ),
  ]

  /// Where a move leads on a map, by the rules alone.
  static func next(on map: [[Character]], row: Int, column: Int, action: Int) -> Int {
    let (down, across) = [(-1, 0), (0, 1), (1, 0), (0, -1)][action]
    let (row2, column2) = (row + down, column + across)
    guard map.indices.contains(row2), map[row2].indices.contains(column2), map[row2][column2] != "#" else {
      return row * 9 + column
    }
    return row2 * 9 + column2
  }

  @Test("every move is the book's map's, and the goal pays", arguments: figures.indices)
  func moves(figure: Int) {
    let (walls, text, _) = Self.figures[figure]
    let map = text.split(separator: "\n").map(Array.init)
    let world = DynaMaze(walls: walls)
    for row in 0..<6 {
      for column in 0..<9 where map[row][column] != "#" {
        let cell = row * 9 + column
        #expect((world.initialDistribution[cell] == 1) == (map[row][column] == "S"))
        for action in 0..<4 where cell != DynaMaze.goal {
          let next = Self.next(on: map, row: row, column: column, action: action)
          let isGoal = next == 8
          #expect(
            world.outcomes(of: action, in: cell) == [
              Outcome(next: next, probability: 1, reward: isGoal ? 1 : 0, isTerminal: isGoal)
            ])
        }
      }
    }
    #expect(world.outcomes(of: 0, in: 8).isEmpty)
  }

  @Test("the shortest ways take 14, 10, 16 and 10 steps, as in the book", arguments: figures.indices)
  func shortest(figure: Int) {
    let (walls, _, steps) = Self.figures[figure]
    let world = DynaMaze(walls: walls)
    let values = bestActionValues(of: world)
    let start = world.initialDistribution.firstIndex(of: 1) ?? 0
    // The last of n steps pays 1: γⁿ⁻¹.
    #expect(abs(bestValue(values, in: start) - pow(0.95, Double(steps - 1))) < 1e-12)
  }

  @Test("the contract holds, with any walls", arguments: DynaMaze.Walls.allCases)
  func contract(walls: DynaMaze.Walls) {
    var checks = EnvironmentChecks(DynaMaze(walls: walls))
    checks.samples = 20
    #expect(checks.run().isEmpty)
  }

  @Test("an agent that a new wall is built on can leave, and no one can enter")
  func walledIn() {
    let world = DynaMaze(walls: .gapLeft)
    #expect(world.outcomes(of: 0, in: 35) == [Outcome(next: 26, probability: 1, reward: 0)])
    #expect(world.outcomes(of: 2, in: 26) == [Outcome(next: 26, probability: 1, reward: 0)])
  }

  @Test("stepping on after the goal is a programmer's mistake")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      var world = DynaMaze()
      var random = RandomStream(seed: 1)
      world.place(in: 17)
      _ = world.step(0, using: &random)
      _ = world.step(0, using: &random)
    }
  }
}
