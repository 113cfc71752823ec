import Assay

/// Linear layers one after the other, each but the last followed by an activation.
public struct MLP: Layer, Sendable, Hashable {
  public typealias Input = Matrix
  public typealias Output = Matrix

  /// The layers, the first to be applied first.
  public let layers: [Linear]
  /// Normalises what comes out of each layer but the last, before the activation; none where empty.
  public let norms: [LayerNorm]
  /// Follows each layer but the last.
  public let activation: Activation
  /// Follows the last layer.
  public let outputActivation: Activation

  /// Adds the layers' parameters to a block.
  ///
  /// - Parameters:
  ///   - sizes: how many numbers go in, go from each layer to the next, and come out: at least two.
  ///   - name: unique among the block's layers; layer n is called `name.n`.
  ///   - builder: the block.
  ///   - activation: follows each layer but the last.
  ///   - outputActivation: follows the last.
  ///   - hidden: what the weights of the layers before the last start as.
  ///   - output: what the last layer's weights start as.
  ///   - isNormalized: whether a ``LayerNorm`` stands before each activation but the last.
  public init(
    _ sizes: [Int], named name: String = "layers", in builder: inout BlockBuilder,
    activation: Activation = .tanh,
    outputActivation: Activation = .identity, hidden: Initializer = .leCunNormal,
    output: Initializer = .leCunNormal, isNormalized: Bool = false
  ) {
    precondition(sizes.count >= 2, "an MLP needs at least an input and an output size, but has \(sizes)")
    self.activation = activation
    self.outputActivation = outputActivation
    (layers, norms) = builder.scoped(name) { builder in
      var layers: [Linear] = []
      var norms: [LayerNorm] = []
      for index in 0..<sizes.count - 1 {
        let isLast = index == sizes.count - 2
        layers.append(
          Linear(
            sizes[index], sizes[index + 1], named: "\(index)", in: &builder, weight: isLast ? output : hidden)
        )
        if isNormalized && !isLast {
          norms.append(LayerNorm(sizes[index + 1], named: "\(index).norm", in: &builder))
        }
      }
      return (layers, norms)
    }
  }

  /// - Parameter x: `[batch, inputs]`.
  /// - Returns: `[batch, outputs]`.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    var result = x
    for (index, layer) in layers.enumerated() {
      result = layer(result)
      let isLast = index == layers.count - 1
      if !isLast && !norms.isEmpty { result = norms[index](result) }
      result = x.trace.within(layer.name, block: layer.weight.block) {
        isLast ? outputActivation(result) : activation(result)
      }
    }
    return result
  }
}
