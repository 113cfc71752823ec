import Assay

/// Rock, paper, scissors against someone who, having won with rock, plays rock again.
///
/// ![An opponent who plays rock again after winning with it](biased-rock-paper-scissors)
///
/// Both choose at the same time. Rock beats scissors, scissors beat paper, paper beats rock. If the opponent
/// won the round before by playing rock, it plays rock; else it plays anything, each equally likely. Episodes
/// start with nothing won, and no episode ends.
///
/// - **Observation**: what the opponent played last: 0 rock, 1 paper, 2 scissors; at the start any of them,
///   each equally likely, which means nothing.
/// - **Action**: 0 rock, 1 paper, 2 scissors.
/// - **Reward**: 1 for winning, 0 for a draw, −1 for losing.
/// - **Ending**: none.
/// - **For**: a weakness that shows only to who remembers its own last move, and that has to be lost to
///   before it can be used.
/// - **Published**: 0.25 a round is best: to play scissors until one loses to rock, then paper once.
/// - SeeAlso: Farias, Moallemi, Van Roy & Weissman (2010), *Universal reinforcement learning*; Veness, Ng,
///   Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*.
public struct BiasedRockPaperScissors: ListedHiddenEnvironment {
  /// The action, and the observation, rock.
  public static let rock = 0
  /// The action, and the observation, paper.
  public static let paper = 1
  /// The action, and the observation, scissors.
  public static let scissors = 2

  var table: HiddenTable

  /// Makes the game.
  ///
  /// States 0, 1 and 2 are what the opponent played last; state 3 is rock, with which it won.
  public init() {
    table = HiddenTable(
      name: "biased-rock-paper-scissors", discount: 0.95,
      states: ["rock", "paper", "scissors", "rock-that-won"],
      actions: ["rock", "paper", "scissors"], observations: ["rock", "paper", "scissors"],
      starts: [1, 1, 1, 0],
      outcomes: { state, action in
        let plays = state == 3 ? [Self.rock] : [Self.rock, Self.paper, Self.scissors]
        return plays.map { opponent in
          // Each beats the one before it.
          let reward = (action - opponent + 4) % 3 - 1
          let next = opponent == Self.rock && reward < 0 ? 3 : opponent
          return Outcome(next: next, probability: 1 / Double(plays.count), reward: Double(reward))
        }
      }, sight: { $0 % 3 })
  }

  public var picture: Picture {
    Picture(
      tiles: Tiles(rows: 1, columns: 3) { _, column in
        let isLast = column == state % 3
        return Tiles.Tile(["R", "P", "S"][column], isLast ? (state == 3 ? .danger : .object) : .floor)
      }, caption: (state == 3 ? "the opponent will play rock; " : "") + sight)
  }
}
