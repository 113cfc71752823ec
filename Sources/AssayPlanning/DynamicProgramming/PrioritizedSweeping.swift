import Assay

/// Backs up one state at a time, always the one whose value is most in need of it.
///
/// How much better each choice is than the value of its state, D(s, a) = Q(s, a) − V(s), is kept up to date, so that
/// the residual of each state is known: a backup of s raises V(s) by Δ = maxₐ D(s, a), and so
///
///     D(s, a) ← D(s, a) − Δ,    D(s̄, a) ← D(s̄, a) + γ P(s | s̄, a) Δ
///
/// for each state and action that may lead there. The next state is the one of the largest |Δ|. When none is large
/// enough to matter, all are worked out anew, which shows that no value is further from V* than the largest residual
/// over 1 − γ.
///
/// - SeeAlso: Moore & Atkeson (1993), *Prioritized sweeping: reinforcement learning with less data and less time*;
///   Sutton & Barto (2018), §8.4.
struct PrioritizedSweeping {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double
  let tolerance: Double
  private let sweepLimit = 200_000

  init(process: FiniteMDP, reward: FiniteMDP.RewardFunction, discount: Double, tolerance: Double) {
    self.process = process
    self.reward = reward
    self.discount = discount
    self.tolerance = tolerance
  }

  func solve() throws(PlanningError) -> Solution {
    let predecessors = Predecessors(of: process)
    let precision = BackupPrecision(process, reward: reward, discount: discount)
    let live = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var values = [Double](repeating: 0, count: process.stateCount)
    var backups = 0
    while true {
      let target = precision.residual(for: tolerance, values: values)
      // Differences, which get small, rather than values, which do not: so rounding errors get small, too.
      var advantages = process.actionValues(from: values, for: reward, discount: discount)
      for pair in advantages.indices { advantages[pair] -= values[pair / process.actionCount] }
      var queue = PriorityQueue(
        priorities: (0..<process.stateCount).map { abs(change(of: $0, advantages)) })
      // Where all values are 0 choices are worth their rewards, and nothing was backed up.
      if backups > 0 { backups += live.count }
      if queue.highest <= target {
        return Solution(
          values: values, policy: process.greedyPolicy(on: values, for: reward, discount: discount),
          errorBound: precision.error(of: values, residual: queue.highest),
          iterations: (backups + live.count - 1) / max(live.count, 1), backups: backups)
      }
      guard backups / sweepLimit < live.count else {
        throw .notConverged(
          sweeps: sweepLimit, errorBound: precision.error(of: values, residual: queue.highest))
      }
      while queue.highest > target, backups / sweepLimit < live.count {
        let state = queue.first
        let value = values[state] + change(of: state, advantages)
        // What is left of the change when the sum is rounded, which is exact.
        let change = value - values[state]
        values[state] = value
        backups += 1
        for pair in state * process.actionCount..<(state + 1) * process.actionCount {
          advantages[pair] -= change
        }
        queue.set(state, to: 0)
        for entry in predecessors.range(of: state) {
          let pair = Int(predecessors.pairs[entry])
          advantages[pair] += discount * predecessors.probabilities[entry] * change
          let predecessor = pair / process.actionCount
          queue.set(predecessor, to: abs(self.change(of: predecessor, advantages)))
        }
      }
    }
  }

  /// By how much a backup would change the value of a state.
  private func change(of state: Int, _ advantages: [Double]) -> Double {
    var best = -Double.infinity
    for pair in state * process.actionCount..<(state + 1) * process.actionCount {
      best = max(best, advantages[pair])
    }
    return best > -.infinity ? best : 0
  }
}

/// Sweeps in the order of the states that use each new value at once.
///
/// What a sweep changes no value by more than δ leaves all within γδ/(1 − γ) of V*.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.3.3.
struct GaussSeidel {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double
  let tolerance: Double
  private let sweepLimit = 200_000

  init(process: FiniteMDP, reward: FiniteMDP.RewardFunction, discount: Double, tolerance: Double) {
    self.process = process
    self.reward = reward
    self.discount = discount
    self.tolerance = tolerance
  }

  func solve() throws(PlanningError) -> Solution {
    let precision = BackupPrecision(process, reward: reward, discount: discount)
    let live = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var values = [Double](repeating: 0, count: process.stateCount)
    var change = Double.infinity
    for sweep in 1...sweepLimit {
      change = 0
      for state in live {
        let value = process.bestBackup(state, values, reward, discount).value
        change = max(change, abs(value - values[state]))
        values[state] = value
      }
      guard precision.rate * change <= precision.residual(for: tolerance, values: values) else { continue }
      return Solution(
        values: values, policy: process.greedyPolicy(on: values, for: reward, discount: discount),
        errorBound: precision.error(of: values, residual: precision.rate * change), iterations: sweep,
        backups: sweep * live.count)
    }
    throw .notConverged(sweeps: sweepLimit, errorBound: precision.error(of: values, residual: precision.rate * change))
  }
}

/// By how much a backup brings values together, and what it loses to rounding.
private struct BackupPrecision {
  /// γ times the largest sum of a row, which is 1 but for 1e-9.
  let rate: Double
  /// 1 less that.
  private let margin: Double
  /// How far a computed backup can be off, relative to the largest reward and value.
  private let roundoff: Double
  private let largestReward: Double

  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction, discount: Double) {
    var length = 0
    var sum = 0.0
    for pair in 0..<process.stateCount * process.actionCount {
      let row = process.rowStarts[pair]..<process.rowStarts[pair + 1]
      length = max(length, row.count)
      sum = max(sum, row.reduce(0) { $0 + process.probabilities[$1] })
    }
    rate = discount * sum
    // Where rows of more than 1 eat up the discount, nothing is certain.
    margin = max(1 - rate, .leastNonzeroMagnitude)
    roundoff = Double(length + 4) * .ulpOfOne
    largestReward = reward.expected.reduce(0) { max($0, abs($1)) }
  }

  private func rounding(of values: [Double]) -> Double {
    roundoff * (largestReward + values.reduce(0) { max($0, abs($1)) })
  }

  /// How large residuals may be for values to be within a tolerance of V*; no less than rounding can tell.
  func residual(for tolerance: Double, values: [Double]) -> Double {
    let rounding = rounding(of: values)
    return max(tolerance * margin - rounding, rounding)
  }

  /// How far values are from V* at the most, where no residual is larger than this.
  func error(of values: [Double], residual: Double) -> Double { (residual + rounding(of: values)) / margin }
}

/// Which states and actions may lead to a state, and how likely.
private struct Predecessors {
  private var starts: [Int]
  /// s·A + a of each.
  private(set) var pairs: [Int32]
  private(set) var probabilities: [Double]

  init(of process: FiniteMDP) {
    let entries = process.successors.indices.filter {
      process.probabilities[$0] > 0 && !(process.hasTerminals && process.terminals[$0])
    }
    starts = [Int](repeating: 0, count: process.stateCount + 1)
    for entry in entries { starts[Int(process.successors[entry]) + 1] += 1 }
    for state in 0..<process.stateCount { starts[state + 1] += starts[state] }
    pairs = [Int32](repeating: 0, count: entries.count)
    probabilities = [Double](repeating: 0, count: entries.count)
    var cursor = starts
    var pair = 0
    for entry in entries {
      while process.rowStarts[pair + 1] <= entry { pair += 1 }
      let position = cursor[Int(process.successors[entry])]
      cursor[Int(process.successors[entry])] += 1
      pairs[position] = Int32(pair)
      probabilities[position] = process.probabilities[entry]
    }
  }

  func range(of state: Int) -> Range<Int> { starts[state]..<starts[state + 1] }
}

/// Numbers `0..<count`, of which the one of the highest priority is at hand; of equals, any, but always the same.
package struct PriorityQueue: Sendable {
  private var priorities: [Double]
  /// The numbers as a heap: none is behind those at 2i + 1 and 2i + 2.
  private var heap: [Int]
  /// Where each number stands in the heap.
  private var places: [Int]

  package init(priorities: [Double]) {
    precondition(!priorities.isEmpty, "a queue needs at least one number, but has none")
    self.priorities = priorities
    heap = Array(priorities.indices)
    places = heap
    for place in (0..<heap.count / 2).reversed() { sink(place) }
  }

  /// The number of the highest priority.
  package var first: Int { heap[0] }

  /// The highest priority.
  package var highest: Double { priorities[heap[0]] }

  /// Gives a number another priority.
  package mutating func set(_ number: Int, to priority: Double) {
    let isHigher = priority > priorities[number]
    priorities[number] = priority
    if isHigher { rise(places[number]) } else { sink(places[number]) }
  }

  private mutating func rise(_ start: Int) {
    let number = heap[start]
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard priorities[heap[parent]] < priorities[number] else { break }
      heap[place] = heap[parent]
      places[heap[place]] = place
      place = parent
    }
    heap[place] = number
    places[number] = place
  }

  private mutating func sink(_ start: Int) {
    let number = heap[start]
    var place = start
    while 2 * place + 1 < heap.count {
      var child = 2 * place + 1
      if child + 1 < heap.count, priorities[heap[child + 1]] > priorities[heap[child]] { child += 1 }
      guard priorities[heap[child]] > priorities[number] else { break }
      heap[place] = heap[child]
      places[heap[place]] = place
      place = child
    }
    heap[place] = number
    places[number] = place
  }
}

extension FiniteMDP {
  /// (Tv)(s), and the lowest action that attains it; 0 and −1 in a state without actions.
  fileprivate func bestBackup(
    _ state: Int, _ values: [Double], _ reward: RewardFunction, _ discount: Double
  ) -> (value: Double, action: Int) {
    var best = (value: -Double.infinity, action: -1)
    for action in 0..<actionCount where isAvailable(action: action, in: state) {
      let value = backup(state, action, values, reward, discount)
      if value > best.value { best = (value, action) }
    }
    return best.action < 0 ? (0, -1) : best
  }

  /// The best action of each state by some values, the lowest of those that are equal but for rounding.
  fileprivate func greedyPolicy(
    on values: [Double], for reward: RewardFunction, discount: Double
  ) -> [Int] {
    (0..<stateCount).map { state in
      let best = bestBackup(state, values, reward, discount)
      let threshold = best.value - 1e-10 * (1 + abs(best.value))
      return (0..<actionCount).first {
        isAvailable(action: $0, in: state) && backup(state, $0, values, reward, discount) >= threshold
      } ?? -1
    }
  }
}
