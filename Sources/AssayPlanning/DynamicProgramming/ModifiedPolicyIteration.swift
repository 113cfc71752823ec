import Assay

/// Improvement sweeps, each followed by sweeps that only evaluate the policy found.
///
/// With no evaluation in between it is value iteration. Bounds on V* come from the last improvement sweep (MacQueen),
///
///     TV + γ/(1−γ) · min(TV − V)  ≤  V*  ≤  TV + γ/(1−γ) · max(TV − V),
///
/// where outcomes that terminate let only negative minima and positive maxima through. The middle is the answer. An action that the
/// bounds show to be worse than another for good is never looked at again, so later sweeps read little more than the best actions.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.5–6.7.
struct ModifiedPolicyIteration {
  var discount: Double
  var tolerance: Double
  /// How many evaluation sweeps follow an improvement at the most; 0 is value iteration.
  var evaluationLimit: Int
  var sweepLimit = 200_000

  /// An evaluation has done its share when it changes values this much less than the improvement before it did: further
  /// digits would be lost to the next improvement.
  private let evaluationShare = 0.03

  func solve(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) throws(PlanningError) -> Solution {
    var table = SweepTable(process, reward: reward)
    let mayShift = !process.hasTerminals
    let horizon = discount / (1 - discount)
    let roundoff = Double(table.longestRow + 4) * .ulpOfOne / (1 - discount)
    let rewardRange = (reward.expected.max() ?? 0) - (reward.expected.min() ?? 0)
    var values = [Double](repeating: 0, count: process.stateCount)
    var next = values
    var best = [Int32](repeating: -1, count: process.stateCount)
    var choiceValues: [Double] = []
    var improvements = 0
    var sweeps = 0
    while true {
      let change = table.sweep(
        discount: discount, values: values, into: &next, best: &best, choiceValues: &choiceValues)
      swap(&values, &next)
      improvements += 1
      sweeps += 1
      let low = horizon * (mayShift ? change.low : min(change.low, 0))
      let high = horizon * (mayShift ? change.high : max(change.high, 0))
      let rounding = roundoff * (values.reduce(0) { max($0, abs($1)) } + horizon * rewardRange * .ulpOfOne)
      let bound = (high - low) / 2 + rounding
      if bound <= tolerance || (high - low) / 2 <= rounding || change.low > change.high {
        return finish(process, table: table, values: values, best: best, shift: (low + high) / 2, bound: bound, improvements)
      }
      guard sweeps < sweepLimit else { throw .notConverged(sweeps: sweeps, errorBound: bound) }
      if !choiceValues.isEmpty { eliminate(from: &table, best: &best, choiceValues, values, slack: high - low) }
      if evaluationLimit > 0 {
        sweeps += evaluate(table, best: best, values: &values, next: &next, improvement: change, mayShift: mayShift)
      }
      // The values of all choices are worth storing once the bounds are close enough to rule any out.
      choiceValues =
        high - low < 40 * rewardRange && table.choiceCount > process.stateCount
        ? [Double](repeating: 0, count: table.choiceCount) : []
    }
  }

  /// Drops the choices that cannot be optimal; repacks the table when that shortens it by a fifth or more.
  private func eliminate(
    from table: inout SweepTable, best: inout [Int32], _ choiceValues: [Double], _ values: [Double], slack: Double
  ) {
    var kept = 0
    var isKept = [Bool](repeating: false, count: table.choiceCount)
    for state in 0..<table.stateCount {
      for choice in Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1])
      where choiceValues[choice] >= values[state] - slack {
        isKept[choice] = true
        kept += 1
      }
    }
    guard kept <= table.choiceCount * 4 / 5 else { return }
    var renumbered = 0
    for state in 0..<table.stateCount {
      for choice in Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1]) where isKept[choice] {
        if Int32(choice) == best[state] { best[state] = Int32(renumbered) }
        renumbered += 1
      }
    }
    table = SweepTable(table, keepingCount: kept) { isKept[$0] }
  }

  /// Evaluates the best choices until it has done its share; returns the sweeps it took.
  private func evaluate(
    _ table: SweepTable, best: [Int32], values: inout [Double], next: inout [Double],
    improvement: SweepTable.Change, mayShift: Bool
  ) -> Int {
    let isDecided = table.choiceCount == table.stateCount
    var policyTable = table
    if !isDecided {
      var isBest = [Bool](repeating: false, count: table.choiceCount)
      for choice in best where choice >= 0 { isBest[Int(choice)] = true }
      policyTable = SweepTable(table, keepingCount: table.stateCount) { isBest[$0] }
    }
    func size(_ change: SweepTable.Change) -> Double { mayShift ? change.span : change.largest }
    let finest = tolerance * (1 - discount) / discount / 2
    let target = max(evaluationShare * size(improvement), finest)
    for sweep in 1...evaluationLimit {
      let change = policyTable.evaluationSweep(discount: discount, values: values, into: &next)
      swap(&values, &next)
      if size(change) <= target { return sweep }
    }
    return evaluationLimit
  }

  private func finish(
    _ process: FiniteMDP, table: SweepTable, values: [Double], best: [Int32], shift: Double, bound: Double,
    _ iterations: Int
  ) -> Solution {
    var values = values
    for state in values.indices where !process.isFinal(state: state) { values[state] += shift }
    let policy = best.map { $0 < 0 ? -1 : Int(table.actions[Int($0)]) }
    return Solution(values: values, policy: policy, errorBound: bound, iterations: iterations)
  }
}
