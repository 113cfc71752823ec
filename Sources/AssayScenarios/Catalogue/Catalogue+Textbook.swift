import Assay
import AssayEnvironments

extension Catalogue {
  /// Small worlds with known answers.
  static let textbookWorlds: [EnvironmentEntry] =
    prediction + bandits + grids + chains + explorationWorlds + [
      random(states: 20, discount: 0.95),
      random(states: 50, discount: 0.95),
      random(states: 100, discount: 0.99),
    ]

  private static let prediction = [
    EnvironmentEntry(
      "random-walk-5", "no choice; pays 1 at the right end", source: "S&B ex. 6.2"
    ) { _ in RandomWalk.five },
    EnvironmentEntry(
      "random-walk-19", "no choice; pays −1 or 1 at the ends", source: "S&B fig. 7.2"
    ) { _ in RandomWalk.nineteen },
    EnvironmentEntry(
      "boyan-chain", "no choice; features that can say all there is", source: "Boyan 2002"
    ) { _ in BoyanChain() },
    EnvironmentEntry(
      "bairds-star", "features with which learning diverges", source: "S&B § 11.2"
    ) { _ in BairdsStar() },
    EnvironmentEntry(
      "w-to-2w", "one feature with which learning diverges", source: "S&B § 11.2"
    ) { _ in TwoStateDivergence() },
  ]

  private static let bandits = [twoArmedBandit, kArmedBandit, twoBumpBandit]

  private static let grids = [
    EnvironmentEntry("grid-world-5x5", "two jumps that pay", source: "S&B ex. 3.5") { _ in
      GridWorld.fiveByFive
    },
    EnvironmentEntry("grid-world-4x4", "every step costs 1", source: "S&B ex. 4.1") { _ in
      GridWorld.fourByFour
    },
    dynaMaze, windyGrid,
  ]

  private static let chains = [
    gambler, accessControl,
    EnvironmentEntry(
      "short-corridor", "cells that look the same, one of them reversed", source: "S&B ex. 13.1"
    ) { _ in ShortCorridor() },
    aliasedPair,
    EnvironmentEntry(
      "maximisation-bias", "noise that looks like value", source: "S&B ex. 6.7"
    ) { _ in MaximisationBias() },
    discountingChain,
    EnvironmentEntry("catch", "a ball falls, a paddle catches it", source: "bsuite") { _ in Catch() },
    EnvironmentEntry(
      "line-toy", "a reward beyond the left end of a line; actors that follow slopes miss it",
      source: "Matheron et al. 2019"
    ) { _ in TimeLimit(LineToy(), steps: 50) },
  ]

  private static let explorationWorlds = [
    fiveChain,
    EnvironmentEntry(
      "river-swim", "a small reward downstream, a large one upstream", source: "Strehl & Littman 2008"
    ) { _ in RiverSwim() },
    deepSea,
  ]

  private static let kArmedBandit: EnvironmentEntry = {
    let arms = Variable("arms", "how many arms there are", .integer(1...100), standard: .number(10))
    let seed = Variable(
      "seed", "what the arms are worth is drawn from it", .integer(0...1_000_000), standard: .number(0),
      isChangeable: true)
    return EnvironmentEntry(
      "k-armed-bandit", "noisy arms of normal worth; an episode is one pull", source: "S&B § 2.3",
      variables: [arms, seed]
    ) { settings in
      KArmedBandit(arms: Int(arms.number(in: settings)), seed: UInt64(seed.number(in: settings)))
    }
  }()

  private static let twoBumpBandit: EnvironmentEntry = {
    let noise = Variable(
      "noise", "the deviation of rewards", .number(0...10), standard: .number(0), isChangeable: true)
    return EnvironmentEntry(
      "two-bump-bandit", "one number to choose; a wide bump of reward and a higher, narrow one",
      variables: [noise]
    ) { settings in TwoBumpBandit(noise: noise.number(in: settings)) }
  }()

  private static let dynaMaze: EnvironmentEntry = {
    let walls = Variable(
      "walls", "where the walls are: the maze, or one wall with gaps", standard: DynaMaze.Walls.maze)
    return EnvironmentEntry(
      "dyna-maze", "a maze to plan in, whose walls may change", source: "S&B ex. 8.1 to 8.3",
      variables: [walls]
    ) { settings in DynaMaze(walls: walls.choice(in: settings)) }
  }()

  private static let windyGrid: EnvironmentEntry = {
    let moves = Variable(
      "moves", "which moves there are", standard: WindyGrid.Moves.four, isChangeable: false)
    let wind = Variable(
      "wind", "whether the wind always blows as hard", standard: WindyGrid.Wind.steady)
    return EnvironmentEntry(
      "windy-grid", "a wind carries one upwards; every step costs 1", source: "S&B ex. 6.5",
      variables: [moves, wind]
    ) { settings in WindyGrid(moves: moves.choice(in: settings), wind: wind.choice(in: settings)) }
  }()

  private static let gambler: EnvironmentEntry = {
    let heads = Variable(
      "heads", "how likely a stake is won", .number(0.01...0.99), standard: .number(0.4), isChangeable: true)
    return EnvironmentEntry(
      "gambler", "stakes on flips of a coin, until the goal or ruin", source: "S&B ex. 4.3",
      variables: [heads]
    ) { settings in Gambler(heads: heads.number(in: settings)) }
  }()

  private static let accessControl: EnvironmentEntry = {
    let freeing = Variable(
      "freeing", "how likely a busy server becomes free in a step", .number(0.01...0.99),
      standard: .number(0.06), isChangeable: true)
    return EnvironmentEntry(
      "access-control", "customers who pay differently queue for servers", source: "S&B ex. 10.2",
      variables: [freeing]
    ) { settings in AccessControl(freeing: freeing.number(in: settings)) }
  }()

  private static let aliasedPair: EnvironmentEntry = {
    let aliased = Variable(
      "aliased", "whether the two states have the same features", standard: AliasedPair.Aliasing.yes,
      isChangeable: false)
    return EnvironmentEntry(
      "aliased-pair", "states that look the same and want opposite actions", variables: [aliased]
    ) { settings in AliasedPair(aliased: aliased.choice(in: settings)) }
  }()

  private static let discountingChain: EnvironmentEntry = {
    let discount = Variable(
      "discount", "the discount γ, on which the best chain depends", .number(0...0.99),
      standard: .number(0.95))
    return EnvironmentEntry(
      "discounting-chain", "larger rewards after longer waits", variables: [discount]
    ) { settings in DiscountingChain(discount: discount.number(in: settings)) }
  }()

  private static let twoArmedBandit: EnvironmentEntry = {
    let first = Variable(
      "first", "how likely the first arm pays", .number(0...1), standard: .number(0.3), isChangeable: true)
    let second = Variable(
      "second", "how likely the second arm pays", .number(0...1), standard: .number(0.7), isChangeable: true)
    return EnvironmentEntry(
      "two-armed-bandit", "an episode is one pull", variables: [first, second]
    ) { settings in
      TwoArmedBandit(first: first.number(in: settings), second: second.number(in: settings))
    }
  }()

  private static let fiveChain: EnvironmentEntry = {
    let slip = Variable(
      "slip", "how likely the other action happens instead", .number(0...0.5), standard: .number(0.2))
    return EnvironmentEntry(
      "five-chain", "2 at once, or 10 after steps that may slip", source: "Strens 2000", variables: [slip]
    ) { settings in FiveChain(slip: slip.number(in: settings)) }
  }()

  private static let deepSea: EnvironmentEntry = {
    let size = Variable(
      "size", "how many rows and columns there are", .integer(1...50), standard: .number(10))
    let mapping = Variable(
      "mapping", "which action is right: 0 for the second, else a seed to draw it from in each cell",
      .integer(0...1_000_000), standard: .number(0))
    return EnvironmentEntry(
      "deep-sea", "every step to the treasure costs; one way in 2ᴺ gets there", source: "bsuite",
      variables: [size, mapping]
    ) { settings in
      let seed = UInt64(mapping.number(in: settings))
      return DeepSea(
        size: Int(size.number(in: settings)), mapping: seed == 0 ? .plain : .drawn(seed: seed))
    }
  }()

  private static func random(states: Int, discount: Double) -> EnvironmentEntry {
    EnvironmentEntry("random-\(states)", "a few random successors for each action") { _ in
      TabularEnvironment(
        RandomMDP.process(states: states, actions: 4, successors: 8, seed: 7, discount: discount))
    }
  }
}
