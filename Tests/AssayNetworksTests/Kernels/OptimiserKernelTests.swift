import Assay
import CKernels
import Foundation
import Testing

@Suite struct OptimiserKernelTests {
  static let start: [Float] = [0.5, -1.25, 2.0, 0.001, -3.0]
  static let gradients: [[Float]] = [
    [0.1, -0.2, 0.3, -0.4, 0.5], [0.05, 0.25, -0.35, 0.0, 1.5], [-0.5, 0.125, 0.75, -0.001, -2.0],
    [1e-4, -1e-3, 0.01, 0.3, 0.7],
  ]

  /// Within 1e-6 of what PyTorch 2.13 gives, relative to numbers larger than 1.
  private func expectClose(_ found: [Float], _ expected: [Float], _ note: Comment) {
    for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 1e-6 * max(1, abs(y)), note) }
  }

  /// Numbers from `torch.optim.Adam` and `AdamW` on the same gradients: rate, betas, epsilon and decay, then the
  /// parameters after four steps.
  @Test(
    arguments: [
      ([0.01, 0.9, 0.999, 1e-8, 0], [0.489160389, -1.24797082, 1.98227417, 0.0228088703, -3.01961875]),
      ([0.1, 0.5, 0.75, 1e-3, 0], [0.435743392, -1.28746092, 1.83299243, 0.125367671, -3.16359782]),
      ([0.01, 0.9, 0.999, 1e-5, 0.1], [0.487209171, -1.2430017, 1.9743191, 0.0227556061, -3.00758862]),
    ] as [([Double], [Float])])
  func `Adam takes PyTorch's steps`(setting: [Double], expected: [Float]) {
    var parameters = Self.start
    var first = [Float](repeating: 0, count: 5)
    var second = first
    let rate = setting[0]
    for (time, gradient) in zip(1..., Self.gradients) {
      let step = rate / (1 - pow(setting[1], Double(time)))
      let root = sqrt(1 - pow(setting[2], Double(time)))
      // A gradient twice as large, scaled by a half, is the same gradient.
      let before = parameters
      let change = assay_adam(
        5, &parameters, &first, &second, gradient.map { $0 * 2 }, 0.5, Float(setting[1]), Float(setting[2]),
        Float(setting[3]), Float(step), Float(root), Float(rate * setting[4]))
      let exact = zip(parameters, before).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
      #expect(abs(change.squared_change - exact) <= 1e-6 * exact)
    }
    expectClose(parameters, expected, "\(setting)")
  }

  /// Numbers from `torch.optim.SGD`: rate, momentum, decay, and whether Nesterov's.
  @Test(
    arguments: [
      ([0.1, 0, 0], false, [0.534990013, -1.26740003, 1.92900002, 0.0111000016, -3.06999993]),
      ([0.1, 0.9, 0], false, [0.547049999, -1.27261996, 1.84818006, 0.108749993, -3.26845002]),
      ([0.1, 0.9, 0.01], true, [0.571354866, -1.27272606, 1.76866448, 0.107247196, -3.27343464]),
    ] as [([Float], Bool, [Float])])
  func `momentum takes PyTorch's steps`(setting: [Float], nesterov: Bool, expected: [Float]) {
    var parameters = Self.start
    var velocity = [Float](repeating: 0, count: 5)
    for gradient in Self.gradients {
      if setting[1] == 0 {
        _ = assay_momentum(5, &parameters, nil, gradient, 1, 0, false, setting[0], setting[2])
      } else {
        _ = assay_momentum(
          5, &parameters, &velocity, gradient, 1, setting[1], nesterov, setting[0], setting[2])
      }
    }
    expectClose(parameters, expected, "\(setting)")
  }

  /// Numbers from `torch.optim.RMSprop`: rate, alpha, epsilon and decay.
  @Test(
    arguments: [
      ([0.01, 0.99, 1e-8, 0], [0.452710867, -1.2645359, 1.88958275, 0.0406741202, -3.14295578]),
      ([0.01, 0.9, 1e-5, 0.1], [0.477056652, -1.21864498, 1.94347954, 0.0111562833, -3.03961182]),
    ] as [([Float], [Float])])
  func `RMSprop takes PyTorch's steps`(setting: [Float], expected: [Float]) {
    var parameters = Self.start
    var second = [Float](repeating: 0, count: 5)
    for gradient in Self.gradients {
      _ = assay_rmsprop(5, &parameters, &second, gradient, 1, setting[1], setting[2], setting[0], setting[3])
    }
    expectClose(parameters, expected, "\(setting)")
  }

  /// Each pass over some numbers, with fresh moments.
  private static func pass(_ name: String, _ parameters: inout [Float], _ gradient: [Float]) -> assay_change {
    let count = Int64(parameters.count)
    var first = parameters.map { _ in Float(0.5) }
    var second = parameters.map { _ in Float(0.25) }
    switch name {
    case "adam":
      return assay_adam(
        count, &parameters, &first, &second, gradient, 1, 0.9, 0.999, 1e-8, 0.01, 0.5, 0.001)
    case "momentum":
      return assay_momentum(count, &parameters, &first, gradient, 1, 0.9, true, 0.01, 0.1)
    case "rmsprop":
      return assay_rmsprop(count, &parameters, &second, gradient, 1, 0.9, 1e-8, 0.01, 0.1)
    default: return assay_average(count, &parameters, gradient, 0.125)
    }
  }

  @Test(arguments: ["adam", "momentum", "rmsprop", "average"])
  func `the last numbers of a block are treated like the first, and no more is written`(name: String) {
    let numbers = (0..<80).map { Float($0 % 9) * 0.3 - 1 }
    let gradient = (0..<80).map { Float($0 % 7) * 0.2 - 0.5 }
    var all = numbers
    _ = Self.pass(name, &all, gradient)
    for count in 1...40 {
      var some = Array(numbers[..<count])
      let change = Self.pass(name, &some, Array(gradient[..<count]))
      #expect(some == Array(all[..<count]))
      let exact = zip(some, numbers).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
      #expect(abs(change.squared_change - exact) <= 1e-6 * exact)
    }
  }

  @Test(arguments: ["adam", "momentum", "rmsprop", "average"])
  func `a change that is not finite makes the sum not finite`(name: String) {
    for wrong in [Float.nan, .infinity, -.infinity] {
      for place in [0, 5, 16, 36] {
        var numbers = [Float](repeating: 1, count: 37)
        var gradient = numbers
        gradient[place] = wrong
        // √∞ in a denominator makes a step of 0 out of an infinite momentum only if that is finite: it is not.
        let change = Self.pass(name, &numbers, gradient)
        let changed = zip(numbers, [Float](repeating: 1, count: 37)).contains { !($0 - $1).isFinite }
        #expect(changed)
        #expect(!change.squared_change.isFinite)
      }
    }
  }

  @Test func `an average with rate 1 copies, also over numbers that are not finite`() {
    var target: [Float] = [1e30, .nan, .infinity, 0.1] + [Float](repeating: 0.3, count: 20)
    let source: [Float] = [1e-30, 1, 2, 0.7] + [Float](repeating: 0.1, count: 20)
    _ = assay_average(24, &target, source, 1)
    #expect(target == source)
    _ = assay_average(24, &target, source.map { $0 + 1 }, 0.25)
    #expect(zip(target, source).allSatisfy { abs($0 - ($1 + 0.25)) < 1e-6 })
  }

  @Test func `changes too small for a single-precision square are counted`() {
    var target = [Float](repeating: 0, count: 50)
    let change = assay_average(50, &target, [Float](repeating: 1e-30, count: 50), 0.5)
    // (0.5e-30)² · 50, to the rounding of 1e-30 and of one product
    #expect(abs(change.squared_change - 1.25e-59) < 1e-6 * 1.25e-59)
  }

  @Test(arguments: [1, 15, 16, 33, 100])
  func `scaled sums and squared norms agree with double precision`(count: Int) {
    let a = (0..<count).map { Float($0) * 0.1 - 3 }
    let b = (0..<count).map { Float($0 % 5) }
    var sum = [Float](repeating: 0, count: count)
    assay_add_scaled(Int64(count), 0.3, a, b, &sum)
    let expected = zip(a, b).map { Double(Float(0.3)) * Double($0) + Double($1) }
    // Two roundings of numbers below 8.
    #expect(zip(sum, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 })
    var inPlace = a
    inPlace.withUnsafeMutableBufferPointer {
      assay_add_scaled(Int64(count), 0.3, $0.baseAddress, b, $0.baseAddress)
    }
    #expect(inPlace == sum)
    let norm = assay_squared_norm(Int64(count), a)
    let exact = a.reduce(0.0) { $0 + Double($1) * Double($1) }
    // Double-precision sums of at most 100 numbers in another order.
    #expect(abs(norm - exact) <= 1e-13 * exact)
    #expect(assay_squared_norm(2, [1e30, .infinity]) == .infinity)
  }
}
