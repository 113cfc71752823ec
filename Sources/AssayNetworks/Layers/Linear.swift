import Assay

/// An affine map of vectors: y = x W + b.
public struct Linear: Layer, Sendable, Hashable {
  public typealias Input = Matrix
  public typealias Output = Matrix

  /// The layer's full name.
  public let name: String
  /// W: `[inputs, outputs]`.
  public let weight: ParameterTensor
  /// b: `[outputs]`, or `nil` for a map without one.
  public let bias: ParameterTensor?

  /// Adds the layer's parameters to a block.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers a vector has.
  ///   - outputs: how many numbers the result has.
  ///   - name: unique among the block's layers.
  ///   - builder: the block.
  ///   - weight: what W starts as.
  ///   - bias: what b starts as; `nil` for no bias.
  public init(
    _ inputs: Int, _ outputs: Int, named name: String, in builder: inout BlockBuilder,
    weight: Initializer = .leCunNormal, bias: Initializer? = .zero
  ) {
    (self.name, self.weight, self.bias) = builder.layer(name) { builder in
      (
        builder.tensor("weight", [inputs, outputs], weight),
        bias.map { builder.tensor("bias", [outputs], $0) }
      )
    }
  }

  /// - Parameter x: `[batch, inputs]`.
  /// - Returns: `[batch, outputs]`.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    x.trace.within(name, block: weight.block) {
      let product = matmul(x, x.trace.parameter(weight))
      return bias.map { product + (x.trace.parameter($0) as Vector) } ?? product
    }
  }

  /// The same map of every vector of a sequence or ensemble.
  ///
  /// - Parameter x: `[a, b, inputs]`.
  /// - Returns: `[a, b, outputs]`.
  public func callAsFunction(_ x: Tensor3) -> Tensor3 {
    let rows: Matrix = x.reshaped(to: [x.shape[0] * x.shape[1], x.shape[2]])
    return self(rows).reshaped(to: [x.shape[0], x.shape[1], -1])
  }
}

extension BlockBuilder {
  /// Adds a layer's tensors under its name.
  ///
  /// - Parameters:
  ///   - name: unique among the block's layers.
  ///   - body: adds one tensor, and perhaps another.
  /// - Returns: the layer's full name and what `body` returns.
  mutating func layer<First, Second>(
    _ name: String, _ body: (inout BlockBuilder) -> (First, Second)
  ) -> (String, First, Second) {
    scoped(name) { builder in
      let (first, second) = body(&builder)
      return (builder.path, first, second)
    }
  }
}
