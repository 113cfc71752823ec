import Assay
import AssayEnvironments
import AssayTesting
import Synchronization
import Testing

@Suite("Environment checks")
struct EnvironmentChecksTests {
  /// Every environment of the package, and every way to wrap one.
  static var environments: [any EnumerableEnvironment] {
    get throws {
      [
        FrozenLake.fourByFour, FrozenLake.eightByEight,
        try FrozenLake(map: ["SFFS", "FHFG"], isSlippery: false, name: "frozen-lake-dry"), CliffWalking(),
        RandomWalk.five, RandomWalk.nineteen, GridWorld.fiveByFive, GridWorld.fourByFour, MaximisationBias(),
        MaximisationBias(choices: 1, mean: 2, deviation: 0),
        TabularEnvironment(RandomMDP.process(states: 100)),
        TabularEnvironment(try FiniteMDP(enumerating: FrozenLake.fourByFour)),
        TabularEnvironment(try FiniteMDP(enumerating: GridWorld.fourByFour)),
        RelabelledEnvironment(FrozenLake.fourByFour, name: "contrary") { -$0.reward },
        CoinCorridor(), OffSwitchCorridor(), RewardButton(), SymmetricFork(), ShortcutMaze(), BairdsStar(),
        AliasedPair(), DiscountingChain(), TwoArmedBandit(), TightropeAndBridge(), BoatRace(),
        TimeLimit(RandomWalk.nineteen, steps: 20), TimeLimit(MaximisationBias(), steps: 1),
      ]
    }
  }

  @Test("every environment of the package passes every check", arguments: try environments)
  func sound(world: any EnumerableEnvironment) {
    // The most special checks are run, though all that is said here of its type is that it is some world.
    func findings(in world: some Environment) -> [Finding] { EnvironmentChecks(world).run() }
    #expect(findings(in: world).isEmpty, "\(world.name)")
  }

  @Test("a sound world passes, whatever the seed", arguments: 1...20 as ClosedRange<UInt64>)
  func seeds(seed: UInt64) {
    #expect(EnvironmentChecks(FaultyWorld(.nothing), seed: seed).run().isEmpty)
  }

  @Test("every fault is found by the check that is there for it", arguments: FaultyWorld.Fault.allCases)
  func faults(fault: FaultyWorld.Fault) {
    let found = EnvironmentChecks(FaultyWorld(fault)).run()
    if let check = fault.check {
      #expect(found.contains { $0.check == check.rawValue }, "\(found)")
    } else {
      #expect(found.isEmpty)
    }
  }

  @Test("every check is shown to fail")
  func coverage() {
    let shown = Set(FaultyWorld.Fault.allCases.compactMap(\.check))
    #expect(shown.union([.batches]) == Set(EnvironmentCheck.allCases))
  }

  @Test("a world whose copies share what each start leaves is found, though one runs after the other")
  func sharedStarts() {
    #expect(EnvironmentChecks(Relay()).run().map(\.check) == [EnvironmentCheck.batches.rawValue])
  }

  @Test("a world that draws more than it needs, now and then, is found")
  func draws() {
    #expect(EnvironmentChecks(Spendthrift()).run().contains { $0.check == EnvironmentCheck.seed.rawValue })
  }

  @Test("what is checked follows from what the world is")
  func applicability() {
    func checks(of world: some Environment) -> [EnvironmentCheck] {
      EnvironmentCheck.allCases.filter { $0.applies(to: world) }
    }
    let general: [EnvironmentCheck] = [
      .seed, .copies, .spaces, .finiteness, .rewardRange, .finality, .forgetting, .timeLimit, .batches,
    ]
    #expect(checks(of: Pointer()) == general)
    #expect(checks(of: CartPole()) == general + [.restoration])
    #expect(checks(of: FrozenLake.fourByFour) == EnvironmentCheck.allCases)
    #expect(
      checks(of: TimeLimit(Tiger(), steps: 9))
        == EnvironmentCheck.allCases.filter { ![.outcomes, .initialDistribution, .names].contains($0) })
  }

  @Test("a finding is one line that says where it shows")
  func messages() {
    let found = EnvironmentChecks(FaultyWorld(.leakyOutcomes)).run()
    #expect(
      found.map(\.description) == [
        "outcomes form a distribution: state 1, action 0 has probabilities that sum to 0.9"
          + " (and 1 more like this)"
      ])
  }

  @Test("a world that cannot be enumerated is put to the checks that every world can be put to")
  func general() {
    #expect(EnvironmentChecks(Pointer()).run().isEmpty)
    #expect(
      EnvironmentChecks(Pointer(start: .nan)).run().map(\.check).contains(EnvironmentCheck.spaces.rawValue))
  }
}

/// A line of four states, walked forwards, safely or not, with one fault at choice.
///
/// Action 0 goes on with probability ¾ and stays with ¼, for reward 1 or 0. Action 1 goes on, always, for a
/// reward of mean 0. State 3 is the end.
struct FaultyWorld: EnumerableEnvironment {
  enum Fault: CaseIterable {
    case nothing
    case systemRandomness
    case sharedState
    case strayObservation
    case infiniteReward
    case leakyOutcomes
    case negativeProbability
    case strayOutcome
    case deadEnd
    case leakyStarts
    case missingStart
    case missingName
    case smallMap
    case immovable
    case silentEnding
    case mistakenObservation
    case looseDice
    case otherStart
    case wrongReward
    case biasedNoise
    case wrongPerformance
    case restless
    case modestRange
    case stubborn
    case lingering
    case rememberedEpisodes
    case lateCutoff
    case earlyCutoff
    case missingNumber

    /// The check that must find it.
    var check: EnvironmentCheck? {
      switch self {
      case .nothing: nil
      case .systemRandomness: .seed
      case .sharedState: .copies
      case .strayObservation: .spaces
      case .infiniteReward: .finiteness
      case .leakyOutcomes, .negativeProbability, .strayOutcome, .deadEnd: .outcomes
      case .leakyStarts, .missingStart: .initialDistribution
      case .missingName, .smallMap: .names
      case .immovable, .lingering: .placement
      case .silentEnding, .mistakenObservation: .endings
      case .looseDice, .otherStart: .frequencies
      case .restless: .finality
      case .modestRange: .rewardRange
      case .stubborn: .availability
      case .rememberedEpisodes: .forgetting
      case .lateCutoff, .earlyCutoff: .timeLimit
      case .missingNumber: .restoration
      case .wrongReward, .biasedNoise, .wrongPerformance: .rewards
      }
    }
  }

  /// State outside the value, which a copy does not copy.
  final class Shared: Sendable {
    let state = Mutex(0)
  }

  let fault: Fault
  let name = "faulty"
  let discount = 0.9
  let observationSpace = DiscreteSpace(count: 4)
  let actionSpace = DiscreteSpace(count: 2)
  private(set) var isOver = false
  private var own = 0
  private var episodes = 0
  /// How many steps the episode took.
  private var length = 0
  private let shared = Shared()

  init(_ fault: Fault) { self.fault = fault }

  private(set) var state: Int {
    get { fault == .sharedState ? shared.state.withLock { $0 } : own }
    set { if fault == .sharedState { shared.state.withLock { $0 = newValue } } else { own = newValue } }
  }

  var stateNames: [String] { fault == .missingName ? ["0", "1", "2"] : [] }

  var map: GridMap? {
    GridMap(
      rows: 1, columns: 4, marks: ["", "", "", ""], cells: [0, 1, 2, fault == .smallMap ? 4 : 3],
      directions: [.right, .right])
  }

  var initialDistribution: [Double] {
    switch fault {
    case .leakyStarts: [0.5, 0.4, 0, 0]
    case .missingStart: [0.5, 0.5, 0]
    default: [0.5, 0.5, 0, 0]
    }
  }

  /// Action 1 pays what a normal distribution gives.
  var rewardRange: ClosedRange<Double> { fault == .modestRange ? 0...1 : -.infinity ... .infinity }

  func isAvailable(_ action: Int) -> Bool { state < 3 && (fault != .stubborn || state != 2) }

  var timeLimit: Int? { fault == .lateCutoff ? 2 : nil }

  mutating func place(in state: Int) {
    if fault != .lingering { isOver = false }
    length = 0
    if fault != .immovable { self.state = state }
  }

  mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    episodes += 1
    length = 0
    state = random.unit() < (fault == .otherStart ? 0.7 : 0.5) ? 0 : 1
    if fault == .rememberedEpisodes, episodes == 1 { state = 0 }
    return state
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    var coin = random.unit()
    if fault == .systemRandomness { coin = Double.random(in: 0..<1) }
    let goesOn = action == 1 || coin < (fault == .looseDice ? 0.85 : 0.75)
    if goesOn { state += 1 }
    length += 1
    var reward = action == 1 ? random.normal(mean: fault == .biasedNoise ? 0.3 : 0) : goesOn ? 1 : 0
    if fault == .wrongReward, action == 0 { reward *= 2 }
    if fault == .infiniteReward, state == 2 { reward = .infinity }
    var shown = state
    if fault == .strayObservation, state == 2 { shown = 4 }
    if fault == .mistakenObservation, state == 2 { shown = 1 }
    if fault == .missingNumber, length == 3 { reward += 1 }
    isOver = fault != .restless && state == 3
    if fault == .earlyCutoff, length == 2, !isOver {
      isOver = true
      return Step(observation: shown, reward: Reward(reward), ending: .truncated)
    }
    return Step(
      observation: shown, reward: Reward(reward),
      performance: Reward(fault == .wrongPerformance && action == 0 && goesOn ? 2 : reward),
      ending: state == 3 ? (fault == .silentEnding ? .truncated : .terminated) : nil)
  }

  func outcomes(of action: Int, in state: Int) -> [Outcome] {
    if state == 3 { return [] }
    let next = fault == .strayOutcome && state == 2 ? 4 : state + 1
    let isTerminal = next == 3 && fault != .deadEnd
    if action == 1 { return [Outcome(next: next, probability: 1, reward: 0, isTerminal: isTerminal)] }
    let stays = fault == .leakyOutcomes && state > 0 ? 0.15 : fault == .negativeProbability ? -0.25 : 0.25
    return [
      Outcome(
        next: next, probability: fault == .negativeProbability ? 1.25 : 0.75, reward: 1,
        isTerminal: isTerminal),
      Outcome(next: state, probability: stays, reward: 0),
    ]
  }
}

/// A dial that is turned by what it is told: a world with real observations and actions.
private struct Pointer: Environment {
  let observationSpace = BoxSpace(low: [-1, 0], high: [1, 10])
  let actionSpace = BoxSpace(low: [-0.1], high: [0.1])
  let timeLimit: Int? = 10
  var start: Float = 0
  private(set) var isOver = false
  private var dial: [Float] = []

  init(start: Float = 0) { self.start = start }

  mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    dial = [start, 0]
    return dial
  }

  mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    dial[0] = max(-1, min(1, dial[0] + action[0]))
    dial[1] += 1
    isOver = dial[1] == 10
    return Step(observation: dial, reward: Reward(Double(dial[0])), ending: isOver ? .truncated : nil)
  }
}

/// Three steps of a runner, whose start is kept where all copies keep it.
private struct Relay: Environment {
  private final class Shared: Sendable {
    let start = Mutex(0)
  }

  let observationSpace = DiscreteSpace(count: 2)
  let actionSpace = DiscreteSpace(count: 2)
  private let shared = Shared()
  private var elapsed = 3

  var isOver: Bool { elapsed == 3 }

  mutating func reset(using random: inout RandomStream) -> Int {
    elapsed = 0
    let start = random.integer(below: 2)
    shared.start.withLock { $0 = start }
    return start
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    elapsed += 1
    return Step(
      observation: shared.start.withLock { $0 }, reward: Reward(0), ending: isOver ? .terminated : nil)
  }
}

/// A world in which nothing is random, and every other step of all copies together draws a number all the same.
private struct Spendthrift: Environment {
  private final class Shared: Sendable {
    let stepCount = Mutex(0)
  }

  let observationSpace = DiscreteSpace(count: 1)
  let actionSpace = DiscreteSpace(count: 1)
  private let shared = Shared()

  mutating func reset(using random: inout RandomStream) -> Int { 0 }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    // Runs of an uneven number of steps, so that the second begins in the other way.
    let count = shared.stepCount.withLock {
      $0 += 1
      return $0
    }
    if count.isMultiple(of: 2) { _ = random.next() }
    return Step(observation: 0, reward: Reward(0), ending: nil)
  }
}
