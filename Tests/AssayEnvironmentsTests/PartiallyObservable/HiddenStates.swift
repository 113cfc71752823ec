import Assay
import AssayEnvironments
import AssayTesting

/// Holds a world against its contract, all that it lists included, and asks it for a picture of every state.
///
/// - Parameters:
///   - world: the world.
///   - samples: how many draws there are for each state and action.
/// - Returns: what was found wrong.
func faults(of world: some HiddenStateEnvironment, samples: Int = 400) -> [String] {
  var checks = EnvironmentChecks(world)
  checks.samples = samples
  var faults = checks.run().map { "\($0)" }
  var copy = world
  for state in 0..<world.stateCount {
    copy.place(in: state)
    guard case .tiles = copy.picture.scene else {
      faults.append("there is no picture of state \(state)")
      continue
    }
  }
  return faults
}

/// What can be believed in a small world that shows less than its state, as a process of its own: its states
/// are the beliefs that can come about, two that differ by less than 1e-9 in each entry being one.
///
/// Short and slow on purpose: what it checks must not be what the package computes with.
struct BeliefGraph {
  /// What may follow a belief and an action.
  private struct Choice {
    var reward: Double
    var outcomes: [(next: Int, probability: Double)]
  }

  private var choices: [[Choice]] = []
  private var numbers: [[Int64]: Int] = [:]
  private var beliefs: [[Double]] = []
  /// How likely episodes start with each belief.
  private(set) var starts: [(next: Int, probability: Double)] = []

  var count: Int { beliefs.count }

  /// Finds all beliefs that follow from the start.
  init(_ process: FinitePOMDP) {
    let dynamics = process.process
    let states = 0..<dynamics.stateCount
    if let first = process.firstObservations {
      for observation in 0..<process.observationCount {
        var joint = dynamics.initial
        for state in states {
          var probability = 0.0
          for entry in first.rowStarts[state]..<first.rowStarts[state + 1]
          where Int(first.observations[entry]) == observation {
            probability += first.probabilities[entry]
          }
          joint[state] *= probability
        }
        if let start = number(ofWeights: joint) { starts.append(start) }
      }
    } else if let start = number(ofWeights: dynamics.initial) {
      starts.append(start)
    }
    while choices.count < beliefs.count {
      let belief = beliefs[choices.count]
      var row: [Choice] = []
      for action in 0..<dynamics.actionCount {
        var reward = 0.0
        var joint: [Int: [Double]] = [:]
        for state in states where belief[state] > 0 {
          let pair = state * dynamics.actionCount + action
          for entry in dynamics.rowStarts[pair]..<dynamics.rowStarts[pair + 1] {
            let probability = belief[state] * dynamics.probabilities[entry]
            reward += probability * (dynamics.reward.outcomes?[entry] ?? dynamics.reward.expected[pair])
            if dynamics.hasTerminals && dynamics.terminals[entry] { continue }
            let next = Int(dynamics.successors[entry])
            let sights = action * dynamics.stateCount + next
            for sight in process.observations.rowStarts[sights]..<process.observations.rowStarts[sights + 1] {
              joint[
                Int(process.observations.observations[sight]),
                default: [Double](repeating: 0, count: dynamics.stateCount)][next] +=
                probability * process.observations.probabilities[sight]
            }
          }
        }
        row.append(Choice(reward: reward, outcomes: joint.values.compactMap { number(ofWeights: $0) }))
      }
      choices.append(row)
    }
  }

  private mutating func number(ofWeights weights: [Double]) -> (next: Int, probability: Double)? {
    let sum = weights.reduce(0, +)
    guard sum > 1e-12 else { return nil }
    let belief = weights.map { $0 / sum }
    let key = belief.map { Int64(($0 * 1e9).rounded()) }
    if let known = numbers[key] { return (known, sum) }
    numbers[key] = beliefs.count
    beliefs.append(belief)
    return (beliefs.count - 1, sum)
  }

  private func backedUp(_ values: [Double], discount: Double) -> [Double] {
    choices.map { row in
      row.map { choice in
        choice.outcomes.reduce(choice.reward) { $0 + discount * $1.probability * values[$1.next] }
      }.max() ?? 0
    }
  }

  /// The best value before the first observation.
  func bestValue(discount: Double) -> Double {
    var values = [Double](repeating: 0, count: count)
    for _ in 0..<5000 {
      let next = backedUp(values, discount: discount)
      let change = zip(next, values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      values = next
      if change < 1e-10 { break }
    }
    return starts.reduce(0) { $0 + $1.probability * values[$1.next] }
  }

  /// Bounds on the best average reward, which hold for any values that one step of the best policy is taken
  /// from: the smallest and the largest gain of that step.
  func bestAverageReward(sweeps: Int = 2000) -> ClosedRange<Double> {
    var values = [Double](repeating: 0, count: count)
    var range = -Double.infinity...Double.infinity
    for _ in 0..<sweeps {
      let next = backedUp(values, discount: 1)
      let gains = zip(next, values).map { $0 - $1 }
      range = (gains.min() ?? 0)...(gains.max() ?? 0)
      if range.upperBound - range.lowerBound < 1e-9 { break }
      // Half a step each, so that what is periodic comes to rest too.
      values = zip(next, values).map { 0.5 * ($0 + $1) - 0.5 * next[0] }
    }
    return range
  }
}
