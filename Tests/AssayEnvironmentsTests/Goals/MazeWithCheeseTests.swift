import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Maze with cheese")
struct MazeWithCheeseTests {
  /// Which cells one can walk between, written down from a drawing of each maze.
  static func ways(in maze: MazeWithCheese.Maze) -> Set<Set<Int>> {
    let across: [[Int]] = (0..<25).filter { $0 % 5 < 4 }.map { [$0, $0 + 1] }
    let down: [[Int]] = (0..<20).map { [$0, $0 + 5] }
    let neighbours = across + down
    func along(_ cells: [Int]) -> [[Int]] { zip(cells, cells.dropFirst()).map { [$0, $1] } }
    let closed: [[Int]] = [[2, 3], [12, 13], [17, 18], [11, 16], [12, 17], [13, 18]]
    let ways: [[Int]] =
      switch maze {
      case .open: neighbours
      case .comb:
        [
          [0, 1, 2, 3, 4, 9, 14, 19, 24], [0, 5, 10, 15, 20], [2, 7],
          [1, 6, 11, 12, 17, 16, 21, 22, 23, 18, 13, 8, 3],
        ].flatMap(along)
      case .spiral:
        along([
          0, 1, 2, 3, 4, 9, 14, 19, 24, 23, 22, 21, 20, 15, 10, 5, 6, 7, 8, 13, 18, 17, 16, 11, 12,
        ])
      case .rooms:
        neighbours.filter { !closed.contains($0) }
      }
    return Set(ways.map(Set.init))
  }

  /// How many steps it is to a cell from each cell, around another one; `nil` where there is no way.
  static func distances(to goal: Int, around closed: Int? = nil, in maze: MazeWithCheese.Maze) -> [Int?] {
    let ways = ways(in: maze)
    var distances = [Int?](repeating: nil, count: 25)
    distances[goal] = 0
    var front = [goal]
    while !front.isEmpty {
      var next: [Int] = []
      for cell in front {
        for other in 0..<25 where distances[other] == nil && other != closed && ways.contains([cell, other]) {
          distances[other] = (distances[cell] ?? 0) + 1
          next.append(other)
        }
      }
      front = next
    }
    return distances
  }

  @Test("walls are where the drawing has them", arguments: MazeWithCheese.Maze.allCases)
  func walls(maze: MazeWithCheese.Maze) {
    let world = MazeWithCheese(maze: maze)
    let ways = Self.ways(in: maze)
    for cell in 0..<25 {
      let moves = [-5, 1, 5, -1].enumerated().map { action, offset in
        let next = cell + offset
        let isBeside = next >= 0 && next < 25 && (offset.magnitude == 5 || next / 5 == cell / 5)
        let state = MazeWithCheese.state(cell: cell, cheese: nil)
        return (world.outcomes(of: action, in: state), isBeside && ways.contains([cell, next]) ? next : cell)
      }
      for (outcomes, next) in moves {
        #expect(
          outcomes == [
            Outcome(next: MazeWithCheese.state(cell: next, cheese: nil), probability: 1, reward: 0)
          ])
      }
    }
  }

  @Test(
    "the cheese is worth 0.95 to the power of the steps before the last, by the shortest way",
    arguments: MazeWithCheese.Maze.allCases)
  func cheese(maze: MazeWithCheese.Maze) throws {
    let world = MazeWithCheese(maze: maze, region: 5)
    var values = [Double](repeating: 0, count: world.stateCount)
    for cheese in 0..<25 {
      for (cell, distance) in Self.distances(to: cheese, in: maze).enumerated() where cell != cheese {
        values[MazeWithCheese.state(cell: cell, cheese: cheese)] = pow(
          0.95, Double(try #require(distance) - 1))
      }
    }
    #expect(try bellmanError(in: world, goal: "cheese") { values[$0] } < 1e-12)
  }

  @Test(
    "who wants to be in the corner goes there, around the cheese, and stays",
    arguments: MazeWithCheese.Maze.allCases)
  func corner(maze: MazeWithCheese.Maze) throws {
    let world = MazeWithCheese(maze: maze, region: 5)
    var values = [Double](repeating: 0, count: world.stateCount)
    for cheese in 0..<25 {
      // The cheese ends the episode, so that the corner with the cheese in it is worth 1, and without for
      // ever 1.
      let stay = cheese == 4 ? 1 : 1 / (1 - 0.95)
      let distances = Self.distances(to: 4, around: cheese == 4 ? nil : cheese, in: maze)
      for (cell, distance) in distances.enumerated() where cell != cheese {
        guard let distance else { continue }
        values[MazeWithCheese.state(cell: cell, cheese: cheese)] =
          distance == 0 ? stay : pow(0.95, Double(distance - 1)) * stay
      }
    }
    #expect(try bellmanError(in: world, goal: "corner") { values[$0] } < 1e-9)
  }

  @Test(
    "with the cheese in the corner both goals are the reward; in any larger region they are not",
    arguments: MazeWithCheese.Maze.allCases)
  func agreement(maze: MazeWithCheese.Maze) throws {
    for goal in ["cheese", "corner"] { #expect(try isReward(goal, in: MazeWithCheese(maze: maze))) }
    #expect(try !isReward("corner", in: MazeWithCheese(maze: maze, region: 2)))
    #expect(try isReward("cheese", in: MazeWithCheese(maze: maze, region: 2)))
    #expect(try !isReward("corner", in: MazeWithCheese(maze: maze, randomised: 0.1)))
  }

  @Test("the cheese lies in the square at the top right, and as often as said anywhere")
  func starts() {
    func places(_ world: MazeWithCheese) -> [Double] {
      (0...25).map { place in world.initialDistribution[place * 25..<(place + 1) * 25].reduce(0, +) }
    }
    func isClose(_ world: MazeWithCheese, _ wanted: [Int: Double]) -> Bool {
      zip(places(world), 0...25).allSatisfy { abs($0 - (wanted[$1] ?? 0)) < 1e-12 }
    }
    #expect(isClose(MazeWithCheese(), [4: 1]))
    #expect(isClose(MazeWithCheese(region: 2), [3: 0.25, 4: 0.25, 8: 0.25, 9: 0.25]))
    let anywhere = Dictionary(uniqueKeysWithValues: (0..<25).map { ($0, 0.04) })
    #expect(isClose(MazeWithCheese(region: 5), anywhere))
    #expect(isClose(MazeWithCheese(randomised: 0.5), anywhere.mapValues { $0 / 2 }.merging([4: 0.52]) { $1 }))
    #expect(isClose(MazeWithCheese(cheese: .away, region: 3, randomised: 0.5), [25: 1]))
    let corner = MazeWithCheese().initialDistribution
    #expect(corner[4 * 25 + 4] == 0)
    #expect((0..<25).filter { $0 != 4 }.allSatisfy { abs(corner[4 * 25 + $0] - 1 / 24.0) < 1e-12 })
  }

  @Test("where the cheese lies changes nothing but the starts, and the maze nothing but the moves")
  func interventions() {
    let base = MazeWithCheese()
    for changed in [
      MazeWithCheese(region: 5), MazeWithCheese(cheese: .away), MazeWithCheese(randomised: 0.3),
    ] {
      #expect(changedChoices(from: base, to: changed).isEmpty)
      #expect(changed.initialDistribution != base.initialDistribution)
    }
    for maze in MazeWithCheese.Maze.allCases { #expect(areAlike(base, MazeWithCheese(maze: maze))) }
    let rooms = MazeWithCheese(maze: .rooms)
    #expect(rooms.initialDistribution == base.initialDistribution)
    // A wall between two cells changes one action in each, wherever the cheese is but in the cell itself.
    let walls = Self.ways(in: .comb).symmetricDifference(Self.ways(in: .rooms))
    #expect(changedChoices(from: base, to: rooms).count == walls.count * 2 * 25)
  }

  @Test(
    "what is learned with the cheese in the corner leads there and keeps one there, wherever the cheese is",
    arguments: MazeWithCheese.Maze.allCases)
  func generalisation(maze: MazeWithCheese.Maze) throws {
    let learner = try FeatureLearner(trainedIn: MazeWithCheese(maze: maze))
    let world = MazeWithCheese(maze: maze, region: 5)
    let distances = try Self.distances(to: MazeWithCheese.corner, in: maze).map { try #require($0) }
    for cell in [0, 7, 12, 15, 20, 24] {
      for cheese in 0..<25 where cheese != cell && cheese != MazeWithCheese.corner {
        let start = MazeWithCheese.state(cell: cell, cheese: cheese)
        let walk = learner.walk(in: world, from: start, steps: 26)
        let cells = walk.states.map { $0 % 25 }
        // Each step is one on a shortest way to the corner, and none leads out of it. Cheese is had where it
        // lies on that way, and nowhere else.
        #expect(zip(cells, cells.dropFirst()).allSatisfy { distances[$1] == max(0, distances[$0] - 1) })
        #expect(walk.isOver ? cells.last == cheese : cells.last == MazeWithCheese.corner)
      }
    }
  }

  @Test("the picture shows walls, mouse and cheese")
  func picture() {
    var world = MazeWithCheese(maze: .spiral)
    world.place(in: MazeWithCheese.state(cell: 20, cheese: 4))
    let marks = marks(of: world).map { $0.joined() }
    #expect(marks.count == 11)
    #expect(marks[1] == "#........C#" && marks[2] == "#########.#" && marks[9] == "#A........#")
    #expect(world.picture.caption == "cheese is at C")
    world.place(in: MazeWithCheese.state(cell: 20, cheese: nil))
    #expect(world.picture.caption == "no cheese")
  }

  @Test("every maze and every place of the cheese keeps the contract")
  func contract() {
    for maze in MazeWithCheese.Maze.allCases {
      #expect(quickFindings(in: MazeWithCheese(maze: maze, region: 3)).isEmpty)
    }
    for region in [1, 5] { #expect(quickFindings(in: MazeWithCheese(region: region)).isEmpty) }
    for cheese in MazeWithCheese.Cheese.allCases {
      #expect(quickFindings(in: MazeWithCheese(cheese: cheese, randomised: 0.5)).isEmpty)
    }
  }

  @Test("there is no action 4, and no step after the cheese")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = MazeWithCheese()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(4, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = MazeWithCheese(maze: .open)
      var random = RandomStream(seed: 1)
      world.place(in: MazeWithCheese.state(cell: 3, cheese: 4))
      guard world.step(1, using: &random).ending == .terminated else { return }
      _ = world.step(1, using: &random)
    }
  }
}
