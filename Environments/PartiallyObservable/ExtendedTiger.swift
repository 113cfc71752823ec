import Assay

/// The tiger's doors once more, from a chair: one hears only while one sits, and opens only while one stands.
///
/// ![The tiger's doors from a chair, from which one has to rise](extended-tiger)
///
/// Episodes start sitting, with the tiger behind one of two doors, each equally likely. While one sits,
/// listening costs 1 and lets one hear the tiger behind its own door with probability p, else behind the
/// other; standing up costs 1. While one stands, opening the tiger's door costs 100 and opening the other one
/// is worth 30; either way one sits again, and the tiger is put behind one of the doors anew. What cannot be
/// done (to open while sitting, to listen or to stand up while standing) changes nothing and costs what a
/// world may choose, 1 by default. No episode ends.
///
/// - **Observation**: 0 the tiger is heard left, 1 right, 2 nothing, which is what there is at the start and
///   after everything but listening while one sits.
/// - **Action**: 0 stand up, 1 listen, 2 open the left door, 3 open the right door.
/// - **Reward**: −100, −1 or 30, and what a wasted step costs, negative.
/// - **Ending**: none.
/// - **For**: plans of several steps in their order, with the information before them.
/// - **Published**: an agent that learned it, and looked 4 steps ahead, came to 3.97 a step. Best is 4.7794,
///   by standing up once one door was heard twice more than the other, which takes at least 4 steps and often
///   more. What a wasted step costs is left open there; the best wastes none.
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
public struct ExtendedTiger: ListedHiddenEnvironment {
  /// The action that stands up.
  public static let stand = 0
  /// The action that listens.
  public static let listen = 1
  /// The action that opens the left door.
  public static let openLeft = 2
  /// The action that opens the right door.
  public static let openRight = 3

  /// p, in [0.5, 1]: how likely the tiger is heard where it is.
  public let accuracy: Double
  /// What an action costs that cannot be done.
  public let wasted: Double
  var table: HiddenTable

  /// Makes the doors.
  ///
  /// State 2·s + t is sitting for s = 0 and standing for s = 1, with the tiger left for t = 0 and right for t
  /// = 1.
  ///
  /// - Parameters:
  ///   - accuracy: p, in [0.5, 1]: how likely the tiger is heard where it is.
  ///   - wasted: what an action costs that cannot be done, from 0 to 100.
  public init(accuracy: Double = 0.85, wasted: Double = 1) {
    precondition(accuracy >= 0.5 && accuracy <= 1, "accuracy must be in [0.5, 1], but is \(accuracy)")
    precondition(wasted >= 0 && wasted <= 100, "wasted must be in [0, 100], but is \(wasted)")
    self.accuracy = accuracy
    self.wasted = wasted
    table = HiddenTable(
      name: "extended-tiger", discount: 0.95,
      states: ["sitting-tiger-left", "sitting-tiger-right", "standing-tiger-left", "standing-tiger-right"],
      actions: ["stand", "listen", "open-left", "open-right"], observationCount: 3,
      observations: ["hear-left", "hear-right", "nothing"], starts: [1, 1, 0, 0],
      outcomes: { state, action in
        let (standing, tiger) = state.quotientAndRemainder(dividingBy: 2)
        switch (standing, action) {
        case (0, Self.stand): return [Outcome(next: 2 + tiger, probability: 1, reward: -1)]
        case (0, Self.listen): return [Outcome(next: state, probability: 1, reward: -1)]
        case (1, Self.openLeft), (1, Self.openRight):
          let reward = action - Self.openLeft == tiger ? -100.0 : 30
          return (0..<2).map { Outcome(next: $0, probability: 0.5, reward: reward) }
        default: return [Outcome(next: state, probability: 1, reward: 0 - wasted)]
        }
      }, first: { _ in [(2, 1)] },
      sights: { action, next in
        action == Self.listen && next < 2 ? [(next, accuracy), (1 - next, 1 - accuracy)] : [(2, 1)]
      })
  }

  public var picture: Picture {
    Tiger.picture(
      tiger: state % 2, stool: state < 2,
      caption: (state < 2 ? "sits; " : "stands; ") + Tiger.hearing(lastObservation))
  }
}
