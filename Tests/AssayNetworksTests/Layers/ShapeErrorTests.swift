import Assay
import AssayNetworks
import Testing

/// Something that shapes forbid, and the one sentence that says so.
struct ShapeMistake: Sendable {
  let sentence: String
  let make: @Sendable (Trace) -> Void

  init(_ sentence: String, _ make: @escaping @Sendable (Trace) -> Void) {
    self.sentence = sentence
    self.make = make
  }

  /// What is wrong with tensors outside of layers.
  static let ofTensors: [ShapeMistake] = [
    .init("a matrix of shape [2, 3] cannot be multiplied by one of shape [4, 3]") {
      _ = matmul($0.pattern([2, 3]) as Matrix, $0.pattern([4, 3]))
    },
    .init("a matrix of shape [2, 3] cannot be multiplied by one of shape [4, 3]") {
      _ = matmul(($0.pattern([3, 2]) as Matrix).transposed(), ($0.pattern([3, 4]) as Matrix).transposed())
    },
    .init("a matrix of shape [2, 3, 4] cannot be multiplied by one of shape [3, 4, 5]") {
      _ = matmul($0.pattern([2, 3, 4]) as Tensor3, $0.pattern([3, 4, 5]))
    },
    .init("add cannot bring the shapes [2, 3] and [2, 4] together: extents must be equal or 1") {
      _ = ($0.pattern([2, 3]) as Matrix) + $0.pattern([2, 4])
    },
    .init("subtract cannot bring the shapes [2, 3] and [2] together: extents must be equal or 1") {
      _ = ($0.pattern([2, 3]) as Matrix) - ($0.pattern([2]) as Vector)
    },
    .init("divide cannot bring the shapes [4] and [2, 3] together: extents must be equal or 1") {
      _ = ($0.pattern([4]) as Vector) / ($0.pattern([2, 3]) as Matrix)
    },
    .init("select cannot bring the shapes [2, 3] and [3, 3] together: extents must be equal or 1") {
      _ = select($0.pattern([2, 3]) as Matrix, $0.pattern([1, 3]), else: $0.pattern([3, 3]))
    },
    .init("shapes [2, 3] and [2, 4] cannot be joined along axis 0") {
      _ = concatenate([$0.pattern([2, 3]) as Matrix, $0.pattern([2, 4])], alongAxis: 0)
    },
    .init("shapes [2, 3] and [2, 4] cannot be stacked") {
      _ = stack([$0.pattern([2, 3]) as Matrix, $0.pattern([2, 4])], alongAxis: 0)
    },
    .init("images of shape [2, 5, 5, 3] cannot be convolved with filters of shape [3, 3, 4, 8]") {
      _ = convolve($0.pattern([2, 5, 5, 3]) as Tensor4, $0.pattern([3, 3, 4, 8]))
    },
    .init("images of shape [2, 2, 5, 3] cannot be convolved with filters of shape [3, 3, 3, 8]") {
      _ = convolve($0.pattern([2, 2, 5, 3]) as Tensor4, $0.pattern([3, 3, 3, 8]))
    },
    .init("a tensor of shape [2, 3] cannot take the shape [4, 2]") {
      _ = ($0.pattern([2, 3]) as Matrix).reshaped(to: [4, 2], as: Rank2.self)
    },
    .init("a tensor of shape [2, 3] cannot take the shape [4, -1]") {
      _ = ($0.pattern([2, 3]) as Matrix).reshaped(to: [4, -1], as: Rank2.self)
    },
    .init("shape [6, 1] is not of rank 1") {
      _ = ($0.pattern([2, 3]) as Matrix).reshaped(to: [6, 1], as: Rank1.self)
    },
    .init("a tensor of shape [2, 3] cannot be repeated to [4, 3]") {
      _ = ($0.pattern([2, 3]) as Matrix).broadcast(to: [4, 3])
    },
    .init("indices of shape [3] cannot pick from the last axis of [2, 4]") {
      _ = ($0.pattern([2, 4]) as Matrix).picking($0.indices("classes", 3))
    },
    .init("a tensor of shape [2, 4] has no axis 2") { _ = ($0.pattern([2, 4]) as Matrix).sum(alongAxis: 2) },
    .init("a tensor of shape [2, 4] has no axis -3") {
      _ = ($0.pattern([2, 4]) as Matrix).mean(alongAxis: -3)
    },
    .init("range 3..<5 is not within axis 1 of [2, 4]") {
      _ = ($0.pattern([2, 4]) as Matrix).slice(alongAxis: 1, 3..<5)
    },
    .init("range 2..<3 is not within axis 0 of [2, 4]") {
      _ = ($0.pattern([2, 4]) as Matrix).at(2, alongAxis: 0)
    },
    .init("axis 1 of [2, 4] cannot be cut into 3 equal parts") {
      _ = ($0.pattern([2, 4]) as Matrix).split(alongAxis: 1, into: 3)
    },
    .init("[0, 0] is not an order of the axes of [2, 4]") {
      _ = ($0.pattern([2, 4]) as Matrix).permuted([0, 0])
    },
    .init("simNorm cannot cut the last axis of [2, 6] into groups of 4") {
      _ = simNorm($0.pattern([2, 6]) as Matrix, groupSize: 4)
    },
    .init("means of shape [2, 3] and deviations of shape [1, 3] do not go together") {
      _ = Gaussian<Rank2>(mean: $0.pattern([2, 3]), logDeviation: $0.pattern([1, 3]))
    },
    .init("logits of shape [2, 6] do not fit a support of 5 points") {
      _ = ValueDistribution<Rank2>(logits: $0.pattern([2, 6]), support: .init(0...1, count: 5))
    },
    .init("a tensor of shape [2] was made on the trace of another program") { trace in
      _ = Program(reading: ParameterStore()) { _ = trace.numbers([1, 2]) + $0.numbers([3, 4]) }
    },
  ]

  /// What is wrong with what layers are given.
  static let ofLayers: [ShapeMistake] = [
    .init("in critic.hidden.0, a matrix of shape [64, 5] cannot be multiplied by one of shape [4, 64]") {
      $0.give([64, 5], to: { MLP([4, 64, 1], named: "hidden", in: &$0) })
    },
    .init("in critic.head.1.map, a matrix of shape [2, 5] cannot be multiplied by one of shape [4, 3]") {
      $0.give([2, 5]) { builder in
        builder.scoped("head") { $0.scoped("1") { Linear(4, 3, named: "map", in: &$0) } }
      }
    },
    .init(
      "in critic.norm, multiply cannot bring the shapes [2, 5] and [4] together: extents must be equal or 1"
    ) { trace in
      let norm = critic { LayerNorm(4, named: "norm", in: &$0) }
      _ = norm(trace.pattern([2, 5]) as Matrix)
    },
    .init(
      "in critic.filters, images of shape [2, 6, 6, 1] cannot be convolved with filters of shape [3, 3, 2, 4]"
    ) { trace in
      let filters = critic { Convolution(2, 4, kernel: (3, 3), named: "filters", in: &$0) }
      _ = filters(trace.pattern([2, 6, 6, 1]) as Tensor4)
    },
    .init("in critic.memory, a matrix of shape [2, 4] cannot be multiplied by one of shape [3, 15]") {
      trace in
      let memory = critic { GRU(3, 5, named: "memory", in: &$0) }
      _ = memory(trace.pattern([2, 4]), trace.pattern([2, 5]))
    },
    .init(
      "in critic.memory, add cannot bring the shapes [2, 5] and [3, 5] together: extents must be equal or 1"
    ) { trace in
      let memory = critic { GRU(3, 5, named: "memory", in: &$0) }
      _ = memory(trace.pattern([2, 3]), trace.pattern([3, 5]))
    },
    .init(
      "in critic.memory, a sequence of shape [4, 2, 3] and resets of shape [2, 4] do not go together"
    ) { trace in
      let memory = critic { GRU(3, 5, named: "memory", in: &$0) }
      _ = memory.unrolled(
        over: trace.pattern([4, 2, 3]), from: trace.pattern([2, 5]), resetting: trace.pattern([2, 4]))
    },
    .init(
      "in critic.twins.0, a matrix of shape [3, 6, 4] cannot be multiplied by one of shape [2, 4, 5]"
    ) { trace in
      let twins = critic { Ensemble(2, of: [4, 5, 1], named: "twins", in: &$0) }
      _ = twins(trace.pattern([3, 6, 4]) as Tensor3)
    },
    .init("in critic.head.advantages, a matrix of shape [2, 4] cannot be multiplied by one of shape [3, 5]") {
      trace in
      _ = critic { DuelingHead(3, actions: 5, named: "head", in: &$0) }(trace.pattern([2, 4]))
    },
  ]

  /// A layer in a block named `critic`.
  static func critic<Layer>(_ make: (inout BlockBuilder) -> Layer) -> Layer {
    var store = ParameterStore()
    return store.addCritic(make).layer
  }
}

extension Trace {
  /// Gives a critic's layer a matrix.
  fileprivate func give(_ shape: [Int], to make: (inout BlockBuilder) -> some Layer<Matrix, Matrix>) {
    _ = ShapeMistake.critic(make)(pattern(shape))
  }
}

@Suite("Wrong shapes trap with one sentence")
struct ShapeErrorTests {
  /// Whether a process that stopped said this, as one line's end.
  private func said(_ sentence: String, _ result: ExitTest.Result?) -> Bool {
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    return output.split(separator: "\n").contains { $0.hasSuffix("Fatal error: \(sentence)") }
  }

  @Test("Tensors' own", arguments: ShapeMistake.ofTensors.indices)
  func tensors(index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      _ = Program(reading: ParameterStore()) { ShapeMistake.ofTensors[index].make($0) }
    }
    #expect(said(ShapeMistake.ofTensors[index].sentence, result))
  }

  @Test("Layers', with the layer's full name", arguments: ShapeMistake.ofLayers.indices)
  func layers(index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
      _ = Program(reading: ParameterStore()) { ShapeMistake.ofLayers[index].make($0) }
    }
    #expect(said(ShapeMistake.ofLayers[index].sentence, result))
  }

  @Test("Indices beyond a table trap when the program runs")
  func indices() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var store = ParameterStore()
      let words = store.addCritic { Embedding(5, 3, named: "words", in: &$0) }
      var program = Program(reading: store) { $0.output("found", words.layer($0.indices("places", 2))) }
      program.set("places", to: [4, 5])
      program.run(reading: store)
    }
    #expect(said("in critic.words, index 5 at 1 is not in 0..<5", result))
  }
}
