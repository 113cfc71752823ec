import Assay

/// What actions do to beliefs: P(s′, o, no end | s, a), action by action, and the expected rewards.
///
/// Probabilities of a table sum to 1 within 1e-9; here they do so within rounding, since each row is divided
/// by its sum.
struct BeliefDynamics: Sendable {
  let stateCount: Int
  let actionCount: Int
  let observationCount: Int
  let discount: Double
  /// r(s, a), at a·S + s.
  let rewards: [Double]
  /// Where the outcomes of each row a·S + s start, `[A·S + 1]`.
  let rowStarts: [Int]
  let successors: [Int32]
  let observations: [Int32]
  let probabilities: [Double]
  /// No reward of a step is further from 0 than this.
  let largestReward: Double
  /// What one backup of a belief can lose to rounding, relative to the largest value.
  let roundoff: Double

  /// The most triples of state, successor and observation, and of entries of a joint belief.
  static let largestTable = 20_000_000

  init(_ process: FinitePOMDP, reward: FiniteMDP.RewardFunction, discount: Double) throws(DataError) {
    let dynamics = process.process
    stateCount = process.stateCount
    actionCount = process.actionCount
    observationCount = process.observationCount
    self.discount = discount
    var size = process.observationCount * process.stateCount
    for pair in 0..<process.stateCount * process.actionCount where size <= Self.largestTable {
      for entry in dynamics.rowStarts[pair]..<dynamics.rowStarts[pair + 1] {
        let next = Int(dynamics.successors[entry])
        size += process.observationRange(action: pair % process.actionCount, next: next).count
      }
    }
    guard size <= Self.largestTable else {
      throw DataError(
        field: dynamics.name, value: "a table of more than \(Self.largestTable) joint outcomes",
        allowed: "a process with fewer states or observations")
    }
    var rewards: [Double] = []
    var rowStarts = [0]
    var successors: [Int32] = []
    var observations: [Int32] = []
    var probabilities: [Double] = []
    var longestRow = 0
    for action in 0..<process.actionCount {
      for state in 0..<process.stateCount {
        rewards.append(reward.expected[state * process.actionCount + action])
        let outcomes = dynamics.outcomeRange(state: state, action: action)
        let mass = outcomes.reduce(0) { $0 + dynamics.probabilities[$1] }
        for entry in outcomes where dynamics.probabilities[entry] > 0 {
          if dynamics.hasTerminals, dynamics.terminals[entry] { continue }
          let sights = process.observationRange(action: action, next: Int(dynamics.successors[entry]))
          let sightMass = sights.reduce(0) { $0 + process.observations.probabilities[$1] }
          for sight in sights where process.observations.probabilities[sight] > 0 {
            successors.append(dynamics.successors[entry])
            observations.append(process.observations.observations[sight])
            probabilities.append(
              dynamics.probabilities[entry] / mass * (process.observations.probabilities[sight] / sightMass))
          }
        }
        longestRow = max(longestRow, successors.count - (rowStarts.last ?? 0))
        rowStarts.append(successors.count)
      }
    }
    largestReward = rewards.reduce(0) { max($0, abs($1)) }
    // Sums over states, over the outcomes of a row, and over observations, some of them twice; with room to
    // spare.
    roundoff = 8 * Double(stateCount + longestRow + observationCount + 8) * .ulpOfOne
    self.rewards = rewards
    self.rowStarts = rowStarts
    self.successors = successors
    self.observations = observations
    self.probabilities = probabilities
  }

  /// Σₜ γᵗ, over all steps.
  var horizon: Double { 1 / (1 - discount) }

  /// No value is further from 0 than this.
  var largestValue: Double { largestReward * horizon }

  /// How far rounding can put bounds off that backups lead to, however many.
  var roundingError: Double { roundoff * largestValue * horizon }

  /// One thing that may be observed after an action, and what to believe then.
  struct Sight {
    var observation: Int
    /// How likely it is, together with the episode's going on.
    var probability: Double
    var belief: SparseBelief
  }

  /// What may be observed after an action, in the order of observations.
  func sights(after action: Int, from belief: SparseBelief, joint: inout JointWeights) -> [Sight] {
    for (index, state) in belief.states.enumerated() {
      let row = action * stateCount + Int(state)
      for entry in rowStarts[row]..<rowStarts[row + 1] {
        joint.add(
          belief.weights[index] * probabilities[entry],
          at: Int(observations[entry]) * stateCount + Int(successors[entry]))
      }
    }
    return joint.takeSights(stateCount: stateCount)
  }

  /// r(b, a).
  func reward(of action: Int, in belief: SparseBelief) -> Double {
    belief.expectation(of: rewards, from: action * stateCount)
  }

  /// What it is worth, from each state, to take an action and then to follow, after each observation, one of
  /// some vectors: r(s, a) + γ Σ P(s′, o | s, a) α_o(s′), `[S]`.
  ///
  /// - Parameters:
  ///   - action: the first action.
  ///   - choice: which vector follows each observation, `[O]`.
  ///   - values: the vectors, one after another.
  /// - Returns: the values of the plan.
  func values(ofTaking action: Int, then choice: [Int], among values: [Double]) -> [Double] {
    (0..<stateCount).map { state in
      let row = action * stateCount + state
      var sum = 0.0
      for entry in rowStarts[row]..<rowStarts[row + 1] {
        sum +=
          probabilities[entry]
          * values[choice[Int(observations[entry])] * stateCount + Int(successors[entry])]
      }
      return rewards[row] + discount * sum
    }
  }
}

/// Room to sum up joint weights of observations and states, of which few are positive.
struct JointWeights {
  private var weights: [Double]
  private var isTouched: [Bool]
  private var touched: [Int] = []

  init(count: Int) {
    weights = [Double](repeating: 0, count: count)
    isTouched = [Bool](repeating: false, count: count)
  }

  mutating func add(_ weight: Double, at index: Int) {
    if !isTouched[index] {
      isTouched[index] = true
      touched.append(index)
    }
    weights[index] += weight
  }

  /// The beliefs that the weights make, observation by observation; leaves all weights 0.
  mutating func takeSights(stateCount: Int) -> [BeliefDynamics.Sight] {
    touched.sort()
    var sights: [BeliefDynamics.Sight] = []
    var position = 0
    while position < touched.count {
      let observation = touched[position] / stateCount
      var belief = SparseBelief(states: [], weights: [])
      var sum = 0.0
      while position < touched.count, touched[position] / stateCount == observation {
        let index = touched[position]
        // A weight can be too small for `Double` to hold.
        if weights[index] > 0 {
          belief.states.append(Int32(index - observation * stateCount))
          belief.weights.append(weights[index])
          sum += weights[index]
        }
        weights[index] = 0
        isTouched[index] = false
        position += 1
      }
      guard sum > 0 else { continue }
      for entry in belief.weights.indices { belief.weights[entry] /= sum }
      sights.append(.init(observation: observation, probability: sum, belief: belief))
    }
    touched.removeAll(keepingCapacity: true)
    return sights
  }
}
