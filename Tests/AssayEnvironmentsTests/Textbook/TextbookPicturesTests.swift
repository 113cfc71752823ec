import Assay
import AssayEnvironments
import Testing

@Suite("Pictures of textbook worlds")
struct TextbookPicturesTests {
  static let worlds: [any EnumerableEnvironment] = [
    AccessControl(), AliasedPair(), BairdsStar(), BoyanChain(), Catch(), DeepSea(size: 4), DiscountingChain(),
    DynaMaze(), FiveChain(), Gambler(), GridWorld.fiveByFive, MaximisationBias(), RandomWalk.five,
    RiverSwim(),
    ShortCorridor(), TwoStateDivergence(), WindyGrid(),
  ]

  @Test("every state that episodes come through looks different from every other", arguments: worlds)
  func states(world: any EnumerableEnvironment) {
    var world = world
    var pictures: [Picture: Int] = [:]
    for state in 0..<world.observationSpace.count {
      let actions = (0..<world.actionSpace.count).filter { !world.outcomes(of: $0, in: state).isEmpty }
      // Walls of a maze are not on its map.
      if actions.isEmpty || world.map.map({ $0.cells[state] == nil }) == true { continue }
      world.place(in: state)
      let picture = world.picture
      #expect(picture.scene != .nothing)
      #expect(pictures[picture] == nil, "\(world.name): states \(pictures[picture] ?? 0) and \(state)")
      pictures[picture] = state
    }
    #expect(!pictures.isEmpty)
  }

  @Test("bandits show what their arms are worth")
  func bandits() {
    #expect(TwoArmedBandit().picture != TwoArmedBandit(first: 0.5).picture)
    #expect(TwoArmedBandit().picture.scene != .nothing)
    #expect(KArmedBandit(worths: [0.5, -1]).picture.caption == "arm 0 is best, worth 0.5 on average")
  }

  @Test("what moves on a line or was chosen shows")
  func continuous() {
    var random = RandomStream(seed: 1)
    var bandit = TwoBumpBandit()
    let before = bandit.picture
    _ = bandit.step([0.25], using: &random)
    #expect(bandit.picture != before && bandit.picture.caption.hasPrefix("chose 0.25"))
    var line = LineToy()
    let start = line.picture
    _ = line.step([0.1], using: &random)
    #expect(line.picture != start && line.picture.caption == "x = 0.1")
  }
}
