import Assay

/// Makes small processes that hide their state, with everything a table may hold: terminal outcomes, states
/// that nothing follows from, sights that tell something or nothing, and first observations.
struct RandomHiddenProcess {
  var stateCount = 3
  var actionCount = 2
  var observationCount = 2
  var hasEndings = false
  var hasFirstObservations = false

  func make(seed: UInt64, discount: Double = 0.8) throws -> FinitePOMDP {
    var random = RandomStream(seed: seed)
    func distribution(_ count: Int, using random: inout RandomStream) -> [Double] {
      // About a third of the entries are zero, but never all.
      var weights = (0..<count).map { _ in max(random.unit() - 0.3, 0) }
      if weights.allSatisfy({ $0 == 0 }) { weights[random.integer(below: count)] = 1 }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
    var outcomes: [[[Outcome]]] = []
    for state in 0..<stateCount {
      if hasEndings, state == stateCount - 1 {
        outcomes.append([[Outcome]](repeating: [], count: actionCount))
        continue
      }
      outcomes.append(
        (0..<actionCount).map { _ in
          let reward = random.normal()
          return distribution(stateCount, using: &random).enumerated().compactMap { next, probability in
            guard probability > 0 else { return nil }
            return Outcome(
              next: next, probability: probability, reward: reward,
              isTerminal: hasEndings && next == stateCount - 1)
          }
        })
    }
    let live = hasEndings ? stateCount - 1 : stateCount
    let initial = distribution(live, using: &random) + [Double](repeating: 0, count: stateCount - live)
    let process = try FiniteMDP.listed(outcomes, initial: initial, discount: discount)
    let rows = (0..<actionCount * stateCount).map { _ in distribution(observationCount, using: &random) }
    let first = (0..<stateCount).map { _ in distribution(observationCount, using: &random) }
    return try FinitePOMDP(
      process: process, observationCount: observationCount,
      observations: .init(rowCount: rows.count) { row in rows[row].enumerated().map { ($0, $1) } },
      firstObservations: hasFirstObservations
        ? .init(rowCount: stateCount) { row in first[row].enumerated().map { ($0, $1) } } : nil)
  }
}

/// The best value of some steps, by going through all that may be done and seen. Shares nothing with the
/// package.
func treeValue(of joint: [Double], steps: Int, in hidden: FinitePOMDP, discount: Double) -> Double {
  if steps == 0 { return 0 }
  let process = hidden.process
  var best = -Double.infinity
  for action in 0..<process.actionCount {
    var value = 0.0
    // What is believed need not be divided by what was seen: all of it is linear.
    var after = [[Double]](
      repeating: [Double](repeating: 0, count: joint.count), count: hidden.observationCount)
    for state in joint.indices where joint[state] > 0 {
      let pair = state * process.actionCount + action
      value += joint[state] * process.reward.expected[pair]
      for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
        if !process.terminals.isEmpty && process.terminals[entry] { continue }
        let next = Int(process.successors[entry])
        let row = action * process.stateCount + next
        for sight in hidden.observations.rowStarts[row]..<hidden.observations.rowStarts[row + 1] {
          after[Int(hidden.observations.observations[sight])][next] +=
            joint[state] * process.probabilities[entry] * hidden.observations.probabilities[sight]
        }
      }
    }
    for weights in after where weights.contains(where: { $0 > 0 }) {
      value += discount * treeValue(of: weights, steps: steps - 1, in: hidden, discount: discount)
    }
    best = max(best, value)
  }
  return best
}

extension FinitePOMDP {
  /// The best value of the first steps of an episode, by going through all of them.
  func treeStartValue(steps: Int, discount: Double) -> Double {
    guard let firstObservations else {
      return treeValue(of: process.initial, steps: steps, in: self, discount: discount)
    }
    return (0..<observationCount).reduce(0) { sum, observation in
      let joint = process.initial.enumerated().map {
        $0.element * firstObservations.probability(of: observation, inRow: $0.offset)
      }
      return sum + treeValue(of: joint, steps: steps, in: self, discount: discount)
    }
  }

  /// Some beliefs, any equally likely.
  func randomBeliefs(count: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      let weights = (0..<stateCount).map { _ in random.exponential() }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }
}
