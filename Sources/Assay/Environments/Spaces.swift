/// A set of values that observations or actions come from.
///
/// Its description is short and says what belongs to it: `a whole number from 0 to 3`.
public protocol Space<Element>: Sendable, CustomStringConvertible {
  associatedtype Element: Sendable

  /// Whether `element` belongs to the space; NaN never does.
  func contains(_ element: Element) -> Bool

  /// Draws an element uniformly.
  func sample(using random: inout RandomStream) -> Element

  /// The numbers an element is made of, as recordings write them.
  func numbers(of element: Element) -> [Double]

  /// The element that is made of some numbers, whether or not it belongs to the space; `nil` where no element is.
  func element(from numbers: [Double]) -> Element?
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

  public func numbers(of element: Int) -> [Double] { [Double(element)] }

  public func element(from numbers: [Double]) -> Int? { numbers.count == 1 ? Int(exactly: numbers[0]) : nil }

  public var description: String { count == 1 ? "0" : "a whole number from 0 to \(count - 1)" }
}

/// A box of real vectors, `low[i]...high[i]` in each coordinate.
public struct BoxSpace: Space, Hashable {
  /// The smallest value of each coordinate; −∞ where there is none.
  public let low: [Float]
  /// The largest value of each coordinate; ∞ where there is none.
  public let high: [Float]

  /// Makes a box from its corners.
  ///
  /// - Parameters:
  ///   - low: the smallest value of each coordinate, or −∞.
  ///   - high: the largest value of each coordinate, or ∞; at least the smallest.
  public init(low: [Float], high: [Float]) {
    precondition(low.count == high.count, "low has \(low.count) coordinates, high has \(high.count)")
    for (index, (lower, upper)) in zip(low, high).enumerated() {
      precondition(
        lower <= upper && lower < .infinity && upper > -.infinity,
        "coordinate \(index) must have low ≤ high, but has \(lower)...\(upper)")
    }
    self.low = low
    self.high = high
  }

  /// Makes a box with the same limits in each coordinate.
  public init(count: Int, in range: ClosedRange<Float>) {
    self.init(
      low: [Float](repeating: range.lowerBound, count: count),
      high: [Float](repeating: range.upperBound, count: count))
  }

  /// How many coordinates there are.
  @inlinable public var count: Int { low.count }

  @inlinable
  public func contains(_ element: [Float]) -> Bool {
    guard element.count == low.count else { return false }
    for index in element.indices where !(element[index] >= low[index] && element[index] <= high[index]) {
      return false
    }
    return true
  }

  /// Draws each coordinate uniformly between its limits; one without limits from the standard normal
  /// distribution, and one with a limit on one side from the exponential distribution beyond it.
  public func sample(using random: inout RandomStream) -> [Float] {
    low.indices.map { index in
      switch (low[index].isFinite, high[index].isFinite) {
      case (true, true):
        // Rounding may lead beyond the limit.
        min(high[index], low[index] + Float(random.unit()) * (high[index] - low[index]))
      case (true, false): low[index] + Float(random.exponential())
      case (false, true): high[index] - Float(random.exponential())
      case (false, false): Float(random.normal())
      }
    }
  }

  public func numbers(of element: [Float]) -> [Double] { element.map(Double.init) }

  public func element(from numbers: [Double]) -> [Float]? {
    numbers.count == low.count ? numbers.map { Float($0) } : nil
  }

  public var description: String {
    let limits = Set(zip(low, high).map { "\(Self.text($0))…\(Self.text($1))" })
    let range = limits.count == 1 ? " in \(limits.first ?? "")" : ""
    return count == 1 ? "1 number\(range)" : "\(count) numbers\(range)"
  }

  private static func text(_ limit: Float) -> String {
    if limit.isInfinite { return limit < 0 ? "−∞" : "∞" }
    let text = limit == limit.rounded() && abs(limit) < 1e6 ? String(Int(limit)) : "\(limit)"
    return text.replacing("-", with: "−")
  }
}
