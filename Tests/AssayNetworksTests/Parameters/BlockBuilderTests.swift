import Assay
import Testing

@testable import AssayNetworks

@Suite("Building blocks of parameters")
struct BlockBuilderTests {
  /// A layer that holds handles only.
  private struct Linear: Hashable {
    let weight: ParameterTensor
    let bias: ParameterTensor

    init(_ builder: inout BlockBuilder, inputs: Int, outputs: Int) {
      weight = builder.tensor("weight", [inputs, outputs], .glorotUniform)
      bias = builder.tensor("bias", [outputs], .constant(0.5))
    }
  }

  private struct Perceptron: Hashable {
    let hidden: [Linear]
    let output: Linear

    init(_ builder: inout BlockBuilder, widths: [Int], outputs: Int = 1) {
      hidden = builder.scoped("hidden") { builder in
        (1..<widths.count).map { index in
          builder.scoped("\(index - 1)") { builder in
            Linear(&builder, inputs: widths[index - 1], outputs: widths[index])
          }
        }
      }
      let last = widths[widths.count - 1]
      output = builder.scoped("output") { Linear(&$0, inputs: last, outputs: outputs) }
    }
  }

  private static func add(
    _ name: String, widths: [Int] = [3, 5, 4], outputs: Int = 1, to store: inout ParameterStore,
    using stream: inout RandomStream
  ) -> Network<Perceptron> {
    store.add(name, owner: "critic", role: .critic, writers: ["td"], using: &stream) {
      Perceptron(&$0, widths: widths, outputs: outputs)
    }
  }

  @Test("names are nested, and handles tell where the numbers lie")
  func layout() {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    _ = store.allocate("before", owner: "x", role: .actor, shape: [3], updateRule: "none", writers: ["x"])
    let network = Self.add("critic", to: &store, using: &stream)
    let block = store.block(network.block)
    #expect(
      block.tensors.map(\.name) == [
        "hidden.0.weight", "hidden.0.bias", "hidden.1.weight", "hidden.1.bias", "output.weight",
        "output.bias",
      ])
    #expect(block.tensors.map(\.offset) == [0, 16, 32, 64, 80, 96] && network.block.count == 112)
    #expect(block.name == "critic" && block.writers == ["td"] && block.handle.offset == 16)
    // The network has what its layer has.
    #expect(network.hidden == network.layer.hidden)
    #expect(network.hidden[1].weight == ParameterTensor(block.tensors[2], of: network.block))
    #expect(network.output.bias.shape == [1] && network.output.bias.block == network.block)
    #expect(store.values(of: network.hidden[1].bias).elementsEqual(repeatElement(0.5, count: 4)))
    let weight = store.values(of: network.hidden[0].weight)
    #expect(weight.count == 15 && weight.allSatisfy { $0 != 0 && abs($0) <= 0.866_025_5 })
    #expect(store.values(of: network.block)[(16 + 15)...(16 + 15)] == [0])
  }

  @Test("the same seed gives the same numbers, and a second network others")
  func seeds() {
    func make(_ seed: UInt64) -> [UInt64] {
      var store = ParameterStore()
      var stream = RandomStream(seed: seed)
      let first = Self.add("first", to: &store, using: &stream)
      let second = Self.add("second", to: &store, using: &stream)
      return [store.digest(of: first.block), store.digest(of: second.block)]
    }
    #expect(make(1) == make(1))
    #expect(Set(make(1) + make(2)).count == 4)
  }

  @Test("a tensor at the end changes none before it")
  func prefix() {
    func numbers(_ outputs: Int) -> [[Float]] {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      let network = Self.add("critic", outputs: outputs, to: &store, using: &stream)
      return network.hidden.map { Array(store.values(of: $0.weight)) }
    }
    #expect(numbers(1) == numbers(7))
  }

  @Test("a target starts as a copy")
  func target() {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1)
    let critic = Self.add("critic", to: &store, using: &stream)
    let target = Self.add("target", to: &store, using: &stream)
    #expect(store.digest(of: critic.block) != store.digest(of: target.block))
    let average = TargetAverage(
      .average(rate: 0.5), from: critic.block, to: target.block, writer: "td", usesReward: true, in: &store)
    average.copy(in: &store)
    #expect(store.digest(of: critic.block) == store.digest(of: target.block))
  }

  @Test("names twice or empty, empty axes, no tensors, and other tensors the second time are refused")
  func mistakes() async {
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      _ = store.add("x", owner: "x", role: .critic, writers: ["x"], using: &stream) { builder in
        for _ in 0..<2 { _ = builder.tensor("weight", [1], .zero) }
      }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      _ = store.add("x", owner: "x", role: .critic, writers: ["x"], using: &stream) { builder in
        builder.tensor("", [1], .zero)
      }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      _ = store.add("x", owner: "x", role: .critic, writers: ["x"], using: &stream) { builder in
        builder.tensor("weight", [0], .zero)
      }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      _ = store.add("x", owner: "x", role: .critic, writers: ["x"], using: &stream) { _ in 0 }
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      var stream = RandomStream(seed: 1)
      var width = 0
      _ = store.add("x", owner: "x", role: .critic, writers: ["x"], using: &stream) { builder in
        width += 1
        return builder.tensor("weight", [width], .zero)
      }
    }
  }
}
