import Assay

/// A vector for each of a number of things.
public struct Embedding: Layer, Sendable, Hashable {
  public typealias Input = Indices<Rank1>
  public typealias Output = Matrix

  /// The layer's full name.
  public let name: String
  /// One row for each thing: `[count, width]`.
  public let table: ParameterTensor

  /// Adds the table to a block.
  ///
  /// - Parameters:
  ///   - count: how many things there are.
  ///   - width: how many numbers each vector has.
  ///   - name: unique among the block's layers.
  ///   - builder: the block.
  ///   - initially: what the vectors start as.
  public init(
    _ count: Int, _ width: Int, named name: String, in builder: inout BlockBuilder,
    initially: Initializer = .normal(deviation: 1)
  ) {
    (self.name, table, _) = builder.layer(name) { ($0.tensor("table", [count, width], initially), ()) }
  }

  /// - Parameter indices: each in `0..<count`; a run with another traps.
  /// - Returns: `[indices, width]`.
  public func callAsFunction(_ indices: Indices<Rank1>) -> Matrix {
    indices.trace.within(name, block: table.block) {
      (indices.trace.parameter(table) as Matrix).rows(at: indices)
    }
  }
}
