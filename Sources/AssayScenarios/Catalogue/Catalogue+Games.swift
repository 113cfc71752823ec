import Assay
import AssayEnvironments
import AssayPlanning

extension Catalogue {
  /// Games of two players, one of whom belongs to the world.
  static let games: [EnvironmentEntry] = [ticTacToe, connectFour, othello, kuhnPoker]

  private static let seat = Variable(
    "agent", "who makes the first move: the agent, its opponent, or either by a coin",
    standard: Seat.first, isChangeable: false)

  private static let depth = Variable(
    "depth", "how many moves an opponent that searches looks ahead", .integer(1...6), standard: .number(2))

  private static let simulations = Variable(
    "simulations", "how many games an opponent that searches a tree plays to their ends before a move",
    .integer(1...10_000_000), standard: .number(2000))

  private static let ticTacToe: EnvironmentEntry = {
    let opponent = Variable(
      "opponent", "how the opponent moves: at random, perfectly, or by tree search",
      .choice(["random", "exact", "mcts"]), standard: .word("random"))
    return EnvironmentEntry(
      "tic-tac-toe", "three in a row, against an opponent that can be beaten or one that cannot",
      source: "Michie 1963", variables: [opponent, simulations, seat]
    ) { settings in
      let agent: Seat = seat.choice(in: settings)
      switch opponent.value(in: settings).word {
      case "exact":
        return EnumeratedGame(TicTacToe(), against: ExactOpponent(try SolvedGame(TicTacToe())), agent: agent)
      case "mcts":
        let count = Int(simulations.number(in: settings))
        return EnumeratedGame(TicTacToe(), against: TreeSearchOpponent(simulations: count), agent: agent)
      default: return EnumeratedGame(TicTacToe(), against: RandomOpponent(), agent: agent)
      }
    }
  }()

  /// The opponents of games too large to be known exactly.
  private static let opponent = Variable(
    "opponent", "how the opponent moves: at random, by looking some moves ahead, or by tree search",
    .choice(["random", "search", "mcts"]), standard: .word("random"))

  private static func world(of game: some Game, _ settings: Settings) -> any Environment {
    let agent: Seat = seat.choice(in: settings)
    switch opponent.value(in: settings).word {
    case "search":
      let depth = Int(depth.number(in: settings))
      return GameEnvironment(game, against: SearchOpponent(depth: depth), agent: agent)
    case "mcts":
      let count = Int(simulations.number(in: settings))
      return GameEnvironment(game, against: TreeSearchOpponent(simulations: count), agent: agent)
    default: return GameEnvironment(game, against: RandomOpponent(), agent: agent)
    }
  }

  private static let connectFour: EnvironmentEntry = {
    let rows = Variable("rows", "how many rows the board has", .integer(4...7), standard: .number(6))
    let columns = Variable("columns", "how many columns it has", .integer(4...8), standard: .number(7))
    let length = Variable("length", "how many in a row win", .integer(3...5), standard: .number(4))
    return EnvironmentEntry(
      "connect-four", "four in a row, on a board into whose columns pieces fall", source: "Allis 1988",
      variables: [rows, columns, length, opponent, depth, simulations, seat]
    ) { settings in
      world(
        of: ConnectFour(
          rows: Int(rows.number(in: settings)), columns: Int(columns.number(in: settings)),
          lineLength: Int(length.number(in: settings))), settings)
    }
  }()

  private static let othello: EnvironmentEntry = {
    let size = Variable(
      "size", "how many rows and columns the board has", .choice(["4", "6", "8"]), standard: .word("8"))
    return EnvironmentEntry(
      "othello", "enclosed pieces change sides", source: "Feinstein 1993",
      variables: [size, opponent, depth, simulations, seat]
    ) { settings in
      world(of: Othello(size: size.value(in: settings).word.flatMap { Int($0) } ?? 8), settings)
    }
  }()

  private static let kuhnPoker: EnvironmentEntry = {
    let bluff = Variable(
      "bluff", "how often the opponent bets with the jack: which of its equilibria it plays",
      .number(0...1.0 / 3), standard: .number(1.0 / 6), isChangeable: true)
    return EnvironmentEntry(
      "kuhn-poker", "betting on one of three cards, round after round, as the second player",
      source: "Kuhn 1950; Veness et al. 2011", variables: [bluff]
    ) { settings in
      // Rounds follow one another for ever.
      TimeLimit(KuhnPokerRounds(bluff: bluff.number(in: settings)), steps: 20)
    }
  }()
}
