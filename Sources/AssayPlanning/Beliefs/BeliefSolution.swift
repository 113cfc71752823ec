import Assay

/// A plan over beliefs, as the value it has in each hidden state.
///
/// In a belief b it is worth b · α, so that the best of several is a convex function of b.
///
/// - SeeAlso: Smallwood & Sondik (1973), *The optimal control of partially observable Markov processes over a
///   finite horizon*.
public struct AlphaVector: Sendable, Hashable {
  /// What the plan does first.
  public var action: Int
  /// α(s), what the plan is worth from each hidden state, `[S]`, in reward units.
  public var values: [Double]

  public init(action: Int, values: [Double]) {
    self.action = action
    self.values = values
  }

  /// b · α.
  public func value(in belief: [Double]) -> Double {
    precondition(
      belief.count == values.count, "a belief needs \(values.count) entries, but has \(belief.count)")
    return zip(belief, values).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// How to solve a process whose state is hidden.
public enum BeliefMethod: String, Sendable, Hashable, CaseIterable {
  /// Bounds from below and above, made narrower where the best actions lead from the start: few beliefs of
  /// many.
  ///
  /// - SeeAlso: Smith & Simmons (2005), *Point-based POMDP algorithms: improved analysis and implementation*.
  case heuristicSearch = "heuristic-search"
  /// Sweeps of V ← HV over all beliefs at once, whether or not anything leads there.
  ///
  /// - SeeAlso: Cassandra, Littman & Zhang (1997), *Incremental pruning: a simple, fast, exact method for
  ///   partially observable Markov decision processes*.
  case incrementalPruning = "incremental-pruning"
}

/// What beliefs are worth at the least and at the most, and how to act on them.
///
/// Bounds are certified: they follow from backups alone, which keep lower bounds below V* and upper bounds
/// above it, and they are widened by all that rounding may have done.
public struct BeliefSolution: Sendable, Hashable {
  /// The plans that are known; the best of them in a belief is the lower bound there.
  public internal(set) var vectors: [AlphaVector]
  /// What it is worth to start an episode, in reward units: the truth lies between these.
  public internal(set) var startValue: ClosedRange<Double>
  /// How many backups it took: of one belief each by heuristic search, of all of them by incremental pruning.
  public internal(set) var backups: Int
  /// What is known from above.
  var ceiling: Ceiling
  /// How far rounding may have put off either bound.
  var rounding: Double

  /// An upper bound on V*.
  enum Ceiling: Sendable, Hashable {
    /// No belief is worth more than the lower bound and this.
    case aboveVectors(Double)
    /// What was found belief by belief.
    case points(SawtoothBound)
  }

  /// By how much the value of starting an episode is not known.
  public var gap: Double { startValue.upperBound - startValue.lowerBound }

  /// What a belief is worth: the truth lies between these.
  ///
  /// - Parameter belief: the probability of each state, `[S]`.
  /// - Returns: the bounds, in reward units.
  public func value(of belief: [Double]) -> ClosedRange<Double> {
    let low = (vectors.map { $0.value(in: belief) }.max() ?? -.infinity)
    let high =
      switch ceiling {
      case .aboveVectors(let distance): low + distance
      case .points(let bound): bound.value(of: SparseBelief(belief))
      }
    // Bounds that have met may have crossed by rounding.
    return low - rounding...max(low, high) + rounding
  }

  /// What to do: the first action of the best plan that is known. Whoever always follows it earns the lower
  /// bound or more, but where the horizon is finite, of which this is the first step.
  ///
  /// - Parameter belief: the probability of each state, `[S]`.
  /// - Returns: an action.
  public func action(in belief: [Double]) -> Int {
    var best = 0
    var highest = -Double.infinity
    for (index, vector) in vectors.enumerated() {
      let value = vector.value(in: belief)
      if value > highest { (best, highest) = (index, value) }
    }
    return vectors[best].action
  }
}
