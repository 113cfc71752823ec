import Assay
import Foundation

/// A ring of cells on which a piece is moved on in every step, and can be pushed back.
///
/// ![A piece that is moved round a ring, now and then by more than a model may say](rotation-ring)
///
/// The n cells of the ring are counted in the direction in which the ring turns. In each step the piece is moved on
/// by one cell, and with probability `error` by one more. `drift` leaves it at that, `hold` pushes it back by one
/// cell, `back` by two. Episodes start in any cell, each equally likely. The reward is the cosine of the angle of the
/// cell in which the step ends, where cell i is at the i-th part of the circle: 1 in cell 0.
///
/// Without error it is best to go the shorter way round to cell 0 and hold: 1 a step, which at γ = 0.9 is 10. Whoever
/// knows a model without error is wrong by `error` cells in each step on average, and after m steps by m·error,
/// whatever is done.
///
/// - **Observation**: the cell.
/// - **Action**: back, hold, drift.
/// - **Reward**: cos(2π·cell/n) after the step: from −1 to 1.
/// - **Ending**: none. γ = 0.9.
/// - **For**: how the error of a world model compounds over a rollout, where truth is exact; ``Rotation`` is the
///   same without cells.
/// - SeeAlso: Talvitie (2014), *Model regularization for stable sample rollouts*.
public struct RotationRing: EnumerableEnvironment, ListedEnvironment {
  /// The action that pushes back by two cells.
  public static let back = 0
  /// The action that pushes back by one cell.
  public static let hold = 1
  /// The action that leaves the piece to the ring.
  public static let drift = 2

  public let name = "rotation-ring"
  public let discount = 0.9
  public let actionNames = ["back", "hold", "drift"]
  /// n, how many cells there are.
  public let cellCount: Int
  /// How likely the piece is moved on by one cell more, in [0, 1].
  public let error: Double
  var table: OutcomeTable

  /// Makes the ring.
  ///
  /// - Parameters:
  ///   - cellCount: n, how many cells there are, at least 3.
  ///   - error: how likely the piece is moved on by one cell more, in [0, 1].
  public init(cellCount: Int = 12, error: Double = 0) {
    precondition(cellCount >= 3, "cellCount must be at least 3, but is \(cellCount)")
    precondition(error >= 0 && error <= 1, "error must be in [0, 1], but is \(error)")
    self.cellCount = cellCount
    self.error = error
    table = OutcomeTable(
      stateCount: cellCount, actionCount: 3, starts: [Double](repeating: 1, count: cellCount)
    ) { cell, action in
      [(0, 1 - error), (1, error)].map { more, probability in
        let next = (cell + action - 1 + more + cellCount) % cellCount
        return Outcome(
          next: next, probability: probability, reward: cos(2 * .pi * Double(next) / Double(cellCount)))
      }
    }
  }

  public var picture: Picture {
    func point(_ cell: Int) -> Drawing.Point {
      let angle = 2 * .pi * Double(cell) / Double(cellCount)
      return Drawing.Point(cos(angle), sin(angle))
    }
    let radius = min(0.2, 2 / Double(cellCount))
    return Picture(
      drawing: Drawing(
        horizontal: -1.3...1.3, vertical: -1.3...1.3,
        shapes: (0..<cellCount).map { cell in
          .disc(
            center: point(cell), radius: radius,
            tint: cell == state ? .agent : cell == 0 ? .goal : .muted)
        }), caption: "in cell \(state) of \(cellCount)")
  }
}
