import Assay

/// A taxi that has to fetch a passenger and bring them where they want to go.
///
/// ![A passenger to fetch and bring where they want to go](taxi)
///
/// On a square of 5 by 5 cells lie four stands: red in the top left corner, green in the top right, yellow in the
/// bottom left, and blue in the fourth cell of the bottom row. Walls part the second cell from the third in the two
/// upper rows, and the first from the second and the third from the fourth in the two lower rows. The passenger waits
/// at a stand or is in the taxi, and wants to go to a stand.
///
/// Moves into a wall or off the square lead nowhere. Picking up works where the passenger waits. Setting down works at
/// every stand, with the passenger in the taxi; they stay there, and where it is the one they wanted the episode ends.
/// In rain a move that is not blocked goes astray, to the left or the right of where it points, with equal
/// probability; where that way is blocked, the taxi stays.
///
/// Episodes start in one of 300 ways, each equally likely: any cell, the passenger at any stand, bound for another.
///
/// - **Observation**: ((row · 5 + column) · 5 + passenger) · 4 + destination, from 0 to 499, where 0 to 3 are the
///   stands red, green, yellow and blue, and passenger 4 is in the taxi.
/// - **Action**: 0 down, 1 up, 2 right, 3 left, 4 picks up, 5 sets down.
/// - **Reward**: −1 for each step, but 20 for bringing the passenger where they wanted, and −10 for picking up or
///   setting down where it does not work.
/// - **Ending**: terminated when the passenger is where they wanted; Gymnasium cuts episodes off after 200 steps.
/// - **For**: exploration among many penalties, and planning over two stages.
/// - **Published**: the best policy's mean return without discounting is 7.93.
///
/// - SeeAlso: Dietterich (2000), *Hierarchical reinforcement learning with the MAXQ value function decomposition*;
///   `Taxi-v4` of Gymnasium 1.4, whose table this is, entry by entry.
public struct Taxi: EnumerableEnvironment, ListedEnvironment {
  public let name = "taxi"
  public let discount: Double
  public let actionNames = ["down", "up", "right", "left", "pickup", "dropoff"]
  /// How likely a move goes where it points, in [0, 1]; less than 1 in rain.
  public let accuracy: Double
  var table: OutcomeTable

  private static let inTaxi = 4
  /// The cells of the stands, red, green, yellow and blue.
  private static let stands = [0, 4, 20, 23]
  private static let letters = ["R", "G", "Y", "B"]
  /// The cells with a wall to their right.
  private static let walled: Set = [1, 6, 15, 17, 20, 22]

  /// Makes the world.
  ///
  /// - Parameters:
  ///   - accuracy: how likely a move goes where it points, in [0, 1]. Gymnasium's rain is 0.8.
  ///   - discount: γ, in [0, 1].
  public init(accuracy: Double = 1, discount: Double = 0.99) {
    precondition(accuracy >= 0 && accuracy <= 1, "accuracy must be in [0, 1], but is \(accuracy)")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.accuracy = accuracy
    self.discount = discount
    table = OutcomeTable(
      stateCount: 500, actionCount: 6,
      starts: (0..<500).map { state in
        let (_, passenger, destination) = Self.parts(of: state)
        return passenger != Self.inTaxi && passenger != destination ? 1 : 0
      }
    ) { state, action in
      let (cell, passenger, destination) = Self.parts(of: state)
      func outcome(_ cell: Int, _ passenger: Int, _ reward: Double, _ share: Double = 1) -> Outcome {
        Outcome(
          next: Self.state(cell: cell, passenger: passenger, destination: destination), probability: share,
          reward: reward, isTerminal: reward == 20)
      }
      switch action {
      case 4:
        let isThere = passenger != Self.inTaxi && cell == Self.stands[passenger]
        return [isThere ? outcome(cell, Self.inTaxi, -1) : outcome(cell, passenger, -10)]
      case 5:
        guard passenger == Self.inTaxi, let stand = Self.stands.firstIndex(of: cell) else {
          return [outcome(cell, passenger, -10)]
        }
        return [outcome(cell, stand, stand == destination ? 20 : -1)]
      default:
        guard let next = Self.neighbour(of: cell, action) else { return [outcome(cell, passenger, -1)] }
        // Down and up go astray to the right and the left, right and left to up and down.
        let astray = (action < 2 ? [2, 3] : [0, 1]).map { Self.neighbour(of: cell, $0) ?? cell }
        return [outcome(next, passenger, -1, accuracy)]
          + astray.map { outcome($0, passenger, -1, (1 - accuracy) / 2) }
      }
    }
  }

  /// The state of a taxi in a cell.
  ///
  /// - Parameters:
  ///   - cell: row · 5 + column.
  ///   - passenger: where the passenger is: at a stand, or 4 for in the taxi.
  ///   - destination: the stand where they want to go.
  /// - Returns: the state.
  public static func state(cell: Int, passenger: Int, destination: Int) -> Int {
    (cell * 5 + passenger) * 4 + destination
  }

  private static func parts(of state: Int) -> (cell: Int, passenger: Int, destination: Int) {
    (state / 20, state / 4 % 5, state % 4)
  }

  /// Where a move leads; `nil` where a wall or the end of the square is in the way.
  private static func neighbour(of cell: Int, _ action: Int) -> Int? {
    let (row, column) = (cell / 5, cell % 5)
    switch action {
    case 0: return row < 4 ? cell + 5 : nil
    case 1: return row > 0 ? cell - 5 : nil
    case 2: return column < 4 && !walled.contains(cell) ? cell + 1 : nil
    default: return column > 0 && !walled.contains(cell - 1) ? cell - 1 : nil
    }
  }

  public var stateNames: [String] {
    let stands = ["red", "green", "yellow", "blue"]
    return (0..<stateCount).map { state in
      let (cell, passenger, destination) = Self.parts(of: state)
      let place = passenger == Self.inTaxi ? "in the taxi" : "at \(stands[passenger])"
      return "row \(cell / 5), column \(cell % 5), passenger \(place), to \(stands[destination])"
    }
  }

  /// The cells, whatever there is of passengers: walls cannot be shown.
  public var map: GridMap? {
    GridMap(
      rows: 5, columns: 5,
      marks: (0..<25).map { cell in Self.stands.firstIndex(of: cell).map { Self.letters[$0] } ?? "" },
      cells: (0..<stateCount).map { Self.parts(of: $0).cell },
      directions: [.down, .up, .right, .left, nil, nil])
  }

  /// The square with its walls between the cells.
  public var picture: Picture {
    let (cell, passenger, destination) = Self.parts(of: state)
    let isCarrying = passenger == Self.inTaxi
    let tiles = Tiles(rows: 5, columns: 9) { row, column in
      let place = row * 5 + column / 2
      guard column.isMultiple(of: 2) else {
        return Tiles.Tile("", Self.walled.contains(place) ? .wall : .floor)
      }
      if place == cell { return Tiles.Tile(isCarrying ? "TP" : "T", .agent) }
      guard let stand = Self.stands.firstIndex(of: place) else { return Tiles.Tile() }
      let isWaiting = stand == passenger
      let tint: Picture.Tint = stand == destination ? .goal : isWaiting ? .object : .muted
      return Tiles.Tile(Self.letters[stand] + (isWaiting ? "P" : ""), tint)
    }
    let place = isCarrying ? "in the taxi" : "at \(Self.letters[passenger])"
    return Picture(tiles: tiles, caption: "passenger \(place), to \(Self.letters[destination])")
  }
}
