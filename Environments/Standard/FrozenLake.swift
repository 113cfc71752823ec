import Assay

/// A frozen lake to cross without falling into a hole, on ice where one slips.
///
/// ![Slippery ice with holes, 4 by 4](frozen-lake-4x4)
///
/// Maps are rows of letters: `S` start, `F` ice, `H` hole, `G` goal. On slippery ice a move goes where the action
/// points, or at a right angle to it to either side, with probability ⅓ each. A move off the map leaves the agent in
/// place. Holes and goals only lead back to themselves, terminally. Where there are several starts, each is equally
/// likely.
///
/// - **Observation**: row · columns + column.
/// - **Action**: 0 left, 1 down, 2 right, 3 up.
/// - **Reward**: 1 for entering the goal, else 0.
/// - **Ending**: terminated in a hole and at the goal; Gymnasium cuts episodes off after 100 steps on the map of 4 by
///   4, and after 200 on that of 8 by 8.
/// - **For**: exact values under chance; and cut-offs: what is best without a limit is not what is best within one.
/// - **Published**: the best policy reaches the goal of the small map from the start with probability 14/17; within
///   100 steps, 0.7442; on the large map within 200 steps, 0.9132.
///
/// - SeeAlso: `FrozenLake-v1` and `FrozenLake8x8-v1` of Gymnasium 1.4, whose tables these are, entry by entry.
public struct FrozenLake: EnumerableEnvironment {
  /// The map of ``fourByFour``.
  public static let fourByFourMap = ["SFFF", "FHFH", "FFFH", "HFFG"]

  /// The map of ``eightByEight``.
  public static let eightByEightMap = [
    "SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG",
  ]

  /// The standard small lake, slippery.
  public static let fourByFour = standard(name: "frozen-lake-4x4", map: fourByFourMap)

  /// The standard large lake, slippery.
  ///
  /// ![Slippery ice with holes, 8 by 8](frozen-lake-8x8)
  public static let eightByEight = standard(name: "frozen-lake-8x8", map: eightByEightMap)

  /// Draws a map whose goal can be reached.
  ///
  /// ![A lake that chance draws, with a way across](frozen-lake-random)
  ///
  /// Start and goal are the corners at the top left and the bottom right. Every other cell is ice or a hole, as chance
  /// has it, and maps are drawn until there is a way on ice from start to goal.
  ///
  /// - Parameters:
  ///   - size: how many rows and columns, from 2.
  ///   - ice: how likely a cell is ice, in (0, 1].
  ///   - random: where chance comes from.
  /// - Returns: the map.
  public static func randomMap(size: Int, ice: Double = 0.8, using random: inout RandomStream) -> [String] {
    precondition(size >= 2, "size must be at least 2, but is \(size)")
    precondition(ice > 0 && ice <= 1, "ice must be in (0, 1], but is \(ice)")
    while true {
      var cells: [Character] = (0..<size * size).map { _ in random.unit() < ice ? "F" : "H" }
      cells[0] = "S"
      cells[size * size - 1] = "G"
      let rows = (0..<size).map { String(cells[$0 * size..<($0 + 1) * size]) }
      if hasWay(cells, columns: size) { return rows }
    }
  }

  private static func hasWay(_ cells: [Character], columns: Int) -> Bool {
    var isSeen = [Bool](repeating: false, count: cells.count)
    var open = [0]
    isSeen[0] = true
    while let cell = open.popLast() {
      if cells[cell] == "G" { return true }
      var neighbours = [cell - columns, cell + columns]
      if cell % columns > 0 { neighbours.append(cell - 1) }
      if cell % columns < columns - 1 { neighbours.append(cell + 1) }
      for next in neighbours where cells.indices.contains(next) && cells[next] != "H" && !isSeen[next] {
        isSeen[next] = true
        open.append(next)
      }
    }
    return false
  }

  public let name: String
  public let discount: Double
  public let observationSpace: DiscreteSpace
  public let actionSpace = DiscreteSpace(count: 4)
  public let actionNames = ["left", "down", "right", "up"]
  public let map: GridMap?
  /// Whether a move may go at a right angle to where its action points.
  public let isSlippery: Bool

  @inlinable public var state: Int { cell }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var cell: Int
  @usableFromInline var hasEnded = false
  /// Where each move from each cell ends, `[cells × 4]`: the cell in the high bits, below them
  /// ``reachesGoal`` and ``ends``. One load answers everything a step asks.
  @usableFromInline let moves: [Int32]
  /// The cells marked `S`.
  @usableFromInline let starts: [Int]

  /// The bit of a move that ends the episode.
  @usableFromInline static var ends: Int32 { 1 }
  /// The bit of a move that is rewarded.
  @usableFromInline static var reachesGoal: Int32 { 2 }

  /// Makes a lake from its map.
  ///
  /// - Parameters:
  ///   - rows: the map, from top to bottom, in the letters `S`, `F`, `H` and `G`. Where there are several
  ///     starts, each is equally likely.
  ///   - isSlippery: whether a move may go at a right angle to where its action points.
  ///   - name: a short name, as on the command line.
  ///   - discount: γ, in [0, 1].
  /// - Throws: `DataError` when rows differ in length, a letter is unknown, or start or goal is missing.
  public init(
    map rows: [String], isSlippery: Bool = true, name: String = "frozen-lake", discount: Double = 0.99
  ) throws(DataError) {
    let letters = try Self.letters(of: rows)
    let map = GridMap(
      rows: rows.count, columns: letters.count / rows.count,
      marks: letters.map { $0 == "F" ? "" : String($0) }, directions: [.left, .down, .right, .up])
    guard discount >= 0, discount <= 1 else {
      throw DataError(field: "discount", value: "\(discount)", allowed: "a number from 0 to 1")
    }
    self.name = name
    self.discount = discount
    self.isSlippery = isSlippery
    self.map = map
    observationSpace = DiscreteSpace(count: letters.count)
    starts = letters.indices.filter { letters[$0] == "S" }
    moves = Self.moves(on: map, letters: letters)
    cell = starts[0]
  }

  public var picture: Picture {
    guard let map else { return Picture() }
    var picture = map.picture(of: state)
    switch map.marks[state] {
    case "H": picture.caption += ": in a hole"
    case "G": picture.caption += ": there"
    default: break
    }
    return picture
  }

  public var initialDistribution: [Double] {
    var distribution = [Double](repeating: 0, count: stateCount)
    for start in starts { distribution[start] = 1 / Double(starts.count) }
    return distribution
  }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    cell = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    cell = starts[random.integer(below: starts.count)]
    return cell
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    // The directions go round, so that those at a right angle are one before and one after the action's own.
    let turn = isSlippery ? random.integer(below: 3) : 1
    let move = moves[cell &* 4 &+ ((action &+ turn &+ 3) & 3)]
    cell = Int(move >> 2)
    hasEnded = move & Self.ends != 0
    return Step(
      observation: cell, reward: Reward(move & Self.reachesGoal == 0 ? 0 : 1),
      ending: hasEnded ? .terminated : nil)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(actionSpace.contains(action), "action must be in 0..<4, but is \(action)")
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    if isFinal(state) { return [Outcome(next: state, probability: 1, reward: 0, isTerminal: true)] }
    if !isSlippery { return [outcome(of: action, in: state, probability: 1)] }
    // The probabilities are worked out as Gymnasium does it, so that they agree to the last bit.
    let intended = 1.0 / 3.0
    let slipped = (1 - intended) / 2
    return [
      outcome(of: (action + 3) % 4, in: state, probability: slipped),
      outcome(of: action, in: state, probability: intended),
      outcome(of: (action + 1) % 4, in: state, probability: slipped),
    ]
  }

  private func outcome(of direction: Int, in state: Int, probability: Double) -> Outcome {
    let move = moves[state * 4 + direction]
    return Outcome(
      next: Int(move >> 2), probability: probability, reward: move & Self.reachesGoal == 0 ? 0 : 1,
      isTerminal: move & Self.ends != 0)
  }

  private func isFinal(_ state: Int) -> Bool {
    moves[state * 4..<state * 4 + 4].allSatisfy { $0 >> 2 == state && $0 & Self.ends != 0 }
  }

  private static func moves(on map: GridMap, letters: [Character]) -> [Int32] {
    letters.indices.flatMap { cell in
      map.directions.map { direction in
        guard letters[cell] != "H", letters[cell] != "G", let direction else {
          return Int32(cell) << 2 | ends
        }
        let next = map.neighbour(of: cell, towards: direction) ?? cell
        switch letters[next] {
        case "G": return Int32(next) << 2 | ends | reachesGoal
        case "H": return Int32(next) << 2 | ends
        default: return Int32(next) << 2
        }
      }
    }
  }

  private static func letters(of rows: [String]) throws(DataError) -> [Character] {
    guard let first = rows.first, !first.isEmpty else {
      throw DataError(field: "map", value: "empty", allowed: "at least one row of letters")
    }
    for (index, row) in rows.enumerated() {
      guard row.count == first.count else {
        throw DataError(
          field: "map[\(index)]", value: "\"\(row)\", \(row.count) letters long",
          allowed: "\(first.count) letters, as in the first row")
      }
      for (column, letter) in row.enumerated() where !"SFHG".contains(letter) {
        throw DataError(
          field: "map[\(index)], column \(column)", value: "\"\(letter)\"", allowed: "S, F, H or G")
      }
    }
    let letters = rows.flatMap { Array($0) }
    for (letter, meaning) in [("S", "start"), ("G", "goal")] as [(Character, String)]
    where !letters.contains(letter) {
      throw DataError(field: "map", value: "without a \(meaning)", allowed: "at least one \(letter)")
    }
    return letters
  }

  private static func standard(name: String, map: [String]) -> FrozenLake {
    do {
      return try FrozenLake(map: map, name: name)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
