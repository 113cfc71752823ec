import Assay

/// A gambler who stakes on the flips of a coin until the goal is reached or the money is gone.
///
/// ![Stakes on flips of a coin, until the goal or ruin](gambler)
///
/// With s in hand, any whole amount from 1 to the smaller of s and what is missing to the goal may be staked.
/// With probability p the coin shows heads and the stake is won, else it is lost. Where p < ½ it is best to
/// play boldly, to stake as much as is allowed; but many other stakes are as good, and the value has a kink
/// at each of them. Where p > ½ it is best to stake 1.
///
/// The book also allows to stake nothing, which never helps and may go on for ever; here it is left out.
///
/// - **Observation**: the money in hand, 0 to the goal, 100 unless said otherwise.
/// - **Action**: action i stakes i + 1; no more is available than what is in hand or missing.
/// - **Reward**: 1 for reaching the goal, else 0, so that a value is the probability of getting there.
/// - **Ending**: terminates at 0 and at the goal, however one plays. Episodes start with any amount between
///   them, each equally likely. γ = 1.
/// - **For**: exact values with many ties: a policy may differ from another's everywhere and be as good.
/// - **Published**: at p = 0.4, values 0.16, 0.4 and 0.64 of 25, 50 and 75, and the best stakes 25, 50 and
///   25.
/// - SeeAlso: Sutton & Barto (2018), Example 4.3 and Figure 4.3; Dubins & Savage (1965), *How to gamble if
///   you must*.
public struct Gambler: EnumerableEnvironment, ListedEnvironment {
  public let name = "gambler"
  public let discount = 1.0
  public let actionNames: [String]
  /// How likely the coin shows heads.
  public let heads: Double
  /// How much is wanted.
  public let goal: Int
  var table: OutcomeTable

  /// Makes the game.
  ///
  /// - Parameters:
  ///   - heads: p, in [0, 1]: how likely the coin shows heads.
  ///   - goal: how much is wanted, at least 2.
  public init(heads: Double = 0.4, goal: Int = 100) {
    precondition(heads >= 0 && heads <= 1, "heads must be in [0, 1], but is \(heads)")
    precondition(goal >= 2, "goal must be at least 2, but is \(goal)")
    self.heads = heads
    self.goal = goal
    actionNames = (1...goal / 2).map { "stake \($0)" }
    table = OutcomeTable(
      stateCount: goal + 1, actionCount: goal / 2,
      starts: (0...goal).map { $0 == 0 || $0 == goal ? 0 : 1 }
    ) { money, action in
      let stake = action + 1
      if stake > min(money, goal - money) { return [] }
      return [
        Outcome(
          next: money + stake, probability: heads, reward: money + stake == goal ? 1 : 0,
          isTerminal: money + stake == goal),
        Outcome(next: money - stake, probability: 1 - heads, reward: 0, isTerminal: money == stake),
      ]
    }
  }

  public var stateNames: [String] { (0...goal).map { "\($0) in hand" } }

  /// A tile for each unit of money, filled from below; the last one is the goal.
  public var picture: Picture {
    let columns = Int(Double(goal).squareRoot().rounded(.up))
    let rows = (goal + columns - 1) / columns
    return Picture(
      tiles: Tiles(rows: rows, columns: columns) { row, column in
        let unit = (rows - 1 - row) * columns + column
        return unit < state
          ? Tiles.Tile("$", .object) : Tiles.Tile("", unit == goal - 1 ? .goal : unit < goal ? .floor : .wall)
      }, caption: "\(state) in hand, \(goal) wanted")
  }
}
