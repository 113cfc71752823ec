import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Any world over states and actions by number")
struct AnyWorldTests {
  /// Some have actions that are not available everywhere, some end, and some pay what nobody wants.
  static let worlds: [any EnumerableEnvironment] = [
    FrozenLake.fourByFour, MaximisationBias(), BoatRace(), TimeLimit(RandomWalk.five, steps: 4),
    EnumeratedGame(TicTacToe(), against: RandomOpponent()),
  ]

  @Test("it says of itself what the world it holds says", arguments: worlds.indices)
  func saying(index: Int) throws {
    func compare(_ base: some EnumerableEnvironment) throws {
      var (base, world) = (base, AnyWorld(base))
      #expect(world.name == base.name && world.discount == base.discount)
      #expect(world.timeLimit == base.timeLimit && world.rewardRange == base.rewardRange)
      #expect(world.stateNames == base.stateNames && world.actionNames == base.actionNames)
      #expect(world.initialDistribution == base.initialDistribution && world.map == base.map)
      for state in stride(from: 0, to: base.stateCount, by: 1 + base.stateCount / 50) {
        try base.place(at: [Double(state)])
        try world.place(at: [Double(state)])
        #expect(world.state == state && world.stateNumbers == base.stateNumbers)
        #expect(world.picture == base.picture && world.isOver == base.isOver)
        for action in -1...base.actionCount {
          #expect(world.isAvailable(action) == base.isAvailable(action), "state \(state), action \(action)")
        }
      }
      #expect(throws: DataError.self) { try world.place(at: [Double(base.stateCount)]) }
    }
    try compare(Self.worlds[index])
  }

  @Test("it goes where the world it holds goes, bit for bit", arguments: worlds.indices)
  func going(index: Int) {
    func compare(_ base: some EnumerableEnvironment) {
      var (one, other) = (RandomStream(seed: 4), RandomStream(seed: 4))
      var (base, world) = (base, AnyWorld(base))
      for _ in 0..<10 {
        #expect(base.reset(using: &one) == world.reset(using: &other))
        for _ in 0..<20 where !base.isOver {
          guard let action = (0..<base.actionCount).first(where: base.isAvailable) else { break }
          let (wanted, found) = (base.step(action, using: &one), world.step(action, using: &other))
          #expect(found.observation == wanted.observation && found.ending == wanted.ending)
          #expect(found.reward == wanted.reward && found.performance == wanted.performance)
        }
        #expect(world.isOver == base.isOver && one == other)
      }
    }
    compare(Self.worlds[index])
  }
}
