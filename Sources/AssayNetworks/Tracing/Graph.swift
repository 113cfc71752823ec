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

  /// Takes what was described, and adds the gradient of each loss with respect to the blocks it may reach.
  init(_ trace: Trace, reading store: ParameterStore) {
    for loss in trace.losses {
      for handle in loss.blocks {
        let block = store.block(handle)
        guard block.writers.contains(loss.name) else {
          trace.fail(
            "loss \(loss.name) is no declared writer of block \(block.name), only \(block.writers) are")
        }
        let parameters = trace.nodes.indices.compactMap { index -> (node: Int, tensor: ParameterTensor)? in
          guard case .parameter(let tensor) = trace.nodes[index].operation, tensor.block == handle else {
            return nil
          }
          return (index, tensor)
        }
        let found = trace.gradient(of: loss.node, withRespectTo: parameters.map(\.node))
        guard found.contains(where: { $0 != nil }) else {
          trace.fail("loss \(loss.name) declares block \(block.name), but no gradient of it gets there")
        }
        for (parameter, node) in zip(parameters, found) {
          if let node { gradients.append(.init(node: node, offset: gradientCount + parameter.tensor.offset)) }
        }
        edges.append(GradientEdge(block: handle, loss: loss.name, offset: gradientCount))
        gradientCount += (handle.count + 15) / 16 * 16
      }
    }
    outputs = (trace.outputs + trace.losses.map { ($0.name, $0.node) }).map { Output(name: $0.0, node: $0.1) }
    losses = trace.losses.map(\.name)
    nodes = trace.nodes
  }
}
