/// Numbers side by side that are computed with in the same way: the motion of a world is written once over lanes, and
/// runs for one copy of the world or for several.
///
/// Every operation gives the same bits in each lane, however many lanes there are. Multiplication and addition are
/// never fused, and nothing calls the system's mathematics, which may differ from one machine to the next.
///
/// A condition is a pattern of bits, all set in the lanes where it holds and none where it does not.
public protocol Lanes: Sendable {
  associatedtype Bits: LaneBits

  /// How many lanes there are.
  static var count: Int { get }

  /// Puts a number into every lane.
  init(_ number: Double)

  init(bits: Bits)
  var bits: Bits { get }

  subscript(lane: Int) -> Double { get set }

  /// Puts a pattern of bits into every lane.
  static func bits(_ pattern: UInt64) -> Bits
  /// Whether a bit is set in any lane.
  static func isAny(_ bits: Bits) -> Bool
  /// Whether a bit is set in a lane.
  static func isSet(_ bits: Bits, lane: Int) -> Bool

  static func + (one: Self, other: Self) -> Self
  static func - (one: Self, other: Self) -> Self
  static func * (one: Self, other: Self) -> Self
  static func / (one: Self, other: Self) -> Self
  static func .< (one: Self, other: Self) -> Bits
  static func .<= (one: Self, other: Self) -> Bits

  /// In each lane, one number where a condition holds, and another where it does not.
  static func choose(_ condition: Bits, _ one: Self, else other: Self) -> Self

  /// Rounds each number to single precision.
  var single: Self { get }
}

/// The bits of numbers side by side.
public protocol LaneBits: Sendable {
  static func & (one: Self, other: Self) -> Self
  static func | (one: Self, other: Self) -> Self
  static func ^ (one: Self, other: Self) -> Self
  static func &+ (one: Self, other: Self) -> Self
  static func &- (one: Self, other: Self) -> Self
  static func &<< (one: Self, other: Self) -> Self
}

extension UInt64: LaneBits {}
extension SIMD4<UInt64>: LaneBits {}

/// One lane.
public struct OneLane: Lanes {
  public var number: Double

  @inlinable public static var count: Int { 1 }
  @inlinable public init(_ number: Double) { self.number = number }
  @inlinable public init(bits: UInt64) { number = Double(bitPattern: bits) }
  @inlinable public var bits: UInt64 { number.bitPattern }
  @inlinable public subscript(lane: Int) -> Double {
    get { number }
    set { number = newValue }
  }
  @inlinable public static func bits(_ pattern: UInt64) -> UInt64 { pattern }
  @inlinable public static func isAny(_ bits: UInt64) -> Bool { bits != 0 }
  @inlinable public static func isSet(_ bits: UInt64, lane: Int) -> Bool { bits != 0 }
  @inlinable public static func + (one: Self, other: Self) -> Self { Self(one.number + other.number) }
  @inlinable public static func - (one: Self, other: Self) -> Self { Self(one.number - other.number) }
  @inlinable public static func * (one: Self, other: Self) -> Self { Self(one.number * other.number) }
  @inlinable public static func / (one: Self, other: Self) -> Self { Self(one.number / other.number) }
  @inlinable public static func .< (one: Self, other: Self) -> UInt64 { one.number < other.number ? .max : 0 }
  @inlinable public static func .<= (one: Self, other: Self) -> UInt64 {
    one.number <= other.number ? .max : 0
  }
  @inlinable public static func choose(_ condition: UInt64, _ one: Self, else other: Self) -> Self {
    condition != 0 ? one : other
  }
  @inlinable public var single: Self { Self(Double(Float(number))) }
}

/// Four lanes.
public struct FourLanes: Lanes {
  public var numbers: SIMD4<Double>

  @inlinable public static var count: Int { 4 }
  @inlinable public init(_ number: Double) { numbers = SIMD4(repeating: number) }
  @inlinable public init(numbers: SIMD4<Double>) { self.numbers = numbers }
  @inlinable public init(bits: SIMD4<UInt64>) { numbers = unsafeBitCast(bits, to: SIMD4<Double>.self) }
  @inlinable public var bits: SIMD4<UInt64> { unsafeBitCast(numbers, to: SIMD4<UInt64>.self) }
  @inlinable public subscript(lane: Int) -> Double {
    get { numbers[lane] }
    set { numbers[lane] = newValue }
  }
  @inlinable public static func bits(_ pattern: UInt64) -> SIMD4<UInt64> { SIMD4(repeating: pattern) }
  @inlinable public static func isAny(_ bits: SIMD4<UInt64>) -> Bool {
    bits[0] | bits[1] | bits[2] | bits[3] != 0
  }
  @inlinable public static func isSet(_ bits: SIMD4<UInt64>, lane: Int) -> Bool { bits[lane] != 0 }
  @inlinable public static func + (one: Self, other: Self) -> Self {
    Self(numbers: one.numbers + other.numbers)
  }
  @inlinable public static func - (one: Self, other: Self) -> Self {
    Self(numbers: one.numbers - other.numbers)
  }
  @inlinable public static func * (one: Self, other: Self) -> Self {
    Self(numbers: one.numbers * other.numbers)
  }
  @inlinable public static func / (one: Self, other: Self) -> Self {
    Self(numbers: one.numbers / other.numbers)
  }
  @inlinable public static func .< (one: Self, other: Self) -> SIMD4<UInt64> {
    pattern(one.numbers .< other.numbers)
  }
  @inlinable public static func .<= (one: Self, other: Self) -> SIMD4<UInt64> {
    pattern(one.numbers .<= other.numbers)
  }
  @inlinable public static func choose(_ condition: SIMD4<UInt64>, _ one: Self, else other: Self) -> Self {
    Self(bits: other.bits ^ ((one.bits ^ other.bits) & condition))
  }
  @inlinable public var single: Self { Self(numbers: SIMD4<Double>(SIMD4<Float>(numbers))) }

  @inlinable static func pattern(_ mask: SIMDMask<SIMD4<Int64>>) -> SIMD4<UInt64> {
    SIMD4<UInt64>(repeating: 0).replacing(with: SIMD4<UInt64>(repeating: .max), where: mask)
  }
}

extension Lanes {
  @inlinable
  public static prefix func - (numbers: Self) -> Self {
    Self(bits: numbers.bits ^ bits(0x8000_0000_0000_0000))
  }

  /// Each number, or the limit that it is beyond.
  @inlinable
  public func limited(from low: Double, to high: Double) -> Self {
    let (low, high) = (Self(low), Self(high))
    let raised = Self.choose(self .< low, low, else: self)
    return Self.choose(high .< raised, high, else: raised)
  }

  /// The largest whole numbers that are not above these, whose size must be below 2⁵¹.
  @inlinable
  public var wholePart: Self {
    // Beyond 2⁵² a number has no bits for a fraction, so that addition rounds to the nearest whole number.
    let shift = Self(0x1.8p52)
    let nearest = (self + shift) - shift
    return nearest - Self.choose(self .< nearest, Self(1), else: Self(0))
  }

  /// Sine and cosine of angles in radians, to within 10⁻¹⁵ up to a million; beyond that they lose digits.
  ///
  /// The angle is brought to within π/4 of a multiple of π/2, of which 33 bits at a time are taken off, and there
  /// both are polynomials.
  ///
  /// - SeeAlso: Cody & Waite (1980), *Software manual for the elementary functions*, for the first step; the
  ///   coefficients are those of Sun Microsystems' FDLIBM (1993).
  @inlinable
  public var sineAndCosine: (sine: Self, cosine: Self) {
    let shift = Self(0x1.8p52)
    let shifted = self * Self(0x1.45F306DC9C883p-1) + shift
    let quarters = shifted - shift
    let rest =
      ((self - quarters * Self(0x1.921FB544p0)) - quarters * Self(0x1.0B4611A6p-34))
      - quarters * Self(0x1.3198A2E037073p-69)
    let square = rest * rest
    let sine =
      rest + rest * square
      * Self.polynomial(
        in: square, -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
        2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10)
    let cosine =
      (Self(1) - Self(0.5) * square) + square * square
      * Self.polynomial(
        in: square, 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
        -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11)
    // The lowest bits of the shifted number are those of the whole number of quarters.
    let quadrant = shifted.bits
    let isOdd = Self.bits(0) &- (quadrant & Self.bits(1))
    let sineSign = (quadrant & Self.bits(2)) &<< Self.bits(62)
    let cosineSign = ((quadrant &+ Self.bits(1)) & Self.bits(2)) &<< Self.bits(62)
    return (
      Self(bits: Self.choose(isOdd, cosine, else: sine).bits ^ sineSign),
      Self(bits: Self.choose(isOdd, sine, else: cosine).bits ^ cosineSign)
    )
  }

  /// A polynomial of degree 5, term by term in pairs: each addition waits for few others.
  @inlinable
  static func polynomial(
    in square: Self, _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double
  ) -> Self {
    let fourth = square * square
    let low = Self(c0) + square * Self(c1)
    let middle = Self(c2) + square * Self(c3)
    let high = Self(c4) + square * Self(c5)
    return (low + fourth * middle) + (fourth * fourth) * high
  }

  /// The angles less whole turns, from −π to π.
  @inlinable
  public var angleWithinHalfTurn: Self {
    let turn = Self(2 * Double.pi)
    let raised = self + Self(Double.pi)
    return (raised - turn * (raised / turn).wholePart) - Self(Double.pi)
  }
}
