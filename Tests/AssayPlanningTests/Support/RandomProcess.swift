import Assay

/// Makes small processes with everything a table may hold: unavailable actions, repeated successors, terminal
/// outcomes, states that nothing follows from, and two rewards.
///
/// State 0 always has an action, and the first available action of every state may lead to a lower state, or
/// from state 0 to the end; so from every state there is a way to terminate, where anything terminates.
struct RandomProcess: CustomStringConvertible {
  enum Endings: String, CaseIterable {
    /// Nothing terminates.
    case never
    /// Some actions may terminate.
    case sometimes
    /// Every action may terminate, so every policy does.
    case always
  }

  var stateCount = 7
  var actionCount = 4
  var successorCount = 3
  var endings = Endings.sometimes
  var rewards = -1.0...1.0

  var description: String { "\(stateCount) states, \(endings.rawValue) ending" }

  func make(seed: UInt64) throws -> FiniteMDP {
    var random = RandomStream(seed: seed)
    // With endings, the last state is one that nothing follows from.
    let liveCount = endings == .never ? stateCount : stateCount - 1
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    var terminals: [Bool] = []
    var expected: [Double] = []
    var performance: [Double] = []
    for state in 0..<stateCount {
      let first = random.integer(below: actionCount)
      for action in 0..<actionCount {
        let isAvailable = state < liveCount && (action == first || random.unit() < 0.7)
        if isAvailable {
          let weights = (0..<successorCount).map { _ in random.unit() + 0.01 }
          let total = weights.reduce(0, +)
          for (index, weight) in weights.enumerated() {
            let leadsOn = index == 0 && action == first
            let ends =
              switch endings {
              case .never: false
              case .sometimes: leadsOn && state == 0 || random.unit() < 0.1
              case .always: index == 0 || random.unit() < 0.1
              }
            let next = leadsOn && state > 0 ? random.integer(below: state) : random.integer(below: liveCount)
            successors.append(Int32(ends ? random.integer(below: stateCount) : next))
            probabilities.append(weight / total)
            terminals.append(ends)
          }
        }
        rowStarts.append(successors.count)
        let reward = rewards.lowerBound + random.unit() * (rewards.upperBound - rewards.lowerBound)
        expected.append(isAvailable ? reward : 0)
        performance.append(isAvailable ? random.normal() : 0)
      }
    }
    let starts = (0..<stateCount).map { $0 < liveCount ? random.unit() : 0 }
    let sum = starts.reduce(0, +)
    return try FiniteMDP(
      name: "random", stateCount: stateCount, actionCount: actionCount, discount: 0.9,
      initial: starts.map { $0 / sum }, rowStarts: rowStarts, successors: successors,
      probabilities: probabilities, terminals: terminals,
      rewards: [
        .init(name: "reward", expected: expected), .init(name: "performance", expected: performance),
      ])
  }
}

extension FiniteMDP {
  /// The first available action of each state; −1 where there is none.
  var firstActions: [Int] {
    (0..<stateCount).map { state in
      (0..<actionCount).first { isAvailable(action: $0, in: state) } ?? -1
    }
  }

  /// A policy that terminates, found by walking backwards from the end. All states must have such a way.
  var terminatingActions: [Int] {
    var actions = [Int](repeating: -1, count: stateCount)
    for _ in 0..<stateCount {
      for state in 0..<stateCount where actions[state] < 0 {
        actions[state] =
          (0..<actionCount).first { action in
            outcomeRange(state: state, action: action).contains { entry in
              let next = Int(successors[entry])
              return terminals[entry] || actions[next] >= 0
            }
          } ?? -1
      }
    }
    return actions
  }

  /// A policy of random probabilities, some of them zero.
  func randomPolicy(seed: UInt64) -> PolicyTable {
    var random = RandomStream(seed: seed)
    var policy = uniformPolicy
    for state in 0..<stateCount where !isFinal(state: state) {
      let available = (0..<actionCount).filter { isAvailable(action: $0, in: state) }
      var weights = available.map { _ in max(random.unit() - 0.3, 0) }
      if weights.reduce(0, +) == 0 { weights[0] = 1 }
      let sum = weights.reduce(0, +)
      for (action, weight) in zip(available, weights) { policy[state, action] = weight / sum }
    }
    return policy
  }

  /// Makes a process from lists of outcomes, `[state][action]`, whose first state starts the episodes.
  static func listed(
    _ outcomes: [[[Outcome]]], initial: [Double]? = nil, discount: Double = 1
  ) throws -> FiniteMDP {
    var rowStarts = [0]
    var entries: [Outcome] = []
    var expected: [Double] = []
    for pair in outcomes.joined() {
      entries += pair
      rowStarts.append(entries.count)
      expected.append(pair.reduce(0) { $0 + $1.probability * $1.reward })
    }
    return try FiniteMDP(
      name: "listed", stateCount: outcomes.count, actionCount: outcomes[0].count, discount: discount,
      initial: initial ?? outcomes.indices.map { $0 == 0 ? 1 : 0 }, rowStarts: rowStarts,
      successors: entries.map { Int32($0.next) }, probabilities: entries.map(\.probability),
      terminals: entries.map(\.isTerminal), rewards: [.init(name: "reward", expected: expected)])
  }
}

/// A sure outcome that the episode goes on after.
func move(_ next: Int, _ reward: Double) -> Outcome { Outcome(next: next, probability: 1, reward: reward) }

/// A sure outcome that ends the episode.
func end(_ reward: Double) -> Outcome { Outcome(next: 0, probability: 1, reward: reward, isTerminal: true) }
