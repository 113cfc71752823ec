import Assay

/// Says what positions of a game are worth, and what would be played there.
public protocol GameJudge<Position> {
  associatedtype Position: Game

  /// Whether it draws, so that each position is judged on its own with its root's random numbers.
  var draws: Bool { get }

  /// Judges positions in one call.
  ///
  /// - Parameters:
  ///   - positions: the new positions, those at which the game is over included, whose judgement nobody looks at.
  ///   - leaves: takes the values, to the player to move, and, where ``SearchLeaves/wantsLogits``, the logits; those of
  ///     illegal moves are seen to.
  ///   - random: what chance there is comes from here.
  mutating func judge(
    _ positions: UnsafeBufferPointer<Position>, _ leaves: inout SearchLeaves, using random: inout RandomStream
  )

  /// Who answers, in traces.
  var sources: SearchSources { get }
}

/// Judges a position by playing it to the end, each legal move equally likely.
public struct RandomRollouts<Position: Game>: GameJudge {
  /// How many games are played from each position, positive; its value is their mean.
  public let count: Int

  @inlinable public var draws: Bool { true }

  public var sources: SearchSources { SearchSources(dynamics: "the game", values: "random rollouts") }

  public init(count: Int = 1) {
    precondition(count > 0, "count must be positive, but is \(count)")
    self.count = count
  }

  @inlinable
  public mutating func judge(
    _ positions: UnsafeBufferPointer<Position>, _ leaves: inout SearchLeaves, using random: inout RandomStream
  ) {
    for index in 0..<positions.count {
      let mover = positions[index].mover
      var sum = 0
      for _ in 0..<count {
        var game = positions[index]
        game.playOut(using: &random)
        sum &+= game.result
      }
      leaves.values[index] = Float(mover.sign &* sum) / Float(count)
      if leaves.wantsLogits {
        for action in 0..<leaves.actionCount { leaves.logits[index &* leaves.actionCount &+ action] = 0 }
      }
    }
  }
}

/// Positions of a game, searched from.
///
/// Values are those of the player to move: 1 for a win, −1 for a loss.
public struct GameProblem<Judge: GameJudge>: SearchProblem {
  public typealias Position = Judge.Position

  /// Says what new positions are worth.
  public var judge: Judge
  /// The positions that are searched from.
  public let rootCount: Int
  public let actionCount: Int

  /// The position of each node.
  @usableFromInline var positions: ContiguousArray<Position>

  @inlinable public var isStochastic: Bool { false }
  @inlinable public var expandsOneByOne: Bool { judge.draws }
  public var sources: SearchSources { judge.sources }

  /// Gets ready to search some positions of a game.
  ///
  /// - Parameters:
  ///   - roots: positions of one game, of one size, none of which is over.
  ///   - judge: says what new positions are worth.
  public init(_ roots: [Position], judge: Judge) {
    precondition(!roots.isEmpty, "there must be a position to search from")
    for root in roots { precondition(!root.isOver, "a game to search must go on, but \(root) is over") }
    positions = ContiguousArray(roots)
    rootCount = roots.count
    actionCount = roots[0].actionCount
    self.judge = judge
  }

  /// The position of a node.
  @inlinable
  public func position(of node: Int) -> Position { positions[node] }

  public mutating func reserve(nodes: Int) { positions.reserveCapacity(positions.count + nodes) }

  @inlinable
  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    judge(from: Int(leaves.nodes[0]), &leaves, using: &random)
  }

  @inlinable
  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    let first = positions.count
    for index in 0..<leaves.count {
      var position = positions[Int(leaves.parents[index])]
      let mover = position.mover
      position.play(Int(leaves.actions[index]))
      let isOver = position.legalMoves == 0 && position.isOver
      leaves.rewards[index] = isOver ? Float(position.result(for: mover)) : 0
      leaves.discounts[index] = isOver ? 0 : -1
      positions.append(position)
    }
    judge(from: first, &leaves, using: &random)
  }

  @inlinable
  mutating func judge(from first: Int, _ leaves: inout SearchLeaves, using random: inout RandomStream) {
    positions.withUnsafeBufferPointer { all in
      judge.judge(UnsafeBufferPointer(rebasing: all[first..<first &+ leaves.count]), &leaves, using: &random)
      for index in 0..<leaves.count {
        if leaves.discounts[index] == 0 { leaves.values[index] = 0 }
        guard leaves.wantsLogits else { continue }
        for action in 0..<actionCount where !all[first &+ index].isLegal(action) {
          leaves.logits[index &* actionCount &+ action] = -.infinity
        }
      }
    }
  }

  @inlinable
  public mutating func listActions(at node: Int, in actions: inout SearchActions) {
    var moves = positions[node].legalMoves
    if moves == 0, let pass = positions[node].pass {
      actions.append(pass)
      return
    }
    while moves != 0 {
      actions.append(moves.trailingZeroBitCount)
      moves &= moves &- 1
    }
  }

  public mutating func keep(nodes old: [Int32]) {
    positions = ContiguousArray(old.map { positions[Int($0)] })
  }

  public func label(of node: Int) -> String { "\(positions[node])" }
}

extension GameProblem {
  /// Gets ready to search a position, valued by playing to the end at random.
  ///
  /// - Parameters:
  ///   - root: a position that is not over.
  ///   - rollouts: how many games are played from each new position.
  public init<G>(_ root: G, rollouts: Int = 1) where Judge == RandomRollouts<G> {
    self.init([root], judge: RandomRollouts(count: rollouts))
  }
}
