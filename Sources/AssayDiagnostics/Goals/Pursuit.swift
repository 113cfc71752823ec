import Assay
import AssayPlanning
import Foundation

/// What pursuing a goal looks like in a process: worked out once, and held against every agent.
struct Pursuit {
  /// How sharply and how steadily somebody may pursue a goal.
  struct Manner {
    /// Whether what a choice is worth is judged by the range within its state, or by the largest range of any.
    var isLocal: Bool
    /// β, inverse temperature: per range.
    var sharpness: Double
    /// ε, how often somebody acts at random for no reason.
    var lapse: Double
  }

  /// A goal is pursued by policies that have at least this share of success.
  static let leastSuccess = 0.25
  static let lapses = [0, 0.02, 0.1, 0.3]
  /// Shares of states in which somebody who pursues a goal may have got into habits of their own.
  static let fewHabits = [0.05, 0.15]
  static let manyHabits = [0.4, 0.8]

  let reward: FiniteMDP.RewardFunction
  /// J of the best policy.
  let best: Double
  /// J of the uniform policy.
  let uniform: Double
  /// How much worse than the best each action is, as a share of the largest range, `[S·A]`; actions that are as
  /// good as each other have the same number, unavailable ones +∞.
  let losses: [Double]
  /// The largest of the losses in a state, `[S]`; 0 where all are alike.
  let ranges: [Double]
  /// How many available actions have the same loss, `[S·A]`.
  let equals: [Int]
  /// The manners in which the goal can be pursued; empty when it makes no difference in this process.
  private(set) var manners: [Manner] = []

  init(
    _ reward: FiniteMDP.RewardFunction, in process: FiniteMDP, discount: Double, isLive: [Bool],
    uniformVisits: [Double]
  ) throws(PlanningError) {
    let actions = process.actionCount
    self.reward = reward
    let size = reward.expected.reduce(0) { max($0, abs($1)) }
    let solution = try process.solved(for: reward, discount: discount, tolerance: size > 0 ? size * 1e-9 : 1)
    let values = process.actionValues(from: solution.values, for: reward, discount: discount)
    var losses = [Double](repeating: .infinity, count: values.count)
    var equals = [Int](repeating: 0, count: values.count)
    var scale = 0.0
    for state in 0..<process.stateCount {
      let available = (0..<actions).filter { process.isAvailable(action: $0, in: state) }
      let highest = available.reduce(-.infinity) { max($0, values[state * actions + $1]) }
      for pair in available.map({ state * actions + $0 }) {
        losses[pair] = highest - values[pair]
        if isLive[state] { scale = max(scale, losses[pair]) }
      }
    }
    // A range that is rounding is none.
    let magnitude = solution.values.reduce(size) { max($0, abs($1)) }
    let hasRange = scale > 1e-9 * magnitude
    var ranges = [Double](repeating: 0, count: process.stateCount)
    for state in 0..<process.stateCount {
      let pairs = (state * actions..<(state + 1) * actions).filter { losses[$0] < .infinity }
        .sorted { losses[$0] < losses[$1] }
      var level = 0.0
      for pair in pairs {
        let loss = hasRange ? losses[pair] / scale : 0
        // Equal to the level within rounding, or a level of its own.
        if loss - level > max(1e-9, 1e-9 * magnitude / scale) { level = loss }
        losses[pair] = level
      }
      for pair in pairs { equals[pair] = pairs.count { losses[$0] == losses[pair] } }
      ranges[state] = level
    }
    self.losses = losses
    self.equals = equals
    self.ranges = ranges
    best = process.initialValue(of: solution.values)
    uniform = Self.worth(uniformVisits, process.uniformPolicy, reward)
    if hasRange, best - uniform > 1e-9 * magnitude {
      manners = try Self.manners(of: self, in: process, discount: discount)
    }
  }

  /// Whether pursuing the goal makes any difference.
  var canExplain: Bool { !manners.isEmpty }

  /// How much of what can be gained over chance a value is; `nil` where nothing can.
  func success(of value: Double) -> Double? { canExplain ? (value - uniform) / (best - uniform) : nil }

  /// Σ ρ(s) Σ π(a|s) r(s, a).
  static func worth(_ visits: [Double], _ policy: PolicyTable, _ reward: FiniteMDP.RewardFunction) -> Double {
    let actions = policy.actionCount
    return policy.probabilities.indices.reduce(0) {
      $0 + visits[$1 / actions] * policy.probabilities[$1] * reward.expected[$1]
    }
  }

  /// Sharpness from where the goal is reached to a 256th of that temperature, in steps of two.
  private static func manners(
    of pursuit: Pursuit, in process: FiniteMDP, discount: Double
  ) throws(PlanningError) -> [Manner] {
    var manners: [Manner] = []
    for isLocal in [false, true] {
      for exponent in -2...24 {
        let sharpness = exp2(Double(exponent))
        let policy = pursuit.policy(
          Manner(isLocal: isLocal, sharpness: sharpness, lapse: 0), in: process)
        let visits = try process.occupancy(of: policy, discount: discount)
        let share =
          (worth(visits, policy, pursuit.reward) - pursuit.uniform) / (pursuit.best - pursuit.uniform)
        if share < leastSuccess { continue }
        for step in 0...8 {
          for lapse in lapses {
            manners.append(
              Manner(isLocal: isLocal, sharpness: sharpness * exp2(Double(step)), lapse: lapse))
          }
        }
        break
      }
    }
    return manners
  }

  /// The soft-optimal policy of a manner.
  func policy(_ manner: Manner, in process: FiniteMDP) -> PolicyTable {
    let actions = process.actionCount
    var policy = process.uniformPolicy
    for state in 0..<process.stateCount where ranges[state] > 0 {
      let sharpness = manner.isLocal ? manner.sharpness / ranges[state] : manner.sharpness
      let weights = losses[state * actions..<(state + 1) * actions].map { exp(-sharpness * $0) }
      let total = weights.reduce(0, +)
      for action in 0..<actions {
        policy[state, action] =
          (1 - manner.lapse) * weights[action] / total + manner.lapse * policy[state, action]
      }
    }
    return policy
  }

  /// The policy that takes the best actions alone, each as often as the next.
  func perfectPolicy(in process: FiniteMDP) -> PolicyTable {
    let pairs = losses.indices
    return PolicyTable(
      actionCount: process.actionCount,
      probabilities: pairs.map { losses[$0] == 0 ? 1 / Double(equals[$0]) : 0 })
  }
}

extension Pursuit {
  /// How well a goal explains what was done, as logarithms of probabilities.
  struct Evidence {
    /// Pursued everywhere, in some manner.
    var steady: Double
    /// Pursued but for habits in a few states, one at least.
    var fewHabits: Double
    /// Pursued but for habits in many states.
    var manyHabits: Double
    /// The best soft-optimal policy alone, with actions that are equally good taken equally often.
    var sharpest: Double
    /// Decisions in states where the goal has a preference, and how many of them were best for it.
    var preferring: Int
    var agreeing: Int
  }

  /// Holds the goal against behaviour.
  ///
  /// - Parameters:
  ///   - behaviour: what was done.
  ///   - free: ln p of what was done in each of `behaviour.states` if anything goes there.
  ///   - actions: A.
  /// - Returns: what speaks for it.
  func evidence(for behaviour: ObservedBehaviour, free: [Double], actions: Int) -> Evidence {
    var steady = [Double](repeating: 0, count: manners.count)
    // The states where the goal has a preference: one row of logarithms each, by manner.
    var rows: [[Double]] = []
    var freeRows: [Double] = []
    // Where it has none, there is nothing to depart from.
    var elsewhere = 0.0
    var (anyTies, evenTies) = (0.0, 0.0)
    var (preferring, agreeing) = (0, 0)
    for (index, state) in behaviour.states.enumerated() {
      let pairs = (state * actions..<(state + 1) * actions).filter { losses[$0] < .infinity }
      let ties = tieLogarithms(behaviour, pairs)
      anyTies += ties.any
      evenTies += ties.even
      if ranges[state] == 0 {
        elsewhere += ties.any
        continue
      }
      let row = levelLogarithms(behaviour, pairs, range: ranges[state])
      for manner in row.indices { steady[manner] += row[manner] }
      rows.append(row.map { $0 + ties.any })
      freeRows.append(free[index])
      for pair in pairs {
        preferring += behaviour.counts[pair]
        if losses[pair] == 0 { agreeing += behaviour.counts[pair] }
      }
    }
    return Evidence(
      steady: logMean(steady) + anyTies,
      fewHabits: elsewhere + logHabits(Self.fewHabits, rows, freeRows),
      manyHabits: elsewhere + logHabits(Self.manyHabits, rows, freeRows),
      sharpest: (steady.max() ?? -.infinity) + evenTies, preferring: preferring, agreeing: agreeing)
  }

  /// ln p of how good the actions taken in a state were, by manner: which of equally good ones is left out.
  private func levelLogarithms(_ behaviour: ObservedBehaviour, _ pairs: [Int], range: Double) -> [Double] {
    var result = [Double](repeating: 0, count: manners.count)
    var weights = [Double](repeating: 0, count: pairs.count)
    for first in stride(from: 0, to: manners.count, by: Self.lapses.count) {
      let manner = manners[first]
      let sharpness = manner.isLocal ? manner.sharpness / range : manner.sharpness
      var total = 0.0
      for (index, pair) in pairs.enumerated() {
        weights[index] = exp(-sharpness * losses[pair])
        total += weights[index]
      }
      for (index, pair) in pairs.enumerated() where behaviour.counts[pair] > 0 {
        for (offset, lapse) in Self.lapses.enumerated() {
          let share = (1 - lapse) * weights[index] / total + lapse / Double(pairs.count)
          result[first + offset] += Double(behaviour.counts[pair]) * log(Double(equals[pair]) * share)
        }
      }
    }
    return result
  }

  /// ln p of which of equally good actions were taken in a state: all equally often, or that and any habit with
  /// the same probability.
  private func tieLogarithms(_ behaviour: ObservedBehaviour, _ pairs: [Int]) -> (any: Double, even: Double) {
    var (any, even) = (0.0, 0.0)
    for pair in pairs where equals[pair] > 1 {
      let peers = pairs.filter { losses[$0] == losses[pair] }
      if peers[0] != pair { continue }
      let counts = peers.map { behaviour.counts[$0] }
      let alike = -Double(counts.reduce(0, +)) * log(Double(peers.count))
      even += alike
      any += logMean([alike, logFreeChoice(counts, among: peers.count)])
    }
    return (any, even)
  }

  /// ln p of what was done when every state has a habit of its own with some probability δ, and the goal is
  /// pursued in the others; at least one has. Certain where no state with a preference was seen.
  ///
  ///     Σ over δ, manners of [Π ((1 − δ) p(n|goal) + δ p(n|free)) − Π (1 − δ) p(n|goal)] / (1 − (1 − δ)ᵏ)
  private func logHabits(_ shares: [Double], _ rows: [[Double]], _ freeRows: [Double]) -> Double {
    if rows.isEmpty { return 0 }
    var results: [Double] = []
    for share in shares {
      let (habit, none) = (log(share), log(1 - share))
      let all = log(1 - exp(Double(rows.count) * none))
      for manner in manners.indices {
        var (without, with) = (0.0, 0.0)
        for (row, free) in zip(rows, freeRows) {
          let pursued = none + row[manner]
          let free = habit + free
          without += pursued
          let (larger, smaller) = pursued > free ? (pursued, free) : (free, pursued)
          with += larger - smaller > 40 ? larger : larger + log(1 + exp(smaller - larger))
        }
        let departure = without - with
        results.append(departure < 0 ? with + log(-expm1(departure)) - all : -.infinity)
      }
    }
    return logMean(results)
  }
}
