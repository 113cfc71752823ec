/// An upper bound on V*, which is convex: the corners' values, the beliefs that were backed up, and the fast
/// informed bound.
///
/// A belief b is a mixture of a point p, as much of it as b holds, and corners:
///
///     V̄(b) = Σ b(s) V̄(s) + minₚ min{s: p(s) > 0} b(s)/p(s) · (V̄(p) − Σ p(s) V̄(s))
///
/// - SeeAlso: Hauskrecht (2000), *Value-function approximations for partially observable Markov decision
///   processes*.
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
