import Assay

public struct ParameterTensor: Sendable, Hashable {
  public let block: BlockHandle
  public let name: String
  public let shape: [Int]
  public let offset: Int
  public var count: Int { shape.reduce(1, *) }
}
