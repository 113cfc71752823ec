/// A number with the interval it lies in, and how many independent values it rests on.
public struct Estimate: Sendable, Hashable, Codable {
  /// The mean of the values.
  public var estimate: Double
  /// The lower end of the interval.
  public var low: Double
  /// The upper end of the interval.
  public var high: Double
  /// How many values.
  public var count: Int

  public init(estimate: Double, low: Double, high: Double, count: Int) {
    self.estimate = estimate
    self.low = low
    self.high = high
    self.count = count
  }
}
