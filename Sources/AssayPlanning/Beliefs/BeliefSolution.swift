import Assay

/// A plan over beliefs, as the value it has in each hidden state.
///
/// In a belief b it is worth b · α, so that the best of several is a convex function of b.
///
/// - SeeAlso: Smallwood & Sondik (1973), *The optimal control of partially observable Markov processes over a finite
///   horizon*.
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
  /// Bounds from below and above, made narrower where the best actions lead from the start: few beliefs of many.
  ///
  /// - SeeAlso: Smith & Simmons (2005), *Point-based POMDP algorithms: improved analysis and implementation*.
  case heuristicSearch = "heuristic-search"
  /// Sweeps of V ← HV over all beliefs at once, whether or not anything leads there.
  ///
  /// - SeeAlso: Cassandra, Littman & Zhang (1997), *Incremental pruning: a simple, fast, exact method for partially
  ///   observable Markov decision processes*.
  case incrementalPruning = "incremental-pruning"
}

/// What beliefs are worth at the least and at the most, and how to act on them.
///
/// Bounds are certified: they follow from backups alone, which keep lower bounds below V* and upper bounds above it,
/// and they are widened by all that rounding may have done.
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
    return low - rounding ... max(low, high) + rounding
  }

  /// What to do: the first action of the best plan that is known. Whoever always follows it earns the lower bound or
  /// more, but where the horizon is finite, of which this is the first step.
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

/// An upper bound on V*, which is convex: the corners' values, the beliefs that were backed up, and the fast informed
/// bound.
///
/// A belief b is a mixture of a point p, as much of it as b holds, and corners:
///
///     V̄(b) = Σ b(s) V̄(s) + minₚ min{s: p(s) > 0} b(s)/p(s) · (V̄(p) − Σ p(s) V̄(s))
///
/// - SeeAlso: Hauskrecht (2000), *Value-function approximations for partially observable Markov decision processes*.
struct SawtoothBound: Sendable, Hashable {
  /// A belief that was backed up.
  struct Point: Sendable, Hashable {
    var belief: SparseBelief
    /// V̄(p).
    var value: Double
    /// Σ p(s) V̄(s), the value by corners alone.
    var cornerValue: Double
  }

  /// V̄(s), the value of knowing for sure that the state is s, `[S]`.
  private(set) var corners: [Double]
  private(set) var points: [Point] = []
  /// Q̄(s, a) of the fast informed bound, at a·S + s.
  let informed: [Double]
  let actionCount: Int

  init(informed: [Double], stateCount: Int) {
    self.informed = informed
    actionCount = informed.count / stateCount
    corners = (0..<stateCount).map { state in
      stride(from: state, to: informed.count, by: stateCount).reduce(-.infinity) { max($0, informed[$1]) }
    }
  }

  /// V̄(b).
  func value(of belief: SparseBelief) -> Double { refined(informedValue(of: belief), of: belief, since: 0) }

  /// maxₐ Σ b(s) Q̄(s, a).
  func informedValue(of belief: SparseBelief) -> Double {
    (0..<actionCount).reduce(-.infinity) {
      max($0, belief.expectation(of: informed, from: $1 * corners.count))
    }
  }

  /// The least of a value and what the corners and the points from one on say.
  func refined(_ value: Double, of belief: SparseBelief, since first: Int) -> Double {
    let cornerValue = belief.expectation(of: corners)
    var least = min(value, cornerValue)
    for point in points[min(first, points.count)...] {
      let depth = point.value - point.cornerValue
      // Even all of it would not be enough.
      guard depth < 0, cornerValue + depth < least else { continue }
      least = min(least, cornerValue + depth * point.belief.share(in: belief))
    }
    return least
  }

  /// Takes in what a belief is worth at the most. Returns by how much a corner fell, where it is one.
  mutating func add(_ belief: SparseBelief, value: Double) -> Double {
    if belief.states.count == 1 {
      let state = Int(belief.states[0])
      let fall = corners[state] - value
      guard fall > 0 else { return 0 }
      corners[state] = value
      for index in points.indices {
        points[index].cornerValue = points[index].belief.expectation(of: corners)
      }
      return fall
    }
    points.append(
      Point(belief: belief, value: value, cornerValue: belief.expectation(of: corners)))
    return 0
  }

  /// Drops points that others say as much as.
  mutating func prune() {
    var bound = self
    bound.points = []
    // The last ones are the best informed.
    for point in points.reversed()
    where bound.refined(informedValue(of: point.belief), of: point.belief, since: 0) > point.value {
      bound.points.append(point)
    }
    points = bound.points.reversed()
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
