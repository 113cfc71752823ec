import Assay

/// Sweeps over all choices, and between them sweeps over the choices that still seem to matter.
///
/// Any sweep over all choices bounds V* (MacQueen),
///
///     TV + γ/(1−γ) · min(TV − V)  ≤  V*  ≤  TV + γ/(1−γ) · max(TV − V),
///
/// where outcomes that terminate let only negative minima and positive maxima through. The middle is the
/// answer. A choice that the bounds show to be worse than another for good is never looked at again. That is
/// value iteration.
///
/// Modified policy iteration does not wait for proof. While spans of TV − V shrink by a factor ρ from sweep
/// to sweep, values still move, against each other, by no more than about
///
///     span · ρ/(1−ρ),
///
/// so a choice that is further below the best is set aside. Where processes mix well that is a small fraction
/// of what can be proved, and what is left is little more than a policy. The answer always rests on a sweep
/// over all choices: what was set aside wrongly returns there.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.5–6.7.
struct ModifiedPolicyIteration {
  var discount: Double
  var tolerance: Double
  /// How many sweeps may follow one another while choices are set aside; 0 is value iteration.
  var evaluationLimit: Int
  var sweepLimit = 200_000

  func solve(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) throws(PlanningError) -> Solution {
    // The choices that were not proved worse, and those of them that are being looked at.
    var open = SweepTable(process, reward: reward)
    var table = open
    var isNarrow = false
    var narrowSweeps = 0

    var bounds = MacQueenBounds(open, discount: discount, mayShift: !process.hasTerminals)
    var values = [Double](repeating: 0, count: process.stateCount)
    var next = values
    var choiceValues: [Double] = []
    var previousSpan = Double.infinity
    var rate = discount
    var lastSlack = Double.infinity
    var sweeps = 0
    while true {
      // With hardly a choice left that could be set aside, their values are not worth keeping.
      let isDecided = isNarrow && table.choiceCount - table.stateCount < table.stateCount / 10
      let change =
        sweeps == 0
        ? table.firstSweep(into: &next, choiceValues: &choiceValues)
        : table.sweep(
          discount: discount, values: values, into: &next, choiceValues: &choiceValues,
          keepsChoiceValues: !isDecided)
      swap(&values, &next)
      sweeps += 1
      bounds.update(with: change)
      let isDone = bounds.error <= tolerance || bounds.isFinest
      if isDone && !isNarrow { return finish(table, values, choiceValues, bounds: bounds, sweeps: sweeps) }
      guard sweeps < sweepLimit else { throw .notConverged(sweeps: sweeps, errorBound: bounds.error) }

      if isNarrow {
        narrowSweeps += 1
        if isDone || narrowSweeps >= evaluationLimit {
          table = open
          isNarrow = false
          (previousSpan, lastSlack) = (.infinity, .infinity)
          continue
        }
      }
      if previousSpan < .infinity { rate = min(bounds.span / previousSpan, discount) }
      previousSpan = bounds.span
      let slack =
        evaluationLimit > 0 ? bounds.span * rate / (1 - rate) : bounds.span * discount / (1 - discount)
      guard !isDecided, table.choiceCount > table.stateCount, slack <= lastSlack / 2 else { continue }
      lastSlack = slack
      let kept = table.choices(within: slack, of: values, choiceValues: choiceValues)
      // The first time a table has to be written anew, which costs as much as some sweeps; later it shrinks in
      // place.
      let share = table.ownsOutcomes ? 2 : 4
      guard share * (kept.count - table.stateCount) <= table.choiceCount - table.stateCount else { continue }
      table.keep(kept)
      if evaluationLimit > 0 {
        if !isNarrow { narrowSweeps = 0 }
        isNarrow = true
      } else {
        open = table
      }
    }
  }

  private func finish(
    _ table: SweepTable, _ values: [Double], _ choiceValues: [Double], bounds: MacQueenBounds, sweeps: Int
  ) -> Solution {
    var values = values
    var policy = [Int](repeating: -1, count: table.stateCount)
    for state in values.indices {
      let choices = Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1])
      guard let best = choices.first(where: { choiceValues[$0] == values[state] }) else { continue }
      policy[state] = Int(table.actions[best])
      values[state] += bounds.shift
    }
    return Solution(values: values, policy: policy, errorBound: bounds.error, iterations: sweeps)
  }
}

/// How far V* can be from the values of the last sweep, rounding included.
private struct MacQueenBounds {
  /// max(TV − V) − min(TV − V).
  private(set) var span = Double.infinity
  /// What to add to the values, to stand in the middle of the bounds.
  private(set) var shift = 0.0
  /// How far from V* the middle can be.
  private(set) var error = Double.infinity
  /// Whether more sweeps would only change what is lost to rounding anyway.
  private(set) var isFinest = false

  /// γ/(1−γ)
  private let horizon: Double
  private let mayShift: Bool
  private let roundoff: Double
  private let shiftError: Double
  /// No value is larger than this: the sum of the largest changes.
  private var magnitude = 0.0

  init(_ table: SweepTable, discount: Double, mayShift: Bool) {
    let rows = table.rowExtremes()
    horizon = discount / (1 - discount)
    self.mayShift = mayShift
    roundoff = Double(rows.length + 4) * .ulpOfOne / (1 - discount)
    // The bounds take each row to sum to 1 where nothing terminates.
    shiftError = mayShift ? rows.sumError * horizon / (1 - discount) : 0
  }

  mutating func update(with change: SweepTable.Change) {
    magnitude += change.largest
    let low = mayShift ? change.low : min(change.low, 0)
    let high = mayShift ? change.high : max(change.high, 0)
    span = high - low
    shift = horizon * (low + high) / 2
    let rounding = roundoff * magnitude
    error = horizon * span / 2 + rounding + shiftError * change.largest
    isFinest = horizon * span / 2 <= rounding
  }
}
