import Assay

/// Each vector with mean 0 and variance 1, then scaled and shifted: y = (x − mean)/√(variance + ε) · g + b.
///
/// - SeeAlso: Ba, Kiros & Hinton (2016), *Layer normalization*.
public struct LayerNorm: Sendable, Hashable {
  /// The layer's full name.
  public let name: String
  /// g: `[width]`, ones at the start.
  public let scale: ParameterTensor
  /// b: `[width]`, zeros at the start.
  public let shift: ParameterTensor
  /// ε, which keeps the quotient finite.
  public let epsilon: Float

  /// Adds the layer's parameters to a block.
  public init(_ width: Int, named name: String, in builder: inout BlockBuilder, epsilon: Float = 1e-5) {
    precondition(epsilon > 0, "epsilon must be positive, but is \(epsilon)")
    self.epsilon = epsilon
    (self.name, scale, shift) = builder.layer(name) { builder in
      (builder.tensor("scale", [width], .constant(1)), builder.tensor("shift", [width], .zero))
    }
  }

  /// - Parameter x: the last axis has the width.
  /// - Returns: of the same shape.
  public func callAsFunction<R: RankAboveOne>(_ x: Tensor<R>) -> Tensor<R> {
    x.trace.within(name, block: scale.block) {
      standardized(x, epsilon: epsilon) * (x.trace.parameter(scale) as Vector)
        + (x.trace.parameter(shift) as Vector)
    }
  }
}
