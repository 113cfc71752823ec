import Assay
import CKernels
import Foundation
import Testing

/// One step, written as `Step(assay_add, 2, 0, 1)`: register 2 becomes the sum of registers 0 and 1.
private func step(
  _ operation: assay_operation, _ target: UInt8, _ first: UInt8, _ second: UInt8 = 0, _ third: UInt8 = 0,
  constant: Float = 0
) -> assay_step {
  assay_step(
    operation: UInt8(operation.rawValue), target: target, first: first, second: second, third: third,
    constant: constant)
}

/// An array with the strides at which a loop reads it.
private struct Operand {
  var data: [Float]
  var strides: (outer: Int, row: Int, column: Int)
}

/// Runs a fused loop and gives one array for each result. Each output starts as `untouched`, with some more numbers
/// after it that the loop must leave alone.
private func run(
  _ steps: [assay_step], _ operands: [Operand], results: [UInt8], outer: Int, rows: Int, columns: Int
) -> [[Float]] {
  let count = outer * rows * columns
  let untouched: Float = -12345
  let memory = operands.map { operand in
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: operand.data.count)
    _ = copy.initialize(from: operand.data)
    return copy
  }
  let outputMemory = results.map { _ in
    let new = UnsafeMutableBufferPointer<Float>.allocate(capacity: count + 20)
    new.initialize(repeating: untouched)
    return new
  }
  defer { for memory in memory + outputMemory { memory.deallocate() } }
  let inputs = zip(operands, memory).map {
    assay_operand(
      data: $1.baseAddress, outer: Int64($0.strides.outer), row: Int64($0.strides.row),
      column: Int64($0.strides.column))
  }
  let outputs = outputMemory.map {
    assay_operand(data: $0.baseAddress, outer: Int64(rows * columns), row: Int64(columns), column: 1)
  }
  assay_run_elementwise(
    steps, Int32(steps.count), inputs, Int32(inputs.count), outputs, results, Int32(results.count),
    Int64(outer),
    Int64(rows), Int64(columns))
  #expect(outputMemory.allSatisfy { $0[count...].allSatisfy { $0 == untouched } })
  return outputMemory.map { Array($0[..<count]) }
}

private func run(_ operation: assay_operation, on inputs: [Float]..., constant: Float = 0) -> [Float] {
  let count = inputs[0].count
  return run(
    [step(operation, 5, 0, 1, 2, constant: constant)], inputs.map { Operand(data: $0, strides: (0, 0, 1)) },
    results: [5], outer: 1, rows: 1, columns: count)[0]
}

/// How many units in the last place a result is from an exact number; 0 if both are NaN or round to the same infinity.
private func error(of result: Float, from exact: Double) -> Double {
  if exact.isNaN || result.isNaN { return exact.isNaN && result.isNaN ? 0 : .infinity }
  let rounded = Float(exact)
  if result.isInfinite || rounded.isInfinite { return result == rounded ? 0 : .infinity }
  return abs(Double(result) - exact) / Double(max(rounded.magnitude.ulp, Float.leastNonzeroMagnitude))
}

/// About 20,000 floats of all magnitudes and signs, among them denormal ones, and the special ones.
private let allMagnitudes: [Float] =
  stride(from: UInt32(0), to: UInt32.max - 220_000, by: 214_813).map { Float(bitPattern: $0) }
  + [0, -0.0, 1, -1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
  + [
    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 88.722839, 88.72284, -87.4,
    -103.97,
  ]
  + [-103.98, 0.5, -0.5, 2, 10, 3.92, 1_048_576, 1_048_577, 3e38]

/// 10,000 evenly spaced floats where most arguments are.
private let usual: [Float] = (-5_000..<5_000).map { Float($0) * 0.0037 + 0.00051 }

@Suite struct ElementwiseTests {
  /// Functions with their double-precision counterparts, and bounds on their errors in units in the last place. Over
  /// every 67th float the largest errors were 2.5 at most; the bounds leave some room for processors without fused
  /// multiplication and addition.
  static let functions: [(assay_operation, bound: Double, @Sendable (Double) -> Double)] = [
    (assay_negate, 0, { -$0 }), (assay_absolute, 0, { abs($0) }), (assay_square_root, 0.5001, { sqrt($0) }),
    (assay_reciprocal, 0.5001, { 1 / $0 }), (assay_square, 0.5001, { $0 * $0 }),
    (assay_exponential, 2, { exp($0) }), (assay_exponential_minus_one, 3, { expm1($0) }),
    (assay_logarithm, 2, { log($0) }), (assay_logarithm_of_one_plus, 3, { log1p($0) }),
    (assay_sine, 2, { sin($0) }), (assay_cosine, 2, { cos($0) }), (assay_tanh, 4, { tanh($0) }),
    (assay_sigmoid, 4, { $0 >= 0 ? 1 / (1 + exp(-$0)) : exp($0) / (1 + exp($0)) }),
    (assay_softplus, 3, { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }),
    (assay_error_function, 3, { erf($0) }), (assay_floor, 0, { $0.rounded(.down) }),
  ]

  @Test(arguments: functions.indices)
  func `a function is within its bound of the double-precision one everywhere`(index: Int) {
    let (operation, bound, exact) = Self.functions[index]
    for numbers in [allMagnitudes, usual] {
      let results = run(operation, on: numbers)
      let errors = zip(numbers, results).map { error(of: $1, from: exact(Double($0))) }
      let worst = errors.indices.max { errors[$0] < errors[$1] }!
      #expect(errors[worst] <= bound, "at \(numbers[worst]): \(results[worst])")
    }
  }

  @Test(arguments: [
    assay_sine, assay_tanh, assay_exponential_minus_one, assay_logarithm_of_one_plus, assay_error_function,
    assay_square_root, assay_floor, assay_negate,
  ])
  func `odd functions and roots keep the sign of zero`(operation: assay_operation) {
    let results = run(operation, on: [0, -0.0])
    let expected: [FloatingPointSign] = operation == assay_negate ? [.minus, .plus] : [.plus, .minus]
    #expect(results == [0, 0])
    #expect(results.map(\.sign) == expected)
  }

  @Test func `steps, signs and comparisons are exact, and NaN goes through where it should`() {
    let x: [Float] = [-2, -0.0, 0, 0.5, .infinity, -.infinity, .nan]
    #expect(run(assay_sign, on: x).description == "[-1.0, 0.0, 0.0, 1.0, 1.0, -1.0, nan]")
    #expect(run(assay_step_function, on: x).description == "[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, nan]")
    #expect(run(assay_relu, on: x).description == "[0.0, 0.0, 0.0, 0.5, inf, 0.0, nan]")
    #expect(run(assay_scale, on: x, constant: 2).description == "[-4.0, -0.0, 0.0, 1.0, inf, -inf, nan]")
    #expect(run(assay_offset, on: x, constant: 1).description == "[-1.0, 1.0, 1.0, 1.5, inf, -inf, nan]")
    let y: [Float] = [1, 2, 2, .nan, 3]
    let z: [Float] = [2, 1, 2, 3, .nan]
    #expect(run(assay_maximum, on: y, z).description == "[2.0, 2.0, 2.0, nan, nan]")
    #expect(run(assay_minimum, on: y, z).description == "[1.0, 1.0, 2.0, nan, nan]")
    #expect(run(assay_greater, on: y, z) == [0, 1, 0, 0, 0])
    #expect(run(assay_equal, on: y, z) == [0, 0, 1, 0, 0])
    #expect(run(assay_add, on: y, z).description == "[3.0, 3.0, 4.0, nan, nan]")
    #expect(run(assay_subtract, on: y, z).description == "[-1.0, 1.0, 0.0, nan, nan]")
    #expect(run(assay_multiply_elements, on: y, z).description == "[2.0, 2.0, 4.0, nan, nan]")
    #expect(run(assay_divide, on: y, z).description == "[0.5, 2.0, 1.0, nan, nan]")
    #expect(run(assay_select, on: [0, -0.0, 1, .nan, -3], y, z).description == "[2.0, 1.0, 2.0, nan, 3.0]")
  }

  // MARK: Layout

  /// Ways an operand may lie in memory, given the loop's extents.
  private static func layouts(_ rows: Int, _ columns: Int) -> [(outer: Int, row: Int, column: Int)] {
    [
      (rows * columns, columns, 1), (0, 0, 0), (0, 0, 1), (rows, 1, 0), (0, columns, 1), (1, 0, 0), (0, 1, 0),
      (columns, 0, 1), (rows * (columns + 3), columns + 3, 1), (1, 2, 0),
    ]
  }

  @Test(arguments: [
    (1, 1, 1), (1, 1, 7), (1, 16, 1), (1, 64, 2), (1, 33, 3), (3, 5, 6), (2, 1, 40), (2, 40, 17), (1, 3, 600),
    (2, 3, 256), (700, 1, 1), (1, 700, 1), (5, 1, 1), (40, 17, 2), (1, 2, 513), (3, 171, 3),
  ])
  func `an operand may be dense or repeated along any axis`(outer: Int, rows: Int, columns: Int) {
    for layout in Self.layouts(rows, columns) {
      let length =
        1 + (outer - 1) * layout.outer + (rows - 1) * layout.row + (columns - 1) * layout.column
      let data = (0..<length).map { Float($0) }
      let dense = (0..<outer * rows * columns).map { Float($0) * 1024 }
      let operands = [
        Operand(data: data, strides: layout), Operand(data: dense, strides: (rows * columns, columns, 1)),
      ]
      let result = run(
        [step(assay_add, 2, 0, 1)], operands, results: [2], outer: outer, rows: rows, columns: columns)[0]
      var expected: [Float] = []
      for o in 0..<outer {
        for r in 0..<rows {
          for c in 0..<columns {
            expected.append(Float(o * layout.outer + r * layout.row + c * layout.column))
          }
        }
      }
      #expect(result == zip(expected, dense).map { $0 + $1 }, "\(layout)")
    }
  }

  @Test func `a number gives the same bits wherever it lies in an array`() {
    let numbers = (0..<600).map { Float($0) * 0.013 - 4 }
    let steps = [
      step(assay_tanh, 1, 0), step(assay_exponential, 2, 0), step(assay_multiply_elements, 1, 1, 2),
      step(assay_logarithm_of_one_plus, 2, 2), step(assay_sine, 3, 0), step(assay_divide, 1, 1, 2),
      step(assay_add, 1, 1, 3),
    ]
    func results(_ part: ArraySlice<Float>) -> [Float] {
      run(
        steps, [Operand(data: Array(part), strides: (0, 0, 1))], results: [1], outer: 1, rows: 1,
        columns: part.count)[0]
    }
    let all = results(numbers[...])
    for count in Array(1...40) + [511, 512, 513, 528] {
      for start in [0, 1, 37] {
        #expect(results(numbers[start..<start + count]) == Array(all[start..<start + count]))
      }
    }
  }

  @Test func `an output may be the array of a dense input, also of one that is read again later`() {
    for count in [5, 16, 512, 513, 1100] {
      var numbers = (0..<count).map { Float($0) * 0.25 - 3 }
      var others = numbers.map { $0 * $0 }
      let before = numbers
      // x ← relu(x − y), y ← x + |x| with the old x: the first result is ready before the second reads x.
      let steps = [
        step(assay_subtract, 2, 0, 1), step(assay_relu, 2, 2), step(assay_absolute, 3, 0),
        step(assay_add, 3, 0, 3),
      ]
      numbers.withUnsafeMutableBufferPointer { x in
        others.withUnsafeMutableBufferPointer { y in
          let arrays = [x.baseAddress, y.baseAddress].map {
            assay_operand(data: $0, outer: 0, row: 0, column: 1)
          }
          assay_run_elementwise(steps, 4, arrays, 2, arrays, [2, 3], 2, 1, 1, Int64(count))
        }
      }
      #expect(numbers == before.map { max($0 - $0 * $0, 0) })
      #expect(others == before.map { $0 + abs($0) })
    }
  }

  @Test func `arrays may be swapped in place, inputs stored as they are, and results stored twice`() {
    var x = (0..<50).map { Float($0) }
    var y = (0..<50).map { Float($0) * 10 }
    let (oldX, oldY) = (x, y)
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        let arrays = [x.baseAddress, y.baseAddress].map {
          assay_operand(data: $0, outer: 0, row: 0, column: 1)
        }
        let steps = [step(assay_offset, 2, 1), step(assay_offset, 3, 0)]
        assay_run_elementwise(steps, 2, arrays, 2, arrays, [2, 3], 2, 1, 1, 50)
      }
    }
    #expect(x == oldY)
    #expect(y == oldX)
    let results = run(
      [step(assay_square, 1, 0)], [Operand(data: oldX, strides: (0, 0, 1))], results: [1, 0, 1], outer: 1,
      rows: 1,
      columns: 50)
    #expect(results == [oldX.map { $0 * $0 }, oldX, oldX.map { $0 * $0 }])
  }

  // MARK: Whole programs

  @Test func `random programs agree with a plain loop in double precision`() {
    var random = RandomStream(seed: 20)
    let unary = [
      assay_negate, assay_absolute, assay_sine, assay_tanh, assay_sigmoid, assay_softplus, assay_relu,
    ]
    let binary = [assay_add, assay_subtract, assay_maximum, assay_minimum]
    for _ in 0..<150 {
      let outer = 1 + random.integer(below: 3)
      let rows = 1 + random.integer(below: 40)
      let columns = 1 + random.integer(below: 20)
      let layouts = Self.layouts(rows, columns)
      let operands = (0..<3).map { _ in
        let layout = layouts[random.integer(below: layouts.count)]
        let length = 1 + (outer - 1) * layout.outer + (rows - 1) * layout.row + (columns - 1) * layout.column
        return Operand(data: (0..<length).map { _ in Float(random.normal()) }, strides: layout)
      }
      // Six registers, of which some stay 0…2 as loaded; each may be written several times.
      var written: [UInt8] = [0, 1, 2]
      var steps: [assay_step] = []
      for _ in 0..<1 + random.integer(below: 8) {
        let target = UInt8(random.integer(below: 6))
        let first = written[random.integer(below: written.count)]
        let second = written[random.integer(below: written.count)]
        let choice = random.integer(below: unary.count + binary.count)
        steps.append(
          choice < unary.count
            ? step(unary[choice], target, first) : step(binary[choice - unary.count], target, first, second))
        written.append(target)
      }
      let results = [written[written.count - 1], written[random.integer(below: written.count)]]
      let found = run(steps, operands, results: results, outer: outer, rows: rows, columns: columns)

      var index = 0
      var worst = 0.0
      for o in 0..<outer {
        for r in 0..<rows {
          for c in 0..<columns {
            var registers = [Double](repeating: 0, count: 6)
            for (i, operand) in operands.enumerated() {
              let strides = operand.strides
              registers[i] = Double(operand.data[o * strides.outer + r * strides.row + c * strides.column])
            }
            for step in steps {
              let (x, y) = (registers[Int(step.first)], registers[Int(step.second)])
              registers[Int(step.target)] =
                switch assay_operation(rawValue: UInt32(step.operation)) {
                case assay_negate: -x
                case assay_absolute: abs(x)
                case assay_sine: sin(x)
                case assay_tanh: tanh(x)
                case assay_sigmoid: 1 / (1 + exp(-x))
                case assay_softplus: log1p(exp(x))
                case assay_relu: max(x, 0)
                case assay_add: x + y
                case assay_subtract: x - y
                case assay_maximum: max(x, y)
                default: min(x, y)
                }
            }
            for (result, values) in zip(results, found) {
              worst = max(worst, abs(Double(values[index]) - registers[Int(result)]))
            }
            index += 1
          }
        }
      }
      // Eight steps, each at most doubling a number of about 4 and its error of 2 ulp (5e-7).
      #expect(worst < 8 * 256 * 5e-7, "\(steps)")
    }
  }
}
