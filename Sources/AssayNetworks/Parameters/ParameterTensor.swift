import Assay

/// Where one tensor of a network's parameters lies: what a layer holds instead of the numbers themselves.
public struct ParameterTensor: Sendable, Hashable {
  /// The block it lies in.
  public let block: BlockHandle
  /// What it is called, unique in its block: `hidden.0.weight`.
  public let name: String
  /// Extent of each axis, outermost first; their product is the count.
  public let shape: [Int]
  /// Index of its first number in the block.
  public let offset: Int
  /// How many numbers it has.
  public let count: Int

  /// A tensor of a block that was allocated before.
  ///
  /// - Parameters:
  ///   - tensor: one of the block's tensors.
  ///   - block: the block.
  public init(_ tensor: BlockTensor, of block: BlockHandle) {
    precondition(
      tensor.offset + tensor.count <= block.count,
      "tensor \(tensor.name) does not lie in a block of \(block.count) numbers")
    self.block = block
    name = tensor.name
    shape = tensor.shape
    offset = tensor.offset
    count = tensor.count
  }

  /// The tensor at the same place of another block, as long.
  func moved(to block: BlockHandle) -> ParameterTensor {
    precondition(
      block.count == self.block.count,
      "a block of \(block.count) numbers is not laid out like one of \(self.block.count)")
    return ParameterTensor(block: block, name: name, shape: shape, offset: offset, count: count)
  }
}

extension ParameterStore {
  /// All numbers of a tensor, in row-major order.
  public func values(of tensor: ParameterTensor) -> ArraySlice<Float> {
    let block = values(of: tensor.block)
    let first = block.startIndex + tensor.offset
    return block[first..<first + tensor.count]
  }
}
