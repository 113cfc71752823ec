import Assay

/// All that may happen in a small world that shows less than its state, listed once, and the state it is in.
struct HiddenTable: Sendable {
  /// Shared between copies of a world, so that copying one costs little.
  private final class Listing: Sendable {
    let process: FinitePOMDP
    /// The training reward of each outcome.
    let rewards: [Double]
    /// What the designer wanted of it.
    let performances: [Double]
    /// The smallest and the largest of the training rewards that may come.
    let rewardRange: ClosedRange<Double>
    let observationSpace: DiscreteSpace
    let actionSpace: DiscreteSpace

    init(_ process: FinitePOMDP) {
      self.process = process
      let dynamics = process.process
      func column(_ reward: FiniteMDP.RewardFunction) -> [Double] {
        reward.outcomes
          ?? reward.expected.indices.flatMap { pair in
            repeatElement(
              reward.expected[pair], count: dynamics.rowStarts[pair + 1] - dynamics.rowStarts[pair])
          }
      }
      let rewards = column(dynamics.reward)
      self.rewards = rewards
      performances = column(dynamics.performance)
      let possible = rewards.indices.filter { dynamics.probabilities[$0] > 0 }.map { rewards[$0] }
      rewardRange = (possible.min() ?? 0)...(possible.max() ?? 0)
      let isSilentAtFirst = process.firstObservations == nil
      observationSpace = DiscreteSpace(count: process.observationCount + (isSilentAtFirst ? 1 : 0))
      actionSpace = DiscreteSpace(count: process.actionCount)
    }
  }

  private let listing: Listing
  /// The state the world is in.
  private(set) var state: Int
  /// Whether the episode has ended.
  private(set) var isOver = false
  /// What was observed last.
  private(set) var lastObservation: Int?

  var process: FinitePOMDP { listing.process }

  /// One more than are listed where episodes start without any.
  var observationSpace: DiscreteSpace { listing.observationSpace }
  var actionSpace: DiscreteSpace { listing.actionSpace }

  /// The smallest and the largest training reward that is listed.
  var rewardRange: ClosedRange<Double> { listing.rewardRange }

  init(_ process: FinitePOMDP) {
    listing = Listing(process)
    state = process.process.initial.firstIndex { $0 > 0 } ?? 0
  }

  /// Lists a world.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - discount: γ.
  ///   - states: the names of the hidden states.
  ///   - actions: the names of the actions.
  ///   - observationCount: how many observations there are.
  ///   - observations: their names; empty for plain numbers.
  ///   - starts: how likely episodes start in each state, as weights.
  ///   - outcomes: what an action may lead to in a state; none for any action in a state that is only ever
  ///     entered by an episode's end.
  ///   - first: what is observed where an episode starts in a state; `nil` for nothing.
  ///   - sights: what is observed when an action led to a state.
  init(
    name: String, discount: Double, states: [String], actions: [String], observationCount: Int,
    observations: [String] = [], starts: [Double],
    outcomes: (_ state: Int, _ action: Int) -> [Outcome],
    first: ((_ state: Int) -> [(observation: Int, probability: Double)])?,
    sights: (_ action: Int, _ next: Int) -> [(observation: Int, probability: Double)]
  ) {
    let dynamics = Dynamics(
      name: name, discount: discount, stateNames: states, actionNames: actions,
      table: OutcomeTable(
        stateCount: states.count, actionCount: actions.count, starts: starts, outcomes: outcomes))
    do {
      var process = try FinitePOMDP(
        process: FiniteMDP(enumerating: dynamics), observationCount: observationCount,
        observations: .init(rowCount: actions.count * states.count) { row in
          sights(row / states.count, row % states.count)
        },
        firstObservations: first.map { first in .init(rowCount: states.count, row: first) })
      process.observationNames = observations
      self.init(process)
    } catch {
      preconditionFailure("\(name): \(error)")
    }
  }

  /// Lists a world in which what is observed follows from the state it leads to, at the start too.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - discount: γ.
  ///   - states: the names of the hidden states.
  ///   - actions: the names of the actions.
  ///   - observations: the names of the observations.
  ///   - starts: how likely episodes start in each state, as weights.
  ///   - outcomes: what an action may lead to in a state.
  ///   - sight: what is observed in a state.
  init(
    name: String, discount: Double, states: [String], actions: [String], observations: [String],
    starts: [Double], outcomes: (_ state: Int, _ action: Int) -> [Outcome],
    sight: @escaping (_ state: Int) -> Int
  ) {
    self.init(
      name: name, discount: discount, states: states, actions: actions,
      observationCount: observations.count, observations: observations, starts: starts, outcomes: outcomes,
      first: { [(sight($0), 1)] }, sights: { [(sight($1), 1)] })
  }

  /// Goes to a state.
  mutating func place(in state: Int) {
    let count = listing.process.stateCount
    precondition(state >= 0 && state < count, "state must be in 0..<\(count), but is \(state)")
    self.state = state
    isOver = false
    lastObservation = nil
  }

  /// Draws where an episode starts and what is seen there, and goes there.
  mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    state = random.index(weights: listing.process.process.initial)
    let observation =
      listing.process.firstObservations.map { Self.draw(from: $0, row: state, using: &random) }
      ?? listing.process.observationCount
    lastObservation = observation
    return observation
  }

  /// Draws what an action leads to and what is seen of it, and goes there.
  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let listing = listing
    let range = listing.process.process.outcomeRange(state: state, action: action)
    if range.isEmpty { fatalError("action \(action) is not available in state \(state)") }
    let entry = Self.draw(from: listing.process.process.probabilities, in: range, using: &random)
    state = Int(listing.process.process.successors[entry])
    isOver = listing.process.process.hasTerminals && listing.process.process.terminals[entry]
    let row = action * listing.process.stateCount + state
    let observation = Self.draw(from: listing.process.observations, row: row, using: &random)
    lastObservation = observation
    return Step(
      observation: observation, reward: Reward(listing.rewards[entry]),
      performance: Reward(listing.performances[entry]), ending: isOver ? .terminated : nil)
  }

  private static func draw(
    from table: FinitePOMDP.ObservationTable, row: Int, using random: inout RandomStream
  ) -> Int {
    Int(table.observations[draw(from: table.probabilities, in: table.range(ofRow: row), using: &random)])
  }

  /// Draws an entry; what is certain takes no random number.
  private static func draw(
    from probabilities: [Double], in range: Range<Int>, using random: inout RandomStream
  ) -> Int {
    if range.count == 1 { return range.lowerBound }
    var remaining = random.unit()
    var chosen = range.lowerBound
    for entry in range where probabilities[entry] > 0 {
      chosen = entry
      remaining -= probabilities[entry]
      if remaining < 0 { break }
    }
    return chosen
  }

  /// The hidden states by themselves.
  private struct Dynamics: ListedEnvironment {
    let name: String
    let discount: Double
    let stateNames: [String]
    let actionNames: [String]
    var table: OutcomeTable
  }
}

/// A world that moves, and shows what it shows, as its table lists.
protocol ListedHiddenEnvironment: HiddenStateEnvironment {
  var table: HiddenTable { get set }
}

extension ListedHiddenEnvironment {
  public var process: FinitePOMDP { table.process }
  public var name: String { table.process.process.name }
  public var observationSpace: DiscreteSpace { table.observationSpace }
  public var actionSpace: DiscreteSpace { table.actionSpace }
  public var state: Int { table.state }
  public var isOver: Bool { table.isOver }
  public var lastObservation: Int? { table.lastObservation }
  public var rewardRange: ClosedRange<Double> { table.rewardRange }

  public mutating func place(in state: Int) { table.place(in: state) }

  public mutating func reset(using random: inout RandomStream) -> Int { table.reset(using: &random) }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    return table.step(action, using: &random)
  }
}
