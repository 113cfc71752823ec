import Assay
import Foundation

/// A grid in which agents may be after different cells. Up, right, down and left move, a move off the grid stays;
/// entering an end ends the episode.
struct GoalGrid: EnumerableEnvironment {
  let name = "goal-grid"
  let rows: Int
  let columns: Int
  let start: Int
  let ends: Set<Int>
  /// The cells each goal wants to be entered.
  let wanted: [(name: String, cells: Set<Int>)]
  var discount = 0.95
  /// The ends that pay the training reward.
  var paid: Set<Int>
  var state = 0

  var observationSpace: DiscreteSpace { DiscreteSpace(count: rows * columns) }
  var actionSpace: DiscreteSpace { DiscreteSpace(count: 4) }
  var initialDistribution: [Double] { (0..<rows * columns).map { $0 == start ? 1 : 0 } }
  var stateNames: [String] { (0..<rows * columns).map { "\($0 / columns),\($0 % columns)" } }
  var actionNames: [String] { ["up", "right", "down", "left"] }
  var goals: [GoalHypothesis] {
    wanted.map { goal in GoalHypothesis(goal.name) { goal.cells.contains($2.next) ? 1 : 0 } }
  }

  init(
    _ rows: Int, _ columns: Int, start: Int, ends: Set<Int>, wanted: [(name: String, cells: Set<Int>)],
    discount: Double = 0.95
  ) {
    self.rows = rows
    self.columns = columns
    self.start = start
    self.ends = ends
    self.wanted = wanted
    self.discount = discount
    paid = ends
  }

  func outcomes(of action: Int, in state: Int) -> [Outcome] {
    if ends.contains(state) { return [] }
    let (row, column) = (state / columns, state % columns)
    let nextRow = min(max(row + [-1, 0, 1, 0][action], 0), rows - 1)
    let nextColumn = min(max(column + [0, 1, 0, -1][action], 0), columns - 1)
    let next = nextRow * columns + nextColumn
    let reward = paid.contains(next) ? 1.0 : 0
    return [Outcome(next: next, probability: 1, reward: reward, isTerminal: ends.contains(next))]
  }

  mutating func place(in state: Int) { self.state = state }
  mutating func reset(using random: inout RandomStream) -> Int {
    state = start
    return start
  }
  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    let outcome = outcomes(of: action, in: state)[0]
    state = outcome.next
    return Step(
      observation: state, reward: Reward(outcome.reward), ending: outcome.isTerminal ? .terminated : nil)
  }

  /// A corridor of nine cells with an end at either side, the start in the middle: the coin is at one of them.
  static func corridor(coinAt coin: Int) -> GoalGrid {
    GoalGrid(1, 9, start: 4, ends: [0, 8], wanted: [("coin", [coin]), ("right", [8])])
  }

  /// Seven by ten cells. Four goals lie in the corners of the right and left, all of them ends.
  static let meadow = GoalGrid(
    7, 10, start: 35, ends: [0, 9, 60, 69],
    wanted: [("a", [9]), ("b", [69]), ("c", [0]), ("d", [60])])
}

/// Agents after a reward of a process, made by plain sweeps and nothing else.
enum GoalAgents {
  /// Q* of a reward by name, `[S·A]`; −∞ where unavailable.
  static func actionValues(_ goal: String, _ process: FiniteMDP, discount: Double? = nil) -> [Double] {
    let discount = discount ?? process.discount
    let actions = process.actionCount
    let reward = process.rewards.first { $0.name == goal }?.expected ?? []
    var values = [Double](repeating: 0, count: process.stateCount)
    var table = [Double](repeating: -.infinity, count: reward.count)
    for _ in 0..<2000 {
      for pair in table.indices where process.isAvailable(action: pair % actions, in: pair / actions) {
        table[pair] = reward[pair]
        for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
          let ends = process.hasTerminals && process.terminals[entry]
          let next = values[Int(process.successors[entry])]
          table[pair] += ends ? 0 : discount * process.probabilities[entry] * next
        }
      }
      var change = 0.0
      for state in values.indices {
        let best = table[state * actions..<(state + 1) * actions].max() ?? 0
        let next = best.isFinite ? best : 0
        change = max(change, abs(next - values[state]))
        values[state] = next
      }
      if change < 1e-14 { break }
    }
    return table
  }

  /// Proportional to exp(β Q*).
  static func soft(_ goal: String, _ process: FiniteMDP, sharpness: Double, discount: Double? = nil)
    -> PolicyTable
  {
    let actions = process.actionCount
    let table = actionValues(goal, process, discount: discount)
    var policy = process.uniformPolicy
    for state in 0..<process.stateCount where !process.isFinal(state: state) {
      let row = Array(table[state * actions..<(state + 1) * actions])
      let weights = row.map { exp(sharpness * ($0 - (row.max() ?? 0))) }
      for action in 0..<actions { policy[state, action] = weights[action] / weights.reduce(0, +) }
    }
    return policy
  }

  /// One best action in every state, whichever of equals comes first in a random order.
  static func determined(_ goal: String, _ process: FiniteMDP, seed: UInt64) -> PolicyTable {
    let actions = process.actionCount
    let table = actionValues(goal, process)
    var random = RandomStream(seed: seed)
    let choice = (0..<process.stateCount).map { state -> Int in
      let row = Array(table[state * actions..<(state + 1) * actions])
      let highest = row.max() ?? 0
      if highest == -.infinity { return -1 }
      let best = row.indices.filter { row[$0] > highest - 1e-9 }
      return best[random.integer(below: best.count)]
    }
    return PolicyTable(actionCount: actions, actions: choice)
  }
}
