/// A counter-based, splittable stream of random numbers: Philox 4×32 with ten rounds.
///
/// Every draw is a pure function of `(key, position)`, so a stream can be stored as two integers, replayed
/// from anywhere, and split into independent streams without touching the parent. Give each component its
/// own ``substream(_:)``: its numbers then do not depend on what any other component drew.
///
/// ```swift
/// let root = RandomStream(seed: 7)
/// var environmentStream = root.substream(0)
/// let u = environmentStream.unit()
/// ```
///
/// - SeeAlso: Salmon, Moraes, Dror & Shaw (2011), *Parallel random numbers: as easy as 1, 2, 3*.
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable {
  /// The 64-bit key: two streams with different keys are independent.
  public let key: UInt64
  /// Index of the next 128-bit block.
  @usableFromInline var block: UInt64 = 0
  /// The second half of the last block, valid while `hasSpare`.
  @usableFromInline var spare: UInt64 = 0
  @usableFromInline var hasSpare = false

  /// Makes the root stream of a seed.
  public init(seed: UInt64) { self.init(key: seed) }

  @inlinable init(key: UInt64) { self.key = key }

  /// Whether two streams will draw the same. What one of them has left over from its last block does not
  /// count.
  @inlinable
  public static func == (one: RandomStream, other: RandomStream) -> Bool {
    one.key == other.key && one.position == other.position
  }

  /// Hashes what ``==(_:_:)`` compares.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(position)
  }

  /// How many 64-bit numbers were drawn so far.
  @inlinable public var position: UInt64 { block &* 2 &- (hasSpare ? 1 : 0) }

  /// The stream with this key, `position` draws after its start.
  ///
  /// - Parameters:
  ///   - key: the ``key`` of the stored stream.
  ///   - position: the ``position`` of the stored stream.
  public init(key: UInt64, position: UInt64) {
    self.key = key
    block = position / 2
    if position % 2 == 1 { _ = next() }
  }

  /// An independent stream, the same for the same `index` whatever was drawn from this one.
  ///
  ///     key′ = first 64 bits of Philox(key, counter = (index, 2³² − 1, 0))
  ///
  /// Draws use counters whose third word is zero, so splitting and drawing never share a block.
  @inlinable
  public func substream(_ index: UInt64) -> RandomStream {
    RandomStream(key: Self.philox(counterLow: index, counterHigh: 0xFFFF_FFFF, key: key).0)
  }

  /// Draws 64 uniform bits.
  @inlinable
  public mutating func next() -> UInt64 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let words = Self.philox(counterLow: block, counterHigh: 0, key: key)
    block &+= 1
    spare = words.1
    hasSpare = true
    return words.0
  }

  /// Draws a number in [0, 1), a multiple of 2⁻⁵³.
  @inlinable
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Draws an integer in `0..<bound`, each equally likely.
  ///
  /// - Parameter bound: positive.
  /// - SeeAlso: Lemire (2019), *Fast random integer generation in an interval*.
  /// - Returns: an integer in `0..<bound`.
  @inlinable
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "bound must be positive, but is \(bound)")
    let range = UInt64(truncatingIfNeeded: bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(truncatingIfNeeded: product.high)
  }

  /// Draws from the normal distribution by the Box–Muller transform; takes exactly two numbers.
  @inlinable
  public mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    let radius = (-2 * _log(1 - unit())).squareRoot()
    return mean + deviation * radius * _cosine(2 * .pi * unit())
  }

  /// Draws from the exponential distribution of mean 1.
  @inlinable
  public mutating func exponential() -> Double { -_log(1 - unit()) }

  /// Draws an index with probability proportional to its weight.
  ///
  /// - Parameter weights: finite and not negative, with a positive sum.
  /// - Returns: an index with a positive weight.
  @inlinable
  public mutating func index(weights: some Collection<Double>) -> Int {
    let total = weights.reduce(0, +)
    precondition(total > 0 && total.isFinite, "weights must have a positive sum, but it is \(total)")
    var remaining = unit() * total
    var last = 0
    for (index, weight) in weights.enumerated() where weight > 0 {
      remaining -= weight
      last = index
      if remaining < 0 { return index }
    }
    return last
  }

  /// One Philox 4×32-10 block: 128 bits of counter and 64 of key to 128 bits of output.
  @inlinable
  static func philox(counterLow: UInt64, counterHigh: UInt64, key: UInt64) -> (UInt64, UInt64) {
    var x0 = UInt32(truncatingIfNeeded: counterLow)
    var x1 = UInt32(truncatingIfNeeded: counterLow >> 32)
    var x2 = UInt32(truncatingIfNeeded: counterHigh)
    var x3 = UInt32(truncatingIfNeeded: counterHigh >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(x0) &* 0xD251_1F53
      let p1 = UInt64(x2) &* 0xCD9E_8D57
      x0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ x1 ^ k0
      x1 = UInt32(truncatingIfNeeded: p1)
      x2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ x3 ^ k1
      x3 = UInt32(truncatingIfNeeded: p0)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (UInt64(x1) << 32 | UInt64(x0), UInt64(x3) << 32 | UInt64(x2))
  }
}
