import Assay
import AssayNetworks
import Testing

/// What must hold of layers whatever their numbers. Tolerances of 1e-6 are a few roundings of Float32 numbers around 1.
@Suite("Layers")
struct LayerTests {
  @Test("Each member of an ensemble is an MLP with the same weights")
  func ensembleMembers() {
    var store = ParameterStore()
    let twins = store.addCritic { Ensemble(3, of: [4, 6, 5, 2], named: "twins", in: &$0, activation: .tanh) }
    var stream = RandomStream(seed: 8)
    let members = (0..<3).map { member in
      store.add("member\(member)", owner: "critic", role: .critic, writers: ["loss"], using: &stream) {
        MLP([4, 6, 5, 2], in: &$0, activation: .tanh)
      }
    }
    // Biases that differ from zero, and weights one member after the other.
    for layer in twins.layers { store.set(layer.bias, to: Reference.weights(count: layer.bias.count)) }
    for (index, member) in members.enumerated() {
      for (own, all) in zip(member.layers, twins.layers) {
        let weights = store.values(of: all.weight)
        let biases = store.values(of: all.bias)
        store.set(own.weight, to: Array(weights.dropFirst(index * own.weight.count).prefix(own.weight.count)))
        let count = biases.count / 3
        store.set(own.bias!, to: Array(biases.dropFirst(index * count).prefix(count)))
      }
    }
    let program = Program.evaluated(reading: store) { trace in
      let shared: Matrix = trace.pattern([5, 4])
      let own: Tensor3 = trace.pattern([3, 5, 4])
      trace.output("on one batch", twins.layer(shared))
      trace.output("on their own", twins.layer(own))
      trace.output("members on one batch", stack(members.map { $0.layer(shared) }, alongAxis: 0))
      trace.output(
        "members on their own",
        stack(members.enumerated().map { $1.layer(own.at($0, alongAxis: 0)) }, alongAxis: 0))
    }
    #expect(program.shape(of: "on one batch") == [3, 5, 2])
    for batch in ["on one batch", "on their own"] {
      #expect(largestDistance(program.values(of: batch), program.values(of: "members \(batch)")) < 1e-6)
    }
    let values = program.values(of: "on one batch")
    #expect(values[..<10] != values[10..<20])
  }

  @Test("Each member of a normalised ensemble is a normalised MLP with the same weights")
  func normalizedMembers() {
    var store = ParameterStore()
    let twins = store.addCritic {
      Ensemble(2, of: [3, 5, 2], named: "twins", in: &$0, activation: .silu, isNormalized: true)
    }
    #expect(twins.layers.map { $0.norm != nil } == [true, false])
    var stream = RandomStream(seed: 8)
    let members = (0..<2).map { member in
      store.add("member\(member)", owner: "critic", role: .critic, writers: ["loss"], using: &stream) {
        MLP([3, 5, 2], in: &$0, activation: .silu, isNormalized: true)
      }
    }
    let norm = twins.layers[0].norm!
    for tensor in [norm.scale, norm.shift, twins.layers[0].bias] {
      store.set(tensor, to: Reference.weights(count: tensor.count))
    }
    for (index, member) in members.enumerated() {
      let pairs =
        [(member.norms[0].scale, norm.scale), (member.norms[0].shift, norm.shift)]
        + zip(member.layers, twins.layers).flatMap { [($0.weight, $1.weight), ($0.bias!, $1.bias)] }
      for (own, all) in pairs {
        let numbers = store.values(of: all)
        store.set(own, to: Array(numbers.dropFirst(index * own.count).prefix(own.count)))
      }
    }
    let program = Program.evaluated(reading: store) { trace in
      let shared: Matrix = trace.pattern([4, 3])
      trace.output("twins", twins.layer(shared))
      trace.output("members", stack(members.map { $0.layer(shared) }, alongAxis: 0))
    }
    // 1e-5: the norm divides by the deviation, which here is of the order of a tenth.
    #expect(largestDistance(program.values(of: "twins"), program.values(of: "members")) < 1e-5)
  }

  @Test("A loss of one of two twins moves that twin alone")
  func twins() {
    var store = ParameterStore()
    let twins = store.addCritic { Ensemble(2, of: [3, 4, 1], named: "twins", in: &$0) }
    let program = Program.evaluated(reading: store) { trace in
      let values = twins.layer(trace.pattern([6, 3]) as Matrix)
      trace.output("smaller", values.minimum(alongAxis: 0))
      trace.output("values", values)
      trace.loss("loss", square(values.at(1, alongAxis: 0) - 1).mean(), reaching: [twins.block])
    }
    let values = program.values(of: "values")
    let smaller = zip(values[..<6], values[6...]).map { min($0, $1) }
    #expect(program.values(of: "smaller") == smaller)
    let gradient = program.gradient(of: "loss", withRespectTo: twins.block)
    for layer in twins.layers {
      for tensor in [layer.weight, layer.bias] {
        let numbers = gradient[tensor.offset..<tensor.offset + tensor.count]
        let (first, second) = (numbers.prefix(tensor.count / 2), numbers.suffix(tensor.count / 2))
        #expect(first.allSatisfy { $0 == 0 }, "\(tensor.name)")
        #expect(second.contains { $0 != 0 }, "\(tensor.name)")
      }
    }
  }

  /// A memory of 4 numbers with biases that are not zero.
  private func memory(in store: inout ParameterStore) -> Network<GRU> {
    let network = store.addCritic { GRU(3, 4, named: "memory", in: &$0) }
    store.set(network.inputBias, to: Reference.weights(count: 12))
    store.set(network.stateBias, to: Reference.weights(count: 12).reversed())
    return network
  }

  @Test("A memory that is reset goes on as in a sequence of its own")
  func resets() {
    var store = ParameterStore()
    let network = memory(in: &store)
    let program = Program.evaluated(reading: store) { trace in
      let sequence: Tensor3 = trace.pattern([6, 2, 3])
      let state: Matrix = trace.pattern([2, 4])
      // The first sequence of the batch begins anew at step 4, the second at steps 0 and 3.
      let resets = trace.rows([[0, 1], [0, 0], [0, 0], [0, 1], [1, 0], [0, 0]])
      trace.output("reset", network.layer.unrolled(over: sequence, from: state, resetting: resets))
      func alone(_ member: Int, _ steps: Range<Int>, from state: Matrix) -> Tensor3 {
        let own = sequence.slice(alongAxis: 1, member..<member + 1).slice(alongAxis: 0, steps)
        return network.layer.unrolled(over: own, from: state)
      }
      let empty: Matrix = trace.constant([0, 0, 0, 0], [1, 4])
      let first = concatenate(
        [alone(0, 0..<4, from: state.slice(alongAxis: 0, 0..<1)), alone(0, 4..<6, from: empty)], alongAxis: 0)
      let second = concatenate([alone(1, 0..<3, from: empty), alone(1, 3..<6, from: empty)], alongAxis: 0)
      trace.output("apart", concatenate([first, second], alongAxis: 1))
    }
    #expect(program.shape(of: "reset") == [6, 2, 4])
    #expect(largestDistance(program.values(of: "reset"), program.values(of: "apart")) < 1e-6)
  }

  @Test("No gradient passes a reset")
  func resetGradient() {
    var store = ParameterStore()
    let network = memory(in: &store)
    let program = Program.evaluated(reading: store) { trace in
      let (sequence, state): (Tensor3, Matrix) = (trace.pattern([4, 2, 3]), trace.pattern([2, 4]))
      let resets = trace.rows([[0, 0], [0, 0], [1, 0], [0, 0]])
      let last = network.layer.unrolled(over: sequence, from: state, resetting: resets).at(3, alongAxis: 0)
        .sum()
      trace.output("by the state", gradient(of: last, withRespectTo: state))
      trace.output("by the inputs", gradient(of: last, withRespectTo: sequence))
    }
    let byState = program.values(of: "by the state")
    #expect(byState[..<4] == [0, 0, 0, 0] && !byState[4...].contains(0))
    // Steps 0 and 1 of the sequence that was reset before step 2, and all of the other one.
    let byInputs = program.values(of: "by the inputs")
    for step in 0..<4 {
      let reset = Array(byInputs[step * 6..<step * 6 + 3])
      let other = Array(byInputs[step * 6 + 3..<step * 6 + 6])
      #expect(step < 2 ? reset == [0, 0, 0] : !reset.contains(0))
      #expect(!other.contains(0))
    }
  }

  @Test("A sequence is its steps one by one")
  func steps() {
    var store = ParameterStore()
    let network = memory(in: &store)
    let program = Program.evaluated(reading: store) { trace in
      let sequence: Tensor3 = trace.pattern([3, 2, 3])
      var state: Matrix = trace.pattern([2, 4])
      trace.output("unrolled", network.layer.unrolled(over: sequence, from: state))
      let never: Matrix = trace.constant([0, 0, 0, 0, 0, 0], [3, 2])
      trace.output("never reset", network.layer.unrolled(over: sequence, from: state, resetting: never))
      var states: [Matrix] = []
      for step in 0..<3 {
        state = network.layer(sequence.at(step, alongAxis: 0), state)
        states.append(state)
      }
      trace.output("steps", stack(states, alongAxis: 0))
    }
    let unrolled = program.values(of: "unrolled")
    #expect(largestDistance(unrolled, program.values(of: "steps")) < 1e-6)
    #expect(largestDistance(unrolled, program.values(of: "never reset")) < 1e-6)
    // A memory of tanh's stays between −1 and 1 and moves.
    #expect(unrolled.allSatisfy { abs($0) < 1 } && unrolled[..<8] != unrolled[8..<16])
  }

  @Test("The mean of a dueling head's action values is the state's value")
  func dueling() {
    var store = ParameterStore()
    let head = store.addCritic { DuelingHead(3, actions: 5, named: "head", in: &$0) }
    store.set(head.advantages.bias!, to: [1, -2, 3, 0.5, 7])
    let program = Program.evaluated(reading: store) { trace in
      let x: Matrix = trace.pattern([4, 3])
      trace.output("means", head.layer(x).mean(alongAxis: 1))
      trace.output("values", head.value(x))
      trace.output("spread", head.layer(x).variance(alongAxis: 1))
    }
    #expect(largestDistance(program.values(of: "means"), program.values(of: "values")) < 1e-6)
    #expect(program.values(of: "spread").allSatisfy { $0 > 1 })
  }

  @Test("A norm leaves mean 0 and variance 1, and depends on neither the mean nor the scale of what goes in")
  func norm() {
    var store = ParameterStore()
    let norm = store.addCritic { LayerNorm(16, named: "norm", in: &$0, epsilon: 1e-8) }
    let program = Program.evaluated(reading: store) { trace in
      let x: Matrix = trace.pattern([3, 16])
      trace.output("normalised", norm.layer(x))
      trace.output("moved", norm.layer(4 * x + 2))
    }
    let normalised = program.values(of: "normalised")
    for row in 0..<3 {
      let numbers = normalised[row * 16..<(row + 1) * 16].map { Double($0) }
      let mean = numbers.reduce(0, +) / 16
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 16
      #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-5)
    }
    #expect(largestDistance(normalised, program.values(of: "moved")) < 1e-5)
  }

  @Test("A convolution of sequences is one of images of height 1, and a linear map one of each vector")
  func views() {
    var store = ParameterStore()
    let network = store.addCritic { builder in
      (
        Convolution(
          2, 3, kernel: (1, 3), geometry: .init(stride: (1, 2), padding: (0, 1)), named: "filters",
          in: &builder), Linear(2, 3, named: "map", in: &builder)
      )
    }
    let (filters, map) = network.layer
    let program = Program.evaluated(reading: store) { trace in
      let sequences: Tensor3 = trace.pattern([2, 7, 2])
      trace.output("sequences", filters(sequences))
      trace.output("images", filters(sequences.expanded(at: 1) as Tensor4))
      trace.output("together", map(sequences))
      trace.output("apart", stack((0..<2).map { map(sequences.at($0, alongAxis: 0)) }, alongAxis: 0))
    }
    #expect(program.shape(of: "sequences") == [2, 4, 3] && program.shape(of: "images") == [2, 1, 4, 3])
    #expect(program.values(of: "sequences") == program.values(of: "images"))
    #expect(program.shape(of: "together") == [2, 7, 3])
    #expect(largestDistance(program.values(of: "together"), program.values(of: "apart")) < 1e-6)
  }

  @Test("Equal rows of a table get the sum of their gradients, others none")
  func embedding() {
    var store = ParameterStore()
    let words = store.addCritic { Embedding(4, 2, named: "words", in: &$0) }
    var program = Program(reading: store) { trace in
      let found = words.layer(trace.indices("places", 3))
      trace.output("found", found)
      trace.loss("loss", (found * trace.rows([[1, 2], [4, 8], [16, 32]])).sum(), reaching: [words.block])
    }
    program.set("places", to: [2, 0, 2])
    program.run(reading: store)
    let table = Array(store.values(of: words.table))
    let rows = [table[4], table[5], table[0], table[1], table[4], table[5]]
    #expect(program.values(of: "found") == rows)
    let gradient = program.gradient(of: "loss", withRespectTo: words.block)
    let expected: [Float] = [4, 8, 0, 0, 17, 34, 0, 0]
    #expect(Array(gradient[..<8]) == expected)
  }

  @Test("Sizes that make no sense trap")
  func sizes() async {
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.addCritic { MLP([4], in: &$0) }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.addCritic { Ensemble(0, of: [4, 1], in: &$0) }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.addCritic { Linear(0, 3, named: "map", in: &$0) }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.addCritic { LayerNorm(3, named: "norm", in: &$0, epsilon: 0) }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.addCritic {
        DistributionalHead(3, actions: 0, support: .init(0...1, count: 2), named: "head", in: &$0)
      }
    }
    // The closest that do.
    await #expect(processExitsWith: .success) {
      var store = ParameterStore()
      _ = store.addCritic { builder in
        (
          MLP([1, 1], in: &builder), Ensemble(1, of: [1, 1], named: "twins", in: &builder),
          LayerNorm(1, named: "norm", in: &builder)
        )
      }
    }
  }
}
