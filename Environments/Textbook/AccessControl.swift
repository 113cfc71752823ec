import Assay

/// A queue before ten servers: to let the next customer in, or to keep the server for one who pays more.
///
/// ![Customers who pay differently queue for servers](access-control)
///
/// At each step the customer at the head of the queue has one of four priorities, 1, 2, 4 or 8, each equally
/// likely. Who is accepted takes a free server and pays the priority; who is rejected, or accepted while no
/// server is free, is turned away for nothing. Then every busy server, the one just taken included, becomes
/// free with probability 0.06, and the next customer stands at the head. The queue never gets empty.
///
/// - **Observation**: 4 · f + i, with f free servers, 0 to 10, and i the customer's place among the
///   priorities.
/// - **Action**: reject or accept.
/// - **Reward**: the priority of an accepted customer, 0 to 8.
/// - **Ending**: none. Episodes start with all servers free. γ = 0.99; what is judged in the book is the
///   average reward.
/// - **For**: average reward: what counts is the long run, which no discount describes exactly.
/// - **Published**: the book's differential Sarsa learned an average reward of about 2.31 while exploring;
///   the best is 2.7476, and never accepts priority 1.
/// - SeeAlso: Sutton & Barto (2018), Example 10.2 and Figure 10.5.
public struct AccessControl: EnumerableEnvironment, ListedEnvironment {
  /// What customers pay.
  public static let priorities = [1, 2, 4, 8]
  /// How many servers there are.
  public static let servers = 10
  /// The action that turns the customer away.
  public static let reject = 0
  /// The action that lets the customer in.
  public static let accept = 1

  public let name = "access-control"
  public let discount = 0.99
  public let actionNames = ["reject", "accept"]
  /// How likely a busy server becomes free in a step.
  public let freeing: Double
  var table: OutcomeTable

  /// Makes the queue.
  ///
  /// - Parameter freeing: how likely a busy server becomes free in a step, in [0, 1].
  public init(freeing: Double = 0.06) {
    precondition(freeing >= 0 && freeing <= 1, "freeing must be in [0, 1], but is \(freeing)")
    self.freeing = freeing
    let kinds = Self.priorities.count
    // How likely so many of so many busy servers become free: one server after the other.
    var freed = [[1.0]]
    for busy in 0..<Self.servers {
      freed.append(
        (0...busy + 1).map { count in
          (count <= busy ? freed[busy][count] * (1 - freeing) : 0)
            + (count > 0 ? freed[busy][count - 1] * freeing : 0)
        })
    }
    table = OutcomeTable(
      stateCount: (Self.servers + 1) * kinds, actionCount: 2,
      starts: (0..<(Self.servers + 1) * kinds).map { $0 / kinds == Self.servers ? 1 : 0 }
    ) { state, action in
      let (free, kind) = state.quotientAndRemainder(dividingBy: kinds)
      let isAccepted = action == Self.accept && free > 0
      let left = isAccepted ? free - 1 : free
      return freed[Self.servers - left].enumerated().flatMap { count, chance in
        (0..<kinds).map { next in
          Outcome(
            next: (left + count) * kinds + next, probability: chance / Double(kinds),
            reward: isAccepted ? Double(Self.priorities[kind]) : 0)
        }
      }
    }
  }

  public var stateNames: [String] {
    (0..<stateCount).map { "\($0 / 4) free, priority \(Self.priorities[$0 % 4])" }
  }

  /// A row for each priority, from the lowest, and a column for each number of free servers.
  public var map: GridMap? {
    GridMap(
      rows: 4, columns: Self.servers + 1, marks: [String](repeating: "", count: stateCount),
      cells: (0..<stateCount).map { $0 % 4 * (Self.servers + 1) + $0 / 4 }, directions: [nil, nil])
  }

  /// The customer, and the servers, busy ones first.
  public var picture: Picture {
    let (free, kind) = state.quotientAndRemainder(dividingBy: 4)
    let busy = Self.servers - free
    return Picture(
      tiles: Tiles(rows: 1, columns: Self.servers + 2) { _, column in
        switch column {
        case 0: Tiles.Tile("\(Self.priorities[kind])", .agent)
        case 1: Tiles.Tile("", .wall)
        default: column - 2 < busy ? Tiles.Tile("B", .danger) : Tiles.Tile("", .floor)
        }
      }, caption: "a customer of priority \(Self.priorities[kind]), \(free) of \(Self.servers) servers free")
  }
}
