import Assay
import AssayEnvironments

extension Catalogue {
  /// Worlds that agree with Gymnasium's, step by step.
  static let standardWorlds: [EnvironmentEntry] = [
    frozenLake("frozen-lake-4x4", "slippery ice with holes, 4 by 4") { _ in FrozenLake.fourByFourMap },
    frozenLake("frozen-lake-8x8", "the same, 8 by 8") { _ in FrozenLake.eightByEightMap },
    randomLake, cliffWalking, taxi, blackjack,
    moving("cart-pole", "a pole to balance on a cart", limit: 500, CartPole()),
    moving("pendulum", "a pendulum to swing up and hold", limit: 200, Pendulum()),
    moving("mountain-car", "a car too weak for the hill before it", limit: 200, MountainCar()),
    moving(
      "mountain-car-continuous", "the same, where pushing costs", limit: 999, MountainCarContinuous()),
    moving("acrobot", "two links to swing up by the joint between them", limit: 500, Acrobot()),
  ]

  /// After how many steps episodes are cut off, for worlds in which they need not be.
  private static let limit = Variable(
    "limit", "after how many steps episodes are cut off; 0 for never", .integer(0...1_000_000),
    standard: .number(0))

  private static let slippery = Variable(
    "slippery", "whether a move may go at a right angle to its direction", .choice(["yes", "no"]),
    standard: .word("yes"), isChangeable: true)

  private static func limited(_ world: some EnumerableEnvironment, _ settings: Settings) -> any Environment {
    let steps = Int(limit.number(in: settings))
    return steps == 0 ? world : TimeLimit(world, steps: steps)
  }

  private static func frozenLake(
    _ name: String, _ summary: String, variables: [Variable] = [],
    map: @escaping @Sendable (_ settings: Settings) -> [String]
  ) -> EnvironmentEntry {
    EnvironmentEntry(name, summary, source: "Gymnasium", variables: variables + [slippery, limit]) {
      settings in
      let isSlippery = slippery.value(in: settings) == .word("yes")
      return limited(try FrozenLake(map: map(settings), isSlippery: isSlippery, name: name), settings)
    }
  }

  private static let randomLake: EnvironmentEntry = {
    let size = Variable("size", "how many rows and columns", .integer(2...16), standard: .number(8))
    let ice = Variable(
      "ice", "how likely a cell is ice, not a hole", .number(0.5...1), standard: .number(0.8))
    let drawing = Variable(
      "map", "which of the maps that chance draws", .integer(0...1_000_000), standard: .number(0))
    return frozenLake(
      "frozen-lake-random", "a lake that chance draws, with a way across", variables: [size, ice, drawing]
    ) { settings in
      var random = RandomStream(seed: UInt64(drawing.number(in: settings)))
      return FrozenLake.randomMap(
        size: Int(size.number(in: settings)), ice: ice.number(in: settings), using: &random)
    }
  }()

  private static let cliffWalking: EnvironmentEntry = {
    let slips = Variable(
      slippery.name, slippery.summary, slippery.domain, standard: .word("no"), isChangeable: true)
    return EnvironmentEntry(
      "cliff-walking", "the short way runs along a cliff", source: "Gymnasium; S&B ex. 6.6",
      variables: [slips]
    ) { settings in CliffWalking(isSlippery: slips.value(in: settings) == .word("yes")) }
  }()

  private static let taxi: EnvironmentEntry = {
    let accuracy = Variable(
      "accuracy", "how likely a move goes where it points", .number(0...1), standard: .number(1),
      isChangeable: true)
    return EnvironmentEntry(
      "taxi", "a passenger to fetch and bring where they want to go", source: "Gymnasium; Dietterich 2000",
      variables: [accuracy]
    ) { settings in TimeLimit(Taxi(accuracy: accuracy.number(in: settings)), steps: 200) }
  }()

  private static let blackjack: EnvironmentEntry = {
    let natural = Variable(
      "natural", "what an ace with a ten is worth: it wins, is like any 21, or that with a bonus",
      standard: Blackjack.Natural.wins)
    return EnvironmentEntry(
      "blackjack", "cards to take or leave against a dealer", source: "Gymnasium; S&B ex. 5.1",
      variables: [natural]
    ) { settings in Blackjack(natural: natural.choice(in: settings)) }
  }()

  private static func moving(
    _ name: String, _ summary: String, limit: Int, _ world: some MovingWorld
  ) -> EnvironmentEntry {
    EnvironmentEntry(name, summary, source: "Gymnasium") { _ in TimeLimit(world, steps: limit) }
  }
}
