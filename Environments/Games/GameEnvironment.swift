import Assay

/// A world in which a game is played against somebody.
public protocol GameWorld<PlayedGame>: Environment where Action == Int {
  associatedtype PlayedGame: Game

  /// The position now.
  var game: PlayedGame { get }
}

/// A game as a world for one of its players; the other is an ``Opponent``, and belongs to the world.
///
/// The agent's move and the opponent's answer are one step. Where the opponent makes the first move it does so when
/// an episode starts. Who cannot move passes, the agent, too: passing is then its only action.
///
/// ```swift
/// var world = GameEnvironment(Othello(size: 6), against: SearchOpponent(depth: 2), agent: .random)
/// ```
///
/// - **Observation**: two planes of the board, row by row: 1 where the agent has a piece, then 1 where the
///   opponent has one; 0 elsewhere.
/// - **Action**: a move of the game, of those that are legal.
/// - **Reward**: 1 for a win, −1 for a loss, with the step that ends the game; 0 otherwise.
/// - **Ending**: the game is over.
/// - **For**: planning against somebody; worlds in which search pays.
/// - SeeAlso: ``EnumeratedGame`` for small games, of which all is known exactly.
public struct GameEnvironment<Adversary: Opponent>: PlaceableEnvironment, GameWorld {
  public typealias PlayedGame = Adversary.PlayedGame

  /// The position that episodes start from.
  public let start: PlayedGame
  public let opponent: Adversary
  /// On which side the agent plays.
  public let seat: Seat
  /// The position now.
  @inlinable public var game: PlayedGame { position }
  /// On which side the agent plays in this episode.
  @inlinable public var agent: Player { side }
  @inlinable public var isOver: Bool { hasEnded }
  public let observationSpace: BoxSpace
  public let actionSpace: DiscreteSpace
  @usableFromInline var position: PlayedGame
  @usableFromInline var side = Player.first
  @usableFromInline var hasEnded = true

  /// Makes a world of a game.
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
    position = start
    observationSpace = BoxSpace(count: 2 * start.rows * start.columns, in: 0...1)
    actionSpace = DiscreteSpace(count: start.actionCount)
  }

  public var name: String { start.name }
  public var rewardRange: ClosedRange<Double> { -1...1 }
  public var actionNames: [String] { start.moveNames }

  @inlinable
  public func isAvailable(_ action: Int) -> Bool { !isOver && game.isLegal(action) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> [Float] {
    position = start
    let isFirst = seat.draw(using: &random) == .first
    side = isFirst ? start.mover : start.mover.other
    if !isFirst { answer(using: &random) }
    precondition(!game.isOver, "the game must reach the agent, but from \(start) the opponent ended it")
    hasEnded = false
    return planes()
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    position.play(action)
    if !game.isOver { answer(using: &random) }
    hasEnded = game.isOver
    return Step(
      observation: planes(), reward: Reward(Double(game.result(for: agent))),
      ending: isOver ? .terminated : nil)
  }

  @inlinable
  mutating func answer(using random: inout RandomStream) {
    if let move = opponent.move(in: game, using: &random) ?? game.pass { position.play(move) }
  }

  @inlinable
  func planes() -> [Float] {
    let cells = game.rows * game.columns
    let (own, others) = (game.pieces(of: agent), game.pieces(of: agent.other))
    return [Float](unsafeUninitializedCapacity: 2 * cells) { planes, count in
      for cell in 0..<cells {
        planes[cell] = Float(own >> UInt64(cell) & 1)
        planes[cells + cell] = Float(others >> UInt64(cell) & 1)
      }
      count = 2 * cells
    }
  }

  /// The board, and on which side the agent plays.
  public var picture: Picture {
    var picture = game.picture
    picture.caption += "; the agent has \(game.mark(of: agent))"
    return picture
  }

  /// 1 or 2 for the agent's side, 1 or 2 for the side whose turn it is, and for each cell 0 where it is empty and 1 or
  /// 2 for whose piece is there.
  public var stateNumbers: [Double] {
    let (first, second) = (game.pieces(of: .first), game.pieces(of: .second))
    let cells = (0..<UInt64(game.rows * game.columns)).map { cell -> Double in
      let isFirst = first >> cell & 1 == 1
      return isFirst ? 1 : second >> cell & 1 == 1 ? 2 : 0
    }
    return [Self.number(of: agent), Self.number(of: game.mover)] + cells
  }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 2 + start.rows * start.columns,
      let agent = Player.allCases.first(where: { Self.number(of: $0) == numbers[0] }),
      let mover = Player.allCases.first(where: { Self.number(of: $0) == numbers[1] }),
      numbers.allSatisfy({ $0 == 0 || $0 == 1 || $0 == 2 })
    else {
      throw DataError(
        field: "state", value: "\(numbers)",
        allowed: "1 or 2 for the agent's side and the one to move, and 0, 1 or 2 for each cell")
    }
    var pieces: [UInt64] = [0, 0, 0]
    for (cell, number) in numbers.dropFirst(2).enumerated() { pieces[Int(number)] |= 1 << UInt64(cell) }
    let game = try start.position(first: pieces[1], second: pieces[2], mover: mover)
    guard game.isOver || mover == agent else {
      throw DataError(
        field: "state", value: "\(numbers)", allowed: "a position in which the agent is to move")
    }
    position = game
    side = agent
    hasEnded = game.isOver
  }

  private static func number(of player: Player) -> Double { player == .first ? 1 : 2 }
}
