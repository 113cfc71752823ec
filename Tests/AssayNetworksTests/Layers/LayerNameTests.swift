import Assay
import AssayNetworks
import Testing

/// What layers call their parameters, and which shapes these have: the names are those of stored files.
@Suite("Names and shapes of layers' parameters")
struct LayerNameTests {
  /// Each tensor of a critic's block, as `name [shape]`.
  private func tensors<Layer>(_ make: (inout BlockBuilder) -> Layer) -> [String] {
    var store = ParameterStore()
    let network = store.addCritic(make)
    return store.block(network.block).tensors.map { "\($0.name) \($0.shape)" }
  }

  @Test("Linear layers and norms")
  func linear() {
    #expect(
      tensors { Linear(4, 3, named: "map", in: &$0) } == ["map.weight [4, 3]", "map.bias [3]"])
    #expect(tensors { Linear(4, 3, named: "map", in: &$0, bias: nil) } == ["map.weight [4, 3]"])
    #expect(tensors { LayerNorm(3, named: "norm", in: &$0) } == ["norm.scale [3]", "norm.shift [3]"])
    #expect(tensors { Embedding(5, 3, named: "words", in: &$0) } == ["words.table [5, 3]"])
  }

  @Test("MLPs count their layers, and put a norm with the layer it follows")
  func perceptron() {
    #expect(
      tensors { MLP([4, 6, 2], named: "hidden", in: &$0) } == [
        "hidden.0.weight [4, 6]", "hidden.0.bias [6]", "hidden.1.weight [6, 2]", "hidden.1.bias [2]",
      ])
    #expect(
      tensors { MLP([4, 6, 5, 2], in: &$0, isNormalized: true) } == [
        "layers.0.weight [4, 6]", "layers.0.bias [6]", "layers.0.norm.scale [6]", "layers.0.norm.shift [6]",
        "layers.1.weight [6, 5]", "layers.1.bias [5]", "layers.1.norm.scale [5]", "layers.1.norm.shift [5]",
        "layers.2.weight [5, 2]", "layers.2.bias [2]",
      ])
  }

  @Test("Convolutions, memories, ensembles and heads")
  func others() {
    #expect(
      tensors { Convolution(2, 8, kernel: (3, 4), named: "filters", in: &$0) } == [
        "filters.filters [3, 4, 2, 8]", "filters.bias [8]",
      ])
    #expect(
      tensors { GRU(3, 5, named: "memory", in: &$0) } == [
        "memory.input.weight [3, 15]", "memory.input.bias [15]", "memory.state.weight [5, 15]",
        "memory.state.bias [15]",
      ])
    #expect(
      tensors { Ensemble(2, of: [3, 5, 1], named: "twins", in: &$0) } == [
        "twins.0.weight [2, 3, 5]", "twins.0.bias [2, 1, 5]", "twins.1.weight [2, 5, 1]",
        "twins.1.bias [2, 1, 1]",
      ])
    #expect(
      tensors { DuelingHead(3, actions: 4, named: "head", in: &$0) } == [
        "head.value.weight [3, 1]", "head.value.bias [1]", "head.advantages.weight [3, 4]",
        "head.advantages.bias [4]",
      ])
    let support = ValueSupport(-1...1, count: 11)
    #expect(
      tensors { DistributionalHead(3, actions: 2, support: support, named: "head", in: &$0) } == [
        "head.weight [3, 22]", "head.bias [22]",
      ])
  }

  @Test("A layer's own name begins with the block's")
  func layers() {
    var store = ParameterStore()
    let critic = store.addCritic { builder in
      let hidden = MLP([4, 6, 2], named: "hidden", in: &builder, isNormalized: true)
      let memory = builder.scoped("model") { GRU(2, 3, named: "memory", in: &$0) }
      return (hidden, memory, Ensemble(2, of: [3, 1], named: "twins", in: &builder))
    }
    #expect(critic.layer.0.layers.map(\.name) == ["critic.hidden.0", "critic.hidden.1"])
    #expect(critic.layer.0.norms.map(\.name) == ["critic.hidden.0.norm"])
    #expect(critic.layer.1.name == "critic.model.memory" && critic.layer.1.width == 3)
    #expect(critic.layer.2.layers.map(\.name) == ["critic.twins.0"])
    #expect(critic.layer.1.inputWeight.name == "model.memory.input.weight")
  }

  @Test("Biases start at zero, scales at one, and each weight by its own draw")
  func starts() {
    var store = ParameterStore()
    let critic = store.addCritic { builder in
      (
        MLP([4, 4, 4], in: &builder, isNormalized: true), GRU(3, 5, named: "memory", in: &builder),
        Ensemble(2, of: [3, 4], named: "twins", in: &builder)
      )
    }
    let (network, memory, twins) = critic.layer
    let biases = [network.layers[0].bias!, network.norms[0].shift, memory.inputBias, twins.layers[0].bias]
    for bias in biases {
      #expect(store.values(of: bias).allSatisfy { $0 == 0 }, "\(bias.name)")
    }
    #expect(store.values(of: network.norms[0].scale).allSatisfy { $0 == 1 })
    #expect(store.values(of: network.layers[0].weight) != store.values(of: network.layers[1].weight))
    let members = Array(store.values(of: twins.layers[0].weight))
    #expect(members[..<12] != members[12...])
    // An orthogonal start by default: the columns of U have length 1, for its rows are the fewer.
    let state = Array(store.values(of: memory.stateWeight))
    for row in 0..<5 {
      let length = state[row * 15..<(row + 1) * 15].reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(length - 1) < 1e-6)
    }
  }
}
