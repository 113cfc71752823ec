import Assay

/// Pac-Man in a maze of which he sees the walls beside him, what stands in line with him, and whether there
/// is food nearby by its smell.
///
/// ![Ghosts and pellets in a maze, of which one sees little](partially-observable-pacman)
///
///     ###################
///     #o...............o#
///     #.##.####.####.##.#
///     #.#....#...#....#.#
///     #.#.##.#.#.#.##.#.#
///     #...#.........#...#
///     ###.#.##.#.##.#.###
///     #.................#
///     #.##.#.##.##.#.##.#
///     #.#..#.#A-B#.#..#.#
///     .....#.#C-D#.#.....
///     #.#..#.#####.#..#.#
///     #.#.##.......##.#.#
///     #....#.##.##.#....#
///     ####...#...#...####
///     #....#...P...#....#
///     #.##.#.#.#.#.#.##.#
///     #..#.....#.....#..#
///     #..##.##...##.##..#
///     #o...............o#
///     ###################
///
/// `#` is a wall, `P` where Pac-Man starts, `A` to `D` where the ghosts do. At the start a pellet lies in
/// each cell `.` with probability ½, and a power pill in each cell `o`. The row that is open at both sides
/// leads round. A step has these parts, in order:
///
/// 1. Pac-Man moves, or stays where he is if there is a wall. What lies in his new cell is eaten; a pill
///    gives him power for the rest of this step and the 15 steps after it. If there are ghosts in that cell,
///    he is caught, or, with power, sends them home, where they start.
/// 2. If neither he was caught nor the last pellet was eaten, the ghosts move, one after the other. One that
///    is within Manhattan distance 5 of Pac-Man, without regard to walls, begins to pursue him for 5 steps,
///    and then does not for 3. While it pursues, it goes to a neighbouring cell that is nearer to him by
///    Manhattan distance, each of them equally likely; where there is none, and else, to any, each equally
///    likely. Never does it go where another ghost is, and with nowhere to go it stays. In Pac-Man's cell it
///    catches him, or, if he has power, is sent home.
///
/// - **Observation**: 16 bits. Bits 0 to 3: there is a wall above, right, below, left. Bits 4 to 7: there is
///   a ghost in that direction with no wall between. Bits 8 to 10: there is a pellet within Manhattan
///   distance 2, 3, 4. Bits 11 to 14: there is a pellet in that direction with no wall between. Bit 15: he
///   has power for the next step.
/// - **Action**: 0 up, 1 right, 2 down, 3 left.
/// - **Reward**: the sum of −1 for moving or −10 for a wall, 10 for a pellet, 100 for the last pellet, and
///   −50 for being caught: from −60 to 109.
/// - **Ending**: terminates when Pac-Man is caught or no pellet is left.
/// - **For**: a world too large for any table, of which little is seen.
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*. The rewards,
///   what is observed and the distance of 5 are theirs; the maze and how long power, pursuit and rest last
///   are not.
public struct PartiallyObservablePacman: PlaceableEnvironment {
  /// How many rows the maze has.
  public static let rows = 21
  /// How many columns the maze has.
  public static let columns = 19
  /// For how many steps a pill gives power.
  public static let powerLength = 15
  /// For how many steps a ghost pursues.
  public static let pursuitLength = 5
  /// For how many steps it does not pursue after that.
  public static let restLength = 3
  /// How near Pac-Man has to be, by Manhattan distance, for a ghost to pursue him.
  public static let pursuitDistance = 5

  static let cellCount = rows * columns
  static let walls: [Bool] = maze.map { $0 == "#" }
  /// The cells in which pellets may lie.
  static let pelletCells: [Int] = maze.indices.filter { maze[$0] == "." }
  static let pillCells: [Int] = maze.indices.filter { maze[$0] == "o" }
  static let start = maze.firstIndex(of: "P") ?? 0
  static let homes: [Int] = ["A", "B", "C", "D"].compactMap { maze.firstIndex(of: $0) }
  /// The cell next to each in each direction, `[cells × 4]`; −1 for a wall.
  static let neighbours: [Int] = (0..<cellCount * 4).map { index in
    let (cell, direction) = index.quotientAndRemainder(dividingBy: 4)
    let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
    let down = [-1, 0, 1, 0][direction]
    let right = [0, 1, 0, -1][direction]
    guard row + down >= 0, row + down < rows else { return -1 }
    let next = (row + down) * columns + (column + right + columns) % columns
    return walls[next] ? -1 : next
  }

  private static let maze: [Character] = Array(
    """
    ###################
    #o...............o#
    #.##.####.####.##.#
    #.#....#...#....#.#
    #.#.##.#.#.#.##.#.#
    #...#.........#...#
    ###.#.##.#.##.#.###
    #.................#
    #.##.#.##.##.#.##.#
    #.#..#.#A-B#.#..#.#
    .....#.#C-D#.#.....
    #.#..#.#####.#..#.#
    #.#.##.......##.#.#
    #....#.##.##.#....#
    ####...#...#...####
    #....#...P...#....#
    #.##.#.#.#.#.#.##.#
    #..#.....#.....#..#
    #..##.##...##.##..#
    #o...............o#
    ###################
    """.filter { $0 != "\n" })

  /// A ghost: its cell, and for how many steps it will pursue, or, if negative, will not.
  struct Ghost: Sendable, Hashable {
    var cell: Int
    var pursuit = 0
  }

  public let name = "partially-observable-pacman"
  public let observationSpace = DiscreteSpace(count: 1 << 16)
  public let actionSpace = DiscreteSpace(count: 4)
  public let actionNames = ["up", "right", "down", "left"]
  public let rewardRange = -60.0...109.0
  public private(set) var isOver = true

  var pacman = PartiallyObservablePacman.start
  /// For how many more steps Pac-Man has power.
  var power = 0
  var ghosts = PartiallyObservablePacman.homes.map { Ghost(cell: $0) }
  var hasPellet = [Bool](repeating: false, count: PartiallyObservablePacman.cellCount)
  var hasPill = [Bool](repeating: false, count: PartiallyObservablePacman.cellCount)
  private(set) var pelletsLeft = 0

  /// Makes the maze, which needs a reset.
  public init() {}

  public mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    pacman = Self.start
    power = 0
    for index in ghosts.indices { ghosts[index] = Ghost(cell: Self.homes[index]) }
    for cell in Self.pillCells { hasPill[cell] = true }
    repeat {
      pelletsLeft = 0
      for cell in Self.pelletCells {
        hasPellet[cell] = random.next() >> 63 == 1
        pelletsLeft += hasPellet[cell] ? 1 : 0
      }
    } while pelletsLeft == 0
    return observation
  }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    var reward = 0.0
    let next = Self.neighbours[pacman * 4 + action]
    let hadPower = power > 0
    if hadPower { power -= 1 }
    var isCaught = false
    if next < 0 {
      reward -= 10
    } else {
      reward -= 1
      pacman = next
      if hasPellet[next] {
        hasPellet[next] = false
        pelletsLeft -= 1
        reward += pelletsLeft == 0 ? 110 : 10
      }
      if hasPill[next] {
        hasPill[next] = false
        power = Self.powerLength
      }
      for index in ghosts.indices where ghosts[index].cell == next {
        if hadPower || power > 0 { ghosts[index] = Ghost(cell: Self.homes[index]) } else { isCaught = true }
      }
    }
    if !isCaught && pelletsLeft > 0 {
      for index in ghosts.indices where !isCaught {
        move(index, using: &random)
        guard ghosts[index].cell == pacman else { continue }
        if hadPower || power > 0 { ghosts[index] = Ghost(cell: Self.homes[index]) } else { isCaught = true }
      }
    }
    if isCaught { reward -= 50 }
    isOver = isCaught || pelletsLeft == 0
    return Step(observation: observation, reward: Reward(reward), ending: isOver ? .terminated : nil)
  }

  private mutating func move(_ index: Int, using random: inout RandomStream) {
    var ghost = ghosts[index]
    let distance = Self.distance(ghost.cell, pacman)
    if ghost.pursuit == 0 && distance <= Self.pursuitDistance { ghost.pursuit = Self.pursuitLength }
    let isPursuing = ghost.pursuit > 0
    if isPursuing {
      ghost.pursuit -= 1
      if ghost.pursuit == 0 { ghost.pursuit = -Self.restLength }
    } else if ghost.pursuit < 0 {
      ghost.pursuit += 1
    }
    // Of the cells to go to, and of those that are nearer, one is kept so that each is equally likely.
    var chosen = ghost.cell
    var count = 0
    var nearer = ghost.cell
    var nearerCount = 0
    for direction in 0..<4 {
      let next = Self.neighbours[ghost.cell * 4 + direction]
      guard next >= 0, !ghosts.contains(where: { $0.cell == next }) else { continue }
      count += 1
      if random.integer(below: count) == 0 { chosen = next }
      if isPursuing, Self.distance(next, pacman) < distance {
        nearerCount += 1
        if random.integer(below: nearerCount) == 0 { nearer = next }
      }
    }
    ghost.cell = nearerCount > 0 ? nearer : chosen
    ghosts[index] = ghost
  }

  private static func distance(_ one: Int, _ other: Int) -> Int {
    abs(one / columns - other / columns) + abs(one % columns - other % columns)
  }

  /// What Pac-Man sees and smells.
  var observation: Int {
    var bits = power > 0 ? 1 << 15 : 0
    for direction in 0..<4 {
      if Self.neighbours[pacman * 4 + direction] < 0 { bits |= 1 << direction }
      var cell = pacman
      while true {
        let next = Self.neighbours[cell * 4 + direction]
        // What lies round the open row's end is not in line.
        if next < 0 || abs(next % Self.columns - cell % Self.columns) > 1 { break }
        cell = next
        if hasPellet[cell] { bits |= 1 << (11 + direction) }
        for ghost in ghosts where ghost.cell == cell { bits |= 1 << (4 + direction) }
      }
    }
    let (row, column) = pacman.quotientAndRemainder(dividingBy: Self.columns)
    for down in -4...4 {
      let reach = 4 - abs(down)
      guard row + down >= 0, row + down < Self.rows else { continue }
      for right in -reach...reach where column + right >= 0 && column + right < Self.columns {
        guard hasPellet[(row + down) * Self.columns + column + right] else { continue }
        let distance = abs(down) + abs(right)
        if distance <= 2 { bits |= 1 << 8 }
        if distance <= 3 { bits |= 1 << 9 }
        bits |= 1 << 10
      }
    }
    return bits
  }

  /// Pac-Man's cell, his power, the cell and pursuit of each ghost, and for each cell of a pellet, then of a
  /// pill, whether it is there. Cells are numbered row by row.
  public var stateNumbers: [Double] {
    [Double(pacman), Double(power)] + ghosts.flatMap { [Double($0.cell), Double($0.pursuit)] }
      + Self.pelletCells.map { hasPellet[$0] ? 1 : 0 } + Self.pillCells.map { hasPill[$0] ? 1 : 0 }
  }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let count = 10 + Self.pelletCells.count + Self.pillCells.count
    guard numbers.count == count else {
      throw DataError(field: "state", value: "\(numbers.count) numbers", allowed: "\(count) numbers")
    }
    var integers: [Int] = []
    for (index, number) in numbers.enumerated() {
      let range =
        switch index {
        case 0, 2, 4, 6, 8: 0...Self.cellCount - 1
        case 1: 0...Self.powerLength
        case 3, 5, 7, 9: -Self.restLength...Self.pursuitLength - 1
        default: 0...1
        }
      guard let integer = Int(exactly: number), range.contains(integer) else {
        throw DataError(
          field: "state[\(index)]", value: "\(number)",
          allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      if [0, 2, 4, 6, 8].contains(index), Self.walls[integer] {
        throw DataError(field: "state[\(index)]", value: "\(integer), a wall", allowed: "a cell that is none")
      }
      integers.append(integer)
    }
    let pellets = integers[10..<10 + Self.pelletCells.count]
    guard pellets.contains(1) else {
      throw DataError(field: "state[10...]", value: "no pellet", allowed: "at least one")
    }
    pacman = integers[0]
    power = integers[1]
    for index in ghosts.indices {
      ghosts[index] = Ghost(cell: integers[2 + 2 * index], pursuit: integers[3 + 2 * index])
    }
    for (cell, number) in zip(Self.pelletCells, pellets) { hasPellet[cell] = number == 1 }
    for (cell, number) in zip(Self.pillCells, integers[(10 + Self.pelletCells.count)...]) {
      hasPill[cell] = number == 1
    }
    pelletsLeft = pellets.reduce(0, +)
    isOver = false
  }

  public var picture: Picture {
    let seen = observation
    func directions(_ shift: Int) -> String {
      let words = actionNames.enumerated().filter { seen >> (shift + $0.offset) & 1 == 1 }.map(\.element)
      return words.isEmpty ? "nowhere" : words.joined(separator: ", ")
    }
    let smell =
      seen >> 8 & 1 == 1 ? "2" : seen >> 9 & 1 == 1 ? "3" : seen >> 10 & 1 == 1 ? "4" : "more than 4"
    return Picture(
      tiles: Tiles(rows: Self.rows, columns: Self.columns) { row, column in
        let cell = row * Self.columns + column
        if Self.walls[cell] { return Tiles.Tile("", .wall) }
        if cell == pacman { return Tiles.Tile("P", .agent) }
        if let ghost = ghosts.firstIndex(where: { $0.cell == cell }) {
          return Tiles.Tile(["A", "B", "C", "D"][ghost], power > 0 ? .muted : .danger)
        }
        if hasPill[cell] { return Tiles.Tile("o", .object) }
        return hasPellet[cell] ? Tiles.Tile("•", .goal) : Tiles.Tile()
      },
      caption: "\(pelletsLeft) pellets left" + (power > 0 ? ", power for \(power) steps" : "")
        + "; sees ghosts \(directions(4)), food \(directions(11)), smells food within \(smell)")
  }
}
