import Assay

/// A dive of N steps, each of which may drift to the right: only N in a row reach the treasure, and each
/// costs.
///
/// ![Every step to the treasure costs; one way in 2ᴺ gets there](deep-sea)
///
/// One dives from the top left of a grid of N rows and N columns, a row each step. `right` also leads a
/// column to the right, up to the last, and costs 0.01/N; `left` leads a column to the left, down to the
/// first, for nothing. Who takes `right` in the last column, which only the lowest row lets one reach, finds
/// the treasure, worth 1. So there is one way in 2ᴺ that pays, 0.99 in all, and every step of it looks like a
/// loss until the last.
///
/// The mapping says which of the two actions is `right` in which cell: always the second one, or drawn for
/// each cell, with even chances, from a seed, so that nothing carries over from one cell to another.
///
/// - **Observation**: the cell, i·(i + 1)/2 + j in row i and column j ≤ i, or N·(N + 1)/2 at the bottom.
/// - **Action**: 0 or 1, which mean left and right, or the reverse where a drawn mapping says so.
/// - **Reward**: 0 for `left`, −0.01/N for `right`, and 1 more for the treasure.
/// - **Ending**: terminates after N steps, at the bottom. Episodes start in the top left cell. γ = 1.
/// - **For**: deep exploration: at random, the treasure is found with probability 2⁻ᴺ in an episode.
/// - **Published**: the best return is 0.99, whatever N.
/// - SeeAlso: Osband et al. (2020), *Behaviour suite for reinforcement learning*, whose deterministic version
///   this is.
public struct DeepSea: EnumerableEnvironment, ListedEnvironment {
  /// Which action is `right` in a cell.
  public enum Mapping: Sendable, Hashable {
    /// Action 1, in every cell.
    case plain
    /// Either, drawn for each cell from a seed.
    case drawn(seed: UInt64)
  }

  public let name = "deep-sea"
  public let discount = 1.0
  /// N, how many rows and columns there are.
  public let size: Int
  /// Which action is `right` in a cell.
  public let mapping: Mapping
  /// The action that is `right` in each cell, `[N·(N + 1)/2]`.
  public let rights: [Int]
  var table: OutcomeTable

  /// Makes the sea.
  ///
  /// - Parameters:
  ///   - size: N, at least 1.
  ///   - mapping: which action is `right` in a cell.
  public init(size: Int = 10, mapping: Mapping = .plain) {
    precondition(size > 0, "size must be positive, but is \(size)")
    self.size = size
    self.mapping = mapping
    let bottom = size * (size + 1) / 2
    let rights: [Int]
    switch mapping {
    case .plain: rights = [Int](repeating: 1, count: bottom)
    case .drawn(let seed):
      var random = RandomStream(seed: seed)
      rights = (0..<bottom).map { _ in random.integer(below: 2) }
    }
    self.rights = rights
    let places = Self.places(size: size)
    table = OutcomeTable(
      stateCount: bottom + 1, actionCount: 2, starts: (0...bottom).map { $0 == 0 ? 1 : 0 }
    ) { state, action in
      if state == bottom { return [] }
      let (row, column) = places[state]
      let isRight = action == rights[state]
      let isLast = row == size - 1
      let reward = isRight ? -0.01 / Double(size) + (isLast && column == size - 1 ? 1 : 0) : 0
      let next = (row + 1) * (row + 2) / 2 + (isRight ? column + 1 : max(0, column - 1))
      return [Outcome(next: isLast ? bottom : next, probability: 1, reward: reward, isTerminal: isLast)]
    }
  }

  /// The row and column of each cell.
  private static func places(size: Int) -> [(row: Int, column: Int)] {
    (0..<size).flatMap { row in (0...row).map { (row, $0) } }
  }

  public var actionNames: [String] { mapping == .plain ? ["left", "right"] : ["first", "second"] }

  public var stateNames: [String] {
    Self.places(size: size).map { "row \($0.row), column \($0.column)" } + ["bottom"]
  }

  public var map: GridMap? {
    var marks = [String](repeating: "", count: size * size)
    marks[0] = "S"
    marks[size * size - 1] = "G"
    return GridMap(
      rows: size, columns: size, marks: marks,
      cells: Self.places(size: size).map { $0.row * size + $0.column } + [nil],
      directions: mapping == .plain ? [.left, .right] : [nil, nil])
  }
}
