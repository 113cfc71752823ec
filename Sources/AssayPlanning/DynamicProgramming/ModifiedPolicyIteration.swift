import Assay

/// Sweeps over the choices that still seem to matter, and over all of them where that has to be made sure.
///
/// A sweep over all choices bounds V* (MacQueen),
///
///     TV + γ/(1−γ) · min(TV − V)  ≤  V*  ≤  TV + γ/(1−γ) · max(TV − V),
///
/// where outcomes that terminate let only negative minima and positive maxima through. The middle is the
/// answer. Value iteration drops a choice for good once the bounds show it to be worse than another.
///
/// Modified policy iteration does not wait for that. While the span of TV − V, its maximum less its minimum,
/// shrinks by a factor ρ from sweep to sweep, values will still move, against each other, by about
///
///     span · ρ/(1−ρ),
///
/// so choices that are further below the best by half as much again are set aside, and what is left is soon
/// little more than a policy. The bounds hold all the same if no choice that was set aside can have become the
/// best since. The value of a choice rises in no sweep by more than γ max(TV − V), and the sum of that says so
/// nearly always. If not, the next sweep is over all choices.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.5–6.7.
struct ModifiedPolicyIteration {
  var discount: Double
  var tolerance: Double
  /// How many sweeps may follow one another while choices are set aside; 0 is value iteration.
  var evaluationLimit: Int
  var sweepLimit = 200_000

  func solve(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) throws(PlanningError) -> Solution {
    let allChoices = SweepTable(process, reward: reward)
    var table = allChoices
    var aside: ChoicesSetAside?
    var bounds = MacQueenBounds(discount: discount, mayShift: !process.hasTerminals)
    var pace = Pace(discount: discount)
    var values = [Double](repeating: 0, count: process.stateCount)
    var next = values
    var choiceValues: [Double] = []
    while true {
      let change =
        switch bounds.sweeps {
        case 0: table.firstSweep(into: &next, choiceValues: &choiceValues)
        case 1:
          table.measuringSweep(
            discount: discount, values: values, into: &next, choiceValues: &choiceValues,
            extremes: &bounds.rows)
        default:
          table.sweep(discount: discount, values: values, into: &next, choiceValues: &choiceValues)
        }
      swap(&values, &next)
      bounds.update(with: change)
      pace.update(span: bounds.span)

      let isDone = bounds.error <= tolerance || bounds.isFinest
      if isDone, aside?.isBelow(values, margin: bounds.riseError) ?? true {
        return finish(table, values, choiceValues, bounds: bounds)
      }
      guard bounds.sweeps < sweepLimit else {
        throw .notConverged(sweeps: bounds.sweeps, errorBound: bounds.error)
      }
      if let narrowSweeps = aside?.sweeps, isDone || narrowSweeps >= evaluationLimit {
        table = allChoices
        aside = nil
        pace = Pace(discount: discount)
      } else {
        narrow(&table, aside: &aside, pace: &pace, values, choiceValues)
      }
      aside?.note(rise: discount * bounds.high)
    }
  }

  /// Drops the choices that are too far below the best, where that makes the table much shorter.
  private func narrow(
    _ table: inout SweepTable, aside: inout ChoicesSetAside?, pace: inout Pace, _ values: [Double],
    _ choiceValues: [Double]
  ) {
    let spare = table.choiceCount - table.stateCount
    // A tenth more choices than states is little more than a policy already.
    guard spare > table.stateCount / 10 else { return }
    guard let movement = evaluationLimit > 0 ? pace.expectedMovement : pace.provedMovement else { return }
    let slack = evaluationLimit > 0 ? 1.5 * movement : movement
    guard pace.isWorthALook(at: slack) else { return }
    let kept = table.choiceCount(within: slack, of: values, choiceValues: choiceValues)
    // Writing the table anew costs as much as some sweeps; once it was, it shrinks in place.
    guard (kept - table.stateCount) * (table.ownsOutcomes ? 2 : 4) <= spare else { return }
    if evaluationLimit > 0 {
      if aside == nil { aside = ChoicesSetAside(stateCount: table.stateCount) }
      aside?.add(choicesOf: table, beyond: slack, values, choiceValues)
    }
    table.keep(kept, within: slack, of: values, choiceValues: choiceValues)
  }

  private func finish(
    _ table: SweepTable, _ values: [Double], _ choiceValues: [Double], bounds: MacQueenBounds
  ) -> Solution {
    var values = values
    var policy = [Int](repeating: -1, count: table.stateCount)
    for state in values.indices {
      let choices = Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1])
      // Equal but for rounding counts as equal, as in policy iteration, so that the policy does not depend on the
      // method.
      let threshold = values[state] - 1e-10 * (1 + abs(values[state]))
      guard let best = choices.first(where: { choiceValues[$0] >= threshold }) else { continue }
      policy[state] = table.action(of: best)
      values[state] += bounds.shift
    }
    return Solution(values: values, policy: policy, errorBound: bounds.error, iterations: bounds.sweeps)
  }
}

/// How good the choices that are not looked at can be.
private struct ChoicesSetAside {
  /// How many sweeps left choices out.
  private(set) var sweeps = 0
  /// In each state, no value of such a choice is above this plus ``rise``.
  private var ceilings: [Double]
  private var rise = 0.0

  init(stateCount: Int) { ceilings = [Double](repeating: -.infinity, count: stateCount) }

  mutating func add(
    choicesOf table: SweepTable, beyond slack: Double, _ values: [Double], _ choiceValues: [Double]
  ) {
    table.raise(&ceilings, beyond: slack, of: values, choiceValues: choiceValues, less: rise)
  }

  /// Takes into account that a sweep is over, in which no value of a choice rose by more than this.
  mutating func note(rise: Double) {
    self.rise += rise
    sweeps += 1
  }

  /// Whether no choice set aside is better than the values found without it.
  func isBelow(_ values: [Double], margin: Double) -> Bool {
    values.indices.allSatisfy { ceilings[$0] + rise + margin <= values[$0] }
  }
}

/// How fast values settle.
private struct Pace {
  private let discount: Double
  private var span = Double.infinity
  /// By which factor spans shrink, once two are known.
  private var rate: Double?
  private var lastLook = Double.infinity

  init(discount: Double) {
    self.discount = discount
  }

  mutating func update(span: Double) {
    if self.span < .infinity, self.span > 0 { rate = min(span / self.span, discount) }
    self.span = span
  }

  /// How far values will still move against each other, if spans go on to shrink as they do; `nil` while nobody
  /// knows.
  var expectedMovement: Double? { rate.map { span * $0 / (1 - $0) } }

  /// How far they can move at the most.
  var provedMovement: Double { span * discount / (1 - discount) }

  /// Whether a slack is so much smaller than the last that was looked at that many more choices may be beyond it.
  mutating func isWorthALook(at slack: Double) -> Bool {
    guard slack <= lastLook / 2 else { return false }
    lastLook = slack
    return true
  }
}

/// How far V* can be from the values of the last sweep, rounding included.
private struct MacQueenBounds {
  private(set) var sweeps = 0
  /// max(TV − V) − min(TV − V).
  private(set) var span = Double.infinity
  /// max(TV − V).
  private(set) var high = 0.0
  /// What to add to the values, to stand in the middle of the bounds.
  private(set) var shift = 0.0
  /// How far from V* the middle can be.
  private(set) var error = Double.infinity
  /// Whether rounding is all that is left.
  private(set) var isFinest = false

  /// The rows of all choices. Until they are known there is no bound.
  var rows = SweepTable.RowExtremes()

  /// γ/(1−γ)
  private let horizon: Double
  private let mayShift: Bool
  /// No value is larger than this: the sum of the largest changes.
  private var magnitude = 0.0

  init(discount: Double, mayShift: Bool) {
    horizon = discount / (1 - discount)
    self.mayShift = mayShift
  }

  /// How far the sum of a row can be from what the bounds take it for: 1, or at most 1 where some outcomes
  /// terminate.
  private var rowError: Double { max(mayShift ? 1 - rows.leastSum : 0, rows.largestSum - 1, 0) }

  /// What a backup loses to rounding, relative to the largest value.
  private var roundoff: Double { Double(rows.length + 4) * .ulpOfOne }

  mutating func update(with change: SweepTable.Change) {
    sweeps += 1
    magnitude += change.largest
    let low = mayShift ? change.low : min(change.low, 0)
    high = mayShift ? change.high : max(change.high, 0)
    span = high - low
    shift = horizon * (low + high) / 2
    guard sweeps > 1 else { return }
    let rounding = (1 + horizon) * roundoff * magnitude
    error = horizon * span / 2 + rounding + rowError * horizon * (1 + horizon) * change.largest
    isFinest = horizon * span / 2 <= rounding
  }

  /// How far off a sum of rises can be.
  var riseError: Double { magnitude * (rowError + Double(sweeps) * roundoff) }
}
