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
    // What was not proved worse, and what of it is being looked at.
    var open = SweepTable(process, reward: reward)
    var table = open
    var isNarrow = false
    var narrowSweeps = 0

    let bounds = Bounds(open, discount: discount, mayShift: !process.hasTerminals)
    var values = [Double](repeating: 0, count: process.stateCount)
    var next = values
    var choiceValues: [Double] = []
    var magnitude = 0.0
    var rate = discount
    var previousSpan = Double.infinity
    var lastSlack = Double.infinity
    var sweeps = 0
    while true {
      // Few choices more than states: nothing is left to gain.
      let isDecided = isNarrow && table.choiceCount * 10 < table.stateCount * 11
      let change =
        sweeps == 0
        ? table.firstSweep(into: &next, choiceValues: &choiceValues)
        : table.sweep(
          discount: discount, values: values, into: &next, choiceValues: isDecided ? nil : &choiceValues)
      swap(&values, &next)
      sweeps += 1
    }
  }
}
