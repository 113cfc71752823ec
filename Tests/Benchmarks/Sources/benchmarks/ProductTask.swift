import Assay
import AssayNetworks
import Foundation

/// A product of two matrices: rows × depth by depth × columns.
struct ProductTask: Codable {
  var rows: Int
  var depth: Int
  var columns: Int

  /// The products of reinforcement learning's small networks, and a large one.
  static let all = [
    (64, 4, 64), (64, 64, 64), (256, 64, 64), (256, 17, 64), (256, 24, 256), (256, 256, 256), (64, 256, 256),
    (1, 64, 64), (512, 512, 512),
  ].map { ProductTask(rows: $0.0, depth: $0.1, columns: $0.2) }
  static let large = all.last!

  var name: String { "\(rows) × \(depth) × \(columns)" }
  var operations: Double { 2 * Double(rows * depth * columns) }

  init(rows: Int, depth: Int, columns: Int) { (self.rows, self.depth, self.columns) = (rows, depth, columns) }

  init?(_ text: String) {
    let sizes = text.split(separator: "x").compactMap { Int($0) }
    guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }) else { return nil }
    self.init(rows: sizes[0], depth: sizes[1], columns: sizes[2])
  }

  /// Its arguments for whoever measures it.
  var argument: String { "\(rows)x\(depth)x\(columns)" }

  private func factors() -> (first: [Float], second: [Float]) {
    var stream = RandomStream(seed: 0)
    return (
      (0..<rows * depth).map { _ in Float(stream.normal()) },
      (0..<depth * columns).map { _ in Float(stream.normal()) }
    )
  }

  /// Ours, as a program of nothing else.
  func pace() -> Pace {
    let factors = factors()
    let store = ParameterStore()
    var program = Program(reading: store) { trace in
      trace.output("c", matmul(trace.input("a", rows, depth), trace.input("b", depth, columns)))
    }
    program.set("a", to: factors.first)
    program.set("b", to: factors.second)
    let samples = quickSamples { program.run(reading: store) }
    return Pace(samples: samples, outcome: program.values(of: "c").reduce(0) { $0 + Double($1) })
  }

  private typealias Multiply =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>,
      Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void

  /// The OpenBLAS that Assay's exact solvers are linked with, called directly; `nil` where there is none.
  func openBLASPace() -> Pace? {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "cblas_sgemm") else { return nil }
    let multiply = unsafeBitCast(symbol, to: Multiply.self)
    let (first, second) = factors()
    var result = [Float](repeating: 0, count: rows * columns)
    let (m, k, n) = (Int32(rows), Int32(depth), Int32(columns))
    // Row after row, and neither factor transposed.
    let (rowMajor, plain): (Int32, Int32) = (101, 111)
    let samples = result.withUnsafeMutableBufferPointer { result in
      quickSamples {
        multiply(rowMajor, plain, plain, m, n, k, 1, first, k, second, n, 0, result.baseAddress!, n)
      }
    }
    return Pace(samples: samples, outcome: result.reduce(0) { $0 + Double($1) })
  }
}

/// A network in which products are nearly all there is: 512 wide, batch 512, forward and backward.
enum WideNetwork {
  static let width = 512
  static let layers = 4
  /// What it should reach of OpenBLAS's rate for products of its size.
  static let target = 85.0

  static var operations: Double { Double(3 * layers - 1) * 2 * Double(width * width * width) }

  static func pace() -> Pace {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let network = store.add("net", owner: "net", role: .critic, writers: ["fit"], using: &stream) {
      MLP(Array(repeating: width, count: layers + 1), in: &$0, activation: .relu)
    }
    var program = Program(reading: store) { trace in
      let x = trace.input("x", width, width)
      let y = trace.input("y", width, width)
      trace.loss("fit", square(network.layer(x) - y).mean(), reaching: [network.block])
    }
    for name in ["x", "y"] { program.set(name, to: (0..<width * width).map { _ in Float(stream.normal()) }) }
    let samples = quickSamples { program.run(reading: store) }
    return Pace(samples: samples, outcome: Double(program.value(of: "fit")))
  }
}
