import Assay
import AssayEnvironments

extension Catalogue {
  /// Worlds in which goals that agreed part ways.
  static let goalWorlds: [EnvironmentEntry] = [coinCorridor]

  private static let coinCorridor: EnvironmentEntry = {
    let coin = Variable("coin", "where the coin lies", standard: CoinCorridor.Coin.right)
    let wall = Variable(
      "wall", "where the right end leads: nowhere or beyond", standard: CoinCorridor.Wall.solid)
    let randomised = Variable(
      "randomised", "in which share of the episodes the coin lies anywhere instead", .number(0...1),
      standard: .number(0), isChangeable: true)
    return EnvironmentEntry(
      "coin-corridor", "72 states, 2 actions; a coin that may always lie at the right end",
      variables: [coin, wall, randomised],
      shift: GoalShift(agreeing: ["coin": .word("right")], parting: ["coin": .word("random")])
    ) { settings in
      // Without a coin in reach no episode would terminate.
      AnyWorld(
        TimeLimit(
          CoinCorridor(
            coin: coin.choice(in: settings), wall: wall.choice(in: settings),
            randomised: randomised.number(in: settings)), steps: 20))
    }
  }()
}
