import Assay

/// Where the gradient of a loss with respect to a block lies once a program has run.
///
/// The gradient is laid out like the block and as long, padding included; there it is zero.
public struct GradientEdge: Sendable, Hashable {
  /// The block.
  public let block: BlockHandle
  /// The name of the loss: one of the block's declared writers.
  public let loss: String
  /// Index of the gradient's first number in the program's workspace.
  public let offset: Int

  public init(block: BlockHandle, loss: String, offset: Int) {
    self.block = block
    self.loss = loss
    self.offset = offset
  }
}
