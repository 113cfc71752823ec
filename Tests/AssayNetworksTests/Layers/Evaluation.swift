import Assay
import AssayNetworks

extension Program {
  /// A program that was run once.
  static func evaluated(
    reading store: ParameterStore = ParameterStore(), seed: UInt64 = 1, _ describe: (Trace) -> Void
  ) -> Program {
    var program = Program(reading: store, describe)
    var stream = RandomStream(seed: seed)
    program.run(reading: store, using: &stream)
    return program
  }
}

extension Trace {
  /// The same rows of numbers in every run.
  func rows(_ rows: [[Float]]) -> Matrix { constant(rows.flatMap(\.self), [rows.count, rows[0].count]) }

  /// The same numbers in every run.
  func numbers(_ numbers: [Float]) -> Vector { constant(numbers, [numbers.count]) }

  /// The same numbers of both signs in every run, none of them zero, no two neighbours alike.
  func pattern<R: Rank>(_ shape: [Int], as rank: R.Type = R.self) -> Tensor<R> {
    constant(Reference.weights(count: shape.reduce(1, *)), shape)
  }
}

extension ParameterStore {
  /// Makes a network that the loss `loss` may write, in a block named `critic`.
  mutating func addCritic<Layer>(
    seed: UInt64 = 7, _ make: (inout BlockBuilder) -> Layer
  ) -> Network<Layer> {
    var stream = RandomStream(seed: seed)
    return add("critic", owner: "critic", role: .critic, writers: ["loss"], using: &stream, make)
  }

  /// Sets one tensor.
  mutating func set(_ tensor: ParameterTensor, to numbers: some Collection<Float>) {
    precondition(numbers.count == tensor.count, "\(tensor.name) takes \(tensor.count) numbers")
    let permit = interventionPermit("test", toWrite: tensor.block)
    for (index, number) in numbers.enumerated() { set(number, at: tensor.offset + index, with: permit) }
  }
}

/// The largest distance between numbers at the same place; infinite where they are not as many, or one is NaN.
func largestDistance(_ numbers: [Float], _ others: [Float]) -> Float {
  guard numbers.count == others.count else { return .infinity }
  return zip(numbers, others).reduce(0) { largest, pair in
    let distance = pair.0 == pair.1 ? 0 : abs(pair.0 - pair.1)
    return distance.isNaN ? .infinity : max(largest, distance)
  }
}
