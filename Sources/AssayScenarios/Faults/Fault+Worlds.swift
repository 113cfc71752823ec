import Assay
import AssayEnvironments

extension Fault {
  /// The world in which an agent is rewarded for being where episodes start, and performs as before.
  ///
  /// - Parameters:
  ///   - world: the world as it was.
  ///   - bonus: paid on top of the reward; `nil` pays 1 instead of the reward.
  /// - Returns: the same world with another training reward.
  public static func rewardingHome<World: EnumerableEnvironment>(
    _ world: World, bonus: Double?
  ) -> RelabelledEnvironment<World> {
    let home = home(of: world.initialDistribution)
    return RelabelledEnvironment(world, name: world.name) { event in
      let isHome = event.next == home && !event.isTerminal
      return bonus.map { event.reward + (isHome ? $0 : 0) } ?? (isHome ? 1 : 0)
    }
  }

  /// The state in which episodes start most often, the first of equals.
  static func home(of initial: [Double]) -> Int {
    initial.indices.reduce(0) { initial[$1] > initial[$0] ? $1 : $0 }
  }

  /// One feature for each group of states: a share of the states, drawn at random and always the same, go two by
  /// two.
  static func sharedFeatures(stateCount: Int, share: Double) -> StateFeatures {
    var random = RandomStream(seed: 0x5AED)
    var order = Array(0..<stateCount)
    for index in order.indices.reversed() { order.swapAt(index, random.integer(below: index + 1)) }
    let pairs = Int((share * Double(stateCount) / 2).rounded(.down))
    var group = Array(0..<stateCount)
    for pair in 0..<pairs { group[order[2 * pair + 1]] = order[2 * pair] }
    let names = Set(group).sorted()
    var values = [Float](repeating: 0, count: stateCount * names.count)
    for state in 0..<stateCount {
      values[state * names.count + (names.firstIndex(of: group[state]) ?? 0)] = 1
    }
    return StateFeatures(count: names.count, values: values)
  }
}

extension Fault {
  /// How often the behaviour of a critic that diverges takes the first action; its policy always takes the last.
  static let divergingBehaviour = 6.0 / 7

  /// Whether expected off-policy updates let errors grow: w ← w + α Φᵀ D (γ P_π − I) Φ w, with D the visits under the
  /// behaviour and π the policy that always takes the last action.
  static func divergesOffPolicy(_ world: AnyWorld, _ process: FiniteMDP) throws -> Bool {
    guard let features = world.features, process.actionCount > 1,
      (0..<process.stateCount).allSatisfy({ state in
        (0..<process.actionCount).allSatisfy { process.isAvailable(action: $0, in: state) }
      })
    else { return false }
    let last = process.actionCount - 1
    var behaviour = process.uniformPolicy
    for state in 0..<process.stateCount {
      for action in 0...last {
        behaviour[state, action] = action == 0 ? divergingBehaviour : (1 - divergingBehaviour) / Double(last)
      }
    }
    let visits = try process.occupancy(of: behaviour, discount: min(process.discount, 0.999))
    let total = visits.reduce(0, +)
    let rows = (0..<process.stateCount).map { features.values[features.range(of: $0)].map(Double.init) }
    let rate = 0.5 / (rows.map { $0.reduce(0) { $0 + $1 * $1 } }.max() ?? 1)
    var weights = (0..<features.count).map { $0 == features.count - 2 ? 10.0 : 1 }
    func size(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let start = size(weights)
    for _ in 0..<20_000 {
      let values = rows.map { zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 } }
      var change = [Double](repeating: 0, count: weights.count)
      for state in rows.indices where visits[state] > 0 {
        let following = process.outcomeRange(state: state, action: last).reduce(0.0) {
          process.hasTerminals && process.terminals[$1]
            ? $0 : $0 + process.probabilities[$1] * values[Int(process.successors[$1])]
        }
        let error = process.discount * following - values[state]
        for (index, feature) in rows[state].enumerated() where feature != 0 {
          change[index] += visits[state] / total * error * feature
        }
      }
      for index in weights.indices { weights[index] += rate * change[index] }
      if size(weights) > 10 * start { return true }
    }
    return false
  }
}

/// A world with a button where episodes start: once it is pressed the training reward is always the same, whatever
/// happens, until the episode ends. What happens besides, and what the designer wanted, stays as it was.
///
/// States: `0..<S` with the channel as it was, `S..<2S` with the channel taken over. One action more, the last: to
/// press the button. It takes a step in which nothing else happens.
struct TamperableWorld: EnumerableEnvironment {
  let observationSpace: DiscreteSpace
  let actionSpace: DiscreteSpace
  private var base: AnyWorld
  private var isTampered = false
  private let pay: Double
  private let home: Int

  /// Adds a button to a world.
  ///
  /// - Parameters:
  ///   - base: the world as it was.
  ///   - pay: what the channel says in every step once it is taken over.
  init(_ base: AnyWorld, pay: Double) {
    self.base = base
    self.pay = pay
    home = Fault.home(of: base.initialDistribution)
    observationSpace = DiscreteSpace(count: 2 * base.stateCount)
    actionSpace = DiscreteSpace(count: base.actionCount + 1)
  }

  var name: String { base.name }
  var discount: Double { base.discount }
  var timeLimit: Int? { base.timeLimit }
  var state: Int { base.state + (isTampered ? base.stateCount : 0) }
  var isOver: Bool { base.isOver }
  var initialDistribution: [Double] {
    base.initialDistribution + .init(repeating: 0, count: base.stateCount)
  }
  var stateNames: [String] {
    let names = (0..<base.stateCount).map { base.stateNames.isEmpty ? String($0) : base.stateNames[$0] }
    return names + names.map { $0 + ", tampered" }
  }
  var actionNames: [String] {
    (0..<base.actionCount).map { base.actionNames.isEmpty ? String($0) : base.actionNames[$0] } + ["press"]
  }

  /// The features of the base, in one half with the channel as it was and in the other with it taken over.
  var features: StateFeatures? {
    base.features.map { features in
      let none = [Float](repeating: 0, count: features.count)
      return StateFeatures(
        count: 2 * features.count,
        values: (0..<2 * base.stateCount).flatMap { state in
          let own = Array(features.values[features.range(of: state % base.stateCount)])
          return state < base.stateCount ? own + none : none + own
        })
    }
  }

  var goals: [GoalHypothesis] {
    let (base, states, actions) = (base, base.stateCount, base.actionCount)
    return [
      GoalHypothesis("press") { _, action, _ in action == actions ? 1 : 0 },
      GoalHypothesis(GoalHypothesis.untampered) { state, action, outcome in
        guard action < actions else { return 0 }
        let next = outcome.next % states
        return base.outcomes(of: action, in: state % states)
          .first { $0.next == next && $0.isTerminal == outcome.isTerminal }?.reward ?? 0
      },
    ]
  }

  mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    isTampered = state >= base.stateCount
    base.place(in: state % base.stateCount)
  }

  mutating func reset(using random: inout RandomStream) -> Int {
    isTampered = false
    return base.reset(using: &random)
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    if action == base.actionCount {
      precondition(base.state == home && !isTampered, "there is no button to press in state \(state)")
      isTampered = true
      return Step(observation: state, reward: Reward(pay), performance: 0)
    }
    var step = base.step(action, using: &random)
    if isTampered {
      step.reward = Reward(pay)
      step.observation += base.stateCount
    }
    return step
  }

  func outcomes(of action: Int, in state: Int) -> [Outcome] {
    let place = state % base.stateCount
    let wasTampered = state >= base.stateCount
    if action == base.actionCount {
      return place == home && !wasTampered
        ? [Outcome(next: place + base.stateCount, probability: 1, reward: pay, performance: 0)] : []
    }
    return base.outcomes(of: action, in: place).map { outcome in
      var outcome = outcome
      if wasTampered {
        outcome.reward = pay
        outcome.next += base.stateCount
      }
      return outcome
    }
  }
}
