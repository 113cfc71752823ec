import Assay

/// A computation as it was described, with the gradients that its losses ask for: a value.
struct Graph: Sendable {
  struct Output: Sendable {
    var name: String
    var node: Int
  }

  /// The gradient of one parameter tensor that a loss asks for, and where in the workspace it is to lie.
  struct Gradient: Sendable {
    var node: Int
    var offset: Int
  }

  var nodes: [Trace.Node]
  /// What can be read after a run: named outputs, then losses.
  var outputs: [Output]
  /// The losses' names, in the order of declaration.
  var losses: [String]
  var gradients: [Gradient] = []
  var edges: [GradientEdge] = []
  /// How many floats the gradients take, at the beginning of the workspace.
  var gradientCount = 0
  /// The blocks that are read, as the store had them.
  var blocks: [Block] = []

  /// Takes what was described, and adds the gradient of each loss with respect to the blocks it may reach.
  init(_ trace: Trace, reading store: ParameterStore) {
    let parameters = trace.nodes.indices.compactMap { index -> (node: Int, tensor: ParameterTensor)? in
      guard case .parameter(let tensor) = trace.nodes[index].operation else { return nil }
      return (index, tensor)
    }
    for tensor in parameters.map(\.tensor) {
      let block = tensor.block.index < store.blockCount ? store.block(tensor.block) : nil
      guard let block, block.handle == tensor.block,
        block.tensors.contains(where: { $0.offset == tensor.offset && $0.shape == tensor.shape })
      else {
        let found = block.map { "block \($0.name)" } ?? "no block"
        trace.fail(
          "parameter \(tensor.name) of shape \(tensor.shape) is not in the store that the program reads, "
            + "which has \(found) at index \(tensor.block.index)")
      }
    }
    for loss in trace.losses {
      for handle in loss.blocks {
        guard handle.index < store.blockCount, store.block(handle).handle == handle else {
          trace.fail("loss \(loss.name) declares a block that is not in the store that the program reads")
        }
        let block = store.block(handle)
        guard block.writers.contains(loss.name) else {
          trace.fail(
            "loss \(loss.name) is no declared writer of block \(block.name), only \(block.writers) are")
        }
      }
      // One walk for all blocks: each one's gradient is the same as if it were asked for alone.
      let reached = parameters.filter { loss.blocks.contains($0.tensor.block) }
      let found = Array(zip(reached, trace.gradient(of: loss.node, withRespectTo: reached.map(\.node))))
      for handle in loss.blocks {
        let own = found.filter { $0.0.tensor.block == handle }
        guard own.contains(where: { $0.1 != nil }) else {
          let name = store.block(handle).name
          trace.fail("loss \(loss.name) declares block \(name), but no gradient of it gets there")
        }
        for (parameter, node) in own {
          if let node { gradients.append(.init(node: node, offset: gradientCount + parameter.tensor.offset)) }
        }
        edges.append(GradientEdge(block: handle, loss: loss.name, offset: gradientCount))
        gradientCount += (handle.count + 15) / 16 * 16
      }
    }
    blocks = Set(parameters.map(\.tensor.block)).sorted { $0.index < $1.index }.map(store.block)
    outputs = (trace.outputs + trace.losses.map { ($0.name, $0.node) }).map { Output(name: $0.0, node: $0.1) }
    losses = trace.losses.map(\.name)
    nodes = trace.nodes
  }
}
