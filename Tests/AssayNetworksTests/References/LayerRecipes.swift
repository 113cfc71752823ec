import Assay
import AssayNetworks

extension [String: Recipe] {
  mutating func addLinearLayers() {
    self["Linear"] = Layered { Linear(4, 3, named: "map", in: &$0) }.recipe { map, given in
      map(given["x"] as Matrix)
    }
    self["Linear without bias"] = Layered { Linear(4, 3, named: "map", in: &$0, bias: nil) }.recipe {
      map, given in map(given["x"] as Matrix)
    }
    self["Linear of sequences"] = Layered { Linear(4, 3, named: "map", in: &$0) }.recipe { map, given in
      map(given["x"] as Tensor3)
    }
    let activations: [String: Activation] = [
      "tanh": .tanh, "relu": .relu, "silu": .silu, "gelu": .gelu, "elu": .elu(), "leakyReLU": .leakyReLU(),
      "sigmoid": .sigmoid, "softplus": .softplus,
    ]
    for (name, activation) in activations {
      self["MLP, \(name)"] = Layered { MLP([3, 5, 4, 2], in: &$0, activation: activation) }.recipe {
        network, given in network(given["x"])
      }
    }
    self["MLP, wide"] = Layered { MLP([19, 35, 3], in: &$0) }.recipe { network, given in network(given["x"]) }
    self["MLP, on simplices"] = Layered { builder in
      MLP([3, 5, 8], in: &builder, activation: .relu, outputActivation: .simNorm(groupSize: 4))
    }.recipe { network, given in network(given["x"]) }
    self["MLP, normalised, with an output activation"] = Layered { builder in
      MLP(
        [3, 5, 4], named: "trunk", in: &builder, activation: .silu, outputActivation: .tanh,
        isNormalized: true)
    }.recipe { network, given in network(given["x"]) }
    self["LayerNorm"] = Layered { LayerNorm(5, named: "norm", in: &$0) }.recipe { norm, given in
      norm(given["x"] as Matrix)
    }
    self["LayerNorm of three axes, with another epsilon"] = Layered {
      LayerNorm(5, named: "norm", in: &$0, epsilon: 0.125)
    }.recipe { norm, given in norm(given["x"] as Tensor3) }
  }

  mutating func addConvolutions() {
    self["Convolution"] = Layered { builder in
      Convolution(
        2, 3, kernel: (3, 2), geometry: .init(stride: (2, 1), padding: (1, 0)), named: "filters",
        in: &builder)
    }.recipe { filters, given in filters(given["x"] as Tensor4) }
    self["Convolution, wide"] = Layered { builder in
      Convolution(5, 19, kernel: (3, 3), geometry: .init(padding: (1, 1)), named: "filters", in: &builder)
    }.recipe { filters, given in filters(given["x"] as Tensor4) }
    self["Convolution without bias"] = Layered { builder in
      Convolution(2, 3, kernel: (2, 2), named: "filters", in: &builder, bias: nil)
    }.recipe { filters, given in filters(given["x"] as Tensor4) }
    self["Convolution along sequences"] = Layered { builder in
      Convolution(
        2, 4, kernel: (1, 3), geometry: .init(stride: (1, 2), padding: (0, 1)), named: "filters",
        in: &builder)
    }.recipe { filters, given in filters(given["x"] as Tensor3) }
  }

  mutating func addMemories() {
    self["GRU, one step"] = Layered { GRU(3, 4, named: "memory", in: &$0) }.recipe { memory, given in
      memory(given["x"], given["state"])
    }
    self["GRU, unrolled"] = Layered { GRU(3, 4, named: "memory", in: &$0) }.recipe { memory, given in
      memory.unrolled(over: given["x"], from: given["state"])
    }
    self["GRU, unrolled with resets"] = Layered { GRU(3, 4, named: "memory", in: &$0) }.recipe {
      memory, given in
      memory.unrolled(over: given["x"], from: given["state"], resetting: given["resets"])
    }
    self["Embedding"] = Layered { Embedding(5, 3, named: "words", in: &$0) }.recipe { words, given in
      words(given.indices("places"))
    }
  }

  mutating func addEnsemblesAndHeads() {
    self["Ensemble on one batch"] = Layered { Ensemble(2, of: [3, 5, 2], in: &$0) }.recipe { members, given in
      members(given["x"] as Matrix)
    }
    self["Ensemble on batches of their own"] = Layered { Ensemble(2, of: [3, 5, 2], in: &$0) }.recipe {
      members, given in members(given["x"] as Tensor3)
    }
    self["DuelingHead"] = Layered { DuelingHead(3, actions: 4, named: "head", in: &$0) }.recipe {
      head, given in head(given["x"])
    }
    let makeHead: @Sendable (inout BlockBuilder) -> DistributionalHead = { builder in
      DistributionalHead(3, actions: 2, support: ValueSupport(-2...2, count: 5), named: "head", in: &builder)
    }
    self["DistributionalHead, logits"] = Layered(make: makeHead).recipe { head, given in
      head(given["x"]).logits
    }
    self["DistributionalHead, mean"] = Layered(make: makeHead).recipe { head, given in head(given["x"]).mean }
    self["DistributionalHead, cross entropy"] = Layered(make: makeHead).recipe { head, given in
      head(given["x"]).crossEntropy(withValues: given["values"])
    }
  }
}
