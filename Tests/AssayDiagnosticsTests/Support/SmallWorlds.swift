import Assay
import AssayEnvironments

/// Worlds small enough to work out by hand.
enum SmallWorlds {
  /// One outcome of one action.
  typealias Entry = (next: Int, probability: Double, ends: Bool)

  /// Makes a process from its rows, `[S·A]`.
  static func make(
    states: Int, actions: Int, discount: Double, initial: [Double], rows: [[Entry]], reward: [Double],
    performance: [Double]? = nil
  ) throws -> FiniteMDP {
    var rowStarts = [0]
    for row in rows { rowStarts.append((rowStarts.last ?? 0) + row.count) }
    return try FiniteMDP(
      name: "by hand", stateCount: states, actionCount: actions, discount: discount, initial: initial,
      rowStarts: rowStarts, successors: rows.joined().map { Int32($0.next) },
      probabilities: rows.joined().map(\.probability), terminals: rows.joined().map(\.ends),
      rewards: [.init(name: "reward", expected: reward)]
        + (performance.map { [.init(name: "performance", expected: $0)] } ?? []))
  }

  /// Every action ends the episode at once, so a state is worth the reward of its action; all states are equally
  /// likely to be the start.
  static func bandits(_ rewards: [[Double]]) throws -> FiniteMDP {
    let (states, actions) = (rewards.count, rewards[0].count)
    return try make(
      states: states, actions: actions, discount: 0.9,
      initial: .init(repeating: 1 / Double(states), count: states),
      rows: (0..<states * actions).map { [($0 / actions, 1, true)] }, reward: rewards.flatMap(\.self))
  }

  /// States 0, 1, 2 in a row; action 0 stays, action 1 goes right, and from the last state ends with reward 1.
  /// Discount 0.9, start in state 0.
  static func corridor(replacing rows: [Int: [Entry]] = [:], reward: [Int: Double] = [:]) throws -> FiniteMDP
  {
    var all: [[Entry]] = [
      [(0, 1, false)], [(1, 1, false)], [(1, 1, false)], [(2, 1, false)], [(2, 1, false)], [(2, 1, true)],
    ]
    for (pair, row) in rows { all[pair] = row }
    var rewards = [0.0, 0, 0, 0, 0, 1]
    for (pair, value) in reward { rewards[pair] = value }
    return try make(
      states: 3, actions: 2, discount: 0.9, initial: [1, 0, 0], rows: all, reward: rewards)
  }

  /// Twenty states, three actions, three successors of each: tables as they come.
  static let random = RandomMDP.process(states: 20, actions: 3, successors: 3, seed: 7, discount: 0.9)
}

extension PolicyTable {
  /// The policy that takes the same action everywhere.
  static func always(_ action: Int, states: Int, actions: Int) -> PolicyTable {
    PolicyTable(actionCount: actions, actions: .init(repeating: action, count: states))
  }
}

/// Largest absolute difference.
func distance(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $1.0 == $1.1 ? $0 : max($0, abs($1.0 - $1.1)) }
}
