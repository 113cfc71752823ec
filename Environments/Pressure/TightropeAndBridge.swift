import Assay

/// Two ways of the same length to the same reward, of which one forgives no mistake.
///
/// ![Two ways of one length, of which one forgives nothing](tightrope-and-bridge)
///
///     .  t  t  t  .
///     S  #  #  #  G
///     .  b  b  b  .
///
/// Entering `G` ends the episode, whichever way one came. On the tightrope `t` a step up or down is a fall, which ends
/// the episode with nothing; on the bridge `b` it only leaves the agent in place, as a move into the wall `#` or off
/// the map does anywhere else. Episodes start in `S`. With probability `wind` an action is replaced by one drawn at
/// random, itself included. Without wind both ways are worth γ⁵ = 0.77; in any wind the bridge is worth more, and so
/// it is to whoever explores. Where nobody falls, the tightrope is a second bridge, and the two ways are mirror images
/// of one another.
///
/// - **Observation**: 0 for `S`, then the upper way and the lower way from left to right; state 11 is `G`, 12 is
///   having fallen.
/// - **Action**: up, right, down, left.
/// - **Reward**: 1 for entering `G`, otherwise 0.
/// - **Ending**: entering `G`, or a fall, terminates the episode. γ = 0.95.
/// - **For**: which of two equally good ways learning settles on, and how exploration decides that.
/// - SeeAlso: Turner (2022), *Reward is not the optimization target*, for the question.
public struct TightropeAndBridge: EnumerableEnvironment, ListedEnvironment {
  /// What a step up or down on the tightrope does.
  public enum Fall: String, Sendable, Hashable, CaseIterable {
    /// It ends the episode with nothing.
    case ends
    /// It leaves the agent in place, as on the bridge.
    case stays
  }

  public let name = "tightrope-and-bridge"
  public let discount = 0.95
  public let actionNames = ["up", "right", "down", "left"]
  public let stateNames =
    ["start", "tightrope begins"] + (1...3).map { "tightrope \($0)" } + ["tightrope ends", "bridge begins"]
    + (1...3).map { "bridge \($0)" } + ["bridge ends", "goal", "fallen"]
  public let map: GridMap?
  /// How likely an action is replaced by one drawn at random.
  public let wind: Double
  /// What a step up or down on the tightrope does.
  public let fall: Fall
  var table: OutcomeTable

  private static let goal = 11
  private static let fallen = 12
  /// The last cell of each way, next to the goal.
  private static let ropeEnd = 5
  private static let bridgeEnd = 10

  /// Makes the two ways.
  ///
  /// - Parameters:
  ///   - wind: how likely an action is replaced by one drawn at random, in [0, 1].
  ///   - fall: what a step up or down on the tightrope does.
  public init(wind: Double = 0, fall: Fall = .ends) {
    precondition(wind >= 0 && wind <= 1, "wind must be in [0, 1], but is \(wind)")
    self.wind = wind
    self.fall = fall
    let places = [5, 0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 9]
    let grid = GridMap(
      rows: 3, columns: 5,
      marks: ["", "t", "t", "t", "", "S", "", "", "", "G", "", "b", "b", "b", ""],
      cells: places + [nil], directions: [.up, .right, .down, .left])
    map = grid
    table = OutcomeTable(
      stateCount: 13, actionCount: 4, starts: [1] + [Double](repeating: 0, count: 12)
    ) { state, action in
      if state >= Self.goal { return [] }
      return (0..<4).map { move in
        let probability = (move == action ? 1 - wind : 0) + wind / 4
        if fall == .ends, (2...4).contains(state), move.isMultiple(of: 2) {
          return Outcome(next: Self.fallen, probability: probability, reward: 0, isTerminal: true)
        }
        let place = grid.directions[move].flatMap { grid.neighbour(of: places[state], towards: $0) }
        let next = place.flatMap { places.firstIndex(of: $0) } ?? state
        return Outcome(
          next: next, probability: probability, reward: next == Self.goal ? 1 : 0,
          isTerminal: next == Self.goal)
      }
    }
  }

  /// `tightrope` and `bridge`: 1 for arriving at the goal on that way.
  public var goals: [GoalHypothesis] {
    [
      GoalHypothesis("tightrope") { state, _, outcome in
        state == Self.ropeEnd && outcome.next == Self.goal ? 1 : 0
      },
      GoalHypothesis("bridge") { state, _, outcome in
        state == Self.bridgeEnd && outcome.next == Self.goal ? 1 : 0
      },
    ]
  }
}
