import Assay

/// Where a loss's gradient of a block lies in a program's workspace: a gradient edge, as data.
public struct GradientEdge: Sendable, Hashable {
  /// The block that the loss reaches.
  public let block: BlockHandle
  /// The loss.
  public let loss: String
  /// Index of the gradient's first number in the workspace; it has the block's layout.
  let offset: Int
}
