import CKernels
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
  /// A node's edges, as the kernels take them.
  @inlinable
  func edgeRows(of node: Int) -> assay_edges {
    let first = Int(nodeColumn[node].firstEdge)
    return assay_edges(
      count: Int32(nodeColumn[node].edgeCount), own_value: nodeColumn[node].value,
      visits: visitColumn + first,
      values: valueColumn + first, logits: logitColumn + first, priors: priorColumn + first)
  }

  /// Writes down, where the next edges will be, the actions that can be taken, with π and ln π up to a constant.
  ///
  /// - Parameters:
  ///   - row: ln π up to a constant, −∞ for what cannot be done.
  ///   - count: how many actions there are.
  /// - Returns: how many can be taken, and which of them is the likeliest; −1 where a number is neither finite nor −∞.
  @usableFromInline
  func placePriors(of row: UnsafeMutablePointer<Float>, count: Int) -> (count: Int, likeliest: Int) {
    let (logits, priors) = (logitColumn + usedEdges, priorColumn + usedEdges)
    let likeliest = assay_place_priors(Int32(truncatingIfNeeded: count), row, logits, priors)
    if likeliest < 0 { return placeSomePriors(of: row, count: count) }
    var index = 0
    while index < count {
      let places = SIMD4<UInt16>(0, 1, 2, 3) &+ UInt16(truncatingIfNeeded: index)
      UnsafeMutableRawPointer(actionColumn + usedEdges + index)
        .storeBytes(of: places, as: SIMD4<UInt16>.self)
      index &+= 4
    }
    return (count, Int(likeliest))
  }

  /// The same where not all actions can be taken.
  private func placeSomePriors(
    of row: UnsafeMutablePointer<Float>, count: Int
  ) -> (count: Int, likeliest: Int) {
    let logits = logitColumn + usedEdges
    let actions = actionColumn + usedEdges
    var placed = 0
    for action in 0..<count {
      let logit = row[action]
      if logit > -.infinity {
        logits[placed] = logit
        actions[placed] = UInt16(truncatingIfNeeded: action)
        placed &+= 1
      } else if logit != -.infinity {
        return (-1, -1)
      }
    }
    guard placed > 0 else { return (0, -1) }
    // Where a number is not finite now, it is +∞.
    let likeliest = assay_place_priors(Int32(placed), logits, logits, priorColumn + usedEdges)
    return (likeliest < 0 ? -1 : placed, Int(likeliest))
  }
}
