import Assay

/// A layer, or several, whose parameters are one block of a store.
///
/// What the layer has is had by the network too: `critic.hidden` is `critic.layer.hidden`.
@dynamicMemberLookup
public struct Network<Content> {
  /// The layer: a value that holds ``ParameterTensor``s.
  public var layer: Content
  /// Where its parameters lie.
  public let block: BlockHandle

  public init(layer: Content, block: BlockHandle) {
    self.layer = layer
    self.block = block
  }

  public subscript<Member>(dynamicMember path: KeyPath<Content, Member>) -> Member { layer[keyPath: path] }
}

extension Network: Sendable where Content: Sendable {}
extension Network: Equatable where Content: Equatable {}
extension Network: Hashable where Content: Hashable {}

extension ParameterStore {
  /// Makes a network whose parameters are a new block.
  ///
  /// - Parameters:
  ///   - name: of the block, unique in the store.
  ///   - owner: the part it belongs to.
  ///   - role: what it is for: a label.
  ///   - writers: who may write it, at least one: the names of the losses that reach it.
  ///   - updateRule: how its optimiser changes it, in words.
  ///   - stream: gives one number, the seed of the initial values; so two networks made one after the other
  ///     differ.
  ///   - make: makes the layers, and with them at least one tensor. It is called twice, the first time only
  ///     to measure the block, and has to ask for the same tensors both times.
  /// - Returns: the network.
  public mutating func add<Content>(
    _ name: String, owner: PartName, role: Role, writers: [String], updateRule: String = "gradient",
    using stream: inout RandomStream, _ make: (inout BlockBuilder) -> Content
  ) -> Network<Content> {
    var measure = BlockBuilder(name, block: handleOfNextBlock(count: 0), stream: nil)
    _ = make(&measure)
    let count = BlockTensor.layOut(measure.declarations).count
    let block = handleOfNextBlock(count: count)
    var builder = BlockBuilder(name, block: block, stream: RandomStream(seed: stream.next()))
    let layer = make(&builder)
    precondition(
      builder.declarations.elementsEqual(measure.declarations, by: ==),
      "network \(name) asked for \(measure.declarations) first, and for \(builder.declarations) then")
    let allocated = allocate(
      name, owner: owner, role: role, tensors: builder.declarations, values: builder.values,
      updateRule: updateRule, writers: writers)
    precondition(allocated == block, "network \(name) was measured wrongly")
    return Network(layer: layer, block: block)
  }
}
