/// A set of values that observations or actions come from.
public protocol Space<Element>: Sendable {
  associatedtype Element: Sendable

  /// Whether `element` belongs to the space; NaN never does.
  func contains(_ element: Element) -> Bool

  /// Draws an element uniformly.
  func sample(using random: inout RandomStream) -> Element
}

/// The integers `0..<count`.
public struct DiscreteSpace: Space, Hashable {
  /// How many elements, at least 1.
  public let count: Int

  public init(count: Int) {
    precondition(count > 0, "count must be positive, but is \(count)")
    self.count = count
  }

  @inlinable
  public func contains(_ element: Int) -> Bool { element >= 0 && element < count }

  @inlinable
  public func sample(using random: inout RandomStream) -> Int { random.integer(below: count) }
}

/// A box of real vectors, `low[i]...high[i]` in each coordinate.
public struct BoxSpace: Space, Hashable {
  /// The smallest value of each coordinate, finite.
  public let low: [Float]
  /// The largest value of each coordinate, finite.
  public let high: [Float]

  public init(low: [Float], high: [Float]) {
    precondition(low.count == high.count, "low has \(low.count) coordinates, high has \(high.count)")
    for (index, (lower, upper)) in zip(low, high).enumerated() {
      precondition(
        lower.isFinite && upper.isFinite && lower <= upper,
        "coordinate \(index) must have a finite low ≤ high, but has \(lower)...\(upper)")
    }
    self.low = low
    self.high = high
  }

  public func contains(_ element: [Float]) -> Bool {
    element.count == low.count
      && element.indices.allSatisfy { element[$0] >= low[$0] && element[$0] <= high[$0] }
  }

  public func sample(using random: inout RandomStream) -> [Float] {
    low.indices.map { low[$0] + Float(random.unit()) * (high[$0] - low[$0]) }
  }
}
