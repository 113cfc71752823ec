import Assay

/// All that may happen in a small world, listed once, and the state the world is in.
struct OutcomeTable: Sendable, Hashable {
  let stateCount: Int
  let actionCount: Int
  /// Probability of starting in each state, `[stateCount]`.
  let initial: [Double]
  /// The state the world is in.
  private(set) var state: Int
  /// Whether the episode has ended.
  private(set) var isOver = false
  /// Where the outcomes of (state, action) start in `outcomes`, `[stateCount · actionCount + 1]`.
  private let rowStarts: [Int]
  private let outcomes: [Outcome]

  /// Lists a world.
  ///
  /// - Parameters:
  ///   - stateCount: how many states there are.
  ///   - actionCount: how many actions there are.
  ///   - starts: how likely episodes start in each state, as weights; they are scaled to sum to 1.
  ///   - outcomes: what an action may lead to in a state. What cannot happen is left out, and outcomes that
  ///     differ in nothing but their probability become one.
  init(
    stateCount: Int, actionCount: Int, starts: [Double],
    outcomes: (_ state: Int, _ action: Int) -> [Outcome]
  ) {
    precondition(
      starts.count == stateCount, "there are \(starts.count) weights of starts for \(stateCount) states")
    self.stateCount = stateCount
    self.actionCount = actionCount
    let sum = starts.reduce(0, +)
    initial = starts.map { $0 / sum }
    state = starts.firstIndex { $0 > 0 } ?? 0
    var rowStarts = [0]
    var listed: [Outcome] = []
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        listed += Self.merged(outcomes(state, action))
        rowStarts.append(listed.count)
      }
    }
    self.rowStarts = rowStarts
    self.outcomes = listed
  }

  /// Everything an action may lead to.
  func outcomes(of action: Int, in state: Int) -> ArraySlice<Outcome> {
    precondition(state >= 0 && state < stateCount, "state must be in 0..<\(stateCount), but is \(state)")
    precondition(
      action >= 0 && action < actionCount, "action must be in 0..<\(actionCount), but is \(action)")
    let pair = state * actionCount + action
    return outcomes[rowStarts[pair]..<rowStarts[pair + 1]]
  }

  /// Goes to a state.
  mutating func place(in state: Int) {
    precondition(state >= 0 && state < stateCount, "state must be in 0..<\(stateCount), but is \(state)")
    self.state = state
    isOver = false
  }

  /// Draws where an episode starts, and goes there.
  mutating func reset(using random: inout RandomStream) -> Int {
    isOver = false
    state = random.index(weights: initial)
    return state
  }

  /// Draws what an action leads to, and goes there.
  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let possible = outcomes(of: action, in: state)
    guard var outcome = possible.first else {
      fatalError("action \(action) is not available in state \(state)")
    }
    if possible.count > 1 {
      var remaining = random.unit()
      for candidate in possible {
        outcome = candidate
        remaining -= candidate.probability
        if remaining < 0 { break }
      }
    }
    state = outcome.next
    isOver = outcome.isTerminal
    return Step(
      observation: state, reward: Reward(outcome.reward), performance: Reward(outcome.performance),
      ending: outcome.isTerminal ? .terminated : nil)
  }

  private static func merged(_ outcomes: [Outcome]) -> [Outcome] {
    var merged: [Outcome] = []
    for outcome in outcomes where outcome.probability > 0 {
      let same = merged.firstIndex {
        $0.next == outcome.next && $0.reward == outcome.reward && $0.performance == outcome.performance
          && $0.isTerminal == outcome.isTerminal
      }
      if let same { merged[same].probability += outcome.probability } else { merged.append(outcome) }
    }
    return merged
  }
}

/// A world that moves as its table lists.
protocol ListedEnvironment: EnumerableEnvironment {
  var table: OutcomeTable { get set }
}

extension ListedEnvironment {
  public var observationSpace: DiscreteSpace { DiscreteSpace(count: table.stateCount) }
  public var actionSpace: DiscreteSpace { DiscreteSpace(count: table.actionCount) }
  public var state: Int { table.state }
  public var isOver: Bool { table.isOver }
  public var initialDistribution: [Double] { table.initial }

  public mutating func place(in state: Int) { table.place(in: state) }

  public mutating func reset(using random: inout RandomStream) -> Int { table.reset(using: &random) }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    return table.step(action, using: &random)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    Array(table.outcomes(of: action, in: state))
  }
}
