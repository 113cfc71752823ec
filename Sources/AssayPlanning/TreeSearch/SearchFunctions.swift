import Foundation

// Searches take logarithms and exponentials by the million, of few numbers at a time, inside code that is specialised for
// its problem. Here they are as plain arithmetic that goes inline and works on vectors.

/// ln x, by the name that code without Foundation can call.
@usableFromInline
func doubleLogarithm(_ x: Double) -> Double { log(x) }

/// eˣ, by the name that code without Foundation can call.
@usableFromInline
func naturalExponential(_ x: Double) -> Double { exp(x) }

/// ln n of a positive count, to within 2 units in the last place of a `Float`.
///
/// With n = 2ᵉ m and m from √½ to √2, ln m = 2 artanh s with s = (m − 1)/(m + 1): its series up to s¹¹ leaves less than
/// 10⁻¹⁰.
@inlinable
func naturalLogarithm(of count: Int32) -> Float {
  let bits = Double(count).bitPattern
  // Adding the difference of 1 and √½ to the bits carries mantissas above √2 into the exponent.
  let shifted = bits &+ (0x3FF0_0000_0000_0000 &- 0x3FE6_A09E_667F_3BCD)
  let exponent = Double(Int64(truncatingIfNeeded: shifted &>> 52) &- 1023)
  let mantissa = Double(bitPattern: (shifted & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD)
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var series = 1.0 / 11
  series = series * square + 1.0 / 9
  series = series * square + 1.0 / 7
  series = series * square + 1.0 / 5
  series = series * square + 1.0 / 3
  series = series * square + 1
  return Float(exponent * 0.693_147_180_559_945_3 + 2 * s * series)
}

/// eˣ of numbers that are not positive, to within 2 units in the last place; what would be below 2⁻¹²⁶ is 0.
///
/// x = k ln 2 + f with |f| ≤ ½ ln 2, and the Taylor polynomial of eᶠ up to f⁷, which leaves less than 6 · 10⁻⁹.
@inlinable
@inline(__always)
func exponential(_ x: SIMD4<Float>) -> SIMD4<Float> {
  let isTiny = x .< -87.3
  let x = x.replacing(with: -87.3, where: isTiny)
  // Adding 1.5 · 2²³ rounds to a whole number, which then is in the last bits.
  let shifted = x * 1.442_695_04 + 12_582_912
  let k = shifted - 12_582_912
  let f = (x - k * 0.693_359_375) + k * 2.121_944_4e-4
  var series = SIMD4<Float>(repeating: 1.0 / 5040)
  series = series * f + 1.0 / 720
  series = series * f + 1.0 / 120
  series = series * f + 1.0 / 24
  series = series * f + 1.0 / 6
  series = series * f + 0.5
  series = series * f + 1
  series = series * f + 1
  let bits = unsafeBitCast(shifted, to: SIMD4<Int32>.self) &- 0x4B40_0000
  let scale = unsafeBitCast((bits &+ 127) &<< 23, to: SIMD4<Float>.self)
  return (series * scale).replacing(with: 0, where: isTiny)
}

/// Of four numbers, the place of the largest; of several that are as large, the smallest place.
@inlinable
@inline(__always)
func indexOfLargest(_ numbers: SIMD4<Float>, places: SIMD4<Int32>) -> Int32 {
  // By exchanges and without branches: which is the largest cannot be guessed.
  var most = numbers.replacing(with: numbers.swapped, where: numbers.swapped .> numbers)
  let neighbours = SIMD4(most[1], most[0], most[3], most[2])
  most.replace(with: neighbours, where: neighbours .> most)
  let found = places.replacing(with: .max, where: numbers .!= most)
  let first = found[0] < found[1] ? found[0] : found[1]
  let second = found[2] < found[3] ? found[2] : found[3]
  return first < second ? first : second
}

/// The largest of four numbers, none of which is NaN.
@inlinable
@inline(__always)
func largest(of numbers: SIMD4<Float>) -> Float {
  let most = numbers.replacing(with: numbers.swapped, where: numbers.swapped .> numbers)
  return most[0] > most[1] ? most[0] : most[1]
}

/// The smallest of four numbers, none of which is NaN.
@inlinable
@inline(__always)
func smallest(of numbers: SIMD4<Float>) -> Float {
  let least = numbers.replacing(with: numbers.swapped, where: numbers.swapped .< numbers)
  return least[0] < least[1] ? least[0] : least[1]
}

extension SIMD4<Float> {
  /// The upper half, then the lower one.
  @inlinable @inline(__always) var swapped: SIMD4<Float> { SIMD4(self[2], self[3], self[0], self[1]) }

  /// Counts, which are not negative, as numbers.
  ///
  /// The conversion that the language has takes one number at a time. Here each half of the bits is put into a mantissa.
  @inlinable
  @inline(__always)
  init(counts: SIMD4<Int32>) {
    let low = unsafeBitCast((counts & 0xFFFF) | 0x4B00_0000, to: SIMD4<Float>.self) - 8_388_608
    let high = unsafeBitCast((counts &>> 16) | 0x4B00_0000, to: SIMD4<Float>.self) - 8_388_608
    self = high * 65_536 + low
  }
}

extension UnsafeMutablePointer<Float> {
  /// Four numbers from an index on.
  @inlinable
  subscript(four index: Int) -> SIMD4<Float> {
    get { UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Float>.self) }
    nonmutating set { UnsafeMutableRawPointer(self + index).storeBytes(of: newValue, as: SIMD4<Float>.self) }
  }
}

extension SearchTree {
  /// Writes down, where the next edges will be, the actions that can be taken, with π and ln π up to a constant.
  ///
  /// - Parameters:
  ///   - row: ln π up to a constant, −∞ for what cannot be done.
  ///   - count: how many actions there are.
  /// - Returns: how many can be taken; −1 where a number is neither finite nor −∞.
  @inlinable
  func placePriors(of row: UnsafeMutablePointer<Float>, count: Int) -> Int {
    let logits = logitColumn + usedEdges
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    // What is written number by number cannot be read as vectors at once; so where all can be taken, all is vectors.
    var most = SIMD4<Float>(repeating: -.infinity)
    var differences = SIMD4<Float>.zero
    var index = 0
    while index < count {
      let isThere = lanes .< Int32(truncatingIfNeeded: count &- index)
      let numbers = row[four: index].replacing(with: -.infinity, where: .!isThere)
      most.replace(with: numbers, where: numbers .> most)
      differences += (numbers - numbers).replacing(with: 0, where: .!isThere)
      logits[four: index] = numbers
      let places = SIMD4<UInt16>(0, 1, 2, 3) &+ UInt16(truncatingIfNeeded: index)
      UnsafeMutableRawPointer(actionColumn + usedEdges + index)
        .storeBytes(of: places, as: SIMD4<UInt16>.self)
      index &+= 4
    }
    // Of finite numbers, and of no others, the difference with themselves is 0.
    guard differences == .zero else { return placeSomePriors(of: row, count: count) }
    normalizePriors(count: count, largest: largest(of: most))
    return count
  }

  /// The same where not all actions can be taken.
  @usableFromInline
  func placeSomePriors(of row: UnsafeMutablePointer<Float>, count: Int) -> Int {
    let logits = logitColumn + usedEdges
    let actions = actionColumn + usedEdges
    var placed = 0
    var largest = -Float.infinity
    for action in 0..<count {
      let logit = row[action]
      if logit > -.infinity {
        logits[placed] = logit
        actions[placed] = UInt16(truncatingIfNeeded: action)
        placed &+= 1
        largest = logit > largest ? logit : largest
      } else if logit != -.infinity {
        return -1
      }
    }
    guard placed > 0 else { return 0 }
    guard largest < .infinity else { return -1 }
    normalizePriors(count: placed, largest: largest)
    return placed
  }

  /// Takes the largest from the next edges' logits, and writes their softmax.
  @inlinable
  @inline(__always)
  func normalizePriors(count: Int, largest: Float) {
    let logits = logitColumn + usedEdges
    let priors = priorColumn + usedEdges
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    var sums = SIMD4<Float>.zero
    var index = 0
    while index < count {
      let shifted = logits[four: index] - largest
      logits[four: index] = shifted
      let weights = exponential(shifted)
      priors[four: index] = weights
      sums += weights.replacing(with: 0, where: lanes .>= Int32(truncatingIfNeeded: count &- index))
      index &+= 4
    }
    let scale = 1 / ((sums[0] + sums[1]) + (sums[2] + sums[3]))
    index = 0
    while index < count {
      priors[four: index] *= scale
      index &+= 4
    }
  }

  /// The edge that the actor would most likely take at a node; of several, the first.
  @inlinable
  func likeliestEdge(of node: Int) -> Int {
    let first = Int(nodeColumn[node].firstEdge)
    let count = Int(nodeColumn[node].edgeCount)
    let logits = logitColumn + first
    let lanes = SIMD4<Int32>(0, 1, 2, 3)
    var best = SIMD4<Float>(repeating: -.infinity)
    var bestPlace = lanes
    var index = 0
    while index < count {
      let places = lanes &+ Int32(truncatingIfNeeded: index)
      let score = logits[four: index]
      let isBetter = (score .> best) .& (places .< Int32(truncatingIfNeeded: count))
      best.replace(with: score, where: isBetter)
      bestPlace.replace(with: places, where: isBetter)
      index &+= 4
    }
    return first &+ Int(indexOfLargest(best, places: bestPlace))
  }
}
