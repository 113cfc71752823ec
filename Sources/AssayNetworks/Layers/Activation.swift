import Assay

/// What a layer does to each number of its result.
public enum Activation: Sendable, Hashable {
  case identity, relu, tanh, sigmoid, silu, gelu, softplus
  /// See ``leakyReLU(_:slope:)``.
  case leakyReLU(slope: Float = 0.01)
  /// See ``elu(_:scale:)``.
  case elu(scale: Float = 1)
  /// See ``simNorm(_:groupSize:)``.
  case simNorm(groupSize: Int = 8)

  public func callAsFunction<R: PositiveRank>(_ x: Tensor<R>) -> Tensor<R> {
    switch self {
    case .identity: x
    case .relu: AssayNetworks.relu(x)
    case .tanh: AssayNetworks.tanh(x)
    case .sigmoid: AssayNetworks.sigmoid(x)
    case .silu: AssayNetworks.silu(x)
    case .gelu: AssayNetworks.gelu(x)
    case .softplus: AssayNetworks.softplus(x)
    case .leakyReLU(let slope): AssayNetworks.leakyReLU(x, slope: slope)
    case .elu(let scale): AssayNetworks.elu(x, scale: scale)
    case .simNorm(let groupSize): AssayNetworks.simNorm(x, groupSize: groupSize)
    }
  }
}
