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
  }

  /// How many members there are.
  public let members: Int
  /// The layers, the first to be applied first.
  public let layers: [Stage]
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
  public init(
    _ members: Int, of sizes: [Int], named name: String = "layers", in builder: inout BlockBuilder,
    activation: Activation = .relu, hidden: Initializer = .leCunNormal, output: Initializer = .leCunNormal
  ) {
    precondition(members > 0, "an ensemble must have at least one member, but has \(members)")
    precondition(sizes.count >= 2, "an ensemble needs at least an input and an output size, but has \(sizes)")
    self.members = members
    self.activation = activation
    layers = builder.scoped(name) { builder in
      (0..<sizes.count - 1).map { index in
        let (inputs, outputs) = (sizes[index], sizes[index + 1])
        let initializer = index == sizes.count - 2 ? output : hidden
        let (name, weight, bias) = builder.layer("\(index)") { builder in
          (
            builder.tensor("weight", [members, inputs, outputs], initializer.ofEachMember),
            builder.tensor("bias", [members, 1, outputs], .zero)
          )
        }
        return Stage(name: name, weight: weight, bias: bias)
      }
    }
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
        return index == layers.count - 1 ? sum : activation(sum)
      }
    }
    return result
  }
}
