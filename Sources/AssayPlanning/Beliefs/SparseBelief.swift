/// A belief as its positive entries, in the order of states; they sum to 1 within rounding.
struct SparseBelief: Sendable, Hashable {
  var states: [Int32]
  var weights: [Double]

  /// The positive entries of a belief over all states.
  init(_ belief: [Double]) {
    states = []
    weights = []
    for (state, weight) in belief.enumerated() where weight > 0 {
      states.append(Int32(state))
      weights.append(weight)
    }
  }

  init(states: [Int32], weights: [Double]) {
    self.states = states
    self.weights = weights
  }

  /// b · v.
  func expectation(of values: [Double], from start: Int = 0) -> Double {
    var sum = 0.0
    for index in states.indices { sum += weights[index] * values[start &+ Int(states[index])] }
    return sum
  }
}

extension SparseBelief {
  /// The largest share of this belief that another holds: min over its states of other(s) / self(s).
  func share(in other: SparseBelief) -> Double {
    guard states.count <= other.states.count else { return 0 }
    var share = 1.0
    var position = 0
    for index in states.indices {
      while position < other.states.count, other.states[position] < states[index] { position += 1 }
      guard position < other.states.count, other.states[position] == states[index] else { return 0 }
      share = min(share, other.weights[position] / weights[index])
    }
    return share
  }
}
