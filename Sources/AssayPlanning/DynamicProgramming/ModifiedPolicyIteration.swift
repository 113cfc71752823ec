import Assay
import Foundation//TMP
let factor = Double(String(cString: getenv("FACTOR") ?? strdup("1")))!//TMP
let trace = getenv("TRACE") != nil//TMP
func cpu() -> Double { var t = timespec(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return Double(t.tv_sec) + 1e-9 * Double(t.tv_nsec) }//TMP

/// Sweeps over all choices, and between them sweeps over the choices that still seem to matter.
///
/// Any sweep over all choices bounds V* (MacQueen),
///
///     TV + γ/(1−γ) · min(TV − V)  ≤  V*  ≤  TV + γ/(1−γ) · max(TV − V),
///
/// where outcomes that terminate let only negative minima and positive maxima through. The middle is the answer. A choice that the
/// bounds show to be worse than another for good is never looked at again. That is value iteration.
///
/// Modified policy iteration does not wait for proof. While spans of TV − V shrink by a factor ρ from sweep to sweep, values still
/// move, against each other, by no more than about
///
///     span · ρ/(1−ρ),
///
/// so a choice that is further below the best is set aside. Where processes mix well that is a small fraction of what can be proved,
/// and what is left is little more than a policy. The answer always rests on a sweep over all choices: what was set aside wrongly
/// returns there.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.5–6.7.
struct ModifiedPolicyIteration {
  var discount: Double
  var tolerance: Double
  /// How many sweeps may follow one another while choices are set aside; 0 is value iteration.
  var evaluationLimit: Int
  var sweepLimit = 200_000

  func solve(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) throws(PlanningError) -> Solution {
    let start = cpu()//TMP
    // What was not proved worse, and what of it is being looked at.
    var open = SweepTable(process, reward: reward)
    var table = open
    var isNarrow = false
    var sweepsWhileNarrow = 0

    let mayShift = !process.hasTerminals
    let horizon = discount / (1 - discount)
    let rows = open.rowExtremes()
    let roundoff = Double(rows.length + 4) * .ulpOfOne / (1 - discount)
    // Values are shifted as if each row summed to 1.
    let shiftError = mayShift ? rows.sumError * horizon / (1 - discount) : 0
    var values = [Double](repeating: 0, count: process.stateCount)
    var next = values
    var choiceValues: [Double] = []
    var magnitude = 0.0
    var rate = discount
    var previousSpan = Double.infinity
    var lastSlack = Double.infinity
    var sweeps = 0
    if trace { print("  setup", cpu() - start) }//TMP
    while true {
      let change =
        sweeps == 0
        ? table.firstSweep(into: &next, choiceValues: &choiceValues)
        : table.sweep(discount: discount, values: values, into: &next, choiceValues: &choiceValues)
      swap(&values, &next)
      sweeps += 1
      // |V| is at most the sum of all changes.
      magnitude += change.largest
      let low = mayShift ? change.low : min(change.low, 0)
      let high = mayShift ? change.high : max(change.high, 0)
      let span = max(high - low, 0)
      let rounding = roundoff * magnitude
      if trace { print("  sweep", sweeps, table.choiceCount, span, cpu() - start, isNarrow) }//TMP
      let bound = horizon * span / 2 + rounding + shiftError * change.largest
      let isDone = bound <= tolerance || horizon * span / 2 <= rounding
      if isDone && !isNarrow {
        return finish(table, values, choiceValues, shift: horizon * (low + high) / 2, bound: bound, sweeps)
      }
      guard sweeps < sweepLimit else { throw .notConverged(sweeps: sweeps, errorBound: bound) }

      if isNarrow {
        sweepsWhileNarrow += 1
        if isDone || sweepsWhileNarrow >= evaluationLimit {
          table = open
          isNarrow = false
          lastSlack = .infinity
          previousSpan = .infinity
          continue
        }
      }
      if span < previousSpan, previousSpan < .infinity { rate = min(span / previousSpan, discount) }
      previousSpan = span
      let proved = horizon * span
      let slack = evaluationLimit > 0 ? factor * span * rate / (1 - rate) : proved
      guard table.choiceCount > table.stateCount, slack <= lastSlack / 2 else { continue }
      lastSlack = slack
      let count = table.choiceCount(within: slack, of: values, choiceValues: choiceValues)
      guard 2 * (count - table.stateCount) <= table.choiceCount - table.stateCount, 10 * count <= 9 * table.choiceCount else { continue }
      if trace { print("  count", count, slack, cpu() - start) }//TMP
      table.narrow(to: count, within: slack, of: values, choiceValues: choiceValues)
      if trace { print("  pack", cpu() - start) }//TMP
      if evaluationLimit > 0 {
        if !isNarrow { sweepsWhileNarrow = 0 }
        isNarrow = true
      } else {
        open = table
      }
    }
  }

  private func finish(
    _ table: SweepTable, _ values: [Double], _ choiceValues: [Double], shift: Double, bound: Double, _ sweeps: Int
  ) -> Solution {
    var values = values
    var policy = [Int](repeating: -1, count: table.stateCount)
    for state in values.indices {
      let choices = Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1])
      guard let best = choices.first(where: { choiceValues[$0] == values[state] }) else { continue }
      policy[state] = Int(table.actions[best])
      values[state] += shift
    }
    return Solution(values: values, policy: policy, errorBound: bound, iterations: sweeps)
  }
}
