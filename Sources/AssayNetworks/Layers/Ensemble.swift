import Assay

/// Several MLPs of one shape, computed together: twin critics, or the members of a model ensemble.
///
/// Each layer is one batched product over the members, and the parameters of a layer are one tensor whose first axis
/// counts them.
public struct Ensemble: Layer, Sendable, Hashable {
  public typealias Input = Matrix
  public typealias Output = Tensor3

  /// One layer of every member.
  public struct Stage: Sendable, Hashable {
    /// The layer's full name.
    public let name: String
    /// `[members, inputs, outputs]`.
    public let weight: ParameterTensor
    /// `[members, 1, outputs]`.
    public let bias: ParameterTensor
    /// Normalises what comes out before the activation, as a ``LayerNorm`` of each member; `nil` for none.
    public let norm: Norm?
  }

  /// The scales and shifts of the normalisation of one layer.
  public struct Norm: Sendable, Hashable {
    /// `[members, 1, outputs]`, ones at the start.
    public let scale: ParameterTensor
    /// `[members, 1, outputs]`, zeros at the start.
    public let shift: ParameterTensor
  }

  /// How many members there are.
  public let members: Int
  /// The layers, the first to be applied first.
  public private(set) var layers: [Stage]
  /// Follows each layer but the last.
  public let activation: Activation

  /// Adds the parameters of all members to a block.
  ///
  /// - Parameters:
  ///   - members: how many, positive. Each starts with weights of its own.
  ///   - sizes: how many numbers go in, go from each layer to the next, and come out: at least two.
  ///   - name: unique among the block's layers; layer n is called `name.n`.
  ///   - builder: the block.
  ///   - activation: follows each layer but the last.
  ///   - hidden: what the weights of the layers before the last start as, for each member.
  ///   - output: what the last layer's weights start as, for each member.
  ///   - isNormalized: whether each vector is normalised before each activation, as by a ``LayerNorm``.
  public init(
    _ members: Int, of sizes: [Int], named name: String = "layers", in builder: inout BlockBuilder,
    activation: Activation = .relu, hidden: Initializer = .leCunNormal, output: Initializer = .leCunNormal,
    isNormalized: Bool = false
  ) {
    precondition(members > 0, "an ensemble must have at least one member, but has \(members)")
    precondition(sizes.count >= 2, "an ensemble needs at least an input and an output size, but has \(sizes)")
    self.members = members
    self.activation = activation
    layers = builder.scoped(name) { builder in
      (0..<sizes.count - 1).map { index in
        let (inputs, outputs) = (sizes[index], sizes[index + 1])
        let isLast = index == sizes.count - 2
        let initializer = isLast ? output : hidden
        let (name, weight, bias) = builder.layer("\(index)") { builder in
          (
            builder.tensor("weight", [members, inputs, outputs], initializer.ofEachMember),
            builder.tensor("bias", [members, 1, outputs], .zero)
          )
        }
        guard isNormalized && !isLast else { return Stage(name: name, weight: weight, bias: bias, norm: nil) }
        let (_, scale, shift) = builder.layer("\(index).norm") { builder in
          (
            builder.tensor("scale", [members, 1, outputs], .constant(1)),
            builder.tensor("shift", [members, 1, outputs], .zero)
          )
        }
        return Stage(name: name, weight: weight, bias: bias, norm: Norm(scale: scale, shift: shift))
      }
    }
  }

  /// The same layers with the parameters of another block, which must be laid out like theirs.
  public func reading(_ block: BlockHandle) -> Ensemble {
    var copy = self
    copy.layers = layers.map { stage in
      Stage(
        name: stage.name, weight: stage.weight.moved(to: block), bias: stage.bias.moved(to: block),
        norm: stage.norm.map { Norm(scale: $0.scale.moved(to: block), shift: $0.shift.moved(to: block)) })
    }
    return copy
  }

  /// Gives every member the same batch.
  ///
  /// - Parameter x: `[batch, inputs]`.
  /// - Returns: `[members, batch, outputs]`.
  public func callAsFunction(_ x: Matrix) -> Tensor3 {
    self(x.expanded(at: 0).broadcast(to: [members] + x.shape))
  }

  /// Gives every member a batch of its own.
  ///
  /// - Parameter x: `[members, batch, inputs]`.
  /// - Returns: `[members, batch, outputs]`.
  public func callAsFunction(_ x: Tensor3) -> Tensor3 {
    var result = x
    for (index, layer) in layers.enumerated() {
      result = x.trace.within(layer.name, block: layer.weight.block) {
        let sum = matmul(result, x.trace.parameter(layer.weight)) + x.trace.parameter(layer.bias)
        if index == layers.count - 1 { return sum }
        guard let norm = layer.norm else { return activation(sum) }
        return activation(standardized(sum) * x.trace.parameter(norm.scale) + x.trace.parameter(norm.shift))
      }
    }
    return result
  }
}
