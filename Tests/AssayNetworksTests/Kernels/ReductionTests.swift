import Assay
import CKernels
import Foundation
import Testing

private func reduce(
  _ reduction: assay_reduction, _ input: [Float], outer: Int, reduced: Int, inner: Int, scale: Float = 1
) -> [Float] {
  var output = [Float](repeating: -12345, count: outer * inner + 20)
  assay_reduce(
    Int32(reduction.rawValue), Int64(outer), Int64(reduced), Int64(inner), scale, input, &output)
  #expect(output[(outer * inner)...].allSatisfy { $0 == -12345 })
  return Array(output[..<(outer * inner)])
}

private func softmax(_ input: [Float], rows: Int, columns: Int, logarithm: Bool = false) -> [Float] {
  var output = [Float](repeating: -12345, count: rows * columns + 20)
  assay_softmax(Int64(rows), Int64(columns), logarithm, input, &output)
  #expect(output[(rows * columns)...].allSatisfy { $0 == -12345 })
  return Array(output[..<(rows * columns)])
}

@Suite struct ReductionTests {
  static let shapes = [
    (1, 1, 1), (1, 7, 1), (5, 6, 1), (3, 16, 1), (4, 18, 1), (2, 100, 1), (1, 64, 64), (1, 3, 2), (1, 70, 6),
    (1, 200, 17), (3, 5, 7), (2, 65, 33), (1, 130, 130), (2, 3, 64), (1, 5000, 1), (1, 300, 20), (0, 4, 3),
    (1, 67, 300),
  ]

  @Test(arguments: shapes)
  func `sums agree with sums in double precision`(outer: Int, reduced: Int, inner: Int) {
    var random = RandomStream(seed: 1)
    let input = (0..<outer * reduced * inner).map { _ in Float(random.normal()) }
    let sums = reduce(assay_reduction_sum, input, outer: outer, reduced: reduced, inner: inner, scale: 0.5)
    for o in 0..<outer {
      for i in 0..<inner {
        let numbers = (0..<reduced).map { Double(input[(o * reduced + $0) * inner + i]) }
        let exact = 0.5 * numbers.reduce(0, +)
        // At most 64 additions and some more in a row, each with an error of half an ulp of a partial sum.
        let bound = 0.5 * numbers.reduce(0) { $0 + abs($1) } * 70 * 0x1p-24
        #expect(abs(Double(sums[o * inner + i]) - exact) <= bound)
      }
    }
  }

  @Test(arguments: shapes)
  func `extremes are exact`(outer: Int, reduced: Int, inner: Int) {
    var random = RandomStream(seed: 2)
    let input = (0..<outer * reduced * inner).map { _ in Float(random.normal()) - 3 }
    let largest = reduce(assay_reduction_maximum, input, outer: outer, reduced: reduced, inner: inner)
    let smallest = reduce(assay_reduction_minimum, input, outer: outer, reduced: reduced, inner: inner)
    for o in 0..<outer {
      for i in 0..<inner {
        let numbers = (0..<reduced).map { input[(o * reduced + $0) * inner + i] }
        #expect(largest[o * inner + i] == numbers.max())
        #expect(smallest[o * inner + i] == numbers.min())
      }
    }
  }

  @Test(arguments: [(1, 40, 1), (1, 7, 1), (1, 9, 20), (1, 5, 3)])
  func `an extreme is NaN where any number is`(outer: Int, reduced: Int, inner: Int) {
    for place in 0..<reduced {
      var input = [Float](repeating: 1, count: reduced * inner)
      input[place * inner] = .nan
      for reduction in [assay_reduction_maximum, assay_reduction_minimum, assay_reduction_sum] {
        let results = reduce(reduction, input, outer: 1, reduced: reduced, inner: inner)
        #expect(results[0].isNaN)
        #expect(results.dropFirst().allSatisfy { !$0.isNaN })
      }
    }
  }

  @Test func `a million ones with as many tiny numbers are summed without loss`() {
    // Added one after the other to a million, numbers of 1/64 would be lost; these sums are floats.
    let ones = [Float](repeating: 1, count: 1_000_000)
    let input = ones + [Float](repeating: 0.015625, count: 1_000_000)
    #expect(reduce(assay_reduction_sum, input, outer: 1, reduced: 2_000_000, inner: 1) == [1_015_625])
    #expect(
      reduce(assay_reduction_sum, input, outer: 1, reduced: 1_000_000, inner: 2) == [507_812.5, 507_812.5])
    // 2²⁴ + 1000: a running single-precision sum stays at 2²⁴.
    let large = [Float](repeating: 16, count: 1 << 20) + [Float](repeating: 1, count: 1000)
    #expect(reduce(assay_reduction_sum, large, outer: 1, reduced: large.count, inner: 1) == [16_778_216])
  }

  @Test(arguments: [1, 2, 20])
  func `rounding errors do not grow with the length of a sum`(inner: Int) {
    // A power of two times a float is a float: the exact sum. A tenth is rounded at each addition, in the same
    // direction for as long as the sum stays between two powers of two.
    let input = [Float](repeating: 0.1, count: (1 << 18) * inner)
    let exact = 0.1 * Float(1 << 18)
    // At most 70 roundings in a row; mostly they are far from being all the worst.
    for sum in reduce(assay_reduction_sum, input, outer: 1, reduced: 1 << 18, inner: inner) {
      #expect(abs(sum - exact) <= 1e-6 * exact)
    }
  }

  @Test func `a row's sum does not depend on the other rows`() {
    let input = (0..<40 * 21).map { Float($0 % 17) * 0.37 - 2 }
    let together = reduce(assay_reduction_sum, input, outer: 40, reduced: 21, inner: 1)
    for row in 0..<40 {
      let alone = reduce(
        assay_reduction_sum, Array(input[row * 21..<(row + 1) * 21]), outer: 1, reduced: 21, inner: 1)
      #expect(alone == [together[row]])
    }
  }

  // MARK: Softmax

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 31, 32, 33, 64, 100])
  func `softmax and its logarithm agree with double precision`(columns: Int) {
    var random = RandomStream(seed: 3)
    for rows in [1, 2, 5, 17] {
      let input = (0..<rows * columns).map { _ in Float(random.normal(deviation: 4)) + 50 }
      let found = softmax(input, rows: rows, columns: columns)
      let logarithms = softmax(input, rows: rows, columns: columns, logarithm: true)
      for r in 0..<rows {
        let row = input[r * columns..<(r + 1) * columns].map(Double.init)
        let total = row.reduce(0) { $0 + exp($1 - 50) }
        for c in 0..<columns {
          let exact = exp(row[c] - 50) / total
          // Rounding of x − max is half an ulp of at most 32, and so an error of up to 1e-6 of the result.
          #expect(abs(Double(found[r * columns + c]) - exact) <= 2e-6 * exact)
          #expect(abs(Double(logarithms[r * columns + c]) - log(exact)) <= 4e-6)
        }
      }
    }
  }

  @Test(arguments: [2, 3, 6, 16, 18, 40])
  func `softmax is stable, takes masks, and shows NaN`(columns: Int) {
    // Rows: huge, masked but for two, all masked, with NaN, with +∞, very far apart.
    var input = [Float](repeating: 3e38, count: columns)
    input += [1, 1] + [Float](repeating: -.infinity, count: columns - 2)
    input += [Float](repeating: -.infinity, count: columns)
    input += [.nan] + [Float](repeating: 0, count: columns - 1)
    input += [.infinity] + [Float](repeating: 0, count: columns - 1)
    input += [0] + [Float](repeating: -1000, count: columns - 1)
    let found = softmax(input, rows: 6, columns: columns)
    let rows = (0..<6).map { Array(found[$0 * columns..<($0 + 1) * columns]) }
    #expect(rows[0].allSatisfy { abs($0 - 1 / Float(columns)) < 1e-6 })
    #expect(rows[1] == [0.5, 0.5] + [Float](repeating: 0, count: columns - 2))
    #expect((rows[2] + rows[3] + rows[4]).allSatisfy { $0.isNaN })
    #expect(rows[5] == [1] + [Float](repeating: 0, count: columns - 1))
    let logarithms = softmax(input, rows: 6, columns: columns, logarithm: true)
    #expect(logarithms[columns + 2..<2 * columns].allSatisfy { $0 == -.infinity })
    #expect(logarithms[2 * columns..<5 * columns].allSatisfy { $0.isNaN })
    #expect(logarithms[5 * columns + 1] == -1000)
  }

  @Test func `softmax works in place, and a row does not depend on its place`() {
    for columns in [2, 5, 12, 18] {
      let input = (0..<23 * columns).map { Float(($0 * 7) % 13) * 0.31 }
      for logarithm in [false, true] {
        let found = softmax(input, rows: 23, columns: columns, logarithm: logarithm)
        var inPlace = input
        inPlace.withUnsafeMutableBufferPointer {
          assay_softmax(23, Int64(columns), logarithm, $0.baseAddress, $0.baseAddress)
        }
        #expect(inPlace == found)
        for r in 0..<23 {
          let range = r * columns..<(r + 1) * columns
          let alone = softmax(Array(input[range]), rows: 1, columns: columns, logarithm: logarithm)
          #expect(alone == Array(found[range]))
        }
      }
    }
  }

  // MARK: Indices

  @Test(arguments: [1, 2, 6, 16, 17, 40])
  func `the first largest number's column is found, and NaN counts as the largest`(columns: Int) {
    var random = RandomStream(seed: 4)
    let rows = 30
    // Few different numbers, so that there are ties; both zeros are the same.
    let values: [Float] = [-.infinity, -2, -0.0, 0, 1, 1.5]
    let input = (0..<rows * columns).map { _ in values[random.integer(below: 6)] }
    var index = [Int32](repeating: -1, count: rows)
    assay_argument_of_maximum(Int64(rows), Int64(columns), input, &index)
    for r in 0..<rows {
      let row = Array(input[r * columns..<(r + 1) * columns])
      #expect(Int(index[r]) == row.firstIndex(of: row.max()!))
    }
    var withNaN = [Float](repeating: .infinity, count: columns)
    withNaN[columns / 2] = -.nan
    assay_argument_of_maximum(1, Int64(columns), withNaN, &index)
    #expect(Int(index[0]) == columns / 2)
  }

  @Test func `rows are gathered, added back and marked by index`() {
    for columns in [1, 3, 16, 21] {
      let table = (0..<5 * columns).map(Float.init)
      let index: [Int32] = [4, 0, 4, 2]
      var gathered = [Float](repeating: -1, count: 4 * columns)
      assay_gather_rows(4, Int64(columns), table, index, &gathered)
      #expect(gathered == index.flatMap { table[Int($0) * columns..<(Int($0) + 1) * columns] })
      var sums = [Float](repeating: 1, count: 5 * columns)
      assay_scatter_add_rows(4, Int64(columns), gathered, index, &sums)
      let expected = (0..<5 * columns).map { 1 + table[$0] * [1, 0, 1, 0, 2][$0 / columns] }
      #expect(sums == expected)
    }
    var marks = [Float](repeating: 7, count: 6)
    assay_one_hot(2, 3, [2, 0], &marks)
    #expect(marks == [0, 0, 1, 1, 0, 0])
  }

  @Test func `the first number that is not finite and the first index out of range are found`() {
    for count in [1, 15, 16, 64, 130] {
      var numbers = [Float](repeating: .greatestFiniteMagnitude, count: count)
      var index = [Int32](repeating: 4, count: count)
      #expect(assay_first_not_finite(Int64(count), numbers) == -1)
      #expect(assay_first_outside(Int64(count), index, 5) == -1)
      for place in stride(from: count - 1, through: 0, by: -3) {
        numbers[place] = [.nan, .infinity, -.infinity][place % 3]
        index[place] = [5, -1, .max][place % 3]
        #expect(assay_first_not_finite(Int64(count), numbers) == place)
        #expect(assay_first_outside(Int64(count), index, 5) == place)
      }
    }
  }

  // MARK: Copies

  @Test(arguments: [
    ([3], [2]), ([4, 5], [5, 1]), ([4, 5], [1, 4]), ([4, 20], [25, 1]), ([2, 3, 4], [1, 2, 6]),
    ([7, 1, 3], [3, 9, 1]),
    ([2, 3, 4, 5], [100, 5, 20, 1]), ([2, 2, 2, 2, 2, 3], [48, 1, 6, 2, 24, 96]), ([3, 4], [0, 1]),
    ([3, 4], [1, 0]),
    ([], []), ([3, 0, 2], [2, 2, 1]),
  ])
  func `blocks are copied from strides and back`(extents: [Int64], strides: [Int64]) {
    let count = Int(extents.reduce(1, *))
    // Where each number of the dense block lies, in the order of the block.
    var places = [0]
    for (extent, stride) in zip(extents, strides) {
      places = places.flatMap { place in (0..<Int(extent)).map { place + $0 * Int(stride) } }
    }
    let length = (places.max() ?? 0) + 1
    let source = (0..<length).map { Float($0 * 3 + 1) }
    var dense = [Float](repeating: -1, count: count + 3)
    assay_copy_strided(Int32(extents.count), extents, strides, source, &dense)
    #expect(dense == places.map { source[$0] } + [-1, -1, -1])

    let block = (0..<count).map { Float($0) + 0.5 }
    var sums = source
    assay_place_strided(Int32(extents.count), extents, strides, block, &sums, true)
    var expected = source
    for (place, number) in zip(places, block) { expected[place] += number }
    #expect(sums == expected)
    var placed = source
    assay_place_strided(Int32(extents.count), extents, strides, block, &placed, false)
    expected = source
    for (place, number) in zip(places, block) { expected[place] = number }
    #expect(placed == expected)
  }
}
