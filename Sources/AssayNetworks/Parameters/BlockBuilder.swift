import Assay

/// Collects the tensors of a block while the layers that hold them are made.
///
/// ```swift
/// let critic = store.add(
///   "critic", owner: "critic", role: .critic, writers: ["td"], using: &stream
/// ) { builder in
///   builder.scoped("hidden") { builder in
///     let weight = builder.tensor("weight", [4, 64], .orthogonal(gain: 1))
///     return Linear(weight: weight, bias: builder.tensor("bias", [64], .zero))
///   }
/// }
/// ```
///
/// Tensor number n draws from substream n of the builder's stream, so that a tensor added at the end leaves
/// those before it as they were.
public struct BlockBuilder {
  private let name: String
  private let block: BlockHandle
  /// `nil` while the block is only measured.
  private let stream: RandomStream?
  private var scopes: [String] = []
  private(set) var declarations: [(name: String, shape: [Int])] = []
  private var names: Set<String> = []
  private(set) var values: [Float] = []
  private var end = 0

  init(_ name: String, block: BlockHandle, stream: RandomStream?) {
    self.name = name
    self.block = block
    self.stream = stream
  }

  /// Adds a tensor to the block.
  ///
  /// - Parameters:
  ///   - name: unique in its scope, not empty.
  ///   - shape: extent of each axis, all positive.
  ///   - initializer: what its numbers start as.
  /// - Returns: where it will lie: what a layer holds.
  public mutating func tensor(_ name: String, _ shape: [Int], _ initializer: Initializer) -> ParameterTensor {
    precondition(!name.isEmpty, "a tensor must have a name")
    let path = (scopes + [name]).joined(separator: ".")
    // Said in release builds too: most often two layers were left with the same name.
    guard names.insert(path).inserted else {
      fatalError("a tensor named \(path) is already in block \(self.name); its layer needs a name of its own")
    }
    guard shape.allSatisfy({ $0 > 0 }) else {
      fatalError("every axis of \(path) must be positive, but its shape is \(shape)")
    }
    if let stream {
      var own = stream.substream(UInt64(declarations.count))
      values += initializer.values(shape: shape, using: &own)
    }
    declarations.append((path, shape))
    let tensor = ParameterTensor(
      block: block, name: path, shape: shape, offset: end, count: shape.reduce(1, *))
    end = BlockTensor.aligned(end + tensor.count)
    return tensor
  }

  /// The full name of the layer that is being made: the block's name and those of the scopes around.
  public var path: String { ([name] + scopes).joined(separator: ".") }

  /// Puts a name before those of all tensors that `body` adds: `hidden` before `0.weight`.
  public mutating func scoped<Result>(_ name: String, _ body: (inout BlockBuilder) -> Result) -> Result {
    precondition(!name.isEmpty, "a scope must have a name")
    scopes.append(name)
    defer { scopes.removeLast() }
    return body(&self)
  }
}

extension ParameterTensor {
  init(block: BlockHandle, name: String, shape: [Int], offset: Int, count: Int) {
    self.block = block
    self.name = name
    self.shape = shape
    self.offset = offset
    self.count = count
  }
}
