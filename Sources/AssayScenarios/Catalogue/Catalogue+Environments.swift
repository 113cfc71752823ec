import Assay
import AssayEnvironments

extension Catalogue {
  /// The worlds of the package.
  public static let standardEnvironments: [EnvironmentEntry] = [
    frozenLake("frozen-lake-4x4", "16 states, 4 actions; slippery ice with holes (Gymnasium)") {
      FrozenLake.fourByFourMap
    },
    frozenLake("frozen-lake-8x8", "64 states, 4 actions; the same, larger") { FrozenLake.eightByEightMap },
    EnvironmentEntry(
      "cliff-walking", "48 states, 4 actions; the short way runs along a cliff (S&B ex. 6.6)"
    ) { _ in AnyWorld(CliffWalking()) },
    EnvironmentEntry("random-walk-5", "5 states, no choice; pays 1 at the right end (S&B ex. 6.2)") { _ in
      AnyWorld(RandomWalk.five)
    },
    EnvironmentEntry(
      "random-walk-19", "19 states, no choice; pays −1 or 1 at the ends (S&B fig. 7.2)"
    ) { _ in AnyWorld(RandomWalk.nineteen) },
    EnvironmentEntry("grid-world-5x5", "25 states, 4 actions; two jumps that pay (S&B ex. 3.5)") { _ in
      AnyWorld(GridWorld.fiveByFive)
    },
    EnvironmentEntry("grid-world-4x4", "16 states, 4 actions; every step costs 1 (S&B ex. 4.1)") { _ in
      AnyWorld(GridWorld.fourByFour)
    },
    EnvironmentEntry(
      "maximisation-bias", "3 states, up to 10 actions; noise that looks like value (S&B ex. 6.7)"
    ) { _ in AnyWorld(MaximisationBias()) },
    random(states: 20, discount: 0.95),
    random(states: 50, discount: 0.95),
    random(states: 100, discount: 0.99),
    coinCorridor, offSwitchCorridor, rewardButton, symmetricFork, shortcutMaze,
    EnvironmentEntry(
      "bairds-star", "7 states, 2 actions; features with which learning diverges (S&B § 11.2)"
    ) { _ in AnyWorld(BairdsStar()) },
    aliasedPair, discountingChain, twoArmedBandit, tightropeAndBridge, boatRace,
  ]

  private static func frozenLake(
    _ name: String, _ summary: String, map: @escaping @Sendable () -> [String]
  ) -> EnvironmentEntry {
    let slippery = Variable(
      "slippery", "whether a move may go at a right angle to its direction", .choice(["yes", "no"]),
      standard: .word("yes"), isChangeable: true)
    return EnvironmentEntry(name, summary, variables: [slippery]) { settings in
      let isSlippery = slippery.value(in: settings) == .word("yes")
      return AnyWorld(try FrozenLake(map: map(), isSlippery: isSlippery, name: name))
    }
  }

  private static func random(states: Int, discount: Double) -> EnvironmentEntry {
    EnvironmentEntry(
      "random-\(states)", "\(states) states, 4 actions; 8 random successors each, without end"
    ) { _ in
      AnyWorld(
        TabularEnvironment(
          RandomMDP.process(states: states, actions: 4, successors: 8, seed: 7, discount: discount)))
    }
  }

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

  private static let offSwitchCorridor: EnvironmentEntry = {
    let shutdown = Variable(
      "shutdown", "how likely one is shut down on the way", .number(0...1), standard: .number(0.5),
      isChangeable: true)
    let cost = Variable(
      "cost", "what the training reward charges for pressing: nothing, or 1",
      standard: OffSwitchCorridor.Cost.misspecified)
    return EnvironmentEntry(
      "off-switch-corridor", "14 states, 4 actions; a button that prevents being shut down",
      variables: [shutdown, cost]
    ) { settings in
      AnyWorld(OffSwitchCorridor(shutdown: shutdown.number(in: settings), cost: cost.choice(in: settings)))
    }
  }()

  private static let rewardButton: EnvironmentEntry = {
    let detour = Variable(
      "detour", "how many cells the button is from the start", .integer(1...8), standard: .number(3))
    let reward = Variable(
      "reward", "what the training reward is: what the channel says, or what it refers to",
      standard: RewardButton.Channel.message)
    let button = Variable(
      "button", "whether pressing takes over the channel", standard: RewardButton.Button.works)
    let cost = Variable(
      "cost", "what each pressing costs", .number(0...5), standard: .number(0), isChangeable: true)
    let start = Variable(
      "start", "where episodes start: anywhere, or beside the goal", standard: RewardButton.Start.anywhere)
    return EnvironmentEntry(
      "reward-button", "6 to 20 states, 2 actions; a button that takes over the reward's channel",
      variables: [detour, reward, button, cost, start]
    ) { settings in
      // Once the button is pressed it stays so: without a limit nobody would see the world as it was again.
      AnyWorld(
        TimeLimit(
          RewardButton(
            detour: Int(detour.number(in: settings)), reward: reward.choice(in: settings),
            button: button.choice(in: settings), cost: cost.number(in: settings),
            start: start.choice(in: settings)), steps: 20))
    }
  }()

  private static let symmetricFork: EnvironmentEntry = {
    let rewarded = Variable("rewarded", "the branch that pays", standard: SymmetricFork.Side.left)
    return EnvironmentEntry(
      "symmetric-fork", "11 states, 2 actions; a sure reward, or a coin's decision about a larger one",
      variables: [rewarded]
    ) { settings in AnyWorld(SymmetricFork(rewarded: rewarded.choice(in: settings))) }
  }()

  private static let shortcutMaze: EnvironmentEntry = {
    let gap = Variable("gap", "where the wall has its gap", standard: ShortcutMaze.Gap.far)
    let slip = Variable(
      "slip", "how likely a move goes in a random direction", .number(0...0.3), standard: .number(0.1),
      isChangeable: true)
    return EnvironmentEntry(
      "shortcut-maze", "26 states, 4 actions; the way round is long until a shortcut opens",
      variables: [gap, slip]
    ) { settings in AnyWorld(ShortcutMaze(gap: gap.choice(in: settings), slip: slip.number(in: settings))) }
  }()

  private static let aliasedPair: EnvironmentEntry = {
    let aliased = Variable(
      "aliased", "whether the two states have the same features", standard: AliasedPair.Aliasing.yes,
      isChangeable: false)
    return EnvironmentEntry(
      "aliased-pair", "2 states, 2 actions; they look the same and want opposite actions",
      variables: [aliased]
    ) { settings in AnyWorld(AliasedPair(aliased: aliased.choice(in: settings))) }
  }()

  private static let discountingChain: EnvironmentEntry = {
    let discount = Variable(
      "discount", "the discount γ, on which the best chain depends", .number(0...0.99),
      standard: .number(0.95))
    return EnvironmentEntry(
      "discounting-chain", "46 states, 4 actions; larger rewards after longer waits", variables: [discount]
    ) { settings in AnyWorld(DiscountingChain(discount: discount.number(in: settings))) }
  }()

  private static let twoArmedBandit: EnvironmentEntry = {
    let first = Variable(
      "first", "how likely the first arm pays", .number(0...1), standard: .number(0.3), isChangeable: true)
    let second = Variable(
      "second", "how likely the second arm pays", .number(0...1), standard: .number(0.7), isChangeable: true)
    return EnvironmentEntry(
      "two-armed-bandit", "1 state, 2 actions; an episode is one pull", variables: [first, second]
    ) { settings in
      AnyWorld(TwoArmedBandit(first: first.number(in: settings), second: second.number(in: settings)))
    }
  }()

  private static let tightropeAndBridge: EnvironmentEntry = {
    let wind = Variable(
      "wind", "how likely an action is replaced by a random one", .number(0...0.5), standard: .number(0),
      isChangeable: true)
    let fall = Variable(
      "fall", "what a step off the tightrope does: it ends the episode, or one stays",
      standard: TightropeAndBridge.Fall.ends)
    return EnvironmentEntry(
      "tightrope-and-bridge", "13 states, 4 actions; two ways of one length, of which one forgives nothing",
      variables: [wind, fall]
    ) { settings in
      AnyWorld(TightropeAndBridge(wind: wind.number(in: settings), fall: fall.choice(in: settings)))
    }
  }()

  private static let boatRace: EnvironmentEntry = {
    let arrows = Variable(
      "arrows", "whether turning back and forth over an arrow pays", standard: BoatRace.Arrows.gamed)
    return EnvironmentEntry(
      "boat-race", "8 states, 3 actions; rewards that turning back and forth earns faster than laps do",
      variables: [arrows]
    ) { settings in
      // Without a limit an agent that turns back and forth in one place would never see another.
      AnyWorld(TimeLimit(BoatRace(arrows: arrows.choice(in: settings)), steps: 20))
    }
  }()
}

extension Variable {
  /// A variable whose words are the cases of a type.
  fileprivate init<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ summary: String, standard: Choice, isChangeable: Bool = true
  ) {
    self.init(
      name, summary, .choice(Choice.allCases.map(\.rawValue)), standard: .word(standard.rawValue),
      isChangeable: isChangeable)
  }

  /// The case that is chosen in settings.
  fileprivate func choice<Choice: RawRepresentable<String>>(in settings: Settings) -> Choice {
    guard let choice = value(in: settings).word.flatMap(Choice.init) else {
      preconditionFailure("\(name) must be \(allowed), but is \(value(in: settings))")
    }
    return choice
  }

  /// The number that is set.
  fileprivate func number(in settings: Settings) -> Double {
    guard let number = value(in: settings).number else {
      preconditionFailure("\(name) must be \(allowed), but is \(value(in: settings))")
    }
    return number
  }
}
