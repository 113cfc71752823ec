import Assay

/// A small game against an ``Opponent``, with all its positions listed: what the best play against that opponent is
/// worth can be computed exactly.
///
/// The states are the positions in which it is the agent's turn, and those in which the game is over. The agent's
/// move and the opponent's answer are one step. Where the opponent makes the first move it does so when an episode
/// starts.
///
/// ```swift
/// let world = EnumeratedGame(TicTacToe(), against: RandomOpponent())
/// let best = try FiniteMDP(enumerating: world).solved()
/// ```
///
/// - **Observation**: the number of the state.
/// - **Action**: a move of the game, of those that are legal; passing where there is none.
/// - **Reward**: 1 for a win, −1 for a loss, with the step that ends the game; 0 otherwise. The discount is 1.
/// - **Ending**: the game is over.
/// - **For**: a value function over thousands of states, held against the truth; an agent whose opponent changes.
/// - **Published**: see the game.
public struct EnumeratedGame<Adversary: Opponent>: EnumerableEnvironment, ListedEnvironment, GameWorld {
  public typealias PlayedGame = Adversary.PlayedGame

  /// A state: a position, and on which side the agent plays.
  public struct Position: Sendable, Hashable {
    public var game: PlayedGame
    public var agent: Player
  }

  public let start: PlayedGame
  public let opponent: Adversary
  /// On which side the agent plays.
  public let seat: Seat
  /// The states, `[stateCount]`.
  public let positions: [Position]
  public let discount = 1.0
  var table: OutcomeTable

  /// Lists a game.
  ///
  /// - Parameters:
  ///   - start: the position that episodes start from; not the end of a game.
  ///   - opponent: who plays against the agent.
  ///   - seat: on which side the agent plays, where `first` is the side whose turn it is in `start`.
  public init(_ start: PlayedGame, against opponent: Adversary, agent seat: Seat = .first) {
    precondition(!start.isOver, "a game to start from must go on, but \(start) is over")
    self.start = start
    self.opponent = opponent
    self.seat = seat
    let answers = { (game: PlayedGame) in Self.answers(to: game, of: opponent) }
    var starts: [(position: Position, probability: Double)] = []
    if seat != .second {
      starts.append((Position(game: start, agent: start.mover), seat == .random ? 0.5 : 1))
    }
    if seat != .first {
      starts += answers(start).map { answer in
        let position = Position(game: answer.game, agent: start.mover.other)
        return (position, answer.probability * (seat == .random ? 0.5 : 1))
      }
    }
    var positions: [Position] = []
    var numbers: [Position: Int] = [:]
    func number(of position: Position) -> Int {
      if let number = numbers[position] { return number }
      numbers[position] = positions.count
      positions.append(position)
      return positions.count - 1
    }
    let startNumbers = starts.map { (number(of: $0.position), $0.probability) }
    /// Where each legal move leads, and how likely, state by state.
    var rows: [[(action: Int, outcomes: [Outcome])]] = []
    while rows.count < positions.count {
      let position = positions[rows.count]
      let row = (0..<start.actionCount).filter(position.game.isLegal).map { move in
        var next = position.game
        next.play(move)
        let outcomes = answers(next).map { answer in
          Outcome(
            next: number(of: Position(game: answer.game, agent: position.agent)),
            probability: answer.probability, reward: Double(answer.game.result(for: position.agent)),
            isTerminal: answer.game.isOver)
        }
        return (action: move, outcomes: outcomes)
      }
      rows.append(row)
    }
    self.positions = positions
    var weights = [Double](repeating: 0, count: positions.count)
    for (number, probability) in startNumbers { weights[number] += probability }
    table = OutcomeTable(stateCount: positions.count, actionCount: start.actionCount, starts: weights) {
      state, action in rows[state].first { $0.action == action }?.outcomes ?? []
    }
  }

  /// What an opponent may make of a position; the position itself where the game is over.
  private static func answers(
    to game: PlayedGame, of opponent: Adversary
  ) -> [(game: PlayedGame, probability: Double)] {
    if game.isOver { return [(game, 1)] }
    let candidates = opponent.candidates(in: game)
    if candidates == 0 {
      var next = game
      if let pass = game.pass { next.play(pass) }
      return [(next, 1)]
    }
    return (0..<game.actionCount).filter { $0 < 64 && candidates >> UInt64($0) & 1 == 1 }.map { move in
      var next = game
      next.play(move)
      return (next, 1 / Double(candidates.nonzeroBitCount))
    }
  }

  public var name: String { start.name }
  public var rewardRange: ClosedRange<Double> { -1...1 }
  public var actionNames: [String] { start.moveNames }

  /// The positions as text: rows, and whose turn it is.
  /// The position now.
  public var game: PlayedGame { positions[state].game }
  public var stateNames: [String] { positions.map(\.game.description) }

  /// The board, and on which side the agent plays.
  public var picture: Picture {
    let position = positions[state]
    var picture = position.game.picture
    picture.caption += "; the agent has \(position.game.mark(of: position.agent))"
    return picture
  }

  /// The number of a position, where the agent may come upon it.
  public func state(of position: Position) -> Int? { positions.firstIndex(of: position) }
}
