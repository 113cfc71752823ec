import CKernels
import Foundation
import Testing

@Suite("Products of matrices")
struct ProductTests {
  /// Every instruction set this processor has, each of which has its own code.
  static let instructionSets = [
    assay_instructions_portable, assay_instructions_avx2, assay_instructions_avx512,
  ].filter { set in
    var (product, c, scratch): (assay_product, Float, Float) = (assay_product(), 0, 0)
    return assay_multiply_with(Int32(set.rawValue), &product, [0], [0], nil, &c, &scratch)
  }

  /// Rows, depth, columns: around the widths of vectors, tiles and blocks; narrow, shallow, deep; single numbers.
  static let shapes: [(Int, Int, Int)] =
    [
      (1, 1, 1), (1, 64, 64), (1, 65, 2), (2, 3, 4), (3, 5, 257), (4, 64, 64), (5, 257, 3), (6, 6, 6),
      (7, 17, 65), (8, 64, 1), (13, 2, 31), (14, 16, 32), (15, 33, 33), (16, 16, 16), (17, 24, 35),
      (28, 7, 48),
      (29, 40, 1), (31, 31, 2), (33, 64, 6), (40, 3, 39), (64, 4, 9), (65, 1, 17), (65, 12, 15), (257, 1, 3),
      (5, 769, 18), (20, 400, 5), (2, 2, 530), (230, 2, 517),
    ] + (1...40).map { size in (size, 41 - size, (size * 7) % 40 + 1) }

  /// A product with its operands, all in memory of its own, and with room around the result that must stay as it is.
  struct Case {
    var product: assay_product
    var a: [Float]
    var b: [Float]
    var bias: [Float]?
    var before: [Float]

    init(
      rows: Int, depth: Int, columns: Int, transposeA: Bool = false, transposeB: Bool = false,
      accumulate: Bool = false, activation: assay_activation = assay_activation_none, hasBias: Bool = false,
      gap: Int = 3, seed: UInt64 = 1
    ) {
      product = assay_product()
      product.rows = Int64(rows)
      product.columns = Int64(columns)
      product.depth = Int64(depth)
      product.stride_a = Int64((transposeA ? rows : depth) + gap)
      product.stride_b = Int64((transposeB ? depth : columns) + gap)
      product.stride_c = Int64(columns + gap)
      product.transpose_a = transposeA
      product.transpose_b = transposeB
      product.accumulate = accumulate
      product.activation = Int32(activation.rawValue)
      var source = Numbers(seed: seed)
      a = source.next(Int(product.stride_a) * (transposeA ? depth : rows))
      b = source.next(Int(product.stride_b) * (transposeB ? columns : depth))
      bias = hasBias ? source.next(columns) : nil
      before = source.next(Int(product.stride_c) * rows)
    }

    /// The array c afterwards. Checks that nothing outside the result and the scratch space was written.
    func run(_ set: assay_instructions = assay_instructions_best, misalignment: Int = 0) -> [Float] {
      var product = product
      let guardValue: Float = -12345
      let scratchCount = Int(assay_product_scratch(&product))
      let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: (scratchCount + 16) * MemoryLayout<Float>.stride, alignment: 64
      ).bindMemory(to: Float.self)
      defer { scratch.deallocate() }
      // What is read before it was written shows.
      scratch.update(repeating: .nan)
      for index in scratchCount..<scratchCount + 16 { scratch[index] = guardValue }
      let shift = [Float](repeating: 0, count: misalignment)
      var c = shift + before + [Float](repeating: guardValue, count: 16)
      let ran = (shift + a).withUnsafeBufferPointer { a in
        (shift + b).withUnsafeBufferPointer { b in
          (shift + (bias ?? [])).withUnsafeBufferPointer { bias in
            c.withUnsafeMutableBufferPointer { c in
              assay_multiply_with(
                Int32(set.rawValue), &product, a.baseAddress! + misalignment, b.baseAddress! + misalignment,
                self.bias == nil ? nil : bias.baseAddress! + misalignment, c.baseAddress! + misalignment,
                scratch.baseAddress!)
            }
          }
        }
      }
      #expect(ran)
      for index in scratchCount..<scratchCount + 16 where scratch[index] != guardValue {
        Issue.record("wrote scratch \(index - scratchCount) behind its end")
      }
      c.removeFirst(misalignment)
      for index in before.count..<before.count + 16 where c[index] != guardValue {
        Issue.record("wrote c \(index - before.count) behind its end")
      }
      return Array(c[..<before.count])
    }

    /// Σ a b in double precision for one number of the result, and Σ |a| |b|.
    func exact(_ row: Int, _ column: Int) -> (sum: Double, magnitude: Double) {
      var sum = 0.0
      var magnitude = 0.0
      let strideA = Int(product.stride_a)
      let strideB = Int(product.stride_b)
      for k in 0..<Int(product.depth) {
        let x = product.transpose_a ? a[k * strideA + row] : a[row * strideA + k]
        let y = product.transpose_b ? b[column * strideB + k] : b[k * strideB + column]
        sum += Double(x) * Double(y)
        magnitude += abs(Double(x) * Double(y))
      }
      return (sum, magnitude)
    }
  }

  @Test("every product is within the error of its sums", arguments: instructionSets.map(\.rawValue))
  func productsAreExact(set: UInt32) {
    for (shape, (rows, depth, columns)) in Self.shapes.enumerated() {
      for transposes in 0..<4 {
        let plain = Case(
          rows: rows, depth: depth, columns: columns, transposeA: transposes & 1 > 0,
          transposeB: transposes > 1,
          gap: shape % 3, seed: UInt64(shape))
        let stride = Int(plain.product.stride_c)
        let exact = (0..<rows * columns).map { plain.exact($0 / columns, $0 % columns) }
        // Higham, Accuracy and Stability of Numerical Algorithms (2002), §3.1: γₙ = n u / (1 − n u) bounds the error of
        // a sum of products in any order. Two more for the bias or for what c held.
        let rounding = Double(depth + 2) * 0x1p-24
        let gamma = rounding / (1 - rounding)
        for finish in 0..<5 {
          var this = plain
          this.product.accumulate = finish == 1
          this.product.activation = [0, 0, 0, 1, 2][finish]
          var source = Numbers(seed: 7)
          this.bias = finish > 1 ? source.next(columns) : nil
          let c = this.run(assay_instructions(set))
          var worst = 0.0
          for (index, value) in exact.enumerated() {
            let place = index / columns * stride + index % columns
            let added = Double(finish == 1 ? this.before[place] : this.bias?[index % columns] ?? 0)
            let sum = value.sum + added
            let expected = finish == 3 ? max(0, sum) : finish == 4 ? tanh(sum) : sum
            let bound =
              gamma * (value.magnitude + abs(added)) + (finish == 4 ? 2e-7 * abs(expected) : 0) + 1e-30
            worst = max(worst, abs(Double(c[place]) - expected) / bound)
          }
          #expect(
            worst <= 1,
            "\(rows) × \(depth) × \(columns), transposes \(transposes), finish \(finish): \(worst) of the bound"
          )
          let gaps = c.indices.filter { $0 % stride >= columns }
          #expect(gaps.allSatisfy { c[$0] == this.before[$0] }, "numbers between c's rows were written")
        }
      }
    }
  }

  @Test(
    "operands far apart in memory, which are packed, give the same bits",
    arguments: instructionSets.map(\.rawValue))
  func packingDoesNotMatter(set: UInt32) {
    // Beyond one block of rows (224), of depth (256) and of columns (512), with remainders; the strides of a gap of
    // 1024 make both operands be packed.
    for (rows, depth, columns) in [(97, 5, 131), (227, 3, 128), (96, 258, 129), (98, 2, 515)] {
      for transposes in 0..<4 {
        func run(gap: Int) -> [Float] {
          let this = Case(
            rows: rows, depth: depth, columns: columns, transposeA: transposes & 1 > 0,
            transposeB: transposes > 1,
            activation: assay_activation_relu, hasBias: true, gap: 0)
          var far = this
          far.product.stride_a += Int64(gap)
          far.product.stride_b += Int64(gap)
          far.a = spread(this.a, lines: transposes & 1 > 0 ? depth : rows, gap: gap)
          far.b = spread(this.b, lines: transposes > 1 ? columns : depth, gap: gap)
          return far.run(assay_instructions(set))
        }
        #expect(run(gap: 1024) == run(gap: 0), "\(rows) × \(depth) × \(columns), transposes \(transposes)")
      }
    }
    func spread(_ numbers: [Float], lines: Int, gap: Int) -> [Float] {
      let length = numbers.count / lines
      return (0..<lines).flatMap { line in
        Array(numbers[line * length..<(line + 1) * length]) + [Float](repeating: .nan, count: gap)
      }
    }
  }

  @Test("the same numbers elsewhere in memory give the same bits", arguments: instructionSets.map(\.rawValue))
  func alignmentDoesNotMatter(set: UInt32) {
    for (rows, depth, columns) in [(9, 33, 40), (20, 64, 2), (3, 40, 70), (1, 64, 64)] {
      for transposes in 0..<4 {
        let this = Case(
          rows: rows, depth: depth, columns: columns, transposeA: transposes & 1 > 0,
          transposeB: transposes > 1,
          activation: assay_activation_tanh, hasBias: true)
        let first = this.run(assay_instructions(set)).map(\.bitPattern)
        for misalignment in [1, 3] {
          #expect(this.run(assay_instructions(set), misalignment: misalignment).map(\.bitPattern) == first)
        }
      }
    }
  }

  @Test("a row's result does not depend on the rows beside it", arguments: instructionSets.map(\.rawValue))
  func rowsAreIndependent(set: UInt32) {
    for (depth, columns) in [(4, 64), (64, 64), (64, 6), (64, 2), (64, 1), (65, 17), (400, 33)] {
      let together = Case(rows: 37, depth: depth, columns: columns, hasBias: true, gap: 0)
      let c = together.run(assay_instructions(set))
      for row in [0, 20, 36] {
        var alone = together
        alone.product.rows = 1
        alone.a = Array(together.a[row * depth..<(row + 1) * depth])
        alone.before = Array(together.before[..<columns])
        #expect(
          alone.run(assay_instructions(set)) == Array(c[row * columns..<(row + 1) * columns]),
          "row \(row) of depth \(depth), columns \(columns)")
      }
    }
  }

  @Test(
    "a NaN or an infinity reaches exactly its row and its column", arguments: instructionSets.map(\.rawValue))
  func nonFiniteNumbersPropagate(set: UInt32) {
    for (rows, depth, columns) in [(9, 33, 40), (20, 64, 2), (3, 40, 70), (33, 5, 1)] {
      for transposes in 0..<4 {
        for activation in [assay_activation_none, assay_activation_relu, assay_activation_tanh] {
          var this = Case(
            rows: rows, depth: depth, columns: columns, transposeA: transposes & 1 > 0,
            transposeB: transposes > 1,
            activation: activation, gap: 0)
          this.a[this.product.transpose_a ? 2 * rows + 1 : 1 * depth + 2] = .nan
          let c = this.run(assay_instructions(set))
          for index in c.indices { #expect(c[index].isNaN == (index / columns == 1)) }
          this = Case(
            rows: rows, depth: depth, columns: columns, transposeA: transposes & 1 > 0,
            transposeB: transposes > 1,
            activation: activation, gap: 0)
          this.b[this.product.transpose_b ? 3 : 3 * columns] = .infinity
          let d = this.run(assay_instructions(set))
          for index in d.indices {
            let (row, column) = (index / columns, index % columns)
            guard column == 0 else {
              #expect(d[index].isFinite)
              continue
            }
            let factor = this.product.transpose_a ? this.a[3 * rows + row] : this.a[row * depth + 3]
            let expected: Float =
              switch activation {
              case assay_activation_relu: factor > 0 ? .infinity : 0
              case assay_activation_tanh: factor > 0 ? 1 : -1
              default: factor > 0 ? .infinity : -.infinity
              }
            #expect(d[index] == expected)
          }
        }
      }
    }
  }

  @Test("without depth the result is the bias, activated, or what was there", arguments: [false, true])
  func emptyDepth(hasBias: Bool) {
    for set in Self.instructionSets {
      for columns in [1, 2, 33] {
        let this = Case(
          rows: 5, depth: 0, columns: columns, activation: assay_activation_relu, hasBias: hasBias, gap: 0)
        let row = this.bias?.map { max(0, $0) } ?? [Float](repeating: 0, count: columns)
        #expect(this.run(set) == Array([[Float]](repeating: row, count: 5).joined()))
        let added = Case(rows: 5, depth: 0, columns: columns, accumulate: true)
        #expect(added.run(set) == added.before)
      }
    }
  }

  @Test("without rows or columns nothing is written")
  func emptyResults() {
    for set in Self.instructionSets {
      #expect(Case(rows: 0, depth: 3, columns: 5).run(set).isEmpty)
      let narrow = Case(rows: 4, depth: 3, columns: 0)
      #expect(narrow.run(set) == narrow.before)
    }
  }

  @Test("tanh has a relative error below 2·10⁻⁷", arguments: instructionSets.map(\.rawValue))
  func tanhIsAccurate(set: UInt32) {
    // Every hundredth from −12 to 12, around the seam at 0.6 more closely, and powers of two down to the smallest.
    let inputs =
      (-1200...1200).map { Float($0) / 100 } + (0...200).map { 0.599 + Float($0) * 0x1p-16 }
      + (-126 ... -1).map { Float(sign: .plus, exponent: $0, significand: 1.25) } + [88, 1000, .infinity]
    var this = Case(rows: inputs.count, depth: 1, columns: 1, activation: assay_activation_tanh, gap: 0)
    this.a = inputs
    this.b = [1]
    let c = this.run(assay_instructions(set))
    for (input, output) in zip(inputs, c) {
      let expected = tanh(Double(input))
      #expect(abs(Double(output) - expected) <= 2e-7 * abs(expected), "tanh \(input) = \(output)")
    }
  }
}

/// Numbers in −1 ..< 1 of 24 bits (Steele, Lea & Flood 2014, SplitMix64), none of them 0.
private struct Numbers {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      bits ^= bits >> 31
      let number = Float(Int64(bits >> 40) - (1 << 23)) * 0x1p-23
      return number == 0 ? 0.5 : number
    }
  }
}
