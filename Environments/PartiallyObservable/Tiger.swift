import Assay

/// Two doors, a tiger behind one of them and gold behind the other, and a sound that tells which, more often
/// than not.
///
/// ![Two doors, a tiger behind one, and a sound that tells which, more often than not](tiger)
///
/// Listening costs 1 and lets one hear the tiger behind its own door with probability p, else behind the
/// other. Opening the tiger's door costs 100, opening the other one is worth 10; either way the tiger is put
/// behind one of the doors anew, each equally likely, as at the start, and what one hears then is either
/// door, whatever is behind it. No episode ends.
///
/// - **Observation**: 0 the tiger is heard left, 1 right, 2 nothing yet, which comes at the start alone.
/// - **Action**: 0 listen, 1 open the left door, 2 open the right door.
/// - **Reward**: −100, −1 or 10.
/// - **Ending**: none.
/// - **For**: paying for information until it is worth its price, and no longer.
/// - **Published**: at p = 0.85 the value of knowing nothing is 19.3714 at γ = 0.95 and 1.9334 at γ = 0.75;
///   the best average reward is 1.0838 a step, by opening once one door was heard twice more than the other.
/// - SeeAlso: Kaelbling, Littman & Cassandra (1998), *Planning and acting in partially observable stochastic
///   domains*.
public struct Tiger: ListedHiddenEnvironment {
  /// The action that listens.
  public static let listen = 0
  /// The action that opens the left door.
  public static let openLeft = 1
  /// The action that opens the right door.
  public static let openRight = 2

  /// p, in [0.5, 1]: how likely the tiger is heard where it is.
  public let accuracy: Double
  var table: HiddenTable

  /// Makes the doors.
  ///
  /// - Parameter accuracy: p, in [0.5, 1]: how likely the tiger is heard where it is.
  public init(accuracy: Double = 0.85) {
    precondition(accuracy >= 0.5 && accuracy <= 1, "accuracy must be in [0.5, 1], but is \(accuracy)")
    self.accuracy = accuracy
    table = HiddenTable(
      name: "tiger", discount: 0.95, states: ["tiger-left", "tiger-right"],
      actions: ["listen", "open-left", "open-right"], observationCount: 2,
      observations: ["hear-left", "hear-right"], starts: [1, 1],
      outcomes: { tiger, action in
        if action == Self.listen { return [Outcome(next: tiger, probability: 1, reward: -1)] }
        let reward = action - 1 == tiger ? -100.0 : 10
        return (0..<2).map { Outcome(next: $0, probability: 0.5, reward: reward) }
      }, first: nil,
      sights: { action, tiger in
        let right = action == Self.listen ? accuracy : 0.5
        return [(tiger, right), (1 - tiger, 1 - right)]
      })
  }

  public var picture: Picture {
    Self.picture(tiger: state, stool: false, caption: Self.hearing(lastObservation))
  }

  /// What was heard last, in words; both worlds of the tiger count what one hears alike.
  static func hearing(_ observation: Int?) -> String {
    switch observation {
    case 0: "hears the tiger left"
    case 1: "hears the tiger right"
    default: "hears nothing"
    }
  }

  /// The doors with what is behind them, and the one before them.
  static func picture(tiger: Int, stool: Bool, caption: String) -> Picture {
    Picture(
      tiles: Tiles(rows: 2, columns: 3) { row, column in
        if row == 1 {
          return column == 1 ? Tiles.Tile(stool ? "a" : "A", .agent) : Tiles.Tile()
        }
        guard column != 1 else { return Tiles.Tile("", .wall) }
        return column / 2 == tiger ? Tiles.Tile("T", .danger) : Tiles.Tile("G", .goal)
      }, caption: caption)
  }
}
