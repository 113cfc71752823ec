import Assay
import Foundation

/// What ``EnvironmentChecks`` checks; the raw value is the ``Finding/check`` of its findings.
public enum EnvironmentCheck: String, Sendable, CaseIterable {
  /// Two runs from the same seed are the same, bit for bit.
  case seed = "same seed, same trajectory"
  /// What happens to a copy does not happen to the original, and both can go on in the same way.
  case copies = "copies are independent"
  /// Observations and sampled actions belong to the spaces that are declared for them, and are made of numbers
  /// from which they can be made again.
  case spaces = "observations and actions are in their spaces"
  /// Rewards and performances are finite.
  case finiteness = "rewards are finite"
  /// Rewards are not beyond what the world says they are between.
  case rewardRange = "rewards are in the stated range"
  /// An episode is over from its ending to the next reset, and not before.
  case finality = "endings are final"
  /// An action is available where it has outcomes, and only there.
  case availability = "available actions have outcomes"
  /// The outcomes of every available action are probabilities that sum to 1, of states that exist and go on.
  case outcomes = "outcomes form a distribution"
  /// So do the probabilities of starting in each state.
  case initialDistribution = "starts form a distribution"
  /// There are as many names, map cells and directions as states and actions.
  case names = "names and map fit"
  /// `place(in:)` leads to the state it is given.
  case placement = "place(in:) leads there"
  /// A step shows the state it leads to, and both that state and how the episode ends with it are listed.
  case endings = "steps lead where outcomes say"
  /// Outcomes and starts are as frequent as listed.
  case frequencies = "outcomes are as frequent as listed"
  /// Rewards and performances are as listed, on average.
  case rewards = "rewards are as listed"

  /// Whether every world can be put to it, and not only one that lists its states.
  public var isGeneral: Bool {
    switch self {
    case .seed, .copies, .spaces, .finiteness, .rewardRange, .finality: true
    case .availability, .outcomes, .initialDistribution, .names, .placement, .endings, .frequencies, .rewards:
      false
    }
  }
}

/// Checks that an environment keeps the contract of `Environment`, and of `EnumerableEnvironment` where it is
/// one.
///
/// ```swift
/// let findings = EnvironmentChecks(FrozenLake.fourByFour).run()
/// #expect(findings.isEmpty)
/// ```
///
/// Every check draws from a fixed seed, so an answer does not change from run to run. The checks of
/// frequencies and rewards are statistical. The probability that any of them, for one environment, finds
/// fault with a sound one is at most ``falseAlarmRate``, over all seeds: each of m comparisons is made at
/// that rate over m. The frequencies of k outcomes in n draws are compared by n times the relative entropy of
/// what was drawn to what is listed, half the likelihood-ratio statistic of the χ² test. For its tail holds,
/// for every n and every distribution,
///
///     P(n · D ≥ t) ≤ e^(d − t) · (t / d)ᵈ   for t > d = k − 1
///
/// which the χ² approximation does not promise so far out. Rewards that vary are compared by their mean, and
/// there the rate rests on the normal approximation.
///
/// - SeeAlso: Agrawal (2020), *Finite-sample concentration of the multinomial in relative entropy*.
public struct EnvironmentChecks<World: Environment>: Sendable {
  /// The environment to check.
  public let world: World
  /// Where all randomness comes from.
  public var seed: UInt64
  /// How many steps each trajectory has.
  public var steps: Int
  /// How many times each action is taken in each state to compare frequencies; where it leads to one place, for one
  /// reward, a tenth of that.
  public var samples = 1000
  /// How many pairs of state and action are compared at most; where there are more, they are drawn at random.
  public var pairLimit = 1000
  /// The probability that a sound environment is found at fault by chance.
  public var falseAlarmRate = 1e-6

  /// After how many draws an action that is available counts as missing.
  private static var patience: Int { 10_000 }

  /// Draws an action that is allowed, or `nil` where none is.
  private let choose: @Sendable (World, inout RandomStream) -> World.Action?

  /// Gets ready to check an environment.
  ///
  /// - Parameters:
  ///   - world: the environment to check.
  ///   - seed: where all randomness comes from.
  ///   - steps: how many steps each trajectory has.
  public init(_ world: World, seed: UInt64 = 1, steps: Int = 400) {
    self.init(world, seed: seed, steps: steps) { world, random in
      for _ in 0..<Self.patience {
        let action = world.actionSpace.sample(using: &random)
        if world.isAvailable(action) { return action }
      }
      return nil
    }
  }

  private init(
    _ world: World, seed: UInt64, steps: Int,
    choose: @escaping @Sendable (World, inout RandomStream) -> World.Action?
  ) {
    precondition(steps > 1, "steps must be at least 2, but is \(steps)")
    self.world = world
    self.seed = seed
    self.steps = steps
    self.choose = choose
  }

  /// Runs the checks that every environment can be put to.
  ///
  /// - Returns: what was found wrong, at most one finding for each check; empty for a sound environment.
  public func run() -> [Finding] {
    checkSeed() + checkCopies() + checkSpaces() + checkFiniteness() + checkRewardRange() + checkFinality()
  }

  private func checkSeed() -> [Finding] {
    let one = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    let two = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    return findings(
      .seed, one.difference(from: two).map { ["two runs from seed \(seed) differ \($0)"] } ?? [])
  }

  private func checkCopies() -> [Finding] {
    // Half way, one world goes on undisturbed; another is copied, its copy goes another way, and then it goes
    // on.
    let prefix = Streams(seed: seed)
    let suffix = Streams(seed: seed &+ 1)
    let undisturbed = Walk(world).advanced(by: steps / 2, choosing: choose, using: prefix)
      .advanced(by: steps / 2, choosing: choose, using: suffix)
    let original = Walk(world).advanced(by: steps / 2, choosing: choose, using: prefix)
    let copy = original
    _ = copy.advanced(by: steps / 2, choosing: choose, using: Streams(seed: seed &+ 2))
    var messages: [String] = []
    for (name, walk) in [("a world that was copied", original), ("the copy of a world", copy)] {
      let continued = walk.advanced(by: steps / 2, choosing: choose, using: suffix)
      if let difference = continued.difference(from: undisturbed) {
        messages.append("\(name) and one that was left alone differ \(difference)")
      }
    }
    return findings(.copies, messages)
  }

  private func checkSpaces() -> [Finding] {
    var messages: [String] = []
    let walk = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    for (index, moment) in walk.moments.enumerated() {
      let space = world.observationSpace
      let place = "observation \(moment.observation) of moment \(index)"
      if !space.contains(moment.observation) { messages.append("\(place) is not \(space)") }
      if space.element(from: space.numbers(of: moment.observation)) != moment.observation {
        messages.append("\(place) is not made of the numbers \(space.numbers(of: moment.observation))")
      }
    }
    var random = RandomStream(seed: seed)
    for _ in 0..<steps {
      let action = world.actionSpace.sample(using: &random)
      if !world.actionSpace.contains(action) {
        messages.append("\(action) is not \(world.actionSpace), and was sampled from that")
      }
    }
    return findings(.spaces, messages)
  }

  private func checkFiniteness() -> [Finding] {
    let walk = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    return findings(
      .finiteness,
      walk.moments.enumerated().compactMap { index, moment in
        moment.reward.isFinite && moment.performance.isFinite
          ? nil : "moment \(index) has reward \(moment.reward) and performance \(moment.performance)"
      })
  }

  private func checkRewardRange() -> [Finding] {
    let range = world.rewardRange
    let walk = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    return findings(
      .rewardRange,
      walk.moments.enumerated().compactMap { index, moment in
        moment.isReset || range.contains(moment.reward)
          ? nil : "moment \(index) has reward \(moment.reward), which is not in \(range)"
      })
  }

  private func checkFinality() -> [Finding] {
    let walk = Walk(world).advanced(by: steps, choosing: choose, using: Streams(seed: seed))
    return findings(
      .finality,
      walk.moments.enumerated().compactMap { index, moment in
        moment.isOver == (moment.ending != nil)
          ? nil
          : "the episode is \(moment.isOver ? "" : "not ")over after moment \(index), which is "
            + (moment.ending.map { "\($0)" } ?? "no ending")
      })
  }

  private func findings(_ check: EnvironmentCheck, _ messages: [String]) -> [Finding] {
    guard let first = messages.first else { return [] }
    let more = messages.count > 1 ? " (and \(messages.count - 1) more like this)" : ""
    return [Finding(check: check.rawValue, message: first + more)]
  }
}

extension EnvironmentChecks where World: EnumerableEnvironment {
  /// Gets ready to check an environment, in which only available actions are taken.
  ///
  /// - Parameters:
  ///   - world: the environment to check.
  ///   - seed: where all randomness comes from.
  ///   - steps: how many steps each trajectory has.
  public init(_ world: World, seed: UInt64 = 1, steps: Int = 400) {
    self.init(world, seed: seed, steps: steps) { world, random in
      let state = world.state
      guard world.observationSpace.contains(state) else { return nil }
      let available = (0..<world.actionCount).filter { !world.outcomes(of: $0, in: state).isEmpty }
      return available.isEmpty ? nil : available[random.integer(below: available.count)]
    }
  }

  /// Runs the checks that every environment can be put to, and those that need its states and outcomes.
  ///
  /// - Returns: what was found wrong, at most one finding for each check; empty for a sound environment.
  public func run() -> [Finding] {
    let listing = checkOutcomes() + checkInitialDistribution() + checkNames()
    let walking =
      checkSeed() + checkCopies() + checkSpaces() + checkFiniteness() + checkRewardRange() + checkFinality()
    // What does not form a distribution cannot be compared with frequencies.
    guard listing.isEmpty else { return listing + walking }
    return walking + checkPlacement() + checkAvailability() + checkEndings() + checkFrequenciesAndRewards()
  }

  private func checkOutcomes() -> [Finding] {
    var messages: [String] = []
    var isLeft = [Bool](repeating: false, count: world.stateCount)
    var isEntered = world.initialDistribution.prefix(world.stateCount).map { $0 > 0 }
    isEntered += repeatElement(false, count: world.stateCount - isEntered.count)
    for state in 0..<world.stateCount {
      for action in 0..<world.actionCount {
        let outcomes = world.outcomes(of: action, in: state)
        if outcomes.isEmpty { continue }
        isLeft[state] = true
        let place = "state \(state), action \(action)"
        for outcome in outcomes {
          if !world.observationSpace.contains(outcome.next) {
            messages.append("\(place) leads to \(outcome.next), which is not a state")
          } else if !outcome.isTerminal {
            isEntered[outcome.next] = true
          }
          if !(outcome.probability > 0 && outcome.probability <= 1) {
            messages.append("\(place) has an outcome of probability \(outcome.probability)")
          }
          if !outcome.reward.isFinite || !outcome.performance.isFinite {
            messages.append("\(place) has reward \(outcome.reward) and performance \(outcome.performance)")
          }
        }
        let sum = outcomes.reduce(0) { $0 + $1.probability }
        if !(abs(sum - 1) <= FiniteMDP.probabilityTolerance) {
          messages.append("\(place) has probabilities that sum to \(sum)")
        }
      }
    }
    for state in 0..<world.stateCount where isEntered[state] && !isLeft[state] {
      messages.append("state \(state) is entered by episodes that go on, and has no available action")
    }
    return findings(.outcomes, messages)
  }

  private func checkInitialDistribution() -> [Finding] {
    let distribution = world.initialDistribution
    var messages: [String] = []
    if distribution.count != world.stateCount {
      messages.append("there are \(distribution.count) probabilities for \(world.stateCount) states")
    }
    for (state, probability) in distribution.enumerated() where !(probability >= 0 && probability <= 1) {
      messages.append("state \(state) has probability \(probability)")
    }
    let sum = distribution.reduce(0, +)
    if !(abs(sum - 1) <= FiniteMDP.probabilityTolerance) { messages.append("they sum to \(sum)") }
    return findings(.initialDistribution, messages)
  }

  private func checkNames() -> [Finding] {
    var messages: [String] = []
    for (what, found, wanted) in [
      ("state names", world.stateNames.count, world.stateCount),
      ("action names", world.actionNames.count, world.actionCount),
    ] where found != 0 && found != wanted {
      messages.append("there are \(found) \(what), not \(wanted)")
    }
    if let map = world.map {
      if map.cells.count != world.stateCount {
        messages.append("the map has cells for \(map.cells.count) states, not \(world.stateCount)")
      }
      if map.directions.count != world.actionCount {
        messages.append(
          "the map has directions for \(map.directions.count) actions, not \(world.actionCount)")
      }
      for cell in map.cells.compactMap({ $0 }) where cell < 0 || cell >= map.rows * map.columns {
        messages.append("cell \(cell) is not on the map")
      }
    }
    return findings(.names, messages)
  }

  private func checkPlacement() -> [Finding] {
    var copy = world
    var messages: [String] = []
    for state in 0..<world.stateCount {
      copy.place(in: state)
      if copy.state != state { messages.append("place(in: \(state)) leads to state \(copy.state)") }
    }
    return findings(.placement, messages)
  }

  private func checkAvailability() -> [Finding] {
    var copy = world
    var messages: [String] = []
    for state in 0..<world.stateCount {
      copy.place(in: state)
      for action in 0..<world.actionCount {
        let hasOutcomes = !world.outcomes(of: action, in: state).isEmpty
        if copy.isAvailable(action) != hasOutcomes {
          messages.append(
            "state \(state), action \(action) is \(hasOutcomes ? "not " : "")available and has "
              + (hasOutcomes ? "outcomes" : "none"))
        }
      }
    }
    return findings(.availability, messages)
  }

  private func checkEndings() -> [Finding] {
    var messages: [String] = []
    for (state, action) in pairs {
      var copy = world
      copy.place(in: state)
      var random = stream(of: state, action)
      let step = copy.step(action, using: &random)
      let place = "state \(state), action \(action)"
      if step.observation != copy.state {
        messages.append("\(place) shows \(step.observation) and leads to state \(copy.state)")
      }
      let isTerminal = step.ending == .terminated
      let isListed = world.outcomes(of: action, in: state).contains {
        $0.next == step.observation && $0.isTerminal == isTerminal
      }
      if !isListed {
        messages.append(
          "\(place) led to \(step.observation), \(isTerminal ? "" : "not ")terminated: not listed")
      }
    }
    return findings(.endings, messages)
  }

  private func checkFrequenciesAndRewards() -> [Finding] {
    let pairs = pairs
    let listed = pairs.map { Cell.cells(of: world.outcomes(of: $0.action, in: $0.state)) }
    let starts = Cell.cells(of: world.initialDistribution)
    // One comparison of frequencies for each pair and for the starts, and two of means for each cell.
    let rate = falseAlarmRate / Double(pairs.count + 1 + 2 * listed.reduce(0) { $0 + $1.count })
    var frequencies: [String] = []
    var rewards: [String] = []
    for (pair, cells) in zip(pairs, listed) {
      let place = "state \(pair.state), action \(pair.action)"
      // What is certain shows in a few draws; what varies, be it only the reward, needs them all.
      var drawn = draw(cells.count == 1 ? samples / 10 : samples, from: pair.state, pair.action)
      let isCertain = drawn.values.allSatisfy {
        Set($0.rewards).count == 1 && Set($0.performances).count == 1
      }
      if cells.count == 1, !isCertain { drawn = draw(samples, from: pair.state, pair.action) }
      let counts = drawn.mapValues(\.rewards.count)
      if let message = Cell.compare(counts, with: cells, rate: rate) {
        frequencies.append("\(place): \(message)")
      }
      for (key, cell) in cells.sorted(by: { $0.key.next < $1.key.next }) {
        guard let values = drawn[key] else { continue }
        for (name, sample, wanted) in [
          ("reward", values.rewards, cell.rewards), ("performance", values.performances, cell.performances),
        ] {
          guard let message = wanted.compare(sample, rate: rate) else { continue }
          rewards.append("\(place), to state \(key.next): \(name) is \(message)")
        }
      }
    }
    var counts: [Cell.Key: Int] = [:]
    var copy = world
    var random = RandomStream(seed: seed).substream(.max)
    for _ in 0..<samples {
      counts[Cell.Key(next: copy.reset(using: &random), isTerminal: false), default: 0] += 1
    }
    if let message = Cell.compare(counts, with: starts, rate: rate) {
      frequencies.append("starts: \(message)")
    }
    return findings(.frequencies, frequencies) + findings(.rewards, rewards)
  }

  /// What taking an action gave, by where it led.
  private func draw(
    _ count: Int, from state: Int, _ action: Int
  ) -> [Cell.Key: (rewards: [Double], performances: [Double])] {
    var drawn: [Cell.Key: (rewards: [Double], performances: [Double])] = [:]
    var random = stream(of: state, action)
    var copy = world
    for _ in 0..<count {
      copy.place(in: state)
      let step = copy.step(action, using: &random)
      let key = Cell.Key(next: step.observation, isTerminal: step.ending == .terminated)
      drawn[key, default: ([], [])].rewards.append(step.reward.value)
      drawn[key, default: ([], [])].performances.append(step.performance.value)
    }
    return drawn
  }

  /// The available pairs of state and action, at most ``pairLimit`` of them.
  private var pairs: [(state: Int, action: Int)] {
    let all = world.stateCount * world.actionCount
    var random = RandomStream(seed: seed)
    let chosen = all <= pairLimit ? Array(0..<all) : (0..<pairLimit).map { _ in random.integer(below: all) }
    return chosen.map { (state: $0 / world.actionCount, action: $0 % world.actionCount) }
      .filter { !world.outcomes(of: $0.action, in: $0.state).isEmpty }
  }

  private func stream(of state: Int, _ action: Int) -> RandomStream {
    RandomStream(seed: seed).substream(UInt64(state * world.actionCount + action))
  }
}

/// The streams of one walk: what the world draws must not depend on how its actions are drawn.
private struct Streams {
  var world: RandomStream
  var actions: RandomStream

  init(seed: UInt64) {
    world = RandomStream(seed: seed).substream(0)
    actions = RandomStream(seed: seed).substream(1)
  }
}

/// A world on its way, and what it showed so far.
private struct Walk<World: Environment> {
  struct Moment {
    var observation: World.Observation
    var reward = 0.0
    var performance = 0.0
    var ending: Ending?
    var isReset = false
    var isOver = false

    func isSame(as other: Moment) -> Bool {
      observation == other.observation && reward.bitPattern == other.reward.bitPattern
        && performance.bitPattern == other.performance.bitPattern && ending == other.ending
    }
  }

  var world: World
  var isOver = true
  var moments: [Moment] = []

  init(_ world: World) { self.world = world }

  /// The same walk, some resets and steps later.
  func advanced(
    by steps: Int, choosing choose: (World, inout RandomStream) -> World.Action?, using streams: Streams
  ) -> Walk {
    var copy = self
    var streams = streams
    for _ in 0..<steps {
      if copy.isOver {
        let observation = copy.world.reset(using: &streams.world)
        copy.moments.append(Moment(observation: observation, isReset: true, isOver: copy.world.isOver))
        copy.isOver = false
        continue
      }
      guard let action = choose(copy.world, &streams.actions) else { return copy }
      let step = copy.world.step(action, using: &streams.world)
      copy.isOver = step.ending != nil
      copy.moments.append(
        Moment(
          observation: step.observation, reward: step.reward.value, performance: step.performance.value,
          ending: step.ending, isOver: copy.world.isOver))
    }
    return copy
  }

  /// The first moment at which two walks differ, or `nil`.
  func difference(from other: Walk) -> String? {
    for (index, (one, two)) in zip(moments, other.moments).enumerated() where !one.isSame(as: two) {
      return "at moment \(index): \(one) and \(two)"
    }
    return moments.count == other.moments.count
      ? nil : "in length: \(moments.count) and \(other.moments.count)"
  }
}

extension Walk.Moment: CustomStringConvertible {
  var description: String {
    "observation \(observation), reward \(reward), performance \(performance)"
      + (ending.map { ", \($0)" } ?? "")
  }
}

/// The outcomes of an action that lead to the same state in the same way, which is all a step can tell apart.
private struct Cell {
  struct Key: Hashable {
    var next: Int
    var isTerminal: Bool
  }

  var probability = 0.0
  var rewards = ListedValues()
  var performances = ListedValues()

  static func cells(of outcomes: [Outcome]) -> [Key: Cell] {
    var cells: [Key: Cell] = [:]
    for outcome in outcomes {
      let key = Key(next: outcome.next, isTerminal: outcome.isTerminal)
      cells[key, default: Cell()].probability += outcome.probability
      cells[key, default: Cell()].rewards.append(outcome.reward, weight: outcome.probability)
      cells[key, default: Cell()].performances.append(outcome.performance, weight: outcome.probability)
    }
    return cells
  }

  static func cells(of distribution: [Double]) -> [Key: Cell] {
    var cells: [Key: Cell] = [:]
    for (state, probability) in distribution.enumerated() where probability > 0 {
      cells[Key(next: state, isTerminal: false)] = Cell(probability: probability)
    }
    return cells
  }

  /// Says how counts differ from what is listed, if they do so at the given rate of false alarms.
  static func compare(_ counts: [Key: Int], with cells: [Key: Cell], rate: Double) -> String? {
    let total = Double(counts.values.reduce(0, +))
    var entropy = 0.0
    var worst = (share: 0.0, message: "")
    for (key, count) in counts.sorted(by: { ($0.key.next, $0.value) < ($1.key.next, $1.value) }) {
      guard let cell = cells[key] else {
        return "state \(key.next) was reached \(key.isTerminal ? "terminally" : "without an end"): not listed"
      }
      let expected = total * cell.probability
      entropy += Double(count) * log(Double(count) / expected)
      if abs(Double(count) - expected) >= worst.share {
        worst = (
          abs(Double(count) - expected), "state \(key.next) was reached \(count) times, expected \(expected)"
        )
      }
    }
    let freedom = Double(cells.count - 1)
    guard freedom > 0, entropy > freedom else { return nil }
    let tail = exp(freedom - entropy + freedom * log(entropy / freedom))
    return tail < rate ? "\(worst.message) of \(Int(total)), which chance does with p < \(tail)" : nil
  }
}

/// Rewards that are listed for the same cell, with their probabilities.
private struct ListedValues {
  private var values: [Double] = []
  private var weights: [Double] = []

  mutating func append(_ value: Double, weight: Double) {
    values.append(value)
    weights.append(weight)
  }

  /// Says how a sample differs from what is listed, if it does so at the given rate of false alarms.
  func compare(_ sample: [Double], rate: Double) -> String? {
    guard let first = sample.first else { return nil }
    if sample.allSatisfy({ $0 == first }) {
      let isListed = values.contains { abs($0 - first) <= 1e-9 * max(1, abs($0)) }
      return isListed ? nil : "always \(first), listed as \(mean(values, weights))"
    }
    // Below this the normal approximation says little.
    guard sample.count >= 100 else { return nil }
    let ones = [Double](repeating: 1, count: sample.count)
    let expected = mean(values, weights)
    let found = mean(sample, ones)
    // A rare listed reward may be missing from the sample, which then varies too little.
    let variance = max(
      mean(values.map { ($0 - expected) * ($0 - expected) }, weights),
      mean(sample.map { ($0 - found) * ($0 - found) }, ones))
    let deviations = abs(found - expected) / (variance / Double(sample.count)).squareRoot()
    return erfc(deviations / 2.0.squareRoot()) < rate
      ? "\(found) on average, listed as \(expected), which is \(deviations) standard errors off" : nil
  }

  private func mean(_ values: [Double], _ weights: [Double]) -> Double {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }
}
