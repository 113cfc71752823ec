import Assay

/// Sweeps over all beliefs: all plans that one more step makes of those before, and of these the ones that
/// are best somewhere.
///
/// Sets are pruned observation by observation, so that few plans have to be compared. A plan is dropped where
/// a mixture of others is shown to be no worse anywhere, but for a loss that is kept account of.
///
/// - SeeAlso: Cassandra, Littman & Zhang (1997), *Incremental pruning: a simple, fast, exact method for
///   partially observable Markov decision processes*; White (1991), *A survey of solution techniques for the
///   partially observed Markov decision process*, for the pruning (by Lark).
struct IncrementalPruning {
  let process: String
  let dynamics: BeliefDynamics
  /// The most plans that may have to be compared at once.
  let vectorLimit: Int
  /// By how much a plan may be better somewhere and be dropped all the same.
  var slack: Double

  /// What a sweep makes of some vectors.
  struct Sweep {
    var vectors: [AlphaVector]
    /// The best of the vectors is nowhere further than this below the backup.
    var loss: Double
  }

  /// HV, but for what is lost.
  func backup(_ vectors: [AlphaVector]) throws(DataError) -> Sweep {
    var all: [AlphaVector] = []
    var loss = 0.0
    for action in 0..<dynamics.actionCount {
      let (plans, lost) = try plans(startingWith: action, then: vectors)
      all += plans.map { AlphaVector(action: action, values: $0) }
      loss = max(loss, lost)
    }
    try check(count: all.count)
    var last = 0.0
    let kept = Self.prune(all.map(\.values), slack: slack, loss: &last)
    return Sweep(vectors: kept.map { all[$0] }, loss: loss + last)
  }

  /// The plans that start with an action and are best somewhere.
  private func plans(
    startingWith action: Int, then vectors: [AlphaVector]
  ) throws(DataError) -> (plans: [[Double]], loss: Double) {
    let stateCount = dynamics.stateCount
    let rows = action * stateCount..<(action + 1) * stateCount
    var plans = [Array(dynamics.rewards[rows])]
    var loss = 0.0
    // What each vector is worth after each observation, `[O][vectors × S]`, where it may come.
    var following = [[Double]](repeating: [], count: dynamics.observationCount)
    for row in rows {
      for entry in dynamics.rowStarts[row]..<dynamics.rowStarts[row + 1] {
        let observation = Int(dynamics.observations[entry])
        if following[observation].isEmpty {
          following[observation] = [Double](repeating: 0, count: vectors.count * stateCount)
        }
        let weight = dynamics.discount * dynamics.probabilities[entry]
        let successor = Int(dynamics.successors[entry])
        for (index, vector) in vectors.enumerated() {
          following[observation][index * stateCount + row - rows.lowerBound] +=
            weight * vector.values[successor]
        }
      }
    }
    for table in following where !table.isEmpty {
      let choices = vectors.indices.map { Array(table[$0 * stateCount..<($0 + 1) * stateCount]) }
      var lost = (choices: 0.0, sums: 0.0)
      let kept = Self.prune(choices, slack: slack, loss: &lost.choices)
      try check(count: plans.count * kept.count)
      var sums: [[Double]] = []
      for plan in plans {
        for index in kept {
          sums.append((0..<stateCount).map { plan[$0] + choices[index][$0] })
        }
      }
      plans = Self.prune(sums, slack: slack, loss: &lost.sums).map { sums[$0] }
      loss += lost.choices + lost.sums
    }
    return (plans, loss)
  }

  private func check(count: Int) throws(DataError) {
    guard count <= vectorLimit else {
      throw DataError(
        field: process, value: "more than \(vectorLimit) plans to compare",
        allowed: "a smaller process, a shorter horizon, or a greater limit")
    }
  }

  /// The indices of the vectors that are best in some belief.
  ///
  /// - Parameters:
  ///   - vectors: `[S]` each.
  ///   - slack: by how much one that is left out may be better than all others.
  ///   - loss: raised to the largest amount by which one is.
  /// - Returns: indices, rising.
  static func prune(_ vectors: [[Double]], slack: Double, loss: inout Double) -> [Int] {
    var open = nowhereBelow(vectors)
    guard open.count > 1, let stateCount = vectors.first?.count else { return open }
    var kept: [Int] = []
    for state in 0..<stateCount {
      let best = open.max { vectors[$0][state] < vectors[$1][state] }
      if let best, !kept.contains(best) { kept.append(best) }
    }
    open.removeAll { kept.contains($0) }
    while let candidate = open.last {
      let game = MatrixGame(
        payoffs: kept.flatMap { other in zip(vectors[candidate], vectors[other]).map { $0 - $1 } },
        columns: stateCount)
      if game.high <= slack {
        loss = max(loss, game.high)
        open.removeLast()
        continue
      }
      // The best where this one is better than all that are kept; itself where rounding makes nothing of
      // that.
      var best = candidate
      if game.low > 0 {
        func value(_ index: Int) -> Double {
          zip(game.belief, vectors[index]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var highest = value(candidate)
        for index in open {
          let other = value(index)
          if other > highest { (best, highest) = (index, other) }
        }
      }
      kept.append(best)
      open.removeAll { $0 == best }
    }
    return kept.sorted()
  }

  /// The vectors that no other is as good as everywhere; the first of equals.
  private static func nowhereBelow(_ vectors: [[Double]]) -> [Int] {
    var kept: [Int] = []
    for (index, vector) in vectors.enumerated() {
      func isBelow(_ one: [Double], _ other: [Double]) -> Bool {
        for state in one.indices where one[state] > other[state] { return false }
        return true
      }
      if kept.contains(where: { isBelow(vector, vectors[$0]) }) { continue }
      kept.removeAll { isBelow(vectors[$0], vector) }
      kept.append(index)
    }
    return kept
  }

  /// sup over beliefs of V − W, for the best of some vectors V and of others W; at most this.
  static func largestExcess(of vectors: [AlphaVector], over others: [AlphaVector]) -> Double {
    vectors.reduce(-.infinity) { largest, vector in
      let payoffs = others.flatMap { other in zip(vector.values, other.values).map { $0 - $1 } }
      return max(largest, MatrixGame(payoffs: payoffs, columns: vector.values.count).high)
    }
  }
}
